//! Arguments as Node's buffer functions read them.

use edge_napi::types::napi_status;
use edge_napi::{ClassKind, Env, Error, Result, Value};

/// Refuses anything but a typed array or a DataView.
pub fn expect_view(env: Env, value: Value) -> Result<()> {
    if is_view(env, value)? { Ok(()) } else { Err(Error::invalid_arg_type("argument must be a buffer")) }
}

/// Whether it is a typed array or a DataView.
pub fn is_view(env: Env, value: Value) -> Result<bool> {
    let kind = env.class_kind(value)? as u32;
    Ok((ClassKind::DataView as u32..=ClassKind::Float64Array as u32).contains(&kind))
}

/// Refuses anything but an ArrayBuffer or a SharedArrayBuffer.
pub fn expect_any_array_buffer(env: Env, value: Value) -> Result<()> {
    match env.class_kind(value)? {
        ClassKind::ArrayBuffer | ClassKind::SharedArrayBuffer => Ok(()),
        _ => Err(Error::invalid_arg_type("argument must be an ArrayBuffer or SharedArrayBuffer")),
    }
}

/// The number of bytes of a view.
pub fn byte_length(env: Env, view: Value) -> Result<usize> {
    Ok(env.view_bytes(view)?.len)
}

/// An index: `undefined` is `default`, everything else becomes an integer, which may run JavaScript. Below zero:
/// `ERR_OUT_OF_RANGE`.
pub fn index(env: Env, value: Value, default: usize) -> Result<usize> {
    let number = match env.get_f64(value) {
        Ok(number) => number,
        Err(Error::Status(napi_status::napi_number_expected)) => {
            if env.is_undefined(value)? {
                return Ok(default);
            }
            env.get_f64(env.to_number(value)?)?
        }
        Err(error) => return Err(error),
    };
    if number <= -1.0 {
        return Err(index_out_of_range());
    }
    // Truncates; NaN is 0, what is too large saturates and is then past every buffer's end.
    Ok(number as usize)
}

/// A number as a 64-bit integer, as far as it is one; anything else is 0.
pub fn integer(env: Env, value: Value) -> Result<i64> {
    match env.get_f64(value) {
        Ok(number) => Ok(number as i64),
        Err(Error::Status(napi_status::napi_number_expected)) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Node's answer to an index that no buffer has.
pub fn index_out_of_range() -> Error {
    Error::range_error("ERR_OUT_OF_RANGE", "Index out of range")
}

/// `The value of "name" is out of range.`
pub fn value_out_of_range(name: &str) -> Error {
    Error::range_error("ERR_OUT_OF_RANGE", format!("The value of \"{name}\" is out of range."))
}
