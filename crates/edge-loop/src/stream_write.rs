//! The writing half of streams: write requests, their queue, shutdown.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::rc::Rc;
use std::sync::Arc;

use edge_wasix::fs::File;
use edge_wasix::limits::Charge;
use edge_wasix::poll::Readiness;
use edge_wasix::{Errno, Limit, Result};

use crate::event_loop::Loop;
use crate::handle::Handle;
use crate::stream::{Io, Stream, StreamState};
use crate::work::RequestKind;

type Done = Box<dyn FnOnce(&Loop, Result<()>)>;

struct WriteRequest {
    id: u64,
    data: Vec<u8>,
    /// How much of `data` is written.
    at: usize,
    /// What is sent along with the first byte.
    file: Option<Arc<dyn File>>,
    done: Done,
    result: Result<()>,
    /// What `data` counts as host memory, until it is written.
    charge: Option<Charge>,
}

/// What a stream has to write.
#[derive(Default)]
pub(crate) struct WriteQueue {
    waiting: RefCell<VecDeque<WriteRequest>>,
    /// Over, but not reported yet.
    over: RefCell<VecDeque<WriteRequest>>,
    shutdown: RefCell<Option<(u64, Done)>>,
    /// Bytes that wait.
    size: Cell<usize>,
    bytes_written: Cell<u64>,
    writable: Cell<bool>,
    blocking: Cell<bool>,
    /// A report is in the loop's pending queue.
    fed: Cell<bool>,
}

impl WriteQueue {
    /// The stream has got a descriptor.
    pub(crate) fn open(&self, writable: bool, blocking: bool) {
        self.writable.set(writable);
        self.blocking.set(blocking);
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.writable.get()
    }

    pub(crate) fn drop_all(&self) {
        let waiting = self.waiting.take();
        let over = self.over.take();
        let shutdown = self.shutdown.take();
        drop((waiting, over, shutdown));
    }

    /// Moves the first waiting request to those that are over.
    fn finish_first(&self, result: Result<()>) {
        let first = self.waiting.borrow_mut().pop_front();
        let Some(mut request) = first else { return };
        self.size.set(self.size.get() - (request.data.len() - request.at));
        request.data = Vec::new();
        request.charge = None;
        request.file = None;
        request.result = result;
        self.over.borrow_mut().push_back(request);
    }
}

/// How many writes in one go before the other handles have their turn.
const WRITES_IN_A_ROW: usize = 32;

impl StreamState {
    /// Writes `bufs`; on a blocking stream until all is written or the loop was terminated.
    fn write_some(&self, owner: &Loop, io: &Io, bufs: &[IoSlice<'_>]) -> Result<usize> {
        loop {
            match io.host.write(bufs).map_err(Errno::from) {
                Err(Errno::EAGAIN) if self.writes.blocking.get() && !owner.inner.shared.is_terminated() => {
                    // In slices, so that a kill ends it.
                    io.host.wait_writable(50)?;
                }
                result => {
                    if let Ok(len) = result {
                        self.writes.bytes_written.set(self.writes.bytes_written.get() + len as u64);
                    }
                    return result;
                }
            }
        }
    }

    fn write_with_file(&self, io: &Io, bytes: &[u8], file: &dyn File) -> Result<usize> {
        let len = io.host.write_with_file(bytes, file)?;
        self.writes.bytes_written.set(self.writes.bytes_written.get() + len as u64);
        Ok(len)
    }

    /// Writes what waits, as far as there is room.
    fn write_waiting(&self, owner: &Loop) {
        let writes = &self.writes;
        if self.connecting.is_on() {
            return;
        }
        let mut left = WRITES_IN_A_ROW;
        while let Ok(io) = self.io() {
            let waiting = writes.waiting.borrow();
            let Some(first) = waiting.front() else { break };
            let rest = &first.data[first.at..];
            let result = match &first.file {
                Some(file) => self.write_with_file(&io, rest, &**file),
                None => self.write_some(owner, &io, &[IoSlice::new(rest)]),
            };
            drop(waiting);
            match result {
                Ok(len) => {
                    let mut waiting = writes.waiting.borrow_mut();
                    let Some(first) = waiting.front_mut() else {
                        break;
                    };
                    first.at += len;
                    first.file = None;
                    writes.size.set(writes.size.get() - len);
                    let whole = first.at >= first.data.len();
                    drop(waiting);
                    if whole {
                        writes.finish_first(Ok(()));
                    }
                }
                Err(Errno::EAGAIN) => {
                    let _ = io.watcher.add(Readiness::WRITABLE);
                    return;
                }
                Err(error) => {
                    // What waits behind it stays until close, as in libuv: nobody goes on after an error.
                    writes.finish_first(Err(error));
                    io.watcher.remove(Readiness::WRITABLE);
                    return;
                }
            }
            left -= 1;
            if left == 0 && !writes.blocking.get() {
                let _ = io.watcher.add(Readiness::WRITABLE);
                return;
            }
        }
        if let Ok(io) = self.io() {
            io.watcher.remove(Readiness::WRITABLE);
        }
    }

    /// Has the requests that are over reported in the next pending phase.
    fn feed(self: &Rc<Self>, owner: &Loop) {
        if !self.writes.fed.replace(true) {
            let me = self.clone();
            owner.defer(move |owner| {
                me.writes.fed.set(false);
                me.report_over(owner);
                me.drain(owner);
            });
        }
    }

    fn report_over(&self, owner: &Loop) {
        // Those that are over now; what their callbacks add is reported in its own time.
        let over = self.writes.over.take();
        for request in over {
            owner.inner.requests.end(request.id);
            (request.done)(owner, request.result);
        }
    }

    pub(crate) fn on_writable(self: &Rc<Self>, owner: &Loop) {
        self.write_waiting(owner);
        self.report_over(owner);
        self.drain(owner);
    }

    /// Does the shutdown once nothing waits any more.
    fn drain(&self, owner: &Loop) {
        // While it connects there is nothing to shut down yet; the end of connecting comes here again.
        if self.connecting.is_on() && !self.core.is_closing() {
            return;
        }
        if !self.writes.waiting.borrow().is_empty() {
            return;
        }
        let io = self.io();
        let request = self.writes.shutdown.take();
        if let Some((id, done)) = request {
            let result = match io {
                Ok(io) => io.host.shutdown_write().map_err(Errno::from),
                Err(_) => Err(Errno::ECANCELED),
            };
            owner.inner.requests.end(id);
            done(owner, result);
        }
    }

    /// Ends all requests of a closing stream.
    pub(crate) fn cancel_writes(&self, owner: &Loop) {
        self.flush_writes(owner, Errno::ECANCELED);
        self.drain(owner);
    }

    /// Ends all writes that wait, with an error (libuv's `uv__stream_flush_write_queue`).
    pub(crate) fn flush_writes(&self, owner: &Loop, error: Errno) {
        while !self.writes.waiting.borrow().is_empty() {
            self.writes.finish_first(Err(error));
        }
        self.report_over(owner);
    }
}

impl Stream {
    /// Writes as much of `bufs` as there is room for, now (`uv_try_write`). Returns how many bytes.
    ///
    /// # Errors
    /// `EAGAIN` when there is no room, it is connecting or a request waits; `EBADF` on a closing stream; `EPIPE` on one that is not
    /// writable or has no reader.
    pub fn try_write(&self, bufs: &[&[u8]]) -> Result<usize> {
        let io = self.open_and_writable()?;
        if self.0.connecting.is_on() || self.write_queue_size() > 0 || !self.0.writes.waiting.borrow().is_empty() {
            return Err(Errno::EAGAIN);
        }
        let owner = self.owner().ok_or(Errno::EBADF)?;
        let slices: Vec<_> = bufs.iter().filter(|buf| !buf.is_empty()).map(|buf| IoSlice::new(buf)).collect();
        if slices.is_empty() {
            return Ok(0);
        }
        let mut written = self.0.write_some(&owner, &io, &slices)?;
        if self.0.writes.blocking.get() {
            // A blocking stream writes all of it; what one call left is written piece by piece.
            let total: usize = bufs.iter().map(|buf| buf.len()).sum();
            while written < total {
                let rest = rest_of(bufs, written);
                written += self.0.write_some(&owner, &io, &rest)?;
            }
        }
        Ok(written)
    }

    /// Writes `data`: at once as far as there is room, the rest when there is (`uv_write`). `done` is called in a
    /// later phase, never from within, in the order of the writes. Returns the request's id. The request keeps the
    /// loop alive.
    ///
    /// # Errors
    /// As [`try_write`](Stream::try_write), without `EAGAIN`; `ENOBUFS` over the limit of host memory; `done` is then dropped uncalled.
    pub fn write(&self, data: Vec<u8>, done: impl FnOnce(&Loop, Result<()>) + 'static) -> Result<u64> {
        self.write_and_send(data, None, done)
    }

    /// [`write`](Stream::write) of at least one byte, with an open file sent along to the process at the other end (`uv_write2`).
    ///
    /// # Errors
    /// As `write`; `EINVAL` is told to `done` when there is nothing of the host behind the file or the stream is no local socket.
    pub fn write_and_send(
        &self,
        data: Vec<u8>,
        file: Option<Arc<dyn File>>,
        done: impl FnOnce(&Loop, Result<()>) + 'static,
    ) -> Result<u64> {
        self.open_and_writable()?;
        let owner = self.owner().ok_or(Errno::EBADF)?;
        let writes = &self.0.writes;
        let charge = match self.0.kernel() {
            Ok(kernel) if !data.is_empty() => Some(kernel.meter().charge(Limit::HostMemory, data.len() as u64)?),
            _ => None,
        };
        let id = owner.inner.next_id();
        owner.inner.requests.begin(id, RequestKind::Write);
        writes.size.set(writes.size.get() + data.len());
        let first = writes.waiting.borrow().is_empty();
        writes.waiting.borrow_mut().push_back(WriteRequest { id, data, at: 0, file, done: Box::new(done), result: Ok(()), charge });
        if first {
            self.0.write_waiting(&owner);
            if !writes.over.borrow().is_empty() {
                self.0.feed(&owner);
            }
        }
        Ok(id)
    }

    /// Ends the writing half once all that waits is written (`uv_shutdown`), then calls `done`. Nothing can be
    /// written after the call.
    ///
    /// # Errors
    /// `ENOTCONN` on a stream that is not writable, was shut down before, or is closing.
    pub fn shutdown(&self, done: impl FnOnce(&Loop, Result<()>) + 'static) -> Result<u64> {
        self.open_and_writable().map_err(|_| Errno::ENOTCONN)?;
        let owner = self.owner().ok_or(Errno::ENOTCONN)?;
        let writes = &self.0.writes;
        writes.writable.set(false);
        let id = owner.inner.next_id();
        owner.inner.requests.begin(id, RequestKind::Shutdown);
        *writes.shutdown.borrow_mut() = Some((id, Box::new(done)));
        if writes.waiting.borrow().is_empty() {
            self.0.feed(&owner);
        }
        Ok(id)
    }

    /// Makes writes wait until all is written (`uv_stream_set_blocking`); reads are not concerned.
    pub fn set_blocking(&self, blocking: bool) {
        let forced = self.0.io().is_ok_and(|io| io.host.may_block());
        self.0.writes.blocking.set(blocking || forced);
    }

    /// Bytes that wait to be written (`uv_stream_get_write_queue_size`).
    pub fn write_queue_size(&self) -> usize {
        self.0.writes.size.get()
    }

    /// Whether a shutdown is under way.
    pub fn is_shutting(&self) -> bool {
        self.0.writes.shutdown.borrow().is_some()
    }

    /// Bytes written so far.
    pub fn bytes_written(&self) -> u64 {
        self.0.writes.bytes_written.get()
    }
}

/// The part of `bufs` after the first `skip` bytes.
fn rest_of<'a>(bufs: &[&'a [u8]], mut skip: usize) -> Vec<IoSlice<'a>> {
    let mut rest = Vec::new();
    for buf in bufs {
        if skip >= buf.len() {
            skip -= buf.len();
        } else {
            rest.push(IoSlice::new(&buf[skip..]));
            skip = 0;
        }
    }
    rest
}
