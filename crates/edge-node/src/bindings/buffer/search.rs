//! `indexOfString`, `indexOfBuffer`, `indexOfNumber`.

use super::args;
use crate::text;
use edge_encoding::Encoding;
use edge_encoding::search::{Direction, index_of, index_of_byte, index_of_ucs2};
use edge_napi::{CallInfo, Env, Result, Value};

/// `indexOfString(buffer, string, byteOffset, encoding, isForward)`.
pub fn index_of_string(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (buffer, string) = (info.arg(0), info.arg(1));
    args::expect_view(env, buffer)?;
    text::expect_string(env, string)?;
    let offset = args::integer(env, info.arg(2))?;
    let encoding = text::parse_encoding(env, info.arg(3), Encoding::Utf8)?;
    let direction = direction(env, info.arg(4))?;
    let needle = text::encode_string(env, string, encoding)?;
    let found = env.with_bytes(buffer, |haystack| {
        if encoding == Encoding::Ucs2 {
            // An odd last byte belongs to no unit.
            let even = haystack.len() & !1;
            index_of_ucs2(&haystack[..even], &needle, offset, direction)
        } else {
            index_of(haystack, &needle, offset, direction)
        }
    })?;
    answer(env, found)
}

/// `indexOfBuffer(buffer, needle, byteOffset, encoding, isForward)`.
pub fn index_of_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (buffer, needle) = (info.arg(0), info.arg(1));
    args::expect_view(env, buffer)?;
    args::expect_view(env, needle)?;
    let offset = args::integer(env, info.arg(2))?;
    let encoding = text::parse_encoding(env, info.arg(3), Encoding::Utf8)?;
    let direction = direction(env, info.arg(4))?;
    let found = env.with_two_views(buffer, needle, |haystack, needle| {
        let search = if encoding == Encoding::Ucs2 { index_of_ucs2 } else { index_of };
        search(haystack, needle, offset, direction)
    })?;
    answer(env, found)
}

/// `indexOfNumber(buffer, byte, byteOffset, isForward)`.
pub fn index_of_number(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let buffer = info.arg(0);
    args::expect_view(env, buffer)?;
    // Only the low byte counts, whatever the number.
    let byte = args::integer(env, info.arg(1))? as u8;
    let offset = args::integer(env, info.arg(2))?;
    let direction = direction(env, info.arg(3))?;
    let found = env.with_bytes(buffer, |haystack| index_of_byte(haystack, byte, offset, direction))?;
    answer(env, found)
}

fn direction(env: Env, is_forward: Value) -> Result<Direction> {
    Ok(if env.truthy(is_forward)? { Direction::Forward } else { Direction::Backward })
}

fn answer(env: Env, found: Option<usize>) -> Result<Value> {
    match found {
        Some(at) => env.size(at),
        None => env.int32(-1),
    }
}
