//! What all handles share: identity, activity, references, closing.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use crate::event_loop::{Loop, LoopInner};

/// The kind of a handle, by libuv's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandleKind {
    /// `uv_async_t`
    Async,
    /// `uv_check_t`
    Check,
    /// `uv_fs_event_t`
    FsEvent,
    /// `uv_fs_poll_t`
    FsPoll,
    /// `uv_idle_t`
    Idle,
    /// `uv_pipe_t`
    Pipe,
    /// `uv_poll_t`
    Poll,
    /// `uv_prepare_t`
    Prepare,
    /// `uv_process_t`
    Process,
    /// `uv_signal_t`
    Signal,
    /// `uv_tcp_t`
    Tcp,
    /// `uv_timer_t`
    Timer,
    /// `uv_tty_t`
    Tty,
    /// `uv_udp_t`
    Udp,
}

/// One line of the report of what a loop holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandleInfo {
    /// Unique in its loop, never used again.
    pub id: u64,
    /// What it is.
    pub kind: HandleKind,
    /// Started.
    pub active: bool,
    /// Counts for the loop's liveness while active.
    pub referenced: bool,
}

const ACTIVE: u8 = 1;
const REFERENCED: u8 = 2;
const CLOSING: u8 = 4;
const CLOSED: u8 = 8;

pub(crate) type CloseCallback = Box<dyn FnOnce()>;

/// The part of a handle that the loop knows.
pub struct HandleCore {
    pub(crate) id: u64,
    pub(crate) kind: HandleKind,
    owner: Weak<LoopInner>,
    flags: Cell<u8>,
    on_close: RefCell<Option<CloseCallback>>,
}

impl HandleCore {
    pub(crate) fn new(owner: &Loop, kind: HandleKind) -> HandleCore {
        HandleCore {
            id: owner.inner.next_id(),
            kind,
            owner: Rc::downgrade(&owner.inner),
            flags: Cell::new(REFERENCED),
            on_close: RefCell::new(None),
        }
    }

    /// The loop, while it exists.
    pub(crate) fn owner(&self) -> Option<Loop> {
        self.owner.upgrade().map(|inner| Loop { inner })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags.get() & flag != 0
    }

    /// Sets or clears a flag; keeps the loop's count of handles that are both active and referenced.
    fn set(&self, flag: u8, on: bool) {
        let counts = |flags: u8| flags & (ACTIVE | REFERENCED) == ACTIVE | REFERENCED;
        let before = self.flags.get();
        let after = if on { before | flag } else { before & !flag };
        self.flags.set(after);
        if counts(before) != counts(after)
            && let Some(inner) = self.owner.upgrade()
        {
            let count = inner.active_handles.get();
            inner.active_handles.set(if counts(after) { count + 1 } else { count - 1 });
        }
    }

    pub(crate) fn is_active(&self) -> bool {
        self.has(ACTIVE)
    }

    pub(crate) fn set_active(&self, on: bool) {
        self.set(ACTIVE, on);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.has(CLOSING | CLOSED)
    }

    pub(crate) fn info(&self) -> HandleInfo {
        HandleInfo { id: self.id, kind: self.kind, active: self.is_active(), referenced: self.has(REFERENCED) }
    }
}

/// What the loop asks of a handle's state.
pub trait HandleState {
    fn core(&self) -> &HandleCore;
    /// Stops everything, as the first half of closing.
    fn stop_to_close(&self);
    /// The second half, in the closing phase, before the close callback: ends the requests that are under way.
    fn end_requests(self: Rc<Self>, _owner: &Loop) {}
    /// Lets go of the user's callbacks. Their drop may run any code, so no borrow may be held meanwhile.
    fn drop_callbacks(&self);
}

/// The closing phase's work on one handle.
pub(crate) fn finish_close(owner: &Loop, state: &Rc<dyn HandleState>) {
    let core = state.core();
    core.flags.set((core.flags.get() & !ACTIVE) | CLOSED);
    let entry = owner.inner.handles.borrow_mut().remove(&core.id);
    let callback = core.on_close.borrow_mut().take();
    state.clone().end_requests(owner);
    state.drop_callbacks();
    drop(entry);
    if let Some(callback) = callback {
        callback();
    }
}

/// Drops what the user gave a handle, uncalled.
pub(crate) fn abandon(state: &Rc<dyn HandleState>) {
    let core = state.core();
    state.stop_to_close();
    core.set(ACTIVE, false);
    core.flags.set(core.flags.get() | CLOSING | CLOSED);
    let callback = core.on_close.borrow_mut().take();
    state.drop_callbacks();
    drop(callback);
}

/// Keeps [`Handle`] to this crate.
pub mod sealed {
    use std::rc::Rc;

    pub trait Sealed {
        fn state(&self) -> Rc<dyn super::HandleState>;
        fn core(&self) -> &super::HandleCore;
    }
}

/// The operations that every handle has. All are harmless on a closed handle.
pub trait Handle: sealed::Sealed {
    /// Unique in the loop, never used again.
    fn id(&self) -> u64 {
        self.core().id
    }

    /// What kind of handle this is.
    fn kind(&self) -> HandleKind {
        self.core().kind
    }

    /// Started, and not closing (`uv_is_active`).
    fn is_active(&self) -> bool {
        self.core().is_active() && !self.is_closing()
    }

    /// `close` was called (`uv_is_closing`).
    fn is_closing(&self) -> bool {
        self.core().is_closing()
    }

    /// Whether the handle, when active, keeps the loop alive (`uv_has_ref`).
    fn has_ref(&self) -> bool {
        self.core().has(REFERENCED)
    }

    /// Makes the handle keep the loop alive while active, as it does at first (`uv_ref`).
    fn add_ref(&self) {
        if !self.core().has(CLOSED) {
            self.core().set(REFERENCED, true);
        }
    }

    /// Makes the handle not keep the loop alive (`uv_unref`).
    fn unref(&self) {
        if !self.core().has(CLOSED) {
            self.core().set(REFERENCED, false);
        }
    }

    /// The loop, while it exists.
    fn owner(&self) -> Option<Loop> {
        self.core().owner()
    }

    /// Stops the handle now and calls `callback` in the closing phase; callbacks given before are then dropped
    /// (`uv_close`). A second close does nothing: its callback is dropped uncalled.
    fn close(&self, callback: impl FnOnce() + 'static)
    where
        Self: Sized,
    {
        begin_close(self.state(), Some(Box::new(callback)));
    }

    /// [`close`](Handle::close) without a callback.
    fn close_quietly(&self) {
        begin_close(self.state(), None);
    }
}

pub(crate) fn begin_close(state: Rc<dyn HandleState>, callback: Option<CloseCallback>) {
    let core = state.core();
    if core.is_closing() {
        return;
    }
    core.flags.set(core.flags.get() | CLOSING);
    state.stop_to_close();
    core.set(ACTIVE, false);
    *core.on_close.borrow_mut() = callback;
    if let Some(owner) = core.owner() {
        owner.inner.closing.borrow_mut().push(state);
    }
}

/// Implements [`Handle`] for a newtype over `Rc<State>`.
macro_rules! impl_handle {
    ($handle:ty) => {
        impl crate::handle::sealed::Sealed for $handle {
            fn state(&self) -> std::rc::Rc<dyn crate::handle::HandleState> {
                self.0.clone()
            }
            fn core(&self) -> &crate::handle::HandleCore {
                &self.0.core
            }
        }
        impl crate::handle::Handle for $handle {}
        impl std::fmt::Debug for $handle {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.core.info().fmt(f)
            }
        }
    };
}
pub(crate) use impl_handle;
