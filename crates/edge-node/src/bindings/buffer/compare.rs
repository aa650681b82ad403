//! `compare` and `compareOffset`.

use super::args;
use edge_napi::{CallInfo, Env, Result, Value};

/// `compare(a, b)`: -1, 0 or 1.
pub fn compare(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (a, b) = (info.arg(0), info.arg(1));
    args::expect_view(env, a)?;
    args::expect_view(env, b)?;
    env.int32(env.with_two_views(a, b, edge_encoding::compare)?)
}

/// `compareOffset(source, target, targetStart, sourceStart, targetEnd, sourceEnd)`: -1, 0 or 1.
pub fn compare_offset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (source, target) = (info.arg(0), info.arg(1));
    args::expect_view(env, source)?;
    args::expect_view(env, target)?;
    let (source_length, target_length) = (args::byte_length(env, source)?, args::byte_length(env, target)?);
    let target_start = args::index(env, info.arg(2), 0)?;
    let source_start = args::index(env, info.arg(3), 0)?;
    let target_end = args::index(env, info.arg(4), target_length)?;
    let source_end = args::index(env, info.arg(5), source_length)?;
    if source_start > source_length || source_start > source_end {
        return Err(args::value_out_of_range("sourceStart"));
    }
    if target_start > target_length || target_start > target_end {
        return Err(args::value_out_of_range("targetStart"));
    }
    let order = env.with_two_views(source, target, |source, target| {
        edge_encoding::compare(part(source, source_start, source_end), part(target, target_start, target_end))
    })?;
    env.int32(order)
}

/// The bytes `start..end`, as far as there are any.
fn part(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    let end = end.min(bytes.len());
    &bytes[start.min(end)..end]
}
