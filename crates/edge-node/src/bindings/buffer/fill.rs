//! `fill(buffer, value, start, end, encoding)`.

use super::args;
use crate::text::{self, text};
use edge_encoding::{Encoding, fill_pattern};
use edge_napi::{CallInfo, Env, Result, Value};

/// The answer to a range that the buffer does not have; the library throws.
const OUT_OF_RANGE: i32 = -2;
/// The answer to a value without bytes; the library throws.
const NO_BYTES: i32 = -1;

/// Fills a range with repetitions of a view's bytes, of a string's bytes or of one number. Undefined, or one of the two answers above.
pub fn fill(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (buffer, value) = (info.arg(0), info.arg(1));
    args::expect_view(env, buffer)?;
    let start = args::index(env, info.arg(2), 0)?;
    let end = args::index(env, info.arg(3), 0)?;
    if start > end || end > args::byte_length(env, buffer)? {
        return env.int32(OUT_OF_RANGE);
    }
    let pattern_len = if args::is_view(env, value)? {
        let pattern_len = args::byte_length(env, value)?;
        // The pattern may be part of the very bytes that are filled; `copy_range` allows that.
        env.copy_range(value, 0, buffer, start, pattern_len.min(end - start))?;
        pattern_len
    } else if env.is_string(value)? {
        let encoding = text::parse_encoding(env, info.arg(4), Encoding::Utf8)?;
        env.with_str_and_bytes(value, buffer, |s, bytes| fill_start(text(s), encoding, range(bytes, start, end)))?
    } else {
        let byte = to_byte(env, value)?;
        env.with_bytes(buffer, |bytes| range(bytes, start, end).fill(byte))?;
        return Ok(info.undefined());
    };
    if pattern_len == 0 && start < end {
        return env.int32(NO_BYTES);
    }
    env.with_bytes(buffer, |bytes| fill_pattern(range(bytes, start, end), pattern_len))?;
    Ok(info.undefined())
}

/// Writes the pattern once, cut where the room ends even inside a character; its length, at most the room's.
fn fill_start(text: edge_encoding::Text<'_>, encoding: Encoding, room: &mut [u8]) -> usize {
    let written = edge_encoding::encode_into(text, encoding, room).written;
    let is_cut = matches!(encoding, Encoding::Utf8 | Encoding::Buffer | Encoding::Ucs2)
        && written < room.len()
        && written < edge_encoding::byte_length(text, encoding);
    if !is_cut {
        return written;
    }
    let bytes = edge_encoding::encode_to_vec(text, encoding);
    let count = bytes.len().min(room.len());
    room[..count].copy_from_slice(&bytes[..count]);
    count
}

/// `ToUint32(value) & 255`; may run JavaScript.
fn to_byte(env: Env, value: Value) -> Result<u8> {
    Ok(env.get_u32(env.to_number(value)?)? as u8)
}

/// The bytes `start..end`, as far as the buffer still has them.
fn range(bytes: &mut [u8], start: usize, end: usize) -> &mut [u8] {
    let end = end.min(bytes.len());
    &mut bytes[start.min(end)..end]
}
