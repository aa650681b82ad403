//! Errors: making, throwing, catching; what `napi_get_last_error_info` says.

use super::string::{name, new_utf8};
use crate::inner::{Inner, Res, check, put, run, run_always, run_js};
use crate::slots::{Kind, UNDEFINED};
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::{CStr, c_char};

/// The texts that Node gives for its statuses, in their order.
const MESSAGES: [Option<&CStr>; 24] = [
    None,
    Some(c"Invalid argument"),
    Some(c"An object was expected"),
    Some(c"A string was expected"),
    Some(c"A string or symbol was expected"),
    Some(c"A function was expected"),
    Some(c"A number was expected"),
    Some(c"A boolean was expected"),
    Some(c"An array was expected"),
    Some(c"Unknown failure"),
    Some(c"An exception is pending"),
    Some(c"The async work item was cancelled"),
    Some(c"napi_escape_handle already called on scope"),
    Some(c"Invalid handle scope usage"),
    Some(c"Invalid callback scope usage"),
    Some(c"Thread-safe function queue is full"),
    Some(c"Thread-safe function handle is closing"),
    Some(c"A bigint was expected"),
    Some(c"A date was expected"),
    Some(c"An arraybuffer was expected"),
    Some(c"A detachable arraybuffer was expected"),
    Some(c"Main thread would deadlock"),
    Some(c"External buffers are not allowed"),
    Some(c"Cannot run JavaScript"),
];

pub(crate) unsafe extern "C" fn napi_get_last_error_info(env: napi_env, result: *mut *const napi_extended_error_info) -> napi_status {
    run_always(env, |e| {
        check(result)?;
        let info = e.last_error();
        // SAFETY: the cell of a live environment on its thread; no reference into it is alive.
        unsafe {
            let message = MESSAGES.get((*info).error_code as usize).copied().flatten();
            (*info).error_message = message.map_or(std::ptr::null(), CStr::as_ptr);
        }
        put(result, info.cast_const())
    })
}

/// An error object with an optional code.
fn new_error(e: &Inner, kind: u32, code: u32, message: u32) -> Res<napi_value> {
    e.made(e.engine.edge_new_error(kind, code, message)?)
}

fn create(env: napi_env, kind: u32, code: napi_value, msg: napi_value, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        let message = e.kind(msg)?;
        check(result)?;
        if message != Kind::String {
            return Err(napi_string_expected);
        }
        if !code.is_null() && e.kind(code)? != Kind::String {
            return Err(napi_string_expected);
        }
        put(result, new_error(e, kind, e.optional(code)?, e.slot(msg)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_error(
    env: napi_env,
    code: napi_value,
    msg: napi_value,
    result: *mut napi_value,
) -> napi_status {
    create(env, 0, code, msg, result)
}

pub(crate) unsafe extern "C" fn napi_create_type_error(
    env: napi_env,
    code: napi_value,
    msg: napi_value,
    result: *mut napi_value,
) -> napi_status {
    create(env, 1, code, msg, result)
}

pub(crate) unsafe extern "C" fn napi_create_range_error(
    env: napi_env,
    code: napi_value,
    msg: napi_value,
    result: *mut napi_value,
) -> napi_status {
    create(env, 2, code, msg, result)
}

pub(crate) unsafe extern "C" fn node_api_create_syntax_error(
    env: napi_env,
    code: napi_value,
    msg: napi_value,
    result: *mut napi_value,
) -> napi_status {
    create(env, 3, code, msg, result)
}

pub(crate) unsafe extern "C" fn napi_throw(env: napi_env, error: napi_value) -> napi_status {
    run_js(env, |e| {
        e.engine.edge_throw(e.slot(error)?)?;
        Ok(())
    })
}

/// Makes and throws an error; for the other functions of this provider too.
pub(crate) fn throw_error(e: &Inner, kind: u32, code: &[u8], message: &[u8]) -> Res<()> {
    let code = if code.is_empty() { 0 } else { e.slot(new_utf8(e, code)?)? };
    let message = e.slot(new_utf8(e, message)?)?;
    let error = new_error(e, kind, code, message)?;
    e.engine.edge_throw(e.slot(error)?)?;
    Ok(())
}

fn throw(env: napi_env, kind: u32, code: *const c_char, msg: *const c_char) -> napi_status {
    run_js(env, |e| {
        let code = if code.is_null() { &[] } else { name(code)? };
        let message = if msg.is_null() { &[] } else { name(msg)? };
        throw_error(e, kind, code, message)
    })
}

pub(crate) unsafe extern "C" fn napi_throw_error(env: napi_env, code: *const c_char, msg: *const c_char) -> napi_status {
    throw(env, 0, code, msg)
}

pub(crate) unsafe extern "C" fn napi_throw_type_error(env: napi_env, code: *const c_char, msg: *const c_char) -> napi_status {
    throw(env, 1, code, msg)
}

pub(crate) unsafe extern "C" fn napi_throw_range_error(env: napi_env, code: *const c_char, msg: *const c_char) -> napi_status {
    throw(env, 2, code, msg)
}

pub(crate) unsafe extern "C" fn node_api_throw_syntax_error(env: napi_env, code: *const c_char, msg: *const c_char) -> napi_status {
    throw(env, 3, code, msg)
}

pub(crate) unsafe extern "C" fn napi_is_error(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| {
        let (slot, raw) = e.value(value)?;
        put(result, raw.kind() == Kind::Object && e.engine.edge_is_error(slot)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_is_exception_pending(env: napi_env, result: *mut bool) -> napi_status {
    run(env, |e| put(result, e.state.has_exception(&e.engine)))
}

pub(crate) unsafe extern "C" fn napi_get_and_clear_last_exception(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        if !e.state.has_exception(&e.engine) {
            return put(result, napi_value(UNDEFINED));
        }
        put(result, e.made(e.engine.edge_take_exception()?)?)
    })
}
