//! Readiness of a descriptor that somebody else reads and writes (`uv_poll_t`).

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use edge_wasix::poll::{HostFd, Readiness};
use edge_wasix::{Errno, Result};

use crate::event_loop::Loop;
use crate::handle::{HandleCore, HandleKind, HandleState, impl_handle};
use crate::io_watcher::{IoTarget, IoWatcher};

type Callback = Rc<dyn Fn(&Poll, Result<Readiness>)>;

pub(crate) struct PollState {
    core: HandleCore,
    watcher: RefCell<Option<IoWatcher>>,
    callback: RefCell<Option<Callback>>,
}

impl HandleState for PollState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        let watcher = self.watcher.borrow_mut().take();
        drop(watcher);
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

impl IoTarget for PollState {
    fn on_ready(self: Rc<Self>, _owner: &Loop, readiness: Readiness) {
        let poll = Poll(self);
        let callback = poll.0.callback.borrow().clone();
        let Some(callback) = callback else { return };
        // As libuv does: an error without out-of-band data means that the descriptor is no good any more.
        if readiness.contains(Readiness::ERROR) && !readiness.contains(Readiness::PRIORITIZED) {
            poll.stop();
            callback(&poll, Err(Errno::EBADF));
            return;
        }
        let asked = poll.0.watcher.borrow().as_ref().map_or(Readiness::empty(), IoWatcher::interest);
        let mut report = readiness & asked;
        if readiness.contains(Readiness::HANGUP) {
            report |= asked & (Readiness::READABLE | Readiness::WRITABLE | Readiness::DISCONNECT);
        }
        callback(&poll, Ok(report));
    }
}

/// A poll handle. Clones are the same handle.
#[derive(Clone)]
pub struct Poll(Rc<PollState>);
impl_handle!(Poll);

impl Poll {
    /// Makes a handle for `fd` that is not started. The descriptor must be non-blocking for the caller's own sake.
    pub fn new(owner: &Loop, fd: HostFd) -> Poll {
        let state = Rc::new_cyclic(|me: &Weak<PollState>| PollState {
            core: HandleCore::new(owner, HandleKind::Poll),
            watcher: RefCell::new(Some(IoWatcher::new(owner, fd, me.clone()))),
            callback: RefCell::new(None),
        });
        owner.adopt(state.clone());
        Poll(state)
    }

    /// Calls `callback` whenever something of `interest` is so (level-triggered), or with `EBADF` on an error, which
    /// stops the handle. Starting again changes both; an empty interest stops (`uv_poll_start`).
    ///
    /// # Errors
    /// `EPERM` for what has no readiness (regular files), `EEXIST` when the same descriptor is watched by another
    /// handle of the loop, `EBADF` after close.
    pub fn start(&self, interest: Readiness, callback: impl Fn(&Poll, Result<Readiness>) + 'static) -> Result<()> {
        let watcher = self.0.watcher.borrow();
        watcher.as_ref().ok_or(Errno::EBADF)?.set_interest(interest)?;
        drop(watcher);
        let old = self.0.callback.borrow_mut().replace(Rc::new(callback));
        drop(old);
        self.0.core.set_active(!interest.is_empty());
        Ok(())
    }

    /// Stops the calls (`uv_poll_stop`).
    pub fn stop(&self) {
        if let Some(watcher) = &*self.0.watcher.borrow() {
            let _ = watcher.set_interest(Readiness::empty());
        }
        self.0.core.set_active(false);
    }
}
