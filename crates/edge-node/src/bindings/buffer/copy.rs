//! `copy` and `copyArrayBuffer`.

use super::args;
use edge_napi::{CallInfo, Env, Result, Value};

/// `copy(source, target, targetStart, sourceStart, count)`: the number of bytes copied, never more than both sides have.
pub fn copy(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (source, target) = (info.arg(0), info.arg(1));
    args::expect_view(env, source)?;
    args::expect_view(env, target)?;
    let target_start = args::index(env, info.arg(2), 0)?;
    let source_start = args::index(env, info.arg(3), 0)?;
    let count = args::index(env, info.arg(4), 0)?;
    env.size(env.copy_range(source, source_start, target, target_start, count)?)
}

/// `copyArrayBuffer(destination, destinationOffset, source, sourceOffset, count)`.
pub fn copy_array_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (destination, source) = (info.arg(0), info.arg(2));
    args::expect_any_array_buffer(env, destination)?;
    args::expect_any_array_buffer(env, source)?;
    let destination_offset = args::index(env, info.arg(1), 0)?;
    let source_offset = args::index(env, info.arg(3), 0)?;
    let count = args::index(env, info.arg(4), 0)?;
    let room = args::byte_length(env, destination)?.checked_sub(destination_offset);
    let rest = args::byte_length(env, source)?.checked_sub(source_offset);
    if room.is_none_or(|room| room < count) || rest.is_none_or(|rest| rest < count) {
        return Err(args::value_out_of_range("bytesToCopy"));
    }
    env.copy_range(source, source_offset, destination, destination_offset, count)?;
    Ok(info.undefined())
}
