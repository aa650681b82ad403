//! Byte streams: pipes, terminals, TCP (`uv_stream_t`). This file is the handle and its reading half; `stream_write.rs` is the writing
//! half, `stream_connect.rs` and `stream_listen.rs` the two ways in which sockets become streams, `tcp.rs` and `pipe.rs` what is
//! particular to each kind.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use std::sync::Arc;

use edge_wasix::host_stream::HostStream;
use edge_wasix::poll::Readiness;
use edge_wasix::{Errno, Fd, Kernel, Result};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleCore, HandleKind, HandleState, impl_handle};
use crate::io_watcher::{IoTarget, IoWatcher};
use crate::stream_connect::Connecting;
use crate::stream_listen::Listening;
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
    /// For streams that are opened by number: whose descriptors they are.
    pub(crate) kernel: Option<Arc<Kernel>>,
    /// The guest's descriptor, -1 for none.
    pub(crate) fd: Cell<Fd>,
    /// The descriptor is closed with the stream.
    owns_fd: Cell<bool>,
    /// What binding failed with, to be told by the next call (libuv's `delayed_error`).
    pub(crate) delayed_error: Cell<Option<Errno>>,
    /// The path a local socket is bound to: unlinked on close.
    pub(crate) bound_name: RefCell<Option<Vec<u8>>>,
    pub(crate) connecting: Connecting,
    pub(crate) listening: Listening,
    reading: Cell<bool>,
    /// The last read took less than there was room for.
    partial: Cell<bool>,
    ended: Cell<bool>,
    read_callback: RefCell<Option<ReadCallback>>,
    /// Descriptors that come along are taken in.
    ipc: Cell<bool>,
    /// How much one report holds at most.
    read_limit: Cell<usize>,
    bytes_read: Cell<u64>,
    pub(crate) writes: WriteQueue,
}

/// As libuv suggests to its users; one for all streams of a loop.
const READ_BUFFER: usize = 64 * 1024;

impl StreamState {
    fn new(owner: &Loop, kind: HandleKind, kernel: Option<Arc<Kernel>>) -> StreamState {
        StreamState {
            core: HandleCore::new(owner, kind),
            io: RefCell::new(None),
            kernel,
            fd: Cell::new(-1),
            owns_fd: Cell::new(false),
            delayed_error: Cell::new(None),
            bound_name: RefCell::new(None),
            connecting: Connecting::default(),
            listening: Listening::default(),
            reading: Cell::new(false),
            partial: Cell::new(false),
            ended: Cell::new(false),
            read_callback: RefCell::new(None),
            ipc: Cell::new(false),
            read_limit: Cell::new(READ_BUFFER),
            bytes_read: Cell::new(0),
            writes: WriteQueue::default(),
        }
    }

    pub(crate) fn io(&self) -> Result<Rc<Io>> {
        self.io.borrow().clone().ok_or(Errno::EBADF)
    }

    pub(crate) fn kernel(&self) -> Result<&Arc<Kernel>> {
        self.kernel.as_ref().ok_or(Errno::EINVAL)
    }

    /// Gives the stream a descriptor.
    pub(crate) fn attach(self: &Rc<Self>, fd: Fd, owns_fd: bool) -> Result<()> {
        if self.core.is_closing() {
            return Err(Errno::EINVAL);
        }
        if self.io.borrow().is_some() {
            return Err(Errno::EBUSY);
        }
        let owner = self.core.owner().ok_or(Errno::EBADF)?;
        let mut host = HostStream::of(self.kernel()?, fd)?;
        if self.ipc.get() {
            host.receive_fds();
        }
        self.writes.open(host.is_writable(), host.may_block());
        let me: Weak<StreamState> = Rc::downgrade(self);
        let watcher = IoWatcher::new(&owner, host.fd().clone(), me);
        *self.io.borrow_mut() = Some(Rc::new(Io { host, watcher }));
        self.fd.set(fd);
        self.owns_fd.set(owns_fd);
        Ok(())
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

    /// Reads until there is nothing left, at most 32 buffers in one go, so that one stream cannot starve the others. From a
    /// peer that is `gone` an error is the end, too: so terminals tell it.
    fn read(self: &Rc<Self>, owner: &Loop, gone: bool) {
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
                Err(_) if gone => self.end(),
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
        if self.listening.is_on() {
            return self.on_connection(owner);
        }
        if self.connecting.is_on() {
            return self.on_connected(owner);
        }
        let broken = readiness.intersects(Readiness::ERROR | Readiness::HANGUP);
        if self.reading.get() && (broken || readiness.contains(Readiness::READABLE)) {
            self.read(owner, false);
        }
        // The peer is gone and what it left was read without filling the buffer: the end comes now. libuv takes it for granted; but a read may
        // also be short where a descriptor was sent along, with more behind it.
        while self.reading.get() && self.partial.get() && readiness.contains(Readiness::HANGUP) {
            self.read(owner, true);
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
        self.listening.stop();
        // Before the socket goes, so that nobody finds a name without a listener for long.
        if let (Some(path), Ok(kernel)) = (self.bound_name.take(), self.kernel()) {
            let _ = kernel.unlink(&path);
        }
        let io = self.io.borrow_mut().take();
        drop(io);
        let fd = self.fd.replace(-1);
        // Standard streams stay open, as libuv leaves them.
        if self.owns_fd.get()
            && fd > 2
            && let Ok(kernel) = self.kernel()
        {
            // It may have been closed by hand.
            let _ = kernel.close(fd);
        }
    }

    fn end_requests(self: Rc<Self>, owner: &Loop) {
        self.cancel_connect(owner);
        self.cancel_writes(owner);
    }

    fn drop_callbacks(&self) {
        let callback = self.read_callback.borrow_mut().take();
        drop(callback);
        self.writes.drop_all();
        self.connecting.drop_all();
        self.listening.drop_all();
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
            let state = StreamState::new(owner, kind, None);
            state.writes.open(host.is_writable(), host.may_block());
            *state.io.borrow_mut() = Some(Rc::new(Io { host, watcher }));
            state
        });
        owner.adopt(state.clone());
        Stream(state)
    }

    /// Makes a stream that is not open yet (`uv_tcp_init`, `uv_pipe_init`), over the descriptors of `kernel`.
    pub fn unopened(owner: &Loop, kernel: &Arc<Kernel>, kind: HandleKind) -> Stream {
        let state = Rc::new(StreamState::new(owner, kind, Some(kernel.clone())));
        owner.adopt(state.clone());
        Stream(state)
    }

    /// Opens the stream over what `fd` refers to (`uv_tcp_open`, `uv_pipe_open`); with `owns_fd` the descriptor is closed with it,
    /// unless it is a standard one.
    ///
    /// # Errors
    /// `EBUSY` when it is open already, `EINVAL` when it is closing or there is nothing of the host behind `fd`, `EBADF`, `EMFILE`.
    pub fn open(&self, fd: Fd, owns_fd: bool) -> Result<()> {
        self.0.attach(fd, owns_fd)
    }

    /// Takes an [`open`](Stream::open) back, with the descriptor: for a stream that nobody has used yet, when what it was opened for failed
    /// (`uv__stream_close` in `uv_spawn`).
    pub fn undo_open(&self) {
        self.0.stop_to_close();
    }

    /// Makes the stream one for messages between processes, before it is opened (`uv_pipe_init` with `ipc`): open files can be sent and
    /// received along with bytes.
    pub fn set_ipc(&self) {
        self.0.ipc.set(true);
    }

    /// The guest's descriptor of the next file that was received (`uv_accept` on such a pipe); `None` when there is none.
    ///
    /// # Errors
    /// `EMFILE`; the file is then closed.
    pub fn take_received(&self) -> Option<Result<Fd>> {
        let kernel = self.0.kernel().ok()?;
        self.0.io().ok()?.host.take_received(kernel)
    }

    /// The guest's descriptor; -1 for none.
    pub fn fd(&self) -> Fd {
        self.0.fd.get()
    }

    /// Whether there is something of the host behind it.
    pub fn is_open(&self) -> bool {
        self.0.io.borrow().is_some()
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
