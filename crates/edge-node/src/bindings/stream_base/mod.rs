//! `LibuvStreamWrap`: the class below `Pipe` and `TTY` (and TCP, when it comes), over a stream of the loop. This file is the class, its
//! state and its life; `read.rs` and `write.rs` are the two halves. Its natives belong to the binding `stream_wrap`, whose shared array
//! `streamBaseState` tells the library what the last call did.
//!
//! * Calls answer 0 or a negative errno, as libuv's do; they throw only for arguments that the library never passes.
//! * An object has a handle from its construction on. Until it is opened, the handle is [`Unopened`]: nothing of the loop is behind it.
//! * Descriptors above 2 become the stream's when a pipe is opened and are closed with it, as in libuv.

mod read;
mod write;

pub use read::{get_onread, read_start, read_stop, set_onread, use_user_buffer};
pub use write::{construct_request, shutdown, write_ascii, write_buffer, write_latin1, write_ucs2, write_utf8, writev};

use crate::async_context::uid_fields;
use crate::async_wrap::UvHandle;
use crate::{Aliased, AsyncWrap, Environment};
use edge_loop::{Check, Handle, HandleKind, Stream};
use edge_napi::{CallInfo, Env, Error, Reference, Result, Value};
use edge_wasix::host_stream::HostStream;
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

/// Root of `streamBaseState`.
const STATE: &str = "stream_wrap.streamBaseState";

/// The view of `streamBaseState`, looked up once.
#[derive(Default)]
struct SharedState(OnceCell<Aliased<i32>>);

/// Sets one field of `streamBaseState`.
fn set_shared(environment: &Rc<Environment>, index: usize, value: i32) -> Result<()> {
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

/// Native state behind a stream's object.
pub struct StreamBase {
    environment: Weak<Environment>,
    /// `None` until it is opened.
    stream: RefCell<Option<Stream>>,
    /// The guest's descriptor, -1 before and after.
    fd: Cell<Fd>,
    /// The descriptor is closed with the stream.
    owns_fd: Cell<bool>,
    closed: Cell<bool>,
    /// What reads go to instead of new ArrayBuffers.
    user_buffer: Cell<Option<Reference>>,
}

impl StreamBase {
    /// Makes `object` a stream that is not opened yet.
    pub fn create(
        environment: &Rc<Environment>,
        object: Value,
        class: &'static str,
        provider: &'static str,
    ) -> Result<(Rc<AsyncWrap>, Rc<Self>)> {
        let base = Rc::new(Self {
            environment: Rc::downgrade(environment),
            stream: RefCell::default(),
            fd: Cell::new(-1),
            owns_fd: Cell::new(false),
            closed: Cell::new(false),
            user_buffer: Cell::new(None),
        });
        let wrap = AsyncWrap::new(environment, object, class, provider, base.clone())?;
        Ok((wrap, base))
    }

    /// Gives an object that waits to be opened a handle, so that it can be referenced and closed.
    pub fn reserve(self: &Rc<Self>, wrap: &AsyncWrap) -> Result<()> {
        // The loop counts up; these count down.
        let id = u64::MAX - wrap.ids().async_id as u64;
        let uv = Unopened { environment: self.environment.clone(), id, referenced: Cell::new(true), closing: Cell::new(false) };
        wrap.set_handle(Rc::new(StreamHandle { uv: Rc::new(uv), base: self.clone() }))
    }

    /// Opens the stream over what `fd` refers to; with `owns_fd` the descriptor is closed with it.
    ///
    /// # Errors
    /// `EBUSY` when it is open already; `EBADF`, `EINVAL` for nothing of the host, `EMFILE`.
    pub fn open(
        self: &Rc<Self>,
        environment: &Rc<Environment>,
        wrap: &AsyncWrap,
        kind: HandleKind,
        fd: Fd,
        owns_fd: bool,
    ) -> Result<edge_wasix::Result<()>> {
        if self.stream.borrow().is_some() {
            return Ok(Err(Errno::EBUSY));
        }
        let handle = wrap.handle();
        if handle.as_ref().is_some_and(|handle| handle.is_closing()) {
            return Ok(Err(Errno::EINVAL));
        }
        let host = match HostStream::of(environment.kernel(), fd) {
            Ok(host) => host,
            Err(errno) => return Ok(Err(errno)),
        };
        let stream = Stream::new(environment.uv(), kind, host);
        if handle.is_some_and(|handle| !handle.has_ref()) {
            Handle::unref(&stream);
        }
        *self.stream.borrow_mut() = Some(stream.clone());
        self.fd.set(fd);
        self.owns_fd.set(owns_fd);
        wrap.set_handle(Rc::new(StreamHandle { uv: Rc::new(stream), base: self.clone() }))?;
        Ok(Ok(()))
    }

    /// The stream, once it is open.
    fn stream(&self) -> Option<Stream> {
        self.stream.borrow().clone()
    }

    /// The guest's descriptor; -1 for none.
    #[must_use]
    pub fn fd(&self) -> Fd {
        self.fd.get()
    }

    /// The stream is being closed: the descriptor goes at once.
    fn release_fd(&self) {
        let fd = self.fd.replace(-1);
        // Standard streams stay open, as libuv leaves them.
        if self.owns_fd.get()
            && fd > 2
            && let Some(environment) = self.environment.upgrade()
        {
            // It may have been closed by hand.
            let _ = environment.kernel().close(fd);
        }
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
    uv: Rc<dyn UvHandle>,
    base: Rc<StreamBase>,
}

impl UvHandle for StreamHandle {
    fn id(&self) -> u64 {
        self.uv.id()
    }
    fn close(&self, callback: Box<dyn FnOnce()>) {
        let base = self.base.clone();
        self.uv.close(Box::new(move || {
            base.closed.set(true);
            if let Some(environment) = base.environment.upgrade() {
                // Dropping a reference cannot fail.
                let _ = base.set_user_buffer(environment.env(), None);
            }
            callback();
        }));
        self.base.release_fd();
    }
    fn add_ref(&self) {
        self.uv.add_ref();
    }
    fn unref(&self) {
        self.uv.unref();
    }
    fn has_ref(&self) -> bool {
        self.uv.has_ref()
    }
    fn is_active(&self) -> bool {
        self.uv.is_active()
    }
    fn is_closing(&self) -> bool {
        self.uv.is_closing()
    }
}

/// The handle of a stream before it is opened.
struct Unopened {
    environment: Weak<Environment>,
    id: u64,
    referenced: Cell<bool>,
    closing: Cell<bool>,
}

impl UvHandle for Unopened {
    fn id(&self) -> u64 {
        self.id
    }
    fn close(&self, callback: Box<dyn FnOnce()>) {
        self.closing.set(true);
        if let Some(environment) = self.environment.upgrade() {
            // For its closing phase.
            Handle::close(&Check::new(environment.uv()), callback);
        }
    }
    fn add_ref(&self) {
        self.referenced.set(true);
    }
    fn unref(&self) {
        self.referenced.set(false);
    }
    fn has_ref(&self) -> bool {
        self.referenced.get()
    }
    fn is_active(&self) -> bool {
        false
    }
    fn is_closing(&self) -> bool {
        self.closing.get()
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

/// Only `Pipe` and `TTY` make instances.
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
    let stream = base_of(env, info)?.stream();
    env.number(stream.map_or(0.0, |stream| stream.bytes_read() as f64))
}

/// `bytesWritten`: what has gone out and what waits to.
pub fn get_bytes_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let stream = base_of(env, info)?.stream();
    env.number(stream.map_or(0.0, |stream| stream.bytes_written() as f64 + stream.write_queue_size() as f64))
}

/// `writeQueueSize`.
pub fn get_write_queue_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let stream = base_of(env, info)?.stream();
    env.size(stream.map_or(0, |stream| stream.write_queue_size()))
}

/// `_externalStream`: a pointer, for native code of Node's own.
pub fn get_external_stream(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("_externalStream"))
}

/// `setBlocking(on)`.
pub fn set_blocking(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, base| {
        let on = env.truthy(info.arg(0))?;
        Ok(base.stream().ok_or(Errno::EBADF).map(|stream| stream.set_blocking(on)))
    })
}
