//! Arguments of file calls.

use crate::text::encode_string;
use edge_encoding::Encoding;
use edge_napi::types::napi_valuetype;
use edge_napi::{Env, Error, Result, Value};

/// A path's bytes: a string as UTF-8, or the bytes of a `Buffer`. The library has validated it; anything else is an error.
pub fn path(env: Env, v: Value) -> Result<Vec<u8>> {
    match env.type_of(v)? {
        napi_valuetype::napi_string => encode_string(env, v, Encoding::Utf8),
        napi_valuetype::napi_object if env.is_array_buffer_view(v)? => env.bytes_to_vec(v),
        _ => Err(Error::invalid_arg_type("The \"path\" argument must be of type string or an instance of Buffer or URL.")),
    }
}

/// A position in a file from a number or a bigint: `None` (the file's own) for anything negative, unsafe or of another type.
pub fn position(env: Env, v: Value) -> Result<Option<u64>> {
    let number = match env.type_of(v)? {
        napi_valuetype::napi_number => {
            let number = env.get_f64(v)?;
            if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0 { number as i64 } else { -1 }
        }
        napi_valuetype::napi_bigint => env.get_bigint_i64(v)?.0,
        _ => -1,
    };
    Ok(u64::try_from(number).ok())
}

/// A user or group id; -1 (which is `u32::MAX`) leaves it as it is.
pub fn id(env: Env, v: Value) -> Result<Option<u32>> {
    let number = env.get_f64(v)?;
    Ok((0.0..4_294_967_295.0).contains(&number).then_some(number as u32))
}

/// The most buffers of one vectored call, and the most bytes: the kernel's own limits. A program may name one buffer many times, so
/// without them it could make the host allocate without end.
pub const MAX_BUFFERS: usize = 1024;
/// See [`MAX_BUFFERS`].
pub const MAX_BYTES: usize = 0x7fff_f000;

/// A range of a view of `size` bytes.
pub fn range(offset: f64, length: f64, size: usize) -> Result<(usize, usize)> {
    if !(offset >= 0.0 && offset <= size as f64) {
        return Err(Error::range_error("ERR_OUT_OF_RANGE", "The value of \"offset\" is out of range."));
    }
    if !(length >= 0.0 && length <= size as f64 - offset) {
        return Err(Error::range_error("ERR_OUT_OF_RANGE", "The value of \"length\" is out of range."));
    }
    Ok((offset as usize, length as usize))
}

/// A descriptor, checked as Node's `GetValidatedFd` does.
pub fn fd(env: Env, v: Value) -> Result<i32> {
    if !env.is_number(v)? {
        let message = format!("The \"fd\" argument must be of type number. Received {}", received(env, v)?);
        return Err(Error::invalid_arg_type(message));
    }
    let number = env.get_f64(v)?;
    if number.fract() == 0.0 && (0.0..=f64::from(i32::MAX)).contains(&number) {
        return Ok(number as i32);
    }
    let bounds = if number.is_finite() && (number < 0.0 || number > f64::from(i32::MAX)) { ">= 0 && <= 2147483647" } else { "an integer" };
    let text = env.to_string_lossy(v)?;
    Err(Error::range_error("ERR_OUT_OF_RANGE", format!("The value of \"fd\" is out of range. It must be {bounds}. Received {text}")))
}

/// What a value of the wrong type is called in an error.
fn received(env: Env, v: Value) -> Result<String> {
    Ok(match env.type_of(v)? {
        napi_valuetype::napi_undefined => "undefined".to_owned(),
        napi_valuetype::napi_null => "null".to_owned(),
        napi_valuetype::napi_function => "function".to_owned(),
        napi_valuetype::napi_string => {
            let text = env.get_string(v)?;
            if text.chars().count() > 28 {
                format!("type string ('{}...')", text.chars().take(25).collect::<String>())
            } else {
                format!("type string ('{text}')")
            }
        }
        napi_valuetype::napi_boolean => format!("type boolean ({})", env.get_bool(v)?),
        napi_valuetype::napi_bigint => format!("type bigint ({})", env.to_string_lossy(v)?),
        napi_valuetype::napi_symbol => format!("Symbol({})", {
            let description = env.get(v, "description")?;
            if env.is_string(description)? { env.get_string(description)? } else { String::new() }
        }),
        _ => format!("an instance of {}", env.get_string(env.constructor_name(v)?)?),
    })
}

/// The mode of `access` or the flags of `copyFile`: 0..7, 0 when there is none.
pub fn small_mode(env: Env, v: Value) -> Result<i32> {
    if env.is_nullish(v)? {
        return Ok(0);
    }
    if !env.is_number(v)? {
        return Err(Error::invalid_arg_type("mode must be int32 or null/undefined"));
    }
    let number = env.get_f64(v)?;
    if !number.is_finite() {
        return Err(Error::range_error("ERR_OUT_OF_RANGE", "mode is out of range"));
    }
    let number = number.trunc();
    if (0.0..=7.0).contains(&number) {
        return Ok(number as i32);
    }
    Err(Error::range_error("ERR_OUT_OF_RANGE", "mode is out of range: >= 0 && <= 7"))
}
