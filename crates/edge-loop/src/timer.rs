//! Timers (`uv_timer_t`).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::event_loop::Loop;
use crate::handle::{HandleCore, HandleKind, HandleState, impl_handle};
use crate::timer_heap::NOWHERE;

type Callback = Rc<dyn Fn(&Timer)>;

pub(crate) struct TimerState {
    pub(crate) core: HandleCore,
    callback: RefCell<Option<Callback>>,
    repeat: Cell<u64>,
    pub(crate) due: Cell<u64>,
    pub(crate) start_id: Cell<u64>,
    /// Index in the heap.
    pub(crate) place: Cell<usize>,
    /// Taken out of the heap as due, not called yet.
    ready: Cell<bool>,
}

impl HandleState for TimerState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        self.ready.set(false);
        if let Some(owner) = self.core.owner() {
            owner.inner.timers.remove(self);
        }
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

/// A timer handle. Clones are the same timer.
#[derive(Clone)]
pub struct Timer(pub(crate) Rc<TimerState>);
impl_handle!(Timer);

impl Timer {
    /// Makes a timer that is not started.
    pub fn new(owner: &Loop) -> Timer {
        let state = Rc::new(TimerState {
            core: HandleCore::new(owner, HandleKind::Timer),
            callback: RefCell::new(None),
            repeat: Cell::new(0),
            due: Cell::new(0),
            start_id: Cell::new(0),
            place: Cell::new(NOWHERE),
            ready: Cell::new(false),
        });
        owner.adopt(state.clone());
        Timer(state)
    }

    /// Starts (or starts anew) the timer: `callback` in `timeout` ms of loop time, then every `repeat` ms unless 0
    /// (`uv_timer_start`). Nothing happens on a closing timer.
    pub fn start(&self, timeout: u64, repeat: u64, callback: impl Fn(&Timer) + 'static) {
        self.set_callback(callback);
        self.restart(timeout, repeat);
    }

    /// Sets what the timer calls without starting it; for [`restart`](Timer::restart).
    pub fn set_callback(&self, callback: impl Fn(&Timer) + 'static) {
        if !self.0.core.is_closing() {
            let old = self.0.callback.borrow_mut().replace(Rc::new(callback));
            drop(old);
        }
    }

    /// [`start`](Timer::start) with the callback that the timer has; allocates nothing. Without a callback, or on a
    /// closing timer, nothing happens.
    pub fn restart(&self, timeout: u64, repeat: u64) {
        let Some(owner) = self.0.core.owner() else {
            return;
        };
        if self.0.core.is_closing() || self.0.callback.borrow().is_none() {
            return;
        }
        self.stop();
        self.0.repeat.set(repeat);
        owner.inner.timers.insert(&self.0, owner.now().saturating_add(timeout));
        self.0.core.set_active(true);
    }

    /// Stops the timer (`uv_timer_stop`). It keeps its callback and its repeat.
    pub fn stop(&self) {
        if let Some(owner) = self.0.core.owner() {
            owner.inner.timers.remove(&self.0);
        }
        self.0.ready.set(false);
        self.0.core.set_active(false);
    }

    /// Starts the timer anew with its repeat as the timeout; nothing if the repeat is 0 (`uv_timer_again`). Returns
    /// false when the timer was never started (libuv's `EINVAL`).
    pub fn again(&self) -> bool {
        if self.0.callback.borrow().is_none() {
            return false;
        }
        let repeat = self.0.repeat.get();
        if repeat > 0 {
            self.restart(repeat, repeat);
        }
        true
    }

    /// Sets the repeat in ms, for the time after the next call (`uv_timer_set_repeat`).
    pub fn set_repeat(&self, repeat: u64) {
        self.0.repeat.set(repeat);
    }

    /// The repeat in ms (`uv_timer_get_repeat`).
    pub fn repeat(&self) -> u64 {
        self.0.repeat.get()
    }

    /// Milliseconds until the call, 0 if it is due or the timer is stopped (`uv_timer_get_due_in`).
    pub fn due_in(&self) -> u64 {
        match self.0.core.owner() {
            Some(owner) if self.0.core.is_active() => self.0.due.get().saturating_sub(owner.now()),
            _ => 0,
        }
    }
}

/// The timer phase. Returns how many callbacks it ran.
pub(crate) fn run_timers(owner: &Loop) -> usize {
    let timers = &owner.inner.timers;
    let now = owner.now();
    let mut ready = timers.ready.take();
    while let Some(timer) = timers.pop_due(now) {
        timer.core.set_active(false);
        timer.ready.set(true);
        ready.push(timer);
    }
    let mut ran = 0;
    for state in ready.drain(..) {
        // Stopped, restarted or closed by a callback before it.
        if !state.ready.replace(false) {
            continue;
        }
        let timer = Timer(state);
        timer.again();
        let callback = timer.0.callback.borrow().clone();
        if let Some(callback) = callback {
            callback(&timer);
            ran += 1;
        }
    }
    timers.ready.replace(ready);
    ran
}
