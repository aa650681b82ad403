//! Values of SQL as values of JavaScript, and back.

use edge_napi::types::napi_valuetype;
use edge_napi::{Env, Error, Result, Value};
use edge_sqlite::Datum;

const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// A value of JavaScript that SQL has too.
pub enum Owned {
    Null,
    Integer(i64),
    Float(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    pub fn datum(&self) -> Datum<'_> {
        match self {
            Owned::Null => Datum::Null,
            Owned::Integer(value) => Datum::Integer(*value),
            Owned::Float(value) => Datum::Float(*value),
            Owned::Text(text) => Datum::Text(text.as_bytes()),
            Owned::Blob(bytes) => Datum::Blob(bytes),
        }
    }
}

/// Why a value of JavaScript has no counterpart.
pub enum Unfit {
    /// A bigint of more than 64 bits.
    TooLarge,
    /// Nothing of the kind.
    Kind,
}

/// Null, numbers, strings, array buffer views and bigints; anything else is unfit.
pub fn from_js(env: Env, value: Value) -> Result<std::result::Result<Owned, Unfit>> {
    Ok(Ok(match env.type_of(value)? {
        napi_valuetype::napi_null => Owned::Null,
        napi_valuetype::napi_number => Owned::Float(env.get_f64(value)?),
        napi_valuetype::napi_string => Owned::Text(env.to_string_lossy(value)?),
        napi_valuetype::napi_bigint => match env.get_bigint_i64(value)? {
            (value, true) => Owned::Integer(value),
            _ => return Ok(Err(Unfit::TooLarge)),
        },
        napi_valuetype::napi_object if env.is_array_buffer_view(value)? => Owned::Blob(env.bytes_to_vec(value)?),
        _ => return Ok(Err(Unfit::Kind)),
    }))
}

/// With `big`, integers are bigints; without, those that a number cannot have are a RangeError.
pub fn to_js(env: Env, value: Datum<'_>, big: bool) -> Result<Value> {
    match value {
        Datum::Null => env.null(),
        Datum::Integer(value) => integer(env, value, big),
        Datum::Float(value) => env.number(value),
        Datum::Text(text) => env.string_from_utf8_lossy(text),
        Datum::Blob(bytes) => env.uint8_array_from(bytes),
    }
}

/// An integer, as [`to_js`] has it.
pub fn integer(env: Env, value: i64, big: bool) -> Result<Value> {
    if big {
        return env.bigint_i64(value);
    }
    if value.unsigned_abs() > MAX_SAFE_INTEGER {
        let message = format!("Value is too large to be represented as a JavaScript number: {value}");
        return Err(Error::range_error("ERR_OUT_OF_RANGE", message));
    }
    env.number(value as f64)
}
