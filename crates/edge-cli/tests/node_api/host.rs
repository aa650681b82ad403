//! A booted environment on a thread of its own, from one image for all tests.

use edge_loop::RunMode;
use edge_napi::types::{napi_env, napi_status, napi_value};
use edge_napi::{Env, IsolateOptions, Result, Value};
use edge_node::{BootImage, CallbackContext, Environment, EnvironmentOptions, NODE_TABLE, Runtime, native_table};
use edge_quickjs::QuickJs;
use edge_wasix::thread::{ThreadSpec, spawn};
use edge_wasix::{Kernel, MemoryFs};
use std::rc::Rc;
use std::sync::OnceLock;

const OPTIONS: IsolateOptions = IsolateOptions { memory_limit: 512 << 20, stack_limit: 24 << 20 };

/// The table under test.
pub static NODE: &edge_napi::NodeTable = &NODE_TABLE;

/// A pointer that is no environment.
pub const NO_ENV: napi_env = std::ptr::null_mut();
/// Handles that name nothing.
pub const FORGED: [napi_value; 3] = [napi_value(0), napi_value(999_999), napi_value(usize::MAX)];

fn runtime(image: Option<&BootImage>) -> Runtime {
    let kernel = Kernel::builder().mount("/", MemoryFs::new()).build().unwrap();
    Runtime::new(&QuickJs, image, kernel, EnvironmentOptions::default(), &OPTIONS).unwrap()
}

/// Runs `f` on a thread as JavaScript has it in the product.
fn on_thread<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    spawn(ThreadSpec { name: "test".into(), stack_size: 32 << 20 }, f).unwrap().join().unwrap()
}

/// Runs `f` with an environment that is ready to run programs, then ends it.
pub fn with_environment<T: Send + 'static>(f: impl FnOnce(&Rc<Environment>) -> T + Send + 'static) -> T {
    static IMAGE: OnceLock<BootImage> = OnceLock::new();
    let make = || BootImage::check(QuickJs.image_from_bytes(&runtime(None).snapshot().unwrap(), native_table()).unwrap()).unwrap();
    let image = IMAGE.get_or_init(|| on_thread(make)).clone();
    on_thread(move || {
        let runtime = runtime(Some(&image));
        let environment = runtime.environment();
        let _scope = environment.env().scope().unwrap();
        let started = environment.callback_scope(CallbackContext::NONE, || {
            edge_node::run_main_script(environment, "internal/main/embedding")?;
            let process = environment.expect_root("process")?;
            environment.env().set(environment.env().global()?, "process", process)
        });
        assert!(started.is_some());
        f(environment)
    })
}

/// Runs a script in a callback scope; `None` when it threw.
pub fn script(environment: &Rc<Environment>, text: &str) -> Option<Value> {
    environment.callback_scope(CallbackContext::NONE, || environment.env().run_text(text, "test.js"))
}

/// What a script answers, as text.
pub fn text(environment: &Rc<Environment>, source: &str) -> String {
    let value = script(environment, source).unwrap();
    environment.env().to_string_lossy(value).unwrap()
}

/// Runs the loop until nothing is left.
pub fn run(environment: &Rc<Environment>) {
    environment.uv().run(RunMode::Default);
}

/// A string value.
pub fn name(env: Env, text: &str) -> napi_value {
    env.string(text).unwrap().0
}

/// Takes the exception that a call left; its message.
pub fn thrown(env: Env) -> Result<String> {
    let error = env.take_exception()?;
    env.to_string_lossy(error)
}

/// What `napi_get_last_error_info` says.
pub fn last_error(env: Env) -> napi_status {
    let mut info = std::ptr::null();
    // SAFETY: a live environment; the out pointer lives for the call.
    unsafe {
        (env.js().napi_get_last_error_info)(env.raw(), &mut info);
        (*info).error_code
    }
}

/// Calls a function of the table.
#[macro_export]
macro_rules! node {
    ($name:ident($($arg:expr),* $(,)?)) => {{
        // SAFETY: a live environment, or what the test passes in its place on purpose.
        #[allow(unused_unsafe, clippy::macro_metavars_in_unsafe)]
        unsafe { ($crate::host::NODE.$name)($($arg),*) }
    }};
}
