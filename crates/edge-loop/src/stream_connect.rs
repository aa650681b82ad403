//! Streams that connect: the request, its end, and what waits for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_wasix::net::SocketAddress;
use edge_wasix::poll::Readiness;
use edge_wasix::{Errno, Result};

use crate::event_loop::Loop;
use crate::stream::{Stream, StreamState};
use crate::work::RequestKind;

type Done = Box<dyn FnOnce(&Loop, Result<()>)>;

/// A connect request under way.
#[derive(Default)]
pub(crate) struct Connecting {
    request: RefCell<Option<(u64, Done)>>,
    /// Known before the system was asked: told in the loop, not at once.
    failed: Cell<Option<Errno>>,
}

impl Connecting {
    pub(crate) fn is_on(&self) -> bool {
        self.request.borrow().is_some()
    }

    pub(crate) fn drop_all(&self) {
        let request = self.request.take();
        drop(request);
    }
}

impl StreamState {
    /// Starts a request: `done` is called when the socket is connected or `failed` was known before.
    pub(crate) fn begin_connect(self: &Rc<Self>, failed: Option<Errno>, done: Done) -> Result<u64> {
        let owner = self.core.owner().ok_or(Errno::EBADF)?;
        let io = self.io();
        if let (Ok(io), None) = (&io, failed) {
            io.watcher.add(Readiness::WRITABLE)?;
        }
        let id = owner.inner.next_id();
        owner.inner.requests.begin(id, RequestKind::Connect);
        self.connecting.failed.set(failed);
        *self.connecting.request.borrow_mut() = Some((id, done));
        if failed.is_some() {
            let me = self.clone();
            owner.defer(move |owner| me.on_connected(owner));
        }
        Ok(id)
    }

    /// The socket is writable, or broken, or the error was known: the request may be over (`uv__stream_connect`).
    pub(crate) fn on_connected(self: &Rc<Self>, owner: &Loop) {
        let result = match self.connecting.failed.take() {
            Some(error) => Err(error),
            None => self.kernel().and_then(|kernel| kernel.sock_error(self.fd.get())),
        };
        if result == Err(Errno::EINPROGRESS) {
            return;
        }
        let request = self.connecting.request.take();
        let Some((id, done)) = request else { return };
        if let Ok(io) = self.io() {
            io.watcher.remove(Readiness::WRITABLE);
        }
        owner.inner.requests.end(id);
        done(owner, result);
        if self.core.is_closing() {
            return;
        }
        match result {
            // What was written meanwhile goes out now.
            Ok(()) => self.on_writable(owner),
            Err(_) => self.flush_writes(owner, Errno::ECANCELED),
        }
    }

    /// The stream is closed.
    pub(crate) fn cancel_connect(&self, owner: &Loop) {
        let request = self.connecting.request.take();
        if let Some((id, done)) = request {
            owner.inner.requests.end(id);
            done(owner, Err(Errno::ECANCELED));
        }
    }
}

impl Stream {
    /// Whether a connect request is under way.
    pub fn is_connecting(&self) -> bool {
        self.0.connecting.is_on()
    }

    /// Asks the system for a connection; `Some(error)` is one to be told in the loop.
    pub(crate) fn connect_socket(&self, address: &SocketAddress, told_later: impl Fn(Errno) -> bool) -> Result<Option<Errno>> {
        match self.0.kernel()?.sock_connect(self.fd(), address) {
            Ok(()) | Err(Errno::EINPROGRESS) => Ok(None),
            Err(error) if told_later(error) => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }
}
