//! The runtime's half of Node-API (`node_api.h`, version 10), built over the engine's tables, the event loop and the callback scopes. One
//! file per group of functions; [`NODE_TABLE`] is all of them.
//!
//! The users are native modules in this process (law 4). A module is known to the process by `napi_module_register` and loaded by a
//! program with `process._linkedBinding(name)`.
//!
//! Invariants: every handle given out is a number that is never used again and is looked up at each use, so a stale or forged one is
//! `napi_invalid_arg`; a pointer that is no environment of the calling thread is refused without looking at it; each status is recorded
//! for `napi_get_last_error_info`. Data pointers of a module are passed on, never looked into. What an environment still has when it
//! ends is ended by [`run_cleanup`].
//!
//! Differences from Node: buffers outside of the engine's memory are refused (`napi_no_external_buffers_allowed`, as Node's documentation
//! allows); where Node aborts the process on a wrong call, the answer is a status; a blocking call into a full queue on the loop's own
//! thread answers `napi_would_deadlock`; the modules of one environment share its instance data.

mod async_context;
mod async_resource;
mod async_work;
mod buffer;
mod cleanup;
mod fatal;
mod module;
mod registry;
mod threadsafe_function;
mod threadsafe_queue;
mod version;

use async_context::*;
use async_work::*;
use buffer::*;
use cleanup::*;
use fatal::*;
use module::*;
use threadsafe_function::*;
use version::*;

pub use async_resource::AsyncResource;
pub(crate) use cleanup::run_cleanup;
pub(crate) use module::linked_binding;

use crate::Environment;
use edge_napi::types::*;
use edge_napi::{Env, Error, NodeTable, Value};
use std::rc::Rc;

/// Every function of `node_api.h`.
pub static NODE_TABLE: NodeTable = edge_napi::node_table_of_functions_in_scope!();

/// What the inside of a table function answers.
type Res<T> = Result<T, napi_status>;

/// Runs a table function that neither runs JavaScript nor throws.
fn enter(env: napi_env, f: impl FnOnce(&Rc<Environment>, Env) -> Res<()>) -> napi_status {
    let Some(environment) = Environment::of_raw(env) else { return napi_status::napi_invalid_arg };
    let engine = environment.env();
    let status = match f(&environment, engine) {
        Ok(()) => napi_status::napi_ok,
        Err(status) => status,
    };
    // SAFETY: an environment of this thread.
    unsafe { (engine.ext().record_status)(env, status) }
}

/// Runs a table function that may run JavaScript (Node's `NAPI_PREAMBLE`): refused while an exception is pending or the program ends.
fn enter_js(env: napi_env, f: impl FnOnce(&Rc<Environment>, Env) -> Res<()>) -> napi_status {
    enter(env, |environment, engine| {
        if engine.is_exception_pending().map_err(|error| status(engine, error))? {
            return Err(napi_status::napi_pending_exception);
        }
        if !environment.can_call_into_js() {
            return Err(napi_status::napi_cannot_run_js);
        }
        f(environment, engine)
    })
}

/// The status of an error; one that is still to be thrown becomes the pending exception.
fn status(env: Env, error: Error) -> napi_status {
    match error {
        Error::Status(status) => status,
        Error::Closing => napi_status::napi_closing,
        Error::Pending => napi_status::napi_pending_exception,
        error => {
            env.raise(error);
            napi_status::napi_pending_exception
        }
    }
}

/// Writes an out parameter; null is `napi_invalid_arg`.
fn put<T>(to: *mut T, value: T) -> Res<()> {
    check(to)?;
    // SAFETY: Node-API's contract: out parameters are null or valid for writing.
    unsafe { to.write(value) };
    Ok(())
}

/// Refuses a null pointer.
fn check<T>(pointer: *const T) -> Res<()> {
    if pointer.is_null() { Err(napi_status::napi_invalid_arg) } else { Ok(()) }
}

/// The object to use as async resource: the given one (ToObject), or a new one for null.
fn resource_object(env: Env, resource: napi_value) -> Res<Value> {
    if resource.is_null() {
        return env.object().map_err(|error| status(env, error));
    }
    to_object(env, resource)
}

/// ToObject as Node-API has it: `napi_object_expected` for undefined and null.
fn to_object(env: Env, value: napi_value) -> Res<Value> {
    let mut object = napi_value::NULL;
    // SAFETY: an environment of this thread; the out pointer lives for the call.
    match unsafe { (env.js().napi_coerce_to_object)(env.raw(), value, &mut object) } {
        napi_status::napi_ok => Ok(Value(object)),
        napi_status::napi_invalid_arg => Err(napi_status::napi_invalid_arg),
        _ => Err(napi_status::napi_object_expected),
    }
}

/// ToString of a resource's name; null is `napi_invalid_arg`.
fn resource_name(env: Env, name: napi_value) -> Res<String> {
    if name.is_null() {
        return Err(napi_status::napi_invalid_arg);
    }
    env.to_string_lossy(Value(name)).map_err(|error| match error {
        Error::Status(napi_status::napi_invalid_arg) => napi_status::napi_invalid_arg,
        _ => napi_status::napi_string_expected,
    })
}

/// Refuses what is no function.
fn expect_function(env: Env, value: napi_value) -> Res<Value> {
    match env.is_function(Value(value)) {
        Ok(true) => Ok(Value(value)),
        Ok(false) => Err(napi_status::napi_invalid_arg),
        Err(error) => Err(status(env, error)),
    }
}

/// A module's pointer, which only the module looks into.
#[derive(Clone, Copy)]
struct ModuleData(*mut std::ffi::c_void);

// SAFETY: the pointer is never dereferenced here; it is handed back to the module that gave it, whose contract with Node-API is that the
// data of work and of thread-safe functions may be used on another thread.
unsafe impl Send for ModuleData {}

impl ModuleData {
    /// The pointer. (A method, so that closures capture the whole, which is `Send`.)
    const fn get(self) -> *mut std::ffi::c_void {
        self.0
    }
}

/// Calls back into a module; what it leaves pending is the error.
fn call_module(env: Env, call: impl FnOnce()) -> edge_napi::Result<()> {
    call();
    if env.is_exception_pending()? { Err(Error::Pending) } else { Ok(()) }
}
