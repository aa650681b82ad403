//! `LibuvStreamWrap`: the class below `TCP`, `Pipe` and `TTY`, over a stream of the loop. This file is the class, its
//! state and its life; `read.rs` and `write.rs` are the two halves, `request.rs` what waits for an end, `connection.rs` what servers and
//! clients of all kinds share. Its natives belong to the binding `stream_wrap`, whose shared array
//! `streamBaseState` tells the library what the last call did.
//!
//! * Calls answer 0 or a negative errno, as libuv's do; they throw only for arguments that the library never passes.
//! * An object has a handle from its construction on; it is opened later, or never.
//! * Descriptors above 2 become the stream's when it is opened and are closed with it, as in libuv.

mod connection;
mod listener;
mod native_stream;
mod read;
mod request;
mod write;

pub use connection::{after_connect, client_of};
pub use listener::{EndListener, StreamListener};
pub use native_stream::{Done, NativeStream, WantsWrite, Written, native_stream, native_stream_of};
pub use read::{ONREAD, get_onread, read_start, read_stop, set_onread, use_user_buffer};
pub use request::StreamRequest;
pub use write::{collect_chunks, construct_request, shutdown, write_ascii, write_buffer, write_latin1, write_ucs2, write_utf8, writev};

use crate::async_context::uid_fields;
use crate::async_wrap::UvHandle;
use crate::{Aliased, AsyncWrap, Environment};
use edge_loop::{Handle, Stream};
use edge_napi::{CallInfo, Env, Error, Reference, Result, Value};
use edge_wasix::{Errno, Fd};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

/// Indexes of `streamBaseState`.
pub const READ_BYTES_OR_ERROR: usize = 0;
/// Where in the ArrayBuffer the bytes begin.
pub const ARRAY_BUFFER_OFFSET: usize = 1;
/// What the last write call took on.
pub const BYTES_WRITTEN: usize = 2;
/// Whether the last write's `oncomplete` is still to come.
pub const LAST_WRITE_WAS_ASYNC: usize = 3;

/// The private symbol that a stream's External lies under.
const EXTERNAL: &str = "stream_external";

/// Root of `streamBaseState`.
const STATE: &str = "stream_wrap.streamBaseState";

/// The view of `streamBaseState`, looked up once.
#[derive(Default)]
struct SharedState(OnceCell<Aliased<i32>>);

/// Sets one field of `streamBaseState`.
pub fn set_shared(environment: &Rc<Environment>, index: usize, value: i32) -> Result<()> {
    let shared = environment.state::<SharedState>();
    if shared.0.get().is_none() {
        // Only a first call finds none, so it cannot be set twice.
        let _ = shared.0.set(environment.aliased(STATE)?);
    }
    if let Some(state) = shared.0.get() {
        state.set(index, value);
    }
    Ok(())
}

/// Who gets the bytes a stream reads in the place of `onread`: a native parser. Ends and errors go to `onread` all the same.
pub type Consumer = Rc<dyn Fn(&Rc<Environment>, &[u8])>;

/// Native state behind a stream's object.
pub struct StreamBase {
    environment: Weak<Environment>,
    stream: Stream,
    closed: Cell<bool>,
    /// What reads go to instead of new ArrayBuffers.
    user_buffer: Cell<Option<Reference>>,
    consumer: RefCell<Option<Consumer>>,
    end_listener: RefCell<Option<EndListener>>,
}

impl StreamBase {
    /// Makes `object` a stream over `stream`, which may be opened later.
    pub fn create(
        environment: &Rc<Environment>,
        object: Value,
        class: &'static str,
        provider: &'static str,
        stream: Stream,
    ) -> Result<(Rc<AsyncWrap>, Rc<Self>)> {
        let base = Rc::new(Self {
            environment: Rc::downgrade(environment),
            stream,
            closed: Cell::new(false),
            user_buffer: Cell::new(None),
            consumer: RefCell::default(),
            end_listener: RefCell::default(),
        });
        let wrap = AsyncWrap::new(environment, object, class, provider, base.clone())?;
        wrap.set_handle(Rc::new(StreamHandle { uv: base.stream.clone(), base: base.clone() }))?;
        Ok((wrap, base))
    }

    /// The stream.
    #[must_use]
    pub const fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The guest's descriptor; -1 for none.
    #[must_use]
    pub fn fd(&self) -> Fd {
        self.stream.fd()
    }

    /// Whether the object's handle was closed, and the program told so.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Has `consumer` get what the stream reads, or the program again.
    pub fn set_consumer(&self, consumer: Option<Consumer>) {
        let old = self.consumer.replace(consumer);
        drop(old);
    }

    fn set_user_buffer(&self, env: Env, buffer: Option<Value>) -> Result<()> {
        let reference = buffer.map(|buffer| env.reference(buffer)).transpose()?;
        if let Some(old) = self.user_buffer.replace(reference) {
            env.drop_reference(old);
        }
        Ok(())
    }
}

/// The handle of a stream's object: what the loop has, and what goes with it.
struct StreamHandle {
    uv: Stream,
    base: Rc<StreamBase>,
}

impl UvHandle for StreamHandle {
    fn id(&self) -> u64 {
        Handle::id(&self.uv)
    }
    fn close(&self, callback: Box<dyn FnOnce()>) {
        let base = self.base.clone();
        Handle::close(&self.uv, move || {
            base.closed.set(true);
            base.set_consumer(None);
            base.end_listener.take();
            if let Some(environment) = base.environment.upgrade() {
                // Dropping a reference cannot fail.
                let _ = base.set_user_buffer(environment.env(), None);
            }
            callback();
        });
    }
    fn add_ref(&self) {
        Handle::add_ref(&self.uv);
    }
    fn unref(&self) {
        Handle::unref(&self.uv);
    }
    fn has_ref(&self) -> bool {
        Handle::has_ref(&self.uv)
    }
    fn is_active(&self) -> bool {
        Handle::is_active(&self.uv)
    }
    fn is_closing(&self) -> bool {
        Handle::is_closing(&self.uv)
    }
}

const METHODS: [&str; 11] = [
    "setBlocking",
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
const ACCESSORS: [&str; 6] = ["writeQueueSize", "fd", "_externalStream", "bytesRead", "bytesWritten", "onread"];

impl Environment {
    /// The class `LibuvStreamWrap`, made on first use. It is on no binding: the library sees it as the parent of `Pipe`.
    pub fn libuv_stream_wrap_class(self: &Rc<Self>) -> Result<Value> {
        if let Some(class) = self.root("class.LibuvStreamWrap")? {
            return Ok(class);
        }
        let env = self.env();
        let mut builder = env.class("stream_wrap.LibuvStreamWrap")?.extends(self.handle_wrap_class()?)?.methods(&METHODS)?;
        for accessor in ACCESSORS {
            builder = builder.accessor(accessor)?;
        }
        let class = builder.finish();
        env.set(class.prototype, "isStreamBase", env.boolean(true)?)?;
        self.set_root("class.LibuvStreamWrap", class.constructor)?;
        Ok(class.constructor)
    }
}

impl crate::Target<'_> {
    /// Begins a class below `LibuvStreamWrap`; `stream_wrap` is there from then on.
    pub fn stream_class(&self, registered: &'static str) -> Result<edge_napi::ClassBuilder> {
        self.environment.internal_binding("stream_wrap")?;
        self.class(registered)?.extends(self.environment.libuv_stream_wrap_class()?)
    }
}

/// 0, or libuv's number of the error.
pub fn status(env: Env, result: edge_wasix::Result<()>) -> Result<Value> {
    env.int32(result.map_or_else(Errno::uv, |()| 0))
}

/// Runs a method of an open object: `EINVAL` once it is closed. What it makes is triggered by the stream.
fn method(
    env: Env,
    info: &CallInfo<'_>,
    body: impl FnOnce(&Rc<Environment>, &Rc<AsyncWrap>, &Rc<StreamBase>) -> Result<edge_wasix::Result<()>>,
) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let base = wrap.state::<StreamBase>()?;
    if base.closed.get() {
        return status(env, Err(Errno::EINVAL));
    }
    let ids = &environment.async_hooks()?.ids;
    let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, wrap.ids().async_id);
    let result = body(&environment, &wrap, &base);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
    status(env, result?)
}

/// What an accessor reads.
fn base_of(env: Env, info: &CallInfo<'_>) -> Result<Rc<StreamBase>> {
    AsyncWrap::state_of(env, info.this())
}

/// Only the classes below make instances.
pub fn construct(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::type_error("ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"))
}

/// `fd`: the descriptor, -1 for none, `EINVAL` after the end.
pub fn get_fd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = base_of(env, info)?;
    env.int32(if base.closed.get() { Errno::EINVAL.uv() } else { base.fd() })
}

/// `bytesRead`.
pub fn get_bytes_read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(base_of(env, info)?.stream.bytes_read() as f64)
}

/// `bytesWritten`: what has gone out and what waits to.
pub fn get_bytes_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let base = base_of(env, info)?;
    env.number(base.stream.bytes_written() as f64 + base.stream.write_queue_size() as f64)
}

/// `writeQueueSize`.
pub fn get_write_queue_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.size(base_of(env, info)?.stream.write_queue_size())
}

/// `_externalStream`: what stands for the native half of a stream; the same one each time.
pub fn get_external_stream(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    base_of(env, info)?;
    external_of(env, info.this())
}

/// The External of a stream's object.
pub fn external_of(env: Env, object: Value) -> Result<Value> {
    let symbol = Environment::of(env)?.private_symbol(EXTERNAL)?;
    let known = env.get_key(object, symbol)?;
    if !env.is_undefined(known)? {
        return Ok(known);
    }
    let external = env.external()?;
    env.set_key(object, symbol, external)?;
    Ok(external)
}

/// `setBlocking(on)`.
pub fn set_blocking(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, base| {
        let on = env.truthy(info.arg(0))?;
        base.stream.set_blocking(on);
        Ok(if base.stream.is_open() { Ok(()) } else { Err(Errno::EBADF) })
    })
}
