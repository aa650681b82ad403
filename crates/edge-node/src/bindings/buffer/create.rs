//! Buffers made by native code.

use crate::Environment;
use edge_napi::types::napi_typedarray_type;
use edge_napi::{CallInfo, Env, Result, Value};

/// Root of `Buffer.prototype`.
const PROTOTYPE: &str = "buffer.prototype";

/// `setBufferPrototype(prototype)`: from here on native code can make Buffers.
pub fn set_buffer_prototype(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root(PROTOTYPE, info.arg(0))?;
    Ok(info.undefined())
}

/// A `Buffer` with a copy of `bytes`.
///
/// # Errors
/// Before the library has called `setBufferPrototype`; when memory runs out.
pub fn new_buffer(env: Env, bytes: &[u8]) -> Result<Value> {
    let buffer = env.array_buffer_from(bytes)?;
    view_as_buffer(env, buffer, 0, bytes.len())
}

/// A `Buffer` over part of an ArrayBuffer.
///
/// # Errors
/// As [`new_buffer`]; when the part does not lie inside.
pub fn view_as_buffer(env: Env, array_buffer: Value, byte_offset: usize, length: usize) -> Result<Value> {
    let prototype = Environment::of(env)?.expect_root(PROTOTYPE)?;
    let buffer = env.typed_array(napi_typedarray_type::napi_uint8_array, array_buffer, byte_offset, length)?;
    env.set_prototype(buffer, prototype)?;
    Ok(buffer)
}

/// `getZeroFillToggle()`: the flag by which the library asks for memory that is not cleared. The engine always clears it (the pages
/// of a fresh allocation are zero anyway), so nothing looks at this flag.
pub fn get_zero_fill_toggle(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let _ = info;
    let buffer = env.array_buffer(4)?;
    let toggle = env.typed_array(napi_typedarray_type::napi_uint32_array, buffer, 0, 1)?;
    env.set_index(toggle, 0, env.int32(1)?)?;
    Ok(toggle)
}
