//! The writing half of a stream's object: what there is room for goes out at once; for the rest the request object becomes an async
//! resource, and its `oncomplete(status, handle, undefined)` is called when it is done.

use super::{BYTES_WRITTEN, LAST_WRITE_WAS_ASYNC, StreamBase, StreamRequest, method, set_shared};
use crate::text::{encode_string, parse_encoding};
use crate::{AsyncWrap, Environment};
use edge_encoding::Encoding;
use edge_loop::Stream;
use edge_napi::types::napi_typedarray_type;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;
use edge_wasix::fs::File;
use std::rc::Rc;
use std::sync::Arc;

/// `new WriteWrap()`, `new ShutdownWrap()`: plain objects until a call makes them requests.
pub fn construct_request(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("WriteWrap")?;
    Ok(info.this())
}

/// `shutdown(req)`: ends the writing half after what waits.
pub fn shutdown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, base| {
        let stream = base.stream();
        if !stream.is_writable() {
            return Ok(Err(Errno::ENOTCONN));
        }
        let request = StreamRequest::begin(environment, wrap, info.arg(0), "ShutdownWrap", "SHUTDOWNWRAP")?;
        Ok(stream.shutdown(move |_, result| request.complete(result)).map(|_| ()))
    })
}

/// `writeBuffer(req, uint8Array, handle)`; a handle goes along to the process at the other end.
pub fn write_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, base| {
        let buffer = info.arg(1);
        if !env.is_typed_array(buffer)? || env.typed_array_info(buffer)?.0 != napi_typedarray_type::napi_uint8_array {
            return Err(Error::invalid_arg_type("Second argument must be a buffer"));
        }
        let stream = base.stream();
        if let Some(file) = sent_along(env, environment, info.arg(2))? {
            let bytes = env.bytes_to_vec(buffer)?;
            return send(environment, wrap, stream, info.arg(0), bytes, file);
        }
        // Only what does not go out at once is copied.
        let attempt = env.with_bytes(buffer, |bytes| {
            let written = try_write(stream, bytes)?;
            Ok((bytes.len(), bytes[written..].to_vec()))
        })?;
        dispatch(environment, wrap, stream, info.arg(0), attempt)
    })
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

fn write_string(env: Env, info: &CallInfo<'_>, encoding: Encoding) -> Result<Value> {
    method(env, info, |environment, wrap, base| {
        if !env.is_string(info.arg(1))? {
            return Err(Error::invalid_arg_type("Second argument must be a string"));
        }
        let bytes = encode_string(env, info.arg(1), encoding)?;
        if let Some(file) = sent_along(env, environment, info.arg(2))? {
            return send(environment, wrap, base.stream(), info.arg(0), bytes, file);
        }
        write_vec(environment, wrap, base, info.arg(0), bytes)
    })
}

/// `writev(req, chunks, allBuffers)`: `chunks` are buffers, or pairs of a buffer or string and an encoding.
pub fn writev(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, base| {
        let bytes = collect_chunks(env, info.arg(1), info.arg(2))?;
        write_vec(environment, wrap, base, info.arg(0), bytes)
    })
}

/// The bytes of what `writev` gets: buffers, or pairs of a buffer or string and an encoding.
pub fn collect_chunks(env: Env, chunks: Value, all_buffers: Value) -> Result<Vec<u8>> {
    let step = if env.truthy(all_buffers)? { 1 } else { 2 };
    let mut bytes = Vec::new();
    for index in (0..env.array_length(chunks)?).step_by(step) {
        let _scope = env.scope()?;
        let chunk = env.get_index(chunks, index)?;
        if step == 1 || env.is_array_buffer_view(chunk)? {
            env.with_bytes(chunk, |chunk| bytes.extend_from_slice(chunk))?;
        } else {
            let encoding = parse_encoding(env, env.get_index(chunks, index + 1)?, Encoding::Utf8)?;
            bytes.extend(encode_string(env, env.to_js_string(chunk)?, encoding)?);
        }
    }
    Ok(bytes)
}

fn write_vec(
    environment: &Rc<Environment>,
    wrap: &Rc<AsyncWrap>,
    base: &StreamBase,
    req: Value,
    mut bytes: Vec<u8>,
) -> Result<edge_wasix::Result<()>> {
    let stream = base.stream();
    let total = bytes.len();
    let attempt = try_write(stream, &bytes).map(|written| {
        bytes.drain(..written);
        (total, bytes)
    });
    dispatch(environment, wrap, stream, req, attempt)
}

fn try_write(stream: &Stream, bytes: &[u8]) -> edge_wasix::Result<usize> {
    match stream.try_write(&[bytes]) {
        Err(Errno::EAGAIN) => Ok(0),
        result => result,
    }
}

/// Takes on what an attempt to write left over (`(bytes in all, the rest)`), and tells the library what became of the call.
fn dispatch(
    environment: &Rc<Environment>,
    wrap: &Rc<AsyncWrap>,
    stream: &Stream,
    req: Value,
    attempt: edge_wasix::Result<(usize, Vec<u8>)>,
) -> Result<edge_wasix::Result<()>> {
    let (total, rest) = match attempt {
        Ok(attempt) => attempt,
        Err(errno) => {
            set_result(environment, 0, false)?;
            return Ok(Err(errno));
        }
    };
    if rest.is_empty() {
        set_result(environment, total, false)?;
        return Ok(Ok(()));
    }
    let request = StreamRequest::begin(environment, wrap, req, "WriteWrap", "WRITEWRAP")?;
    let written = stream.write(rest, move |_, result| request.complete(result));
    set_result(environment, total, written.is_ok())?;
    Ok(written.map(|_| ()))
}

/// The open file behind a handle that is to go to another process; `None` without a handle.
fn sent_along(env: Env, environment: &Rc<Environment>, handle: Value) -> Result<Option<Arc<dyn File>>> {
    if !env.is_object(handle)? {
        return Ok(None);
    }
    let fd = env.get_i32(env.get(handle, "fd")?)?;
    environment.kernel().file(fd).map(Some).map_err(|_| Error::type_error("ERR_INVALID_HANDLE_TYPE", "This handle type cannot be sent"))
}

/// Writes with a handle sent along: never at once, as in Node.
fn send(
    environment: &Rc<Environment>,
    wrap: &Rc<AsyncWrap>,
    stream: &Stream,
    req: Value,
    bytes: Vec<u8>,
    file: Arc<dyn File>,
) -> Result<edge_wasix::Result<()>> {
    let total = bytes.len();
    let request = StreamRequest::begin(environment, wrap, req, "WriteWrap", "WRITEWRAP")?;
    let written = stream.write_and_send(bytes, Some(file), move |_, result| request.complete(result));
    set_result(environment, total, written.is_ok())?;
    Ok(written.map(|_| ()))
}

fn set_result(environment: &Rc<Environment>, bytes: usize, is_async: bool) -> Result<()> {
    set_shared(environment, BYTES_WRITTEN, bytes as i32)?;
    set_shared(environment, LAST_WRITE_WAS_ASYNC, i32::from(is_async))
}
