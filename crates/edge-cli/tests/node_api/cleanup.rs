//! Cleanup hooks and what an environment's end does.

use crate::host::with_environment;
use crate::node;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;

/// What ran, in order. One log for each test, for tests run at the same time.
type Log = Mutex<Vec<u32>>;

struct Entry {
    log: &'static Log,
    number: u32,
}

fn entry(log: &'static Log, number: u32) -> *mut c_void {
    Box::into_raw(Box::new(Entry { log, number })).cast()
}

unsafe extern "C" fn hook(arg: *mut c_void) {
    // SAFETY: `entry` made it, and it is never freed.
    let entry = unsafe { &*arg.cast::<Entry>() };
    entry.log.lock().unwrap().push(entry.number);
}

#[test]
fn hooks_run_youngest_first() {
    static LOG: Log = Mutex::new(Vec::new());
    with_environment(|environment| {
        let raw = environment.env().raw();
        let args: Vec<_> = (1..=4).map(|number| entry(&LOG, number)).collect();
        for arg in &args {
            assert_eq!(node!(napi_add_env_cleanup_hook(raw, Some(hook), *arg)), napi_ok);
        }
        assert_eq!(node!(napi_add_env_cleanup_hook(raw, Some(hook), args[0])), napi_invalid_arg, "the same pair twice");
        assert_eq!(node!(napi_remove_env_cleanup_hook(raw, Some(hook), args[2])), napi_ok);
        assert_eq!(node!(napi_remove_env_cleanup_hook(raw, Some(hook), args[2])), napi_ok, "absent is fine");
        assert_eq!(node!(napi_add_env_cleanup_hook(raw, None, null_mut())), napi_invalid_arg);
        assert_eq!(node!(napi_remove_env_cleanup_hook(raw, None, null_mut())), napi_invalid_arg);
        assert!(LOG.lock().unwrap().is_empty());
    });
    assert_eq!(*LOG.lock().unwrap(), [4, 2, 1]);
}

#[test]
fn the_end_waits_for_asynchronous_hooks() {
    static LOG: Log = Mutex::new(Vec::new());
    /// Begins work whose completion removes the hook.
    unsafe extern "C" fn later(handle: napi_async_cleanup_hook_handle, arg: *mut c_void) {
        unsafe extern "C" fn execute(_env: napi_env, _data: *mut c_void) {
            edge_wasix::clock::sleep(std::time::Duration::from_millis(20));
        }
        unsafe extern "C" fn complete(_env: napi_env, _status: napi_status, data: *mut c_void) {
            // SAFETY: boxed below, for this one call.
            let (handle, arg) = *unsafe { Box::from_raw(data.cast::<(napi_async_cleanup_hook_handle, *mut c_void)>()) };
            // SAFETY: an entry of this test.
            unsafe { hook(arg) };
            assert_eq!(node!(napi_remove_async_cleanup_hook(handle)), napi_ok);
            assert_eq!(node!(napi_remove_async_cleanup_hook(handle)), napi_invalid_arg, "twice");
        }
        let env = ENV.get();
        let data = Box::into_raw(Box::new((handle, arg)));
        let mut work = napi_async_work::NULL;
        LOG.lock().unwrap().push(0);
        let mut name = napi_value::NULL;
        // SAFETY: the environment of this thread, which is still there.
        unsafe { (edge_quickjs::TABLES.js.napi_create_string_utf8)(env, c"later".as_ptr(), NAPI_AUTO_LENGTH, &mut name) };
        let made = node!(napi_create_async_work(env, napi_value::NULL, name, Some(execute), Some(complete), data.cast(), &mut work));
        assert_eq!(made, napi_ok);
        assert_eq!(node!(napi_queue_async_work(env, work)), napi_ok);
    }
    thread_local! {
        static ENV: std::cell::Cell<napi_env> = const { std::cell::Cell::new(null_mut()) };
    }
    with_environment(|environment| {
        let env = environment.env();
        ENV.set(env.raw());
        let mut handle = napi_async_cleanup_hook_handle::NULL;
        assert_eq!(node!(napi_add_env_cleanup_hook(env.raw(), Some(hook), entry(&LOG, 9))), napi_ok);
        assert_eq!(node!(napi_add_async_cleanup_hook(env.raw(), Some(later), entry(&LOG, 1), null_mut())), napi_ok);
        assert_eq!(node!(napi_add_async_cleanup_hook(env.raw(), Some(later), entry(&LOG, 2), &mut handle)), napi_ok);
        assert_eq!(node!(napi_add_async_cleanup_hook(env.raw(), None, null_mut(), &mut handle)), napi_invalid_arg);
        assert_eq!(node!(napi_remove_async_cleanup_hook(handle)), napi_ok);
        assert_eq!(node!(napi_remove_async_cleanup_hook(handle)), napi_invalid_arg);
        assert_eq!(node!(napi_remove_async_cleanup_hook(napi_async_cleanup_hook_handle(usize::MAX))), napi_invalid_arg);
    });
    // The hooks in order, then the asynchronous one's end.
    assert_eq!(*LOG.lock().unwrap(), [0, 9, 1]);
}
