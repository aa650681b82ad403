//! `buf.hexWrite(string, offset, length)` and its kin: a string to bytes.

use super::args;
use crate::text::{self, text};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};

macro_rules! writes {
    ($($name:ident => $encoding:ident),* $(,)?) => {$(
        pub fn $name(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            write(env, info.this(), [info.arg(0), info.arg(1), info.arg(2)], Encoding::$encoding)
        }
    )*};
}
writes! {
    base64_write => Base64,
    base64url_write => Base64Url,
    hex_write => Hex,
    ucs2_write => Ucs2,
}

macro_rules! static_writes {
    ($($name:ident => $encoding:ident),* $(,)?) => {$(
        pub fn $name(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            write(env, info.arg(0), [info.arg(1), info.arg(2), info.arg(3)], Encoding::$encoding)
        }
    )*};
}
static_writes! {
    ascii_write_static => Ascii,
    latin1_write_static => Latin1,
    utf8_write_static => Utf8,
}

fn write(env: Env, buffer: Value, [string, offset, length]: [Value; 3], encoding: Encoding) -> Result<Value> {
    args::expect_view(env, buffer)?;
    text::expect_string(env, string)?;
    let size = args::byte_length(env, buffer)?;
    let offset = args::index(env, offset, 0)?;
    if offset > size {
        return Err(Error::range_error("ERR_BUFFER_OUT_OF_BOUNDS", "\"offset\" is outside of buffer bounds"));
    }
    let length = args::index(env, length, size - offset)?;
    let written = env.with_str_and_bytes(string, buffer, |s, bytes| {
        let room = bytes.get_mut(offset..).unwrap_or_default();
        let length = length.min(room.len());
        edge_encoding::encode_into(text(s), encoding, &mut room[..length]).written
    })?;
    env.size(written)
}

/// `byteLengthUtf8(string)`.
pub fn byte_length_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let length = env.with_str(info.arg(0), |s| edge_encoding::utf8::byte_length(text(s)))?;
    env.size(length)
}
