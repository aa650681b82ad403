//! Byte streams: pipes and terminals, later TCP (`uv_stream_t`). This file is the handle and its reading half;
//! `stream_write.rs` is the writing half.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use edge_wasix::host_stream::HostStream;
use edge_wasix::poll::Readiness;
use edge_wasix::{Errno, Result};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleCore, HandleKind, HandleState, impl_handle};
use crate::io_watcher::{IoTarget, IoWatcher};
use crate::stream_write::WriteQueue;

/// What a reading stream reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadEvent<'a> {
    /// Bytes, at least one. They are gone after the call.
    Data(&'a [u8]),
    /// The end: nothing will follow; reading has stopped.
    End,
    /// Reading failed and has stopped.
    Error(Errno),
}

type ReadCallback = Rc<dyn Fn(&Stream, ReadEvent<'_>)>;

/// An open stream's two parts; gone once it is closing.
pub(crate) struct Io {
    pub(crate) host: HostStream,
    pub(crate) watcher: IoWatcher,
}

pub(crate) struct StreamState {
    pub(crate) core: HandleCore,
    pub(crate) io: RefCell<Option<Rc<Io>>>,
    reading: Cell<bool>,
    /// The last read took less than there was room for.
    partial: Cell<bool>,
    ended: Cell<bool>,
    read_callback: RefCell<Option<ReadCallback>>,
    /// How much one report holds at most.
    read_limit: Cell<usize>,
    bytes_read: Cell<u64>,
    pub(crate) writes: WriteQueue,
}

/// As libuv suggests to its users; one for all streams of a loop.
const READ_BUFFER: usize = 64 * 1024;

impl StreamState {
    pub(crate) fn io(&self) -> Result<Rc<Io>> {
        self.io.borrow().clone().ok_or(Errno::EBADF)
    }

    fn stop_reading(&self) {
        if self.reading.replace(false)
            && let Ok(io) = self.io()
        {
            io.watcher.remove(Readiness::READABLE);
        }
        self.core.set_active(false);
    }

    fn report(self: &Rc<Self>, event: ReadEvent<'_>) {
        let callback = self.read_callback.borrow().clone();
        if let Some(callback) = callback {
            callback(&Stream(self.clone()), event);
        }
    }

    fn end(self: &Rc<Self>) {
        self.ended.set(true);
        self.stop_reading();
        self.report(ReadEvent::End);
    }

    /// Reads until there is nothing left, at most 32 buffers in one go, so that one stream cannot starve the others.
    fn read(self: &Rc<Self>, owner: &Loop) {
        self.partial.set(false);
        for _ in 0..32 {
            let Ok(io) = self.io() else { return };
            if !self.reading.get() {
                return;
            }
            // Taken out for the call: a callback that runs another loop's or stream's reads finds none and makes one.
            let mut buffer = owner.inner.read_buffer.take();
            buffer.resize(READ_BUFFER, 0);
            let room = self.read_limit.get();
            let result = io.host.read(&mut buffer[..room]);
            let mut full = false;
            match result {
                Ok(0) => self.end(),
                Ok(len) => {
                    full = len == room;
                    self.bytes_read.set(self.bytes_read.get() + len as u64);
                    self.partial.set(!full);
                    self.report(ReadEvent::Data(&buffer[..len]));
                }
                Err(error) => {
                    let error = Errno::from(error);
                    if error != Errno::EAGAIN {
                        self.stop_reading();
                        self.report(ReadEvent::Error(error));
                    }
                }
            }
            owner.inner.read_buffer.set(buffer);
            if !full {
                return;
            }
        }
    }
}

impl IoTarget for StreamState {
    fn on_ready(self: Rc<Self>, owner: &Loop, readiness: Readiness) {
        let broken = readiness.intersects(Readiness::ERROR | Readiness::HANGUP);
        if self.reading.get() && (broken || readiness.contains(Readiness::READABLE)) {
            self.read(owner);
        }
        // The peer is gone and what it left was read without filling the buffer: no need to ask for the end.
        if self.reading.get() && self.partial.get() && readiness.contains(Readiness::HANGUP) {
            self.end();
        }
        if broken || readiness.contains(Readiness::WRITABLE) {
            self.on_writable(owner);
        }
    }
}

impl HandleState for StreamState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        self.stop_reading();
        let io = self.io.borrow_mut().take();
        drop(io);
    }

    fn end_requests(self: Rc<Self>, owner: &Loop) {
        self.cancel_writes(owner);
    }

    fn drop_callbacks(&self) {
        let callback = self.read_callback.borrow_mut().take();
        drop(callback);
        self.writes.drop_all();
    }
}

/// A stream handle. Clones are the same stream.
#[derive(Clone)]
pub struct Stream(pub(crate) Rc<StreamState>);
impl_handle!(Stream);

impl Stream {
    /// Makes a stream of an open host stream (`uv_pipe_open`, `uv_tty_init`). `kind` is what is reported:
    /// [`HandleKind::Pipe`], [`HandleKind::Tty`] or [`HandleKind::Tcp`]. The stream closes `host` when it is closed.
    pub fn new(owner: &Loop, kind: HandleKind, host: HostStream) -> Stream {
        let state = Rc::new_cyclic(|me: &Weak<StreamState>| {
            let watcher = IoWatcher::new(owner, host.fd().clone(), me.clone());
            StreamState {
                core: HandleCore::new(owner, kind),
                writes: WriteQueue::new(host.is_writable(), host.may_block()),
                io: RefCell::new(Some(Rc::new(Io { host, watcher }))),
                reading: Cell::new(false),
                partial: Cell::new(false),
                ended: Cell::new(false),
                read_callback: RefCell::new(None),
                read_limit: Cell::new(READ_BUFFER),
                bytes_read: Cell::new(0),
            }
        });
        owner.adopt(state.clone());
        Stream(state)
    }

    /// Starts to read: `callback` for everything that arrives (`uv_read_start`). On a reading stream it only changes
    /// the callback.
    ///
    /// # Errors
    /// `EINVAL` on a closing stream, `ENOTCONN` on one that was not opened for reading, `EPERM` on a regular file.
    pub fn read_start(&self, callback: impl Fn(&Stream, ReadEvent<'_>) + 'static) -> Result<()> {
        let io = self.0.io().map_err(|_| Errno::EINVAL)?;
        if !io.host.is_readable() {
            return Err(Errno::ENOTCONN);
        }
        io.watcher.add(Readiness::READABLE)?;
        let old = self.0.read_callback.borrow_mut().replace(Rc::new(callback));
        drop(old);
        self.0.reading.set(true);
        self.0.core.set_active(true);
        Ok(())
    }

    /// Starts to read with the callback of the last [`read_start`](Stream::read_start); allocates nothing.
    ///
    /// # Errors
    /// As `read_start`; `EINVAL` also when there was none.
    pub fn read_restart(&self) -> Result<()> {
        let io = self.0.io().map_err(|_| Errno::EINVAL)?;
        if self.0.read_callback.borrow().is_none() {
            return Err(Errno::EINVAL);
        }
        io.watcher.add(Readiness::READABLE)?;
        self.0.reading.set(true);
        self.0.core.set_active(true);
        Ok(())
    }

    /// Stops reading (`uv_read_stop`). What has arrived stays in the system.
    pub fn read_stop(&self) {
        self.0.stop_reading();
    }

    /// Limits each report to `bytes` (at least 1), for a reader with a buffer of its own (libuv's `alloc_cb`).
    pub fn set_read_limit(&self, bytes: usize) {
        self.0.read_limit.set(bytes.clamp(1, READ_BUFFER));
    }

    /// Whether the stream reads.
    pub fn is_reading(&self) -> bool {
        self.0.reading.get()
    }

    /// Whether it can be read from: opened for reading, not at its end, not closing (`uv_is_readable`).
    pub fn is_readable(&self) -> bool {
        !self.0.ended.get() && self.0.io().is_ok_and(|io| io.host.is_readable())
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.0.bytes_read.get()
    }

    /// The number of the host's descriptor, for reports; `None` after close.
    pub fn host_number(&self) -> Option<i32> {
        self.0.io().ok().map(|io| io.host.fd().number())
    }

    /// The host stream, for calls of its kind (a terminal's mode and size); an error after close.
    ///
    /// # Errors
    /// `EBADF` once the stream is closing.
    pub fn with_host<R>(&self, use_it: impl FnOnce(&HostStream) -> R) -> Result<R> {
        let io = self.0.io()?;
        Ok(use_it(&io.host))
    }
}

impl Stream {
    pub(crate) fn open_and_writable(&self) -> Result<Rc<Io>> {
        let io = self.0.io()?;
        if self.0.writes.is_writable() { Ok(io) } else { Err(Errno::EPIPE) }
    }

    /// Whether it can be written to: opened for writing, not shut down, not closing (`uv_is_writable`).
    pub fn is_writable(&self) -> bool {
        !self.is_closing() && self.open_and_writable().is_ok()
    }
}
