//! `internalBinding('js_stream')`: a native stream's interface over a stream of JavaScript's, for what wants a handle
//! (`internal/js_stream_socket`).
//!
//! The object calls `onreadstart`, `onreadstop`, `onwrite(req, buffers)` and `onshutdown(req)` of its own, which answer 0 or a negative
//! errno; the library hands on what comes with `readBuffer` and `emitEOF`, and ends requests with `finishWrite` and `finishShutdown`. What
//! those functions throw is an uncaught exception, and the call answers EPROTO, as in Node.

use super::buffer::new_buffer;
use super::stream_base::{BYTES_WRITTEN, LAST_WRITE_WAS_ASYNC, ONREAD, StreamRequest, emit_read, external_of, set_shared};
use crate::text::{encode_string, parse_encoding};
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_encoding::Encoding;
use edge_loop::ReadEvent;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "js_stream",
    natives: natives!("js_stream";
        "JSStream" => construct,
        "JSStream#finishWrite" => finish,
        "JSStream#finishShutdown" => finish,
        "JSStream#readBuffer" => read_buffer,
        "JSStream#emitEOF" => emit_eof,
        "JSStream#get fd" => get_fd,
        "JSStream#get _externalStream" => get_external_stream,
        "JSStream#get bytesRead" => get_bytes_read,
        "JSStream#get bytesWritten" => get_bytes_written,
        "JSStream#get onread" => get_onread,
        "JSStream#set onread" => set_onread,
        "JSStream#readStart" => read_start,
        "JSStream#readStop" => read_stop,
        "JSStream#shutdown" => shutdown,
        "JSStream#useUserBuffer" => use_user_buffer,
        "JSStream#writev" => writev,
        "JSStream#writeBuffer" => write_buffer,
        "JSStream#writeAsciiString" => write_ascii,
        "JSStream#writeUtf8String" => write_utf8,
        "JSStream#writeUcs2String" => write_ucs2,
        "JSStream#writeLatin1String" => write_latin1,
    ),
    init,
};

/// State of the class.
#[derive(Default)]
struct JsStream {
    bytes_read: Cell<u64>,
    bytes_written: Cell<u64>,
    /// Writes and shutdowns that the library has not ended yet.
    requests: RefCell<Vec<StreamRequest>>,
}

fn init(target: &Target<'_>) -> Result<()> {
    let methods = [
        "finishWrite",
        "finishShutdown",
        "readBuffer",
        "emitEOF",
        "readStart",
        "readStop",
        "shutdown",
        "useUserBuffer",
        "writev",
        "writeBuffer",
        "writeAsciiString",
        "writeUtf8String",
        "writeUcs2String",
        "writeLatin1String",
    ];
    // The requests' classes and what streams share with the library are there.
    target.environment.internal_binding("stream_wrap")?;
    let mut builder = target.async_class("js_stream.JSStream")?.methods(&methods)?;
    for accessor in ["fd", "_externalStream", "bytesRead", "bytesWritten", "onread"] {
        builder = builder.accessor(accessor)?;
    }
    let class = builder.finish();
    let env = target.env;
    env.set(class.prototype, "isStreamBase", env.boolean(true)?)?;
    target.value("JSStream", class.constructor)
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("JSStream")?;
    AsyncWrap::new(&Environment::of(env)?, info.this(), "JSStream", "JSSTREAM", Rc::new(JsStream::default()))?;
    Ok(info.this())
}

fn state_of(env: Env, info: &CallInfo<'_>) -> Result<Rc<JsStream>> {
    AsyncWrap::state_of(env, info.this())
}

/// Calls a function of the object's own; what it throws is uncaught, and EPROTO.
fn call_own(env: Env, info: &CallInfo<'_>, name: &str, args: &[Value]) -> Result<i32> {
    let environment = Environment::of(env)?;
    let called = env.catch(|| {
        let function = env.get(info.this(), name)?;
        env.get_i32(env.call(function, info.this(), args)?)
    })?;
    match called {
        Ok(status) => Ok(status),
        Err(thrown) => {
            crate::fatal::trigger_uncaught_exception(&environment, thrown, false);
            Ok(Errno::EPROTO.uv())
        }
    }
}

/// `readStart()`.
fn read_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    env.int32(call_own(env, info, "onreadstart", &[])?)
}

/// `readStop()`.
fn read_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    env.int32(call_own(env, info, "onreadstop", &[])?)
}

/// Begins a request and has the library carry it out; one that it refuses is forgotten.
fn begin(env: Env, info: &CallInfo<'_>, class: &'static str, provider: &'static str, name: &str, args: &[Value]) -> Result<i32> {
    let state = state_of(env, info)?;
    let environment = Environment::of(env)?;
    let request = StreamRequest::begin(&environment, &AsyncWrap::of(env, info.this())?, info.arg(0), class, provider)?;
    state.requests.borrow_mut().push(request);
    let status = call_own(env, info, name, args)?;
    if status != 0 {
        drop(take(env, &state, info.arg(0))?);
    }
    Ok(status)
}

fn take(env: Env, state: &JsStream, object: Value) -> Result<Option<StreamRequest>> {
    let mut found = None;
    for (at, request) in state.requests.borrow().iter().enumerate() {
        if request.is_of(env, object)? {
            found = Some(at);
        }
    }
    Ok(found.map(|at| state.requests.borrow_mut().remove(at)))
}

/// `shutdown(req)`.
fn shutdown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.int32(begin(env, info, "ShutdownWrap", "SHUTDOWNWRAP", "onshutdown", &[info.arg(0)])?)
}

/// `finishWrite(req, status)`, `finishShutdown(req, status)`: a request that is not under way is left alone.
fn finish(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = state_of(env, info)?;
    let status = env.get_i32(info.arg(1))?;
    if let Some(request) = take(env, &state, info.arg(0))? {
        request.complete_with(|env, handle, _| Ok(vec![env.int32(status)?, handle, env.undefined()?]));
    }
    Ok(info.undefined())
}

/// `readBuffer(view)`: what has come.
fn read_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = state_of(env, info)?;
    if !env.is_array_buffer_view(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"buffer\" argument must be an instance of Buffer, TypedArray, or DataView"));
    }
    let bytes = env.bytes_to_vec(info.arg(0))?;
    state.bytes_read.set(state.bytes_read.get() + bytes.len() as u64);
    if !bytes.is_empty() {
        emit_read(&Environment::of(env)?, AsyncWrap::of(env, info.this())?.as_ref(), ReadEvent::Data(&bytes));
    }
    Ok(info.undefined())
}

/// `emitEOF()`.
fn emit_eof(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    emit_read(&Environment::of(env)?, AsyncWrap::of(env, info.this())?.as_ref(), ReadEvent::End);
    Ok(info.undefined())
}

fn write(env: Env, info: &CallInfo<'_>, chunks: &[Vec<u8>]) -> Result<Value> {
    let state = state_of(env, info)?;
    let environment = Environment::of(env)?;
    let total: usize = chunks.iter().map(Vec::len).sum();
    let buffers = env.array()?;
    for (at, chunk) in (0u32..).zip(chunks) {
        env.set_index(buffers, at, new_buffer(env, chunk)?)?;
    }
    let status = begin(env, info, "WriteWrap", "WRITEWRAP", "onwrite", &[info.arg(0), buffers])?;
    state.bytes_written.set(state.bytes_written.get() + total as u64);
    set_shared(&environment, BYTES_WRITTEN, total as i32)?;
    set_shared(&environment, LAST_WRITE_WAS_ASYNC, i32::from(status == 0))?;
    env.int32(status)
}

/// `writev(req, chunks, allBuffers)`.
fn writev(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (list, step) = (info.arg(1), if env.truthy(info.arg(2))? { 1 } else { 2 });
    let mut chunks = Vec::new();
    for index in (0..env.array_length(list)?).step_by(step) {
        let _scope = env.scope()?;
        let chunk = env.get_index(list, index)?;
        chunks.push(if step == 1 || env.is_array_buffer_view(chunk)? {
            env.bytes_to_vec(chunk)?
        } else {
            let encoding = parse_encoding(env, env.get_index(list, index + 1)?, Encoding::Utf8)?;
            encode_string(env, env.to_js_string(chunk)?, encoding)?
        });
    }
    write(env, info, &chunks)
}

/// `writeBuffer(req, buffer)`.
fn write_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_array_buffer_view(info.arg(1))? {
        return Err(Error::invalid_arg_type("Second argument must be a buffer"));
    }
    let bytes = env.bytes_to_vec(info.arg(1))?;
    write(env, info, &[bytes])
}

fn write_string(env: Env, info: &CallInfo<'_>, encoding: Encoding) -> Result<Value> {
    if !env.is_string(info.arg(1))? {
        return Err(Error::invalid_arg_type("Second argument must be a string"));
    }
    let bytes = encode_string(env, info.arg(1), encoding)?;
    write(env, info, &[bytes])
}

/// `writeAsciiString(req, string)`.
fn write_ascii(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Ascii)
}
/// `writeUtf8String(req, string)`.
fn write_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Utf8)
}
/// `writeUcs2String(req, string)`.
fn write_ucs2(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Ucs2)
}
/// `writeLatin1String(req, string)`.
fn write_latin1(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    write_string(env, info, Encoding::Latin1)
}

/// `useUserBuffer(uint8Array)`: sockets over streams of JavaScript's are never given one.
fn use_user_buffer(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("JSStream.useUserBuffer()"))
}

/// `fd`: there is none.
fn get_fd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    env.int32(-1)
}

/// `_externalStream`.
fn get_external_stream(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    external_of(env, info.this())
}

/// `bytesRead`.
fn get_bytes_read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(state_of(env, info)?.bytes_read.get() as f64)
}

/// `bytesWritten`.
fn get_bytes_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(state_of(env, info)?.bytes_written.get() as f64)
}

/// `onread`, `undefined` before it is set.
fn get_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    env.get_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?)
}

/// `onread = function`.
fn set_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    state_of(env, info)?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"onread\" property must be of type function"));
    }
    env.set_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?, info.arg(0))?;
    Ok(info.undefined())
}
