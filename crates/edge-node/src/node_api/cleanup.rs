//! Cleanup hooks, and the end of what an environment's modules have.

use super::registry::Registry;
use super::{ModuleData, enter, put, threadsafe_function};
use crate::Environment;
use crate::thread_pool_work::ThreadPoolWork;
use edge_loop::RunMode;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::cell::Cell;
use std::ffi::c_void;
use std::rc::Rc;

/// What runs at an environment's end.
#[derive(Clone, Copy)]
pub(super) enum Hook {
    Sync(unsafe extern "C" fn(*mut c_void), ModuleData),
    Async(unsafe extern "C" fn(napi_async_cleanup_hook_handle, *mut c_void), ModuleData),
    ThreadsafeFunction(usize),
}

/// The hooks of an environment; they run youngest first.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) list: Registry<Hook>,
    /// Asynchronous ones that were called and are not removed yet.
    waiting: Registry<()>,
    running: Cell<bool>,
}

fn same(hook: &Hook, fun: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> bool {
    matches!(hook, Hook::Sync(other, data) if std::ptr::fn_addr_eq(*other, fun) && data.get() == arg)
}

/// The same pair twice is `napi_invalid_arg`; Node ends the process.
pub(super) unsafe extern "C" fn napi_add_env_cleanup_hook(env: napi_env, fun: napi_cleanup_hook, arg: *mut c_void) -> napi_status {
    enter(env, |environment, _| {
        let fun = fun.ok_or(napi_invalid_arg)?;
        let hooks = environment.state::<Hooks>();
        if hooks.list.find(|hook| same(hook, fun, arg)).is_some() {
            return Err(napi_invalid_arg);
        }
        hooks.list.add(Hook::Sync(fun, ModuleData(arg)));
        Ok(())
    })
}

pub(super) unsafe extern "C" fn napi_remove_env_cleanup_hook(env: napi_env, fun: napi_cleanup_hook, arg: *mut c_void) -> napi_status {
    enter(env, |environment, _| {
        let fun = fun.ok_or(napi_invalid_arg)?;
        let hooks = environment.state::<Hooks>();
        if let Some(handle) = hooks.list.find(|hook| same(hook, fun, arg)) {
            hooks.list.take(handle);
        }
        Ok(())
    })
}

pub(super) unsafe extern "C" fn napi_add_async_cleanup_hook(
    env: napi_env,
    hook: napi_async_cleanup_hook,
    arg: *mut c_void,
    remove_handle: *mut napi_async_cleanup_hook_handle,
) -> napi_status {
    enter(env, |environment, _| {
        let hook = hook.ok_or(napi_invalid_arg)?;
        let handle = environment.state::<Hooks>().list.add(Hook::Async(hook, ModuleData(arg)));
        if remove_handle.is_null() { Ok(()) } else { put(remove_handle, napi_async_cleanup_hook_handle(handle)) }
    })
}

/// On the environment's thread. Before the hook was called: it will not be; after: the environment's end may go on.
pub(super) unsafe extern "C" fn napi_remove_async_cleanup_hook(remove_handle: napi_async_cleanup_hook_handle) -> napi_status {
    let handle = remove_handle.0;
    for environment in Environment::of_thread() {
        let hooks = environment.state::<Hooks>();
        let listed = matches!(hooks.list.get(handle), Some(Hook::Async(..))) && hooks.list.take(handle).is_some();
        if listed || hooks.waiting.take(handle).is_some() {
            return napi_ok;
        }
    }
    napi_invalid_arg
}

/// Runs the hooks, youngest first, and lets work that is under way come to its end. Runs once; a hook may add others.
pub(crate) fn run_cleanup(environment: &Rc<Environment>) {
    let hooks = environment.state::<Hooks>();
    if hooks.running.replace(true) {
        return;
    }
    let uv = environment.uv();
    loop {
        while let Some((handle, hook)) = hooks.list.last() {
            hooks.list.take(handle);
            match hook {
                // SAFETY: the pair that the module handed over, on the environment's thread; it was taken out, so it runs once.
                Hook::Sync(fun, arg) => unsafe { fun(arg.get()) },
                Hook::Async(fun, arg) => {
                    hooks.waiting.insert(handle, ());
                    // SAFETY: as above.
                    unsafe { fun(napi_async_cleanup_hook_handle(handle), arg.get()) };
                }
                Hook::ThreadsafeFunction(id) => threadsafe_function::close_at_end(environment, id),
            }
        }
        let under_way =
            ThreadPoolWork::cancel_all(environment) || threadsafe_function::any_closing(environment) || hooks.waiting.last().is_some();
        // A hook that never removes itself and has nothing on the loop must not hold up the end.
        if !under_way || !uv.alive() {
            return;
        }
        uv.run(RunMode::Once);
    }
}
