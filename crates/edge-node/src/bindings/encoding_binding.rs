//! `internalBinding('encoding_binding')`: `TextEncoder`, the one-shot paths of `TextDecoder`, and IDNA.

use crate::text::{decode_view_with, expect_string, text};
use crate::{Binding, Environment, Target, natives};
use ada_url::Idna;
use edge_encoding::{latin1, utf8};
use edge_napi::types::napi_typedarray_type;
use edge_napi::{CallInfo, ClassKind, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "encoding_binding",
    natives: natives!("encoding_binding";
        "encodeInto" => encode_into,
        "encodeUtf8String" => encode_utf8_string,
        "decodeUTF8" => decode_utf8,
        "decodeLatin1" => decode_latin1,
        "toASCII" => to_ascii,
        "toUnicode" => to_unicode,
    ),
    init,
};

/// Root of the shared array: code units read, bytes written.
const RESULTS: &str = "encoding_binding.encodeIntoResults";

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.aliased::<u32>("encodeIntoResults", 2)?;
    Ok(())
}

/// `encodeInto(source, destination)`: answers in `encodeIntoResults`.
fn encode_into(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (source, destination) = (info.arg(0), info.arg(1));
    expect_string(env, source)?;
    if env.class_kind(destination)? != ClassKind::Uint8Array {
        return Err(Error::invalid_arg_type("The \"dest\" argument must be an instance of Uint8Array."));
    }
    let progress = env.with_str_and_bytes(source, destination, |s, bytes| utf8::encode_into(text(s), bytes))?;
    // Both fit: a string has fewer than 2^30 units, an array buffer fewer than 2^32 bytes.
    Environment::of(env)?.aliased::<u32>(RESULTS)?.set_all(&[progress.read as u32, progress.written as u32]);
    Ok(info.undefined())
}

/// `encodeUtf8String(string)`: a plain `Uint8Array`.
fn encode_utf8_string(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let string = info.arg(0);
    expect_string(env, string)?;
    let length = env.with_str(string, |s| utf8::byte_length(text(s)))?;
    let buffer = env.array_buffer(length)?;
    env.with_str_and_bytes(string, buffer, |s, bytes| utf8::encode_into(text(s), bytes))?;
    env.typed_array(napi_typedarray_type::napi_uint8_array, buffer, 0, length)
}

/// `decodeUTF8(input, ignoreBOM, fatal)`.
fn decode_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let input = info.arg(0);
    if !is_bytes(env, input)? {
        return Err(Error::invalid_arg_type(
            "The \"list\" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.",
        ));
    }
    let ignore_bom = is_true(env, info.arg(1))?;
    let is_fatal = is_true(env, info.arg(2))?;
    decode_view_with(env, input, |bytes| {
        let body = if ignore_bom { bytes } else { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) };
        if is_fatal { utf8::decode_fatal(body).map_err(|_| invalid_data("utf-8")) } else { Ok(utf8::decode(body)) }
    })
}

/// `decodeLatin1(input, ignoreBOM, fatal)`. As in Node 24.12 this is Latin-1 proper, not windows-1252, and with `ignoreBOM` a
/// leading byte FF is dropped; no input is invalid.
fn decode_latin1(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let input = info.arg(0);
    if !is_bytes(env, input)? {
        return Err(Error::invalid_arg_type(
            "The \"input\" argument must be an instance of ArrayBuffer, SharedArrayBuffer, or ArrayBufferView.",
        ));
    }
    let ignore_bom = is_true(env, info.arg(1))?;
    decode_view_with(env, input, |bytes| Ok(latin1::decode(if ignore_bom { bytes.strip_prefix(b"\xff").unwrap_or(bytes) } else { bytes })))
}

/// `toASCII(domain)`: the empty string when it is no domain.
fn to_ascii(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    env.string(&Idna::ascii(&env.get_string(info.arg(0))?))
}

/// `toUnicode(domain)`.
fn to_unicode(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    env.string(&Idna::unicode(&env.get_string(info.arg(0))?))
}

/// What a decoder throws in fatal mode.
pub fn invalid_data(encoding: &str) -> Error {
    Error::type_error("ERR_ENCODING_INVALID_ENCODED_DATA", format!("The encoded data was not valid for encoding {encoding}"))
}

/// Whether it has bytes: an array buffer, shared or not, or a view of one.
pub fn is_bytes(env: Env, value: Value) -> Result<bool> {
    let kind = env.class_kind(value)? as u32;
    Ok((ClassKind::ArrayBuffer as u32..=ClassKind::Float64Array as u32).contains(&kind))
}

fn is_true(env: Env, value: Value) -> Result<bool> {
    Ok(env.type_of(value)? == edge_napi::types::napi_valuetype::napi_boolean && env.get_bool(value)?)
}
