//! Engine strings and [`edge_encoding`]: what every binding that takes or makes text goes through.

use edge_encoding::{Decoded, Encoding, Text};
use edge_napi::types::napi_valuetype;
use edge_napi::{Env, Error, Result, Str, Value};

/// The longest string that bindings make, in code units (`buffer.constants.MAX_STRING_LENGTH`): V8's on 64 bits, which programs and
/// error texts know. The engine's own limit is higher.
pub const STRING_MAX_LENGTH: usize = (1 << 29) - 24;

/// The engine's text as a source for [`edge_encoding`].
#[must_use]
pub const fn text(s: Str<'_>) -> Text<'_> {
    match s {
        Str::Latin1(bytes) => Text::Latin1(bytes),
        Str::Utf16(units) => Text::Utf16(units),
    }
}

/// A string of decoded text. Too long: `ERR_STRING_TOO_LONG`.
pub fn string_value(env: Env, decoded: &Decoded<'_>) -> Result<Value> {
    if decoded.as_text().len() > STRING_MAX_LENGTH {
        let message = format!("Cannot create a string longer than {STRING_MAX_LENGTH:#x} characters");
        return Err(Error::error("ERR_STRING_TOO_LONG", message));
    }
    match decoded {
        Decoded::Latin1(bytes) => env.string_latin1(bytes),
        Decoded::Utf16(units) => env.string_utf16(units),
    }
}

/// A string of host bytes, as `buf.toString(encoding)` would read them.
pub fn decode_bytes(env: Env, bytes: &[u8], encoding: Encoding) -> Result<Value> {
    string_value(env, &edge_encoding::decode(bytes, encoding))
}

/// A string of the bytes `start..end` of a view; a range past the view's end is cut.
pub fn decode_view(env: Env, view: Value, start: usize, end: usize, encoding: Encoding) -> Result<Value> {
    decode_view_with(env, view, |bytes| {
        let end = end.min(bytes.len());
        Ok(edge_encoding::decode(&bytes[start.min(end)..end], encoding))
    })
}

/// A string of what `decode` makes of a view's bytes, without a copy in between where they already are the text.
pub fn decode_view_with<'a>(env: Env, view: Value, decode: impl FnOnce(&'a [u8]) -> Result<Decoded<'a>>) -> Result<Value> {
    let bytes = env.view_bytes(view)?;
    // SAFETY: the view is in a live handle, so its bytes stay; making a string allocates and copies but runs no JavaScript.
    let bytes: &'a [u8] = unsafe { bytes.slice() };
    string_value(env, &decode(bytes)?)
}

/// A string's bytes in an encoding, as `Buffer.from(string, encoding)` would make them.
pub fn encode_string(env: Env, string: Value, encoding: Encoding) -> Result<Vec<u8>> {
    env.with_str(string, |s| edge_encoding::encode_to_vec(text(s), encoding))
}

/// The encoding that a value names: a name, or a number of `string_decoder.encodings`. Anything else is `default`.
pub fn parse_encoding(env: Env, value: Value, default: Encoding) -> Result<Encoding> {
    Ok(match env.type_of(value)? {
        napi_valuetype::napi_string => env.with_str(value, |s| match s {
            Str::Latin1(name) => std::str::from_utf8(name).ok().and_then(Encoding::from_name),
            Str::Utf16(_) => None,
        })?,
        napi_valuetype::napi_number => Encoding::from_index(i64::from(env.get_i32(value)?)),
        _ => None,
    }
    .unwrap_or(default))
}

/// Refuses anything but a string as Node's bindings do.
pub fn expect_string(env: Env, value: Value) -> Result<()> {
    if env.is_string(value)? { Ok(()) } else { Err(Error::invalid_arg_type("argument must be a string")) }
}
