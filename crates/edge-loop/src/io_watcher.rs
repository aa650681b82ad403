//! Readiness of descriptors in the poll phase (libuv's `uv__io_t`): what poll and stream handles are built on.
//!
//! Changes of interest reach the kernel right before the next wait, so that stop and start in one turn cost nothing.
//! The first interest and the end of all are told at once: the first because it may fail, the last because the
//! descriptor may be closed right after.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use edge_wasix::poll::{BorrowedFd, HostFd, PollSet, Readiness};
use edge_wasix::{Errno, Result};

use crate::event_loop::{Loop, LoopInner};

/// Gets the readiness reports of a watcher.
pub(crate) trait IoTarget {
    /// `readiness` holds what was asked for, and `ERROR` and `HANGUP`.
    fn on_ready(self: Rc<Self>, owner: &Loop, readiness: Readiness);
}

struct Entry {
    fd: HostFd,
    interest: Cell<Readiness>,
    /// What the kernel knows; `None`: not in the set.
    registered: Cell<Option<Readiness>>,
    dirty: Cell<bool>,
    target: Weak<dyn IoTarget>,
}

/// All watchers of a loop, by token. Tokens are never used again, so that an event read before a watcher's end finds
/// nothing.
#[derive(Default)]
pub(crate) struct IoTable {
    entries: RefCell<HashMap<u64, Rc<Entry>>>,
    dirty: RefCell<Vec<u64>>,
}

impl IoTable {
    fn get(&self, token: u64) -> Option<Rc<Entry>> {
        self.entries.borrow().get(&token).cloned()
    }

    /// Whether a watcher waits for this very descriptor (`uv__fd_exists`).
    pub(crate) fn watches(&self, fd: BorrowedFd<'_>) -> bool {
        self.entries.borrow().values().any(|entry| !entry.interest.get().is_empty() && entry.fd.is(fd))
    }

    /// Tells the kernel what changed.
    pub(crate) fn flush(&self, set: &PollSet) {
        let mut dirty = self.dirty.take();
        for token in dirty.drain(..) {
            let Some(entry) = self.get(token) else {
                continue;
            };
            entry.dirty.set(false);
            let wanted = Some(entry.interest.get()).filter(|interest| !interest.is_empty());
            if wanted != entry.registered.get() {
                // The descriptor is open and was accepted once: it is accepted again.
                let _ = match (wanted, entry.registered.get()) {
                    (None, _) => set.remove(&entry.fd),
                    (Some(interest), None) => set.add(&entry.fd, token, interest),
                    (Some(interest), Some(_)) => set.modify(&entry.fd, token, interest),
                };
                entry.registered.set(wanted);
            }
        }
        // Keeps the storage, and anything added meanwhile.
        let mut added = self.dirty.borrow_mut();
        dirty.append(&mut added);
        *added = dirty;
    }

    /// Runs the target of an event.
    pub(crate) fn dispatch(&self, owner: &Loop, token: u64, readiness: Readiness) {
        let Some(entry) = self.get(token) else { return };
        let interest = entry.interest.get();
        if interest.is_empty() {
            return;
        }
        let readiness = readiness & (interest | Readiness::ERROR | Readiness::HANGUP);
        if let Some(target) = entry.target.upgrade()
            && !readiness.is_empty()
        {
            target.on_ready(owner, readiness);
        }
    }
}

/// One descriptor's watch. Ends when dropped.
pub(crate) struct IoWatcher {
    token: u64,
    owner: Weak<LoopInner>,
    entry: Rc<Entry>,
}

impl IoWatcher {
    pub(crate) fn new(owner: &Loop, fd: HostFd, target: Weak<dyn IoTarget>) -> IoWatcher {
        let token = owner.inner.next_id();
        let entry =
            Rc::new(Entry { fd, interest: Cell::new(Readiness::empty()), registered: Cell::new(None), dirty: Cell::new(false), target });
        owner.inner.io.entries.borrow_mut().insert(token, entry.clone());
        IoWatcher { token, owner: Rc::downgrade(&owner.inner), entry }
    }

    pub(crate) fn interest(&self) -> Readiness {
        self.entry.interest.get()
    }

    /// Asks for exactly `interest` from the next poll on.
    ///
    /// # Errors
    /// `EPERM` when the descriptor has no readiness (a regular file), `EEXIST` when the very same descriptor is
    /// watched already.
    pub(crate) fn set_interest(&self, interest: Readiness) -> Result<()> {
        let Some(owner) = self.owner.upgrade() else {
            return Err(Errno::EBADF);
        };
        if self.entry.registered.get().is_none() && !interest.is_empty() {
            owner.poll_set.add(&self.entry.fd, self.token, interest)?;
            self.entry.registered.set(Some(interest));
        } else if self.entry.registered.get() != Some(interest) && !self.entry.dirty.replace(true) {
            owner.io.dirty.borrow_mut().push(self.token);
        }
        self.entry.interest.set(interest);
        Ok(())
    }

    pub(crate) fn add(&self, interest: Readiness) -> Result<()> {
        self.set_interest(self.interest() | interest)
    }

    pub(crate) fn remove(&self, interest: Readiness) {
        // Less interest is never refused.
        let _ = self.set_interest(self.interest() - interest);
    }
}

impl Drop for IoWatcher {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.upgrade() {
            owner.io.entries.borrow_mut().remove(&self.token);
            if self.entry.registered.get().is_some() {
                let _ = owner.poll_set.remove(&self.entry.fd);
            }
        }
    }
}
