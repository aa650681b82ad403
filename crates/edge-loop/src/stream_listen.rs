//! Streams that listen: connections that arrive (`uv_listen`).

use std::cell::RefCell;
use std::rc::Rc;

use edge_wasix::net::SpareFd;
use edge_wasix::poll::Readiness;
use edge_wasix::{Errno, Fd, Result};

use crate::event_loop::Loop;
use crate::stream::{Stream, StreamState};

/// How many connections one turn takes on at most.
const ACCEPTED_AT_ONCE: usize = 64;

type ConnectionCallback = Rc<dyn Fn(&Stream, Fd)>;

/// Who is told of connections.
#[derive(Default)]
pub(crate) struct Listening(RefCell<Option<ConnectionCallback>>);

impl Listening {
    pub(crate) fn is_on(&self) -> bool {
        self.0.borrow().is_some()
    }

    pub(crate) fn stop(&self) {
        let callback = self.0.take();
        drop(callback);
    }

    pub(crate) fn drop_all(&self) {
        self.stop();
    }
}

impl StreamState {
    /// A connection waits. Several are taken in one turn, unlike libuv's one: where many arrive while those there are busy, one in
    /// each turn means that the last of 1,000 waits for as many turns, and a turn of many requests takes long.
    pub(crate) fn on_connection(self: &Rc<Self>, owner: &Loop) {
        for _ in 0..ACCEPTED_AT_ONCE {
            let callback = self.listening.0.borrow().clone();
            let (Some(callback), Ok(kernel)) = (callback, self.kernel()) else { return };
            match kernel.sock_accept(self.fd.get()) {
                Ok(fd) => callback(&Stream(self.clone()), fd),
                Err(Errno::EMFILE | Errno::ENFILE) => {
                    // Nobody would ever take it: it is closed, so that the peer knows and the loop does not spin.
                    let mut spare = owner.inner.spare_fd.borrow_mut();
                    let _ = kernel.sock_shed(self.fd.get(), spare.get_or_insert_with(SpareFd::new));
                    return;
                }
                // It was gone again, or there is none after all.
                Err(_) => return,
            }
        }
    }
}

impl Stream {
    /// Starts to listen: `callback` with the descriptor of each connection, which it owns from then on (`uv_listen`).
    pub(crate) fn start_listening(&self, backlog: i32, callback: impl Fn(&Stream, Fd) + 'static) -> Result<()> {
        let state = &self.0;
        let io = state.io()?;
        state.kernel()?.sock_listen(self.fd(), backlog)?;
        if let Some(owner) = state.core.owner() {
            owner.inner.spare_fd.borrow_mut().get_or_insert_with(SpareFd::new);
        }
        let old = state.listening.0.borrow_mut().replace(Rc::new(callback));
        drop(old);
        io.watcher.add(Readiness::READABLE)?;
        state.core.set_active(true);
        Ok(())
    }

    /// Whether it listens.
    pub fn is_listening(&self) -> bool {
        self.0.listening.is_on()
    }
}
