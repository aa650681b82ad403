//! Native modules: the process's list of them, and loading one (`process._linkedBinding`).

use super::{Res, call_module, enter, put};
use crate::Environment;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Error, Result, Value};
use std::ffi::{CStr, c_char};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

/// A registered module.
struct Module {
    name: String,
    register: unsafe extern "C" fn(napi_env, napi_value) -> napi_value,
}

/// A process has the modules that were linked into it, whatever environments it makes: the one list here that is no environment's.
static MODULES: Mutex<Vec<Module>> = Mutex::new(Vec::new());

/// A module without a name or function is passed over; of two with one name the later is found.
pub(super) unsafe extern "C" fn napi_module_register(module: *mut napi_module) {
    // SAFETY: Node-API's contract: null, or a module that lives for the call.
    let Some(module) = (unsafe { module.as_ref() }) else { return };
    let (Some(register), false) = (module.nm_register_func, module.nm_modname.is_null()) else { return };
    // SAFETY: Node-API's contract: a C string.
    let name = unsafe { CStr::from_ptr(module.nm_modname) }.to_string_lossy().into_owned();
    MODULES.lock().unwrap_or_else(PoisonError::into_inner).push(Module { name, register });
}

/// `process._linkedBinding(name)`: the exports of a registered module, made anew at each call (the library keeps them).
pub(crate) fn linked_binding(environment: &Rc<Environment>, name: &str) -> Result<Value> {
    let env = environment.env();
    let register = {
        let modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
        modules.iter().rev().find(|module| module.name == name).map(|module| module.register)
    };
    let Some(register) = register else {
        return Err(Error::error("ERR_INVALID_MODULE", format!("No such binding: {name}")));
    };
    let exports = env.object()?;
    let mut answered = napi_value::NULL;
    // SAFETY: the function that the module registered, with an environment of this thread.
    call_module(env, || answered = unsafe { register(env.raw(), exports.0) })?;
    Ok(if answered.is_null() { exports } else { Value(answered) })
}

/// The URL of the file that the module was loaded from: empty for a linked one, as in Node.
pub(super) unsafe extern "C" fn node_api_get_module_file_name(env: napi_env, result: *mut *const c_char) -> napi_status {
    enter(env, |_, _| -> Res<()> {
        if result.is_null() {
            return Err(napi_invalid_arg);
        }
        put(result, c"".as_ptr())
    })
}
