//! `buf.asciiSlice(start, end)` and its kin: bytes to a string.

use super::args;
use crate::text;
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Result, Value};

macro_rules! slices {
    ($($name:ident => $encoding:ident),* $(,)?) => {$(
        pub fn $name(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            slice(env, info, Encoding::$encoding)
        }
    )*};
}
slices! {
    ascii_slice => Ascii,
    base64_slice => Base64,
    base64url_slice => Base64Url,
    latin1_slice => Latin1,
    hex_slice => Hex,
    ucs2_slice => Ucs2,
    utf8_slice => Utf8,
}

fn slice(env: Env, info: &CallInfo<'_>, encoding: Encoding) -> Result<Value> {
    let buffer = info.this();
    args::expect_view(env, buffer)?;
    let length = args::byte_length(env, buffer)?;
    if length == 0 {
        return env.string_latin1(b"");
    }
    let start = args::index(env, info.arg(0), 0)?;
    let end = args::index(env, info.arg(1), length)?.max(start);
    if end > length {
        return Err(args::index_out_of_range());
    }
    text::decode_view(env, buffer, start, end, encoding)
}
