//! Handles that run once a turn: idle, prepare, check (`uv_idle_t`, `uv_prepare_t`, `uv_check_t`).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::event_loop::{Loop, LoopInner};
use crate::handle::{Handle, HandleCore, HandleKind, HandleState, impl_handle};

type Callback = Rc<dyn Fn()>;

pub(crate) struct WatcherState {
    pub(crate) core: HandleCore,
    callback: RefCell<Option<Callback>>,
}

/// The started handles of one phase.
#[derive(Default)]
pub(crate) struct WatcherQueue {
    started: RefCell<VecDeque<Rc<WatcherState>>>,
    /// Those that have not run yet in the turn that is running.
    to_run: RefCell<VecDeque<Rc<WatcherState>>>,
}

impl WatcherQueue {
    pub(crate) fn is_empty(&self) -> bool {
        self.started.borrow().is_empty() && self.to_run.borrow().is_empty()
    }

    fn remove(&self, state: &WatcherState) {
        let id = state.core.id;
        self.started.borrow_mut().retain(|other| other.core.id != id);
        self.to_run.borrow_mut().retain(|other| other.core.id != id);
    }

    /// Runs every handle that is started now and not stopped before its turn.
    pub(crate) fn run(&self) {
        if self.started.borrow().is_empty() {
            return;
        }
        self.started.swap(&self.to_run);
        loop {
            let next = self.to_run.borrow_mut().pop_front();
            let Some(state) = next else { break };
            self.started.borrow_mut().push_back(state.clone());
            let callback = state.callback.borrow().clone();
            if let Some(callback) = callback {
                callback();
            }
        }
    }
}

impl WatcherState {
    fn queue<'a>(&self, inner: &'a LoopInner) -> &'a WatcherQueue {
        match self.core.kind {
            HandleKind::Idle => &inner.idle,
            HandleKind::Prepare => &inner.prepare,
            _ => &inner.check,
        }
    }

    fn new(owner: &Loop, kind: HandleKind) -> Rc<WatcherState> {
        let state = Rc::new(WatcherState { core: HandleCore::new(owner, kind), callback: RefCell::new(None) });
        owner.adopt(state.clone());
        state
    }

    fn set_callback(&self, callback: Callback) {
        let old = self.callback.borrow_mut().replace(callback);
        drop(old);
    }

    fn start(self: &Rc<Self>) {
        let Some(owner) = self.core.owner() else {
            return;
        };
        if self.core.is_active() || self.core.is_closing() || self.callback.borrow().is_none() {
            return;
        }
        // At the head, as libuv does: the handle started last runs first.
        self.queue(&owner.inner).started.borrow_mut().push_front(self.clone());
        self.core.set_active(true);
    }

    fn stop(&self) {
        if self.core.is_active()
            && let Some(owner) = self.core.owner()
        {
            self.queue(&owner.inner).remove(self);
        }
        self.core.set_active(false);
    }
}

impl HandleState for WatcherState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        self.stop();
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

macro_rules! loop_watcher {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone)]
        pub struct $name(pub(crate) Rc<WatcherState>);
        impl_handle!($name);

        impl $name {
            /// Makes a handle that is not started.
            pub fn new(owner: &Loop) -> $name {
                $name(WatcherState::new(owner, HandleKind::$name))
            }

            /// Starts to call `callback` once a turn. As in libuv, a handle that is started keeps the callback it has.
            pub fn start(&self, callback: impl Fn() + 'static) {
                if !self.is_active() && !self.is_closing() {
                    self.0.set_callback(Rc::new(callback));
                    self.0.start();
                }
            }

            /// Starts again with the callback of the last [`start`](Self::start); allocates nothing.
            pub fn restart(&self) {
                self.0.start();
            }

            /// Stops calling; the callback is kept for [`restart`](Self::restart).
            pub fn stop(&self) {
                self.0.stop();
            }
        }
    };
}

loop_watcher!(Idle, "Runs once a turn before prepare, and keeps the poll phase from waiting (`uv_idle_t`).");
loop_watcher!(Prepare, "Runs right before the poll phase (`uv_prepare_t`).");
loop_watcher!(Check, "Runs right after the poll phase (`uv_check_t`).");
