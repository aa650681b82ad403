//! `Http2Stream` as a stream like others: what the library's stream code calls. Every write waits for its end; shutting down does not.

use super::stream::Http2Stream;
use crate::async_context::uid_fields;
use crate::bindings::stream_base::{BYTES_WRITTEN, LAST_WRITE_WAS_ASYNC, ONREAD, StreamRequest, collect_chunks, set_shared};
use crate::text::encode_string;
use crate::{AsyncWrap, Environment};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;
use std::rc::Rc;

fn stream(env: Env, info: &CallInfo<'_>) -> Result<Rc<Http2Stream>> {
    AsyncWrap::state_of(env, info.this())
}

/// `fd`: there is none.
pub fn get_fd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?;
    env.int32(-1)
}

/// `_externalStream`: a pointer, for native code of Node's own.
pub fn get_external_stream(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("_externalStream"))
}

/// `bytesRead`.
pub fn get_bytes_read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(stream(env, info)?.bytes_read.get() as f64)
}

/// `bytesWritten`.
pub fn get_bytes_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(stream(env, info)?.bytes_written.get() as f64)
}

/// `onread`, `undefined` before it is set.
pub fn get_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?;
    env.get_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?)
}

/// `onread = function`.
pub fn set_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"onread\" property must be of type function"));
    }
    env.set_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?, info.arg(0))?;
    Ok(info.undefined())
}

/// `readStart()` → 0.
pub fn read_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?.read_start();
    env.int32(0)
}

/// `readStop()` → 0.
pub fn read_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?.read_stop();
    env.int32(0)
}

/// `shutdown(req)` → 1: it is done, `oncomplete` is not called.
pub fn shutdown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.int32(if stream(env, info)?.shut_down() { 1 } else { Errno::EPIPE.uv() })
}

/// `useUserBuffer(buffer)`: the library never does this with these streams.
pub fn use_user_buffer(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("useUserBuffer of an HTTP/2 stream"))
}

fn write(env: Env, info: &CallInfo<'_>, bytes: Vec<u8>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let stream = wrap.state::<Http2Stream>()?;
    let ids = &environment.async_hooks()?.ids;
    let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, wrap.ids().async_id);
    let request = StreamRequest::begin(&environment, &wrap, info.arg(0), "WriteWrap", "WRITEWRAP");
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
    let total = bytes.len();
    stream.write(bytes, request?);
    set_shared(&environment, BYTES_WRITTEN, total as i32)?;
    set_shared(&environment, LAST_WRITE_WAS_ASYNC, 1)?;
    env.int32(0)
}

/// `writeBuffer(req, uint8Array)`.
pub fn write_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_array_buffer_view(info.arg(1))? {
        return Err(Error::invalid_arg_type("Second argument must be a buffer"));
    }
    let bytes = env.bytes_to_vec(info.arg(1))?;
    write(env, info, bytes)
}

/// `writev(req, chunks, allBuffers)`.
pub fn writev(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let bytes = collect_chunks(env, info.arg(1), info.arg(2))?;
    write(env, info, bytes)
}

fn write_string(env: Env, info: &CallInfo<'_>, encoding: Encoding) -> Result<Value> {
    if !env.is_string(info.arg(1))? {
        return Err(Error::invalid_arg_type("Second argument must be a string"));
    }
    let bytes = encode_string(env, info.arg(1), encoding)?;
    write(env, info, bytes)
}

/// `writeAsciiString(req, string)`.
pub fn write_ascii(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Ascii)
}
/// `writeUtf8String(req, string)`.
pub fn write_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Utf8)
}
/// `writeUcs2String(req, string)`.
pub fn write_ucs2(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Ucs2)
}
/// `writeLatin1String(req, string)`.
pub fn write_latin1(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Latin1)
}
