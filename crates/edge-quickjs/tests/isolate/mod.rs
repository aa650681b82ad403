//! An isolate with natives, for the tests of the tables.
#![allow(dead_code)]

use edge_napi::{CallInfo, Engine, Env, Error, Isolate, IsolateOptions, Native, NativeTable, Result, Value};
use edge_quickjs::QuickJs;

/// Limits that tests run under.
pub const OPTIONS: IsolateOptions = IsolateOptions { memory_limit: 512 << 20, stack_limit: 0 };

/// A table of natives, leaked: tests end soon.
pub fn natives(list: &[Native]) -> &'static NativeTable {
    Box::leak(Box::new(NativeTable::new(list.to_vec())))
}

/// A fresh isolate over these natives.
pub fn isolate(list: &[Native]) -> Box<dyn Isolate> {
    QuickJs.create(natives(list), &OPTIONS).unwrap()
}

/// Evaluates a script with Node-API alone.
pub fn eval(env: Env, source: &str) -> Result<Value> {
    let source = env.string(source)?;
    let mut result = edge_napi::types::napi_value::NULL;
    // SAFETY: a live environment; the out pointer lives for the call.
    let status = unsafe { (env.js().napi_run_script)(env.raw(), source.0, &mut result) };
    if status == edge_napi::types::napi_status::napi_ok { Ok(Value(result)) } else { Err(Error::from(status)) }
}

/// Evaluates to a string, by ToString.
pub fn text(env: Env, source: &str) -> String {
    let _scope = env.scope().unwrap();
    let v = match eval(env, source) {
        Ok(v) => v,
        Err(Error::Pending) => {
            let v = env.take_exception().unwrap();
            return format!("threw {}", env.to_string_lossy(v).unwrap_or_default());
        }
        Err(error) => return format!("{error:?}"),
    };
    env.to_string_lossy(v).unwrap()
}

/// Makes a native a global function.
pub fn global(env: Env, registered: &str) {
    let target = env.global().unwrap();
    env.set_method(target, registered, registered).unwrap();
}

/// Shorthand for a table entry.
pub const fn native(name: &'static str, call: fn(Env, &CallInfo<'_>) -> Result<Value>) -> Native {
    Native { name, call }
}

/// Runs `f` on a thread with a stack of that size, as JavaScript runs in the product.
pub fn on_stack<T: Send + 'static>(bytes: usize, f: impl FnOnce() -> T + Send + 'static) -> T {
    edge_wasix::thread::spawn(edge_wasix::thread::ThreadSpec { name: "test".into(), stack_size: bytes }, f).unwrap().join().unwrap()
}

/// Calls a Node-API function with the environment in front; answers its status.
#[macro_export]
macro_rules! raw {
    ($env:expr, $name:ident($($arg:expr),* $(,)?)) => {{
        // SAFETY: a live environment; what the test passes for pointers is what it tests.
        #[allow(unused_unsafe, clippy::macro_metavars_in_unsafe)]
        unsafe { ($env.js().$name)($env.raw() $(, $arg)*) }
    }};
}

/// Handles that name nothing: null, past the top, larger than any index.
pub const FORGED: [edge_napi::types::napi_value; 4] = [
    edge_napi::types::napi_value(0),
    edge_napi::types::napi_value(999_999),
    edge_napi::types::napi_value(u32::MAX as usize),
    edge_napi::types::napi_value(usize::MAX),
];
