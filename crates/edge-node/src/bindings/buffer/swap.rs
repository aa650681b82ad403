//! `swap16`, `swap32`, `swap64`: in place; the buffer itself is the answer.

use super::args;
use edge_encoding::swap;
use edge_napi::{CallInfo, Env, Error, Result, Value};

pub fn swap16(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    swapped(env, info, swap::swap16, "16-bits")
}

pub fn swap32(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    swapped(env, info, swap::swap32, "32-bits")
}

pub fn swap64(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    swapped(env, info, swap::swap64, "64-bits")
}

fn swapped(env: Env, info: &CallInfo<'_>, swap: fn(&mut [u8]) -> bool, unit: &str) -> Result<Value> {
    let buffer = info.arg(0);
    args::expect_view(env, buffer)?;
    if env.with_bytes(buffer, swap)? {
        return Ok(buffer);
    }
    Err(Error::range_error("ERR_INVALID_BUFFER_SIZE", format!("Buffer size must be a multiple of {unit}")))
}
