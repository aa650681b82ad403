//! `isUtf8` and `isAscii`.

use edge_napi::{CallInfo, Env, Error, Result, Value};

/// `isUtf8(input)`: whether a typed array's or array buffer's bytes are well-formed UTF-8.
pub fn is_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    validate(env, info.arg(0), edge_encoding::utf8::is_utf8)
}

/// `isAscii(input)`.
pub fn is_ascii(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    validate(env, info.arg(0), edge_encoding::ascii::is_ascii)
}

fn validate(env: Env, input: Value, is_valid: fn(&[u8]) -> bool) -> Result<Value> {
    let bytes = env.view_bytes(input)?;
    if bytes.len == 0 && is_detached(env, input)? {
        return Err(Error::error("ERR_INVALID_STATE", "Cannot validate on a detached buffer"));
    }
    env.boolean(env.with_bytes(input, |bytes| is_valid(bytes))?)
}

fn is_detached(env: Env, input: Value) -> Result<bool> {
    let buffer = if env.is_typed_array(input)? { env.typed_array_info(input)?.2 } else { input };
    if !env.is_array_buffer(buffer)? {
        return Ok(false);
    }
    let mut is_detached = false;
    // SAFETY: `Env` promises a live environment on this thread; the out pointer lives for the call.
    let status = unsafe { (env.js().napi_is_detached_arraybuffer)(env.raw(), buffer.0, &mut is_detached) };
    if status == edge_napi::types::napi_status::napi_ok { Ok(is_detached) } else { Err(status.into()) }
}
