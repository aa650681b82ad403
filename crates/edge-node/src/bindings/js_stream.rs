//! `internalBinding('js_stream')`: `JSStream`, a stream handle whose work is JavaScript: `onreadstart`, `onreadstop`, `onwrite(req, bufs)`,
//! `onshutdown(req)` do it, and the program tells what comes of it by `readBuffer`, `emitEOF`, `finishWrite(req, status)` and
//! `finishShutdown(req, status)`. Native code takes it for any other stream ([`native`]).
//!
//! A function that is missing answers 0, one that throws `EPROTO`; what it threw is uncaught.

use super::buffer::new_buffer;
use super::stream_base::{
    BYTES_WRITTEN, Consumer, Done, EndListener, LAST_WRITE_WAS_ASYNC, NativeStream, ONREAD, StreamListener, StreamRequest, Written,
    external_of, set_shared,
};
use crate::async_context::uid_fields;
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

const METHODS: [&str; 14] = [
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
const ACCESSORS: [&str; 5] = ["fd", "_externalStream", "bytesRead", "bytesWritten", "onread"];

/// State of a `JSStream`.
#[derive(Default)]
struct JsStream {
    listener: StreamListener,
    /// Requests that `finishWrite` or `finishShutdown` will end; a stream that is collected drops them.
    pending: RefCell<Vec<StreamRequest>>,
    bytes_read: Cell<u64>,
    bytes_written: Cell<u64>,
}

fn init(target: &Target<'_>) -> Result<()> {
    // The requests' classes are there.
    target.environment.internal_binding("stream_wrap")?;
    let mut builder = target.async_class("js_stream.JSStream")?.methods(&METHODS)?;
    for accessor in ACCESSORS {
        builder = builder.accessor(accessor)?;
    }
    let class = builder.install(target.object)?;
    target.env.set(class.prototype, "isStreamBase", target.env.boolean(true)?)
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("JSStream")?;
    AsyncWrap::new(&Environment::of(env)?, info.this(), "JSStream", "JSSTREAM", Rc::new(JsStream::default()))?;
    Ok(info.this())
}

/// A stream and its wrap: what native code holds.
struct Handle {
    wrap: Rc<AsyncWrap>,
    stream: Rc<JsStream>,
}

/// The stream as native code uses it; `None` for a wrap of another class.
pub fn native(wrap: &Rc<AsyncWrap>) -> Option<Rc<dyn NativeStream>> {
    let stream = wrap.state::<JsStream>().ok()?;
    Some(Rc::new(Handle { wrap: wrap.clone(), stream }))
}

impl Handle {
    fn of(env: Env, info: &CallInfo<'_>) -> Result<Self> {
        let wrap = AsyncWrap::of(env, info.this())?;
        let stream = wrap.state::<JsStream>()?;
        Ok(Self { wrap, stream })
    }

    /// Calls `object[name](...args)` → what libuv's call would answer.
    fn call(&self, name: &str, args: &[Value]) -> Result<i32> {
        let Some(environment) = self.wrap.environment() else { return Ok(Errno::EPROTO.uv()) };
        let env = environment.env();
        let Some(object) = self.wrap.object()? else { return Ok(Errno::EPROTO.uv()) };
        let function = env.get(object, name)?;
        if !env.is_function(function)? {
            return Ok(0);
        }
        match environment.make_callback(self.wrap.context(&environment, object)?, function, object, args) {
            Some(answer) => to_int32(env, answer),
            None => Ok(Errno::EPROTO.uv()),
        }
    }

    /// Has `object[name](req, ...args)` begin a request, which is pending if that answers 0.
    fn begin(&self, name: &str, request: StreamRequest, rest: &[Value]) -> Result<i32> {
        let Some(object) = request.object()? else { return Ok(Errno::EPROTO.uv()) };
        let id = request.id();
        // Before the call, which may end the request at once.
        self.stream.pending.borrow_mut().push(request);
        let mut args = vec![object];
        args.extend_from_slice(rest);
        let answer = self.call(name, &args);
        if !matches!(answer, Ok(0)) {
            drop(self.stream.take(id));
        }
        answer
    }

    /// `write` of the program's: what libuv's call would answer.
    fn write_for_program(&self, environment: &Rc<Environment>, req: Value, chunks: &[Vec<u8>]) -> Result<i32> {
        let request = StreamRequest::begin(environment, &self.wrap, req, "WriteWrap", "WRITEWRAP")?;
        let answer = self.write_chunks(environment, request, chunks)?;
        let total: usize = chunks.iter().map(Vec::len).sum();
        set_shared(environment, BYTES_WRITTEN, total as i32)?;
        set_shared(environment, LAST_WRITE_WAS_ASYNC, i32::from(answer == 0))?;
        Ok(answer)
    }

    fn write_chunks(&self, environment: &Rc<Environment>, request: StreamRequest, chunks: &[Vec<u8>]) -> Result<i32> {
        let env = environment.env();
        let total: usize = chunks.iter().map(Vec::len).sum();
        self.stream.bytes_written.set(self.stream.bytes_written.get() + total as u64);
        let bufs = env.array()?;
        for chunk in chunks {
            env.push(bufs, new_buffer(env, chunk)?)?;
        }
        self.begin("onwrite", request, &[bufs])
    }
}

impl JsStream {
    fn take(&self, id: f64) -> Option<StreamRequest> {
        let mut pending = self.pending.borrow_mut();
        let index = pending.iter().position(|request| request.id() == id)?;
        Some(pending.remove(index))
    }
}

/// What native code hears of a call that JavaScript answered.
fn answer(environment: &Rc<Environment>, result: Result<i32>) -> edge_wasix::Result<()> {
    match result {
        Ok(0) => Ok(()),
        Ok(status) => Err(Errno::from_raw(status.saturating_neg())),
        Err(error) => {
            environment.report_uncaught(error);
            Err(Errno::EPROTO)
        }
    }
}

impl NativeStream for Handle {
    fn set_consumer(&self, consumer: Option<Consumer>) {
        self.stream.listener.set_consumer(consumer);
    }

    fn set_end_listener(&self, listener: Option<EndListener>) {
        self.stream.listener.set_end_listener(listener);
    }

    fn read_start(&self) -> edge_wasix::Result<()> {
        let environment = self.wrap.environment().ok_or(Errno::EPROTO)?;
        answer(&environment, self.call("onreadstart", &[]))
    }

    fn read_stop(&self) {
        if let Some(environment) = self.wrap.environment() {
            // Nobody asks what it answers, in Node neither.
            let _ = answer(&environment, self.call("onreadstop", &[]));
        }
    }

    fn write(&self, bytes: Vec<u8>, done: Done) -> edge_wasix::Result<Written> {
        let environment = self.wrap.environment().ok_or(Errno::EPROTO)?;
        let request = StreamRequest::native_write(&environment, &self.wrap, done);
        let written = request.and_then(|request| self.write_chunks(&environment, request, &[bytes]));
        answer(&environment, written).map(|()| Written::Later)
    }

    fn shutdown(&self, done: Done) -> edge_wasix::Result<Written> {
        let environment = self.wrap.environment().ok_or(Errno::EPROTO)?;
        let request = StreamRequest::native_shutdown(&environment, &self.wrap, done);
        answer(&environment, request.and_then(|request| self.begin("onshutdown", request, &[]))).map(|()| Written::Later)
    }
}

/// A number as `ToInt32` has it; 0 for what is none.
fn to_int32(env: Env, value: Value) -> Result<i32> {
    if env.is_number(value)? { env.get_i32(value) } else { Ok(0) }
}

/// Runs a method; what it makes is triggered by the stream.
fn method(env: Env, info: &CallInfo<'_>, body: impl FnOnce(&Rc<Environment>, &Handle) -> Result<i32>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let handle = Handle::of(env, info)?;
    let ids = &environment.async_hooks()?.ids;
    let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, handle.wrap.ids().async_id);
    let answer = body(&environment, &handle);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
    env.int32(answer?)
}

/// `readStart()`.
fn read_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, handle| handle.call("onreadstart", &[]))
}

/// `readStop()`.
fn read_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, handle| handle.call("onreadstop", &[]))
}

/// `shutdown(req)`.
fn shutdown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, handle| {
        let request = StreamRequest::begin(environment, &handle.wrap, info.arg(0), "ShutdownWrap", "SHUTDOWNWRAP")?;
        handle.begin("onshutdown", request, &[])
    })
}

/// `useUserBuffer(uint8Array)`.
fn use_user_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, handle| handle.stream.listener.use_user_buffer(environment, info.arg(0)).map(|()| 0))
}

/// `writeBuffer(req, uint8Array)`.
fn write_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, handle| {
        if !env.is_array_buffer_view(info.arg(1))? {
            return Err(Error::invalid_arg_type("Second argument must be a buffer"));
        }
        handle.write_for_program(environment, info.arg(0), &[env.bytes_to_vec(info.arg(1))?])
    })
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

fn write_string(env: Env, info: &CallInfo<'_>, encoding: Encoding) -> Result<Value> {
    method(env, info, |environment, handle| {
        if !env.is_string(info.arg(1))? {
            return Err(Error::invalid_arg_type("Second argument must be a string"));
        }
        handle.write_for_program(environment, info.arg(0), &[encode_string(env, info.arg(1), encoding)?])
    })
}

/// `writev(req, chunks, allBuffers)`: the stream gets each chunk as a buffer of its own.
fn writev(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, handle| {
        let step = if env.truthy(info.arg(2))? { 1 } else { 2 };
        let mut chunks = Vec::new();
        for index in (0..env.array_length(info.arg(1))?).step_by(step) {
            let _scope = env.scope()?;
            let chunk = env.get_index(info.arg(1), index)?;
            chunks.push(if step == 1 || env.is_array_buffer_view(chunk)? {
                env.bytes_to_vec(chunk)?
            } else {
                let encoding = parse_encoding(env, env.get_index(info.arg(1), index + 1)?, Encoding::Utf8)?;
                encode_string(env, env.to_js_string(chunk)?, encoding)?
            });
        }
        handle.write_for_program(environment, info.arg(0), &chunks)
    })
}

/// `finishWrite(req, status)`, `finishShutdown(req, status)`: the request is over. One that is not under way is left alone.
fn finish(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let handle = Handle::of(env, info)?;
    let id = AsyncWrap::of(env, info.arg(0))?.ids().async_id;
    let status = to_int32(env, info.arg(1))?;
    let request = handle.stream.take(id);
    if let Some(request) = request {
        request.complete_status(status);
    }
    Ok(info.undefined())
}

/// `readBuffer(uint8Array)`: this was read.
fn read_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let handle = Handle::of(env, info)?;
    // A copy: who gets it may change or detach the buffer.
    let bytes = env.bytes_to_vec(info.arg(0))?;
    if !bytes.is_empty() {
        handle.stream.bytes_read.set(handle.stream.bytes_read.get() + bytes.len() as u64);
        handle.stream.listener.emit(&environment, &handle.wrap, ReadEvent::Data(&bytes));
    }
    Ok(info.undefined())
}

/// `emitEOF()`: nothing will follow.
fn emit_eof(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let handle = Handle::of(env, info)?;
    handle.stream.listener.emit(&Environment::of(env)?, &handle.wrap, ReadEvent::End);
    Ok(info.undefined())
}

/// `fd`: there is none.
fn get_fd(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.int32(-1)
}

/// `_externalStream`.
fn get_external_stream(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Handle::of(env, info)?;
    external_of(env, info.this())
}

/// What an accessor reads; the prototype is no stream.
fn counter(env: Env, info: &CallInfo<'_>, read: impl FnOnce(&JsStream) -> &Cell<u64>) -> Result<Value> {
    match env.try_unwrap::<AsyncWrap>(info.this())?.map(|wrap| wrap.state::<JsStream>()) {
        Some(Ok(stream)) => env.number(read(&stream).get() as f64),
        _ => Ok(info.undefined()),
    }
}

/// `bytesRead`.
fn get_bytes_read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    counter(env, info, |stream| &stream.bytes_read)
}

/// `bytesWritten`.
fn get_bytes_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    counter(env, info, |stream| &stream.bytes_written)
}

/// `onread`, `undefined` before it is set.
fn get_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.get_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?)
}

/// `onread = function`.
fn set_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Handle::of(env, info)?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"onread\" property must be of type function"));
    }
    env.set_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?, info.arg(0))?;
    Ok(info.undefined())
}
