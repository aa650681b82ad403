//! Calls to the runtime's half, for `napi_calls`.

use super::input::Input;
use super::napi_calls::Pool;
use edge_loop::RunMode;
use edge_napi::types::*;
use edge_node::{Environment, NODE_TABLE};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::Rc;

/// What the runtime's half gave.
#[derive(Default)]
pub struct Made {
    works: Vec<napi_async_work>,
    contexts: Vec<napi_async_context>,
    callback_scopes: Vec<napi_callback_scope>,
    functions: Vec<napi_threadsafe_function>,
    hooks: Vec<napi_async_cleanup_hook_handle>,
}

impl Made {
    /// After the environment's end nothing names anything any more but functions that threads still hold.
    pub fn check_after_end(&self) {
        for function in &self.functions {
            let status = call(|node| {
                let abort = napi_threadsafe_function_release_mode::napi_tsfn_abort;
                // SAFETY: any number may be passed.
                unsafe { (node.napi_release_threadsafe_function)(*function, abort) }
            });
            assert!(matches!(status, napi_status::napi_ok | napi_status::napi_invalid_arg), "{status:?}");
        }
        COUNTS.with_borrow_mut(BTreeMap::clear);
    }
}

thread_local! {
    /// How often each cleanup hook ran.
    static COUNTS: RefCell<BTreeMap<usize, usize>> = const { RefCell::new(BTreeMap::new()) };
}

fn call(f: impl FnOnce(&'static edge_napi::NodeTable) -> napi_status) -> napi_status {
    f(&NODE_TABLE)
}

unsafe extern "C" fn execute(_env: napi_env, data: *mut c_void) {
    assert!((data as usize) < 256);
}

unsafe extern "C" fn complete(env: napi_env, _status: napi_status, data: *mut c_void) {
    if data as usize % 3 == 0 {
        // SAFETY: the environment that the callback was given.
        unsafe { (edge_quickjs::TABLES.js.napi_throw_error)(env, std::ptr::null(), c"complete".as_ptr()) };
    }
}

unsafe extern "C" fn call_js(env: napi_env, callback: napi_value, context: *mut c_void, data: *mut c_void) {
    assert_eq!(context as usize, 77);
    assert!((data as usize) < 256);
    if !env.is_null() && !callback.is_null() {
        let js = &edge_quickjs::TABLES.js;
        let mut this = napi_value::NULL;
        // SAFETY: the environment that the callback was given.
        unsafe {
            (js.napi_get_undefined)(env, &mut this);
            (js.napi_call_function)(env, this, callback, 1, &this, null_mut());
        }
    }
}

unsafe extern "C" fn finalize(_env: napi_env, data: *mut c_void, context: *mut c_void) {
    assert_eq!((data as usize, context as usize), (78, 77));
}

unsafe extern "C" fn cleanup(arg: *mut c_void) {
    assert!((arg as usize) < 256);
    COUNTS.with_borrow_mut(|counts| *counts.entry(arg as usize).or_default() += 1);
}

unsafe extern "C" fn async_cleanup(handle: napi_async_cleanup_hook_handle, arg: *mut c_void) {
    assert!((arg as usize) < 256);
    if arg as usize % 2 == 0 {
        let status = call(|node| {
            // SAFETY: the handle just given.
            unsafe { (node.napi_remove_async_cleanup_hook)(handle) }
        });
        assert_eq!(status, napi_status::napi_ok);
    }
}

/// Calls a function of the runtime's half.
macro_rules! node {
    ($name:ident($($arg:expr),* $(,)?)) => {{
        // SAFETY: pointers are to this function's own variables, all else is what is tested.
        #[allow(clippy::macro_metavars_in_unsafe)]
        unsafe { (NODE_TABLE.$name)($($arg),*) }
    }};
}

/// One call; the value it gave.
pub fn node_call(environment: &Rc<Environment>, pool: &mut Pool, input: &mut Input<'_>) -> Option<napi_value> {
    let (a, b, c) = (pool.value(input), pool.value(input), pool.value(input));
    let (number, n, data) = (input.below(34), input.size(), usize::from(input.byte()) as *mut c_void);
    // Mostly the right environment; else one that is none.
    let env = match input.byte() {
        0 => null_mut(),
        1 => input.word() as usize as napi_env,
        _ => environment.env().raw(),
    };
    let mut out = napi_value::NULL;
    let mut pointer = null_mut();
    let (mut flag, mut size) = (false, 0);
    let made = &mut pool.made;
    match number {
        0 => {
            let mut context = napi_async_context::NULL;
            node!(napi_async_init(env, a, b, &mut context));
            made.contexts.push(context);
        }
        1 => {
            node!(napi_async_destroy(env, Pool::any(&made.contexts, input, napi_async_context)));
        }
        2 | 3 => {
            let context = Pool::any(&made.contexts, input, napi_async_context);
            node!(napi_make_callback(env, context, a, b, input.below(2), [c].as_ptr(), &mut out));
        }
        4 => {
            let mut scope = napi_callback_scope::NULL;
            node!(napi_open_callback_scope(env, a, Pool::any(&made.contexts, input, napi_async_context), &mut scope));
            made.callback_scopes.push(scope);
        }
        5 => {
            node!(napi_close_callback_scope(env, Pool::any(&made.callback_scopes, input, napi_callback_scope)));
        }
        6 => {
            node!(napi_create_buffer(env, if n < 1 << 30 { n % 5000 } else { n }, &mut pointer, &mut out));
        }
        7 => {
            node!(napi_create_external_buffer(env, 4, data, None, null_mut(), &mut out));
        }
        8 => {
            node!(node_api_create_buffer_from_arraybuffer(env, a, n, input.size(), &mut out));
        }
        9 => {
            node!(napi_create_buffer_copy(env, n.min(9), c"123456789".as_ptr().cast(), &mut pointer, &mut out));
        }
        10 => {
            node!(napi_is_buffer(env, a, &mut flag));
        }
        11 => {
            if node!(napi_get_buffer_info(env, a, &mut pointer, &mut size)) == napi_status::napi_ok && size > 0 {
                // SAFETY: what the call said: that many bytes of a live buffer.
                let bytes = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), size) };
                std::hint::black_box(bytes.iter().fold(0_u8, |all, byte| all | byte));
            }
        }
        12 => {
            let mut work = napi_async_work::NULL;
            node!(napi_create_async_work(env, a, b, Some(execute), Some(complete), data, &mut work));
            made.works.push(work);
        }
        13 => {
            node!(napi_delete_async_work(env, Pool::any(&made.works, input, napi_async_work)));
        }
        14 | 15 => {
            node!(napi_queue_async_work(env, Pool::any(&made.works, input, napi_async_work)));
        }
        16 => {
            node!(napi_cancel_async_work(env, Pool::any(&made.works, input, napi_async_work)));
        }
        17 => {
            let mut version = std::ptr::null();
            node!(napi_get_node_version(env, &mut version));
            let mut uv = null_mut();
            node!(napi_get_uv_event_loop(env, &mut uv));
            let mut file = std::ptr::null();
            node!(node_api_get_module_file_name(env, &mut file));
        }
        18 if input.byte() == 0 => {
            node!(napi_fatal_exception(env, a));
        }
        19 => {
            node!(napi_add_env_cleanup_hook(env, Some(cleanup), data));
        }
        20 => {
            node!(napi_remove_env_cleanup_hook(env, Some(cleanup), data));
        }
        21 | 22 => {
            let mut function = napi_threadsafe_function::NULL;
            let (data, context) = (78 as *mut c_void, 77 as *mut c_void);
            node!(napi_create_threadsafe_function(
                env,
                a,
                b,
                c,
                input.below(4),
                input.below(3),
                data,
                Some(finalize),
                context,
                Some(call_js),
                &mut function
            ));
            made.functions.push(function);
        }
        23 => {
            let function = Pool::any(&made.functions, input, napi_threadsafe_function);
            if node!(napi_get_threadsafe_function_context(function, &mut pointer)) == napi_status::napi_ok {
                assert_eq!(pointer as usize, 77);
            }
        }
        24..=26 => {
            let function = Pool::any(&made.functions, input, napi_threadsafe_function);
            // Blocking, too: on this thread it must not block.
            let mode = if input.byte() % 2 == 0 {
                napi_threadsafe_function_call_mode::napi_tsfn_blocking
            } else {
                napi_threadsafe_function_call_mode::napi_tsfn_nonblocking
            };
            node!(napi_call_threadsafe_function(function, data, mode));
        }
        27 => {
            node!(napi_acquire_threadsafe_function(Pool::any(&made.functions, input, napi_threadsafe_function)));
        }
        28 => {
            let mode = if input.byte() % 3 == 0 {
                napi_threadsafe_function_release_mode::napi_tsfn_abort
            } else {
                napi_threadsafe_function_release_mode::napi_tsfn_release
            };
            node!(napi_release_threadsafe_function(Pool::any(&made.functions, input, napi_threadsafe_function), mode));
        }
        29 => {
            node!(napi_unref_threadsafe_function(env, Pool::any(&made.functions, input, napi_threadsafe_function)));
        }
        30 => {
            node!(napi_ref_threadsafe_function(env, Pool::any(&made.functions, input, napi_threadsafe_function)));
        }
        31 => {
            let mut handle = napi_async_cleanup_hook_handle::NULL;
            node!(napi_add_async_cleanup_hook(env, Some(async_cleanup), data, &mut handle));
            made.hooks.push(handle);
        }
        32 => {
            node!(napi_remove_async_cleanup_hook(Pool::any(&made.hooks, input, napi_async_cleanup_hook_handle)));
        }
        33 => {
            environment.uv().run(RunMode::NoWait);
        }
        _ => {}
    }
    (!out.is_null()).then_some(out)
}
