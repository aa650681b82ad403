//! Buffers. Their bytes lie in the engine's memory, so a pointer to them is good until JavaScript runs, and memory of a module's own
//! cannot become a Buffer.

use super::{Res, check, enter, enter_js, put, status};
use crate::bindings::buffer::view_as_buffer;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, Value};
use std::ffi::c_void;

/// A Buffer of `length` zero bytes and where they lie.
fn create(env: Env, length: usize, data: *mut *mut c_void) -> Res<Value> {
    let made = env.array_buffer(length).and_then(|bytes| view_as_buffer(env, bytes, 0, length)).map_err(|error| status(env, error))?;
    if !data.is_null() {
        let bytes = env.view_bytes(made).map_err(|error| status(env, error))?;
        put(data, bytes.ptr.cast())?;
    }
    Ok(made)
}

pub(super) unsafe extern "C" fn napi_create_buffer(
    env: napi_env,
    length: usize,
    data: *mut *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    enter_js(env, |_, env| {
        check(result)?;
        put(result, create(env, length, data)?.0)
    })
}

/// Always `napi_no_external_buffers_allowed`: the memory stays the caller's and its finaliser is not called.
pub(super) unsafe extern "C" fn napi_create_external_buffer(
    env: napi_env,
    _length: usize,
    _data: *mut c_void,
    _finalize_cb: napi_finalize,
    _finalize_hint: *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    enter_js(env, |_, _| {
        check(result)?;
        Err(napi_no_external_buffers_allowed)
    })
}

pub(super) unsafe extern "C" fn node_api_create_buffer_from_arraybuffer(
    env: napi_env,
    arraybuffer: napi_value,
    byte_offset: usize,
    byte_length: usize,
    result: *mut napi_value,
) -> napi_status {
    enter_js(env, |_, env| {
        if arraybuffer.is_null() {
            return Err(napi_invalid_arg);
        }
        check(result)?;
        let buffer = Value(arraybuffer);
        if !env.is_array_buffer(buffer).map_err(|error| status(env, error))? {
            return Err(napi_arraybuffer_expected);
        }
        let size = env.view_bytes(buffer).map_err(|error| status(env, error))?.len;
        if byte_offset.checked_add(byte_length).is_none_or(|end| end > size) {
            let error = edge_napi::Error::range_error("ERR_OUT_OF_RANGE", "The byte offset + length is out of range");
            return Err(status(env, error));
        }
        let made = view_as_buffer(env, buffer, byte_offset, byte_length).map_err(|error| status(env, error))?;
        put(result, made.0)
    })
}

pub(super) unsafe extern "C" fn napi_create_buffer_copy(
    env: napi_env,
    length: usize,
    data: *const c_void,
    result_data: *mut *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    enter_js(env, |_, env| {
        check(result)?;
        if length > 0 {
            check(data)?;
        }
        let made = create(env, length, result_data)?;
        if length > 0 {
            let to = env.view_bytes(made).map_err(|error| status(env, error))?;
            // SAFETY: Node-API's contract: `data` has `length` bytes. The target was just made with as many; `copy` allows overlap.
            unsafe { std::ptr::copy(data.cast::<u8>(), to.ptr, length.min(to.len)) };
        }
        put(result, made.0)
    })
}

/// Any view of an ArrayBuffer is one, as in Node.
pub(super) unsafe extern "C" fn napi_is_buffer(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    enter(env, |_, env| {
        if value.is_null() {
            return Err(napi_invalid_arg);
        }
        check(result)?;
        put(result, env.is_array_buffer_view(Value(value)).map_err(|error| status(env, error))?)
    })
}

pub(super) unsafe extern "C" fn napi_get_buffer_info(
    env: napi_env,
    value: napi_value,
    data: *mut *mut c_void,
    length: *mut usize,
) -> napi_status {
    enter(env, |_, env| {
        if value.is_null() || !env.is_array_buffer_view(Value(value)).map_err(|error| status(env, error))? {
            return Err(napi_invalid_arg);
        }
        let bytes = env.view_bytes(Value(value)).map_err(|error| status(env, error))?;
        if !data.is_null() {
            put(data, bytes.ptr.cast())?;
        }
        if !length.is_null() {
            put(length, bytes.len)?;
        }
        Ok(())
    })
}
