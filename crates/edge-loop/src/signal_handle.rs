//! Signals of the process (`uv_signal_t`).

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use edge_wasix::signal::SignalReceiver;
use edge_wasix::{Errno, Result};

use crate::event_loop::{Loop, LoopInner};
use crate::handle::{HandleCore, HandleKind, HandleState, impl_handle};

/// The loop's signals: nothing at all until a handle is started.
#[derive(Default)]
pub(crate) struct Signals {
    receiver: OnceCell<SignalReceiver>,
    /// Started handles in the order of starting.
    started: RefCell<Vec<Rc<SignalState>>>,
}

impl Signals {
    fn start(&self, inner: &LoopInner, state: &Rc<SignalState>, signum: i32) -> Result<()> {
        self.receiver.get_or_init(|| SignalReceiver::new(&inner.shared.waker)).watch(signum)?;
        state.signum.set(signum);
        self.started.borrow_mut().push(state.clone());
        Ok(())
    }

    fn stop(&self, state: &SignalState) {
        let signum = state.signum.replace(0);
        if signum == 0 {
            return;
        }
        let mut started = self.started.borrow_mut();
        let at = started.iter().position(|other| other.core.id == state.core.id);
        let removed = at.map(|at| started.remove(at));
        let watched = started.iter().any(|other| other.signum.get() == signum);
        drop(started);
        drop(removed);
        if !watched && let Some(receiver) = self.receiver.get() {
            receiver.unwatch(signum);
        }
    }

    /// Calls the handles of the signals that have arrived.
    pub(crate) fn dispatch(&self) {
        let Some(receiver) = self.receiver.get() else {
            return;
        };
        for (signum, count) in receiver.take() {
            for _ in 0..count {
                let due: Vec<_> = self.started.borrow().iter().filter(|state| state.signum.get() == signum).cloned().collect();
                for state in due {
                    // Stopped by a callback before it.
                    if state.signum.get() == signum {
                        state.call(signum);
                    }
                }
            }
        }
    }
}

type Callback = Rc<dyn Fn(&Signal, i32)>;

pub(crate) struct SignalState {
    core: HandleCore,
    /// 0: stopped.
    signum: Cell<i32>,
    once: Cell<bool>,
    callback: RefCell<Option<Callback>>,
}

impl SignalState {
    fn call(self: Rc<Self>, signum: i32) {
        let signal = Signal(self);
        let callback = signal.0.callback.borrow().clone();
        if signal.0.once.get() {
            signal.stop();
        }
        if let Some(callback) = callback {
            callback(&signal, signum);
        }
    }
}

impl HandleState for SignalState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        if let Some(owner) = self.core.owner() {
            owner.inner.signals.stop(self);
        }
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

/// A signal handle. Clones are the same handle.
#[derive(Clone)]
pub struct Signal(Rc<SignalState>);
impl_handle!(Signal);

impl Signal {
    /// Makes a handle that is not started.
    pub fn new(owner: &Loop) -> Signal {
        let state = Rc::new(SignalState {
            core: HandleCore::new(owner, HandleKind::Signal),
            signum: Cell::new(0),
            once: Cell::new(false),
            callback: RefCell::new(None),
        });
        owner.adopt(state.clone());
        Signal(state)
    }

    /// Calls `callback` for each `signum` that the process gets, and takes the process's own handling of it away
    /// until the last handle for it in the process is stopped (`uv_signal_start`).
    ///
    /// # Errors
    /// `EINVAL` for what cannot be watched (see [`SignalReceiver::watch`]) and on a closing handle.
    pub fn start(&self, signum: i32, callback: impl Fn(&Signal, i32) + 'static) -> Result<()> {
        self.start_with(signum, false, Rc::new(callback))
    }

    /// [`start`](Signal::start) for the next signal only (`uv_signal_start_oneshot`).
    ///
    /// # Errors
    /// As [`start`](Signal::start).
    pub fn start_once(&self, signum: i32, callback: impl Fn(&Signal, i32) + 'static) -> Result<()> {
        self.start_with(signum, true, Rc::new(callback))
    }

    fn start_with(&self, signum: i32, once: bool, callback: Callback) -> Result<()> {
        let owner = self.0.core.owner().filter(|_| !self.0.core.is_closing()).ok_or(Errno::EINVAL)?;
        if signum == 0 {
            return Err(Errno::EINVAL);
        }
        if self.0.signum.get() != signum {
            self.stop();
            owner.inner.signals.start(&owner.inner, &self.0, signum)?;
        }
        self.0.once.set(once);
        let old = self.0.callback.borrow_mut().replace(callback);
        drop(old);
        self.0.core.set_active(true);
        Ok(())
    }

    /// Stops the calls (`uv_signal_stop`).
    pub fn stop(&self) {
        self.0.stop_to_close();
        self.0.core.set_active(false);
    }
}
