//! `atob` and `btoa`, whose errors the library makes of the numbers answered here.

use crate::text::{expect_string, text};
use edge_encoding::base64::{ForgivingError, Variant, decode_forgiving, encode};
use edge_encoding::{Text, latin1};
use edge_napi::{CallInfo, Env, Result, Value};

/// `atob(string)`: the decoded text, -1 when one digit is left over, -2 for an invalid character.
pub fn atob(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    match env.with_str(info.arg(0), |s| decode_forgiving(text(s)))? {
        Ok(bytes) => env.string_latin1(&bytes),
        Err(ForgivingError::SingleCharacterRemained) => env.int32(-1),
        Err(ForgivingError::InvalidCharacter) => env.int32(-2),
    }
}

/// `btoa(string)`: its base64 text, -1 when a character is above U+00FF.
pub fn btoa(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    let encoded = env.with_str(info.arg(0), |s| match text(s) {
        Text::Latin1(bytes) => Some(encode(bytes, Variant::Standard)),
        Text::Utf16(units) if units.iter().any(|&unit| unit > 0xff) => None,
        Text::Utf16(units) => Some(encode(&latin1::narrow(units), Variant::Standard)),
    })?;
    match encoded {
        Some(encoded) => env.string_latin1(&encoded),
        None => env.int32(-1),
    }
}
