//! Thread-safe functions: any thread puts an item in the queue, the environment's thread hands it to JavaScript.
//!
//! It closes when every thread has let go of it and the queue is empty, when a thread aborts it, or at the environment's end; then the
//! module's finaliser runs, and what was still queued is handed back without an environment, to be freed.

use super::async_resource::AsyncResource;
use super::cleanup::{Hook, Hooks};
use super::registry::{Registry, next_handle};
use super::threadsafe_queue::{Next, Queue, find};
use super::{ModuleData, call_module, check, enter, expect_function, put, resource_name, resource_object, status};
use crate::Environment;
use edge_loop::{Async, Handle};
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, Reference};
use std::cell::Cell;
use std::ffi::c_void;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// Items in one turn of the loop, so that a busy thread does not starve it.
const TURN: usize = 1000;

type CallJs = unsafe extern "C" fn(napi_env, napi_value, *mut c_void, *mut c_void);

/// The loop's half of a thread-safe function.
struct ThreadsafeFunction {
    handle: usize,
    queue: Arc<Queue>,
    uv: Async,
    resource: AsyncResource,
    function: Option<Reference>,
    call_js: CallJs,
    finalize: napi_finalize,
    finalize_data: ModuleData,
    closing: Cell<bool>,
}

/// The thread-safe functions of an environment.
#[derive(Default)]
struct Functions(Registry<Rc<ThreadsafeFunction>>);

/// The default `call_js_cb`: calls the function without arguments.
unsafe extern "C" fn call_plainly(env: napi_env, callback: napi_value, _context: *mut c_void, _data: *mut c_void) {
    if callback.is_null() {
        return;
    }
    if let Some(environment) = Environment::of_raw(env) {
        let env = environment.env();
        let called = env.undefined().and_then(|this| env.call(edge_napi::Value(callback), this, &[]));
        if let Err(error) = called {
            env.raise(error);
        }
    }
}

#[allow(clippy::too_many_arguments)] // Node-API's.
pub(super) unsafe extern "C" fn napi_create_threadsafe_function(
    env: napi_env,
    func: napi_value,
    async_resource: napi_value,
    async_resource_name: napi_value,
    max_queue_size: usize,
    initial_thread_count: usize,
    thread_finalize_data: *mut c_void,
    thread_finalize_cb: napi_finalize,
    context: *mut c_void,
    call_js_cb: napi_threadsafe_function_call_js,
    result: *mut napi_threadsafe_function,
) -> napi_status {
    enter(env, |environment, env| {
        if async_resource_name.is_null() || initial_thread_count == 0 {
            return Err(napi_invalid_arg);
        }
        check(result)?;
        let function = if func.is_null() {
            if call_js_cb.is_none() {
                return Err(napi_invalid_arg);
            }
            None
        } else {
            Some(expect_function(env, func)?)
        };
        let resource = resource_object(env, async_resource)?;
        let name = resource_name(env, async_resource_name)?;
        let failed = |error| status(env, error);
        let resource = AsyncResource::new(environment, resource, &name, false).map_err(failed)?;
        let function = function.map(|function| env.reference(function)).transpose().map_err(failed)?;
        let handle = next_handle();
        let weak = Rc::downgrade(environment);
        let uv = Async::new(environment.uv(), move || dispatch(&weak, handle));
        let queue = Queue::list(handle, max_queue_size, initial_thread_count, ModuleData(context), uv.sender());
        let made = ThreadsafeFunction {
            handle,
            queue,
            uv,
            resource,
            function,
            call_js: call_js_cb.unwrap_or(call_plainly),
            finalize: thread_finalize_cb,
            finalize_data: ModuleData(thread_finalize_data),
            closing: Cell::new(false),
        };
        environment.state::<Functions>().0.insert(handle, Rc::new(made));
        environment.state::<Hooks>().list.insert(handle, Hook::ThreadsafeFunction(handle));
        put(result, napi_threadsafe_function(handle))
    })
}

/// The loop's turn.
fn dispatch(environment: &Weak<Environment>, handle: usize) {
    let Some(environment) = environment.upgrade() else { return };
    let Some(function) = environment.state::<Functions>().0.get(handle) else { return };
    for _ in 0..TURN {
        match function.queue.next() {
            Next::Idle => return,
            Next::Close => return close(&environment, &function),
            Next::Item { data, more, last } => {
                if last {
                    close(&environment, &function);
                }
                function.hand_over(&environment, data);
                if !more {
                    return;
                }
            }
        }
    }
    function.queue.wake();
}

impl ThreadsafeFunction {
    /// Hands one item to the module in a callback scope. What is thrown is an uncaught exception.
    fn hand_over(&self, environment: &Rc<Environment>, data: ModuleData) {
        let env = environment.env();
        let Some((_scope, context)) = self.prepare(environment) else {
            return self.give_back(data);
        };
        environment.callback_scope(context, || {
            let callback = match self.function {
                Some(function) => env.deref(function)?.map_or(napi_value::NULL, |function| function.0),
                None => napi_value::NULL,
            };
            // SAFETY: the module's function, with what it gave for it, on the environment's thread.
            call_module(env, || unsafe { (self.call_js)(env.raw(), callback, self.queue.context().get(), data.get()) })
        });
    }

    /// What a callback needs; `None` when JavaScript may not run any more.
    fn prepare(&self, environment: &Rc<Environment>) -> Option<(edge_napi::HandleScope, crate::CallbackContext)> {
        if !environment.can_call_into_js() {
            return None;
        }
        let scope = environment.env().scope().ok()?;
        let context = self.resource.context(environment.env()).ok()?;
        Some((scope, context))
    }

    /// An item that JavaScript will not see.
    fn give_back(&self, data: ModuleData) {
        let none: napi_env = std::ptr::null_mut();
        // SAFETY: as in `hand_over`; a null environment says that the item is only to be freed.
        unsafe { (self.call_js)(none, napi_value::NULL, self.queue.context().get(), data.get()) };
    }

    /// In the closing phase: the module's finaliser, then what was still queued.
    fn finalize(&self, environment: &Rc<Environment>) {
        let env = environment.env();
        if let Some(finalize) = self.finalize {
            // SAFETY: the module's finaliser, with what it gave for it, once.
            let call = || unsafe { finalize(env.raw(), self.finalize_data.get(), self.queue.context().get()) };
            match self.prepare(environment) {
                Some((_scope, context)) => drop(environment.callback_scope(context, || call_module(env, call))),
                None => call(),
            }
        }
        for data in self.queue.finish() {
            self.give_back(data);
        }
        if let Some(function) = self.function {
            env.drop_reference(function);
        }
    }
}

fn close(environment: &Rc<Environment>, function: &Rc<ThreadsafeFunction>) {
    if function.closing.replace(true) {
        return;
    }
    function.queue.close();
    let (weak, handle) = (Rc::downgrade(environment), function.handle);
    function.uv.close(move || {
        let Some(environment) = weak.upgrade() else { return };
        environment.state::<Hooks>().list.take(handle);
        let taken = environment.state::<Functions>().0.take(handle);
        if let Some(function) = taken {
            function.finalize(&environment);
        }
    });
}

/// The environment ends.
pub(super) fn close_at_end(environment: &Rc<Environment>, handle: usize) {
    if let Some(function) = environment.state::<Functions>().0.get(handle) {
        close(environment, &function);
    }
}

/// Whether one is there, which at the environment's end means that it is closing.
pub(super) fn any_closing(environment: &Rc<Environment>) -> bool {
    environment.state::<Functions>().0.last().is_some()
}

pub(super) unsafe extern "C" fn napi_get_threadsafe_function_context(
    func: napi_threadsafe_function,
    result: *mut *mut c_void,
) -> napi_status {
    let written = find(func).and_then(|queue| put(result, queue.context().get()));
    written.err().unwrap_or(napi_ok)
}

pub(super) unsafe extern "C" fn napi_call_threadsafe_function(
    func: napi_threadsafe_function,
    data: *mut c_void,
    is_blocking: napi_threadsafe_function_call_mode,
) -> napi_status {
    find(func).map_or_else(|status| status, |queue| queue.push(ModuleData(data), is_blocking))
}

pub(super) unsafe extern "C" fn napi_acquire_threadsafe_function(func: napi_threadsafe_function) -> napi_status {
    find(func).map_or_else(|status| status, |queue| queue.acquire())
}

pub(super) unsafe extern "C" fn napi_release_threadsafe_function(
    func: napi_threadsafe_function,
    mode: napi_threadsafe_function_release_mode,
) -> napi_status {
    find(func).map_or_else(|status| status, |queue| queue.release(mode))
}

fn with_handle(env: napi_env, func: napi_threadsafe_function, f: impl FnOnce(&Async)) -> napi_status {
    enter(env, |environment: &Rc<Environment>, _: Env| {
        let function = environment.state::<Functions>().0.get(func.0).ok_or(napi_invalid_arg)?;
        f(&function.uv);
        Ok(())
    })
}

pub(super) unsafe extern "C" fn napi_unref_threadsafe_function(env: napi_env, func: napi_threadsafe_function) -> napi_status {
    with_handle(env, func, Handle::unref)
}

pub(super) unsafe extern "C" fn napi_ref_threadsafe_function(env: napi_env, func: napi_threadsafe_function) -> napi_status {
    with_handle(env, func, Handle::add_ref)
}
