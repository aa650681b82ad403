//! The phases, in the order of the crate's documentation.

use std::rc::Rc;

use edge_wasix::clock;
use edge_wasix::poll::PollEvent;

use crate::event_loop::{Loop, WAKE_TOKEN};
use crate::handle;
use crate::timer::run_timers;

/// How long [`Loop::run`] goes on (`uv_run_mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunMode {
    /// Until nothing keeps the loop alive or it is stopped.
    Default,
    /// One turn, waiting for an event if there is none.
    Once,
    /// One turn, without waiting.
    NoWait,
}

/// Puts `running` back even when a callback panics.
struct Running<'a>(&'a Loop);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.inner.running.set(false);
    }
}

impl Loop {
    /// Runs the loop; returns whether something still keeps it alive (`uv_run`). Inside a callback of the same loop
    /// it only returns. After [`LoopHandle::terminate`](crate::LoopHandle::terminate) it only returns, too.
    pub fn run(&self, mode: RunMode) -> bool {
        let inner = &self.inner;
        if inner.running.replace(true) {
            return self.alive();
        }
        let running = Running(self);
        if inner.metrics.read().loop_start_ns == 0 {
            inner.metrics.change(|metrics| metrics.loop_start_ns = clock::monotonic_ns());
        }

        // 0
        let mut alive = self.alive();
        if !alive {
            self.update_time();
        }
        if mode == RunMode::Default && alive && !inner.shared.must_stop() {
            self.update_time();
            run_timers(self);
        }

        while alive && !inner.shared.must_stop() {
            let can_sleep = inner.pending.borrow().is_empty() && inner.idle.is_empty();
            // 1, 2, 3
            self.run_pending();
            inner.idle.run();
            inner.prepare.run();
            // 4
            let wait = mode == RunMode::Default || (mode == RunMode::Once && can_sleep);
            let timeout = if wait { self.backend_timeout() } else { Some(0) };
            inner.metrics.change(|metrics| metrics.loop_count += 1);
            self.poll(timeout);
            // 5
            for _ in 0..8 {
                if !self.run_pending() {
                    break;
                }
            }
            // 6, 7
            inner.check.run();
            self.run_closing();
            // 8
            self.update_time();
            run_timers(self);
            // 9
            alive = self.alive();
            if mode != RunMode::Default {
                break;
            }
        }
        inner.shared.clear_stop();
        drop(running);
        alive
    }

    /// Runs what was deferred before this call. Returns whether there was anything.
    fn run_pending(&self) -> bool {
        let count = self.inner.pending.borrow().len();
        for _ in 0..count {
            let next = self.inner.pending.borrow_mut().pop_front();
            let Some(callback) = next else { break };
            callback(self);
        }
        count > 0
    }

    fn run_closing(&self) {
        let closing = std::mem::take(&mut *self.inner.closing.borrow_mut());
        for state in closing.into_iter().rev() {
            handle::finish_close(self, &state);
        }
    }

    /// The poll phase.
    fn poll(&self, timeout: Option<u64>) {
        let inner = &self.inner;
        let mut events = inner.events.take();
        let mut idle_ns = 0;
        inner.io.flush(&inner.poll_set);
        // First a look, then the wait: so that what was waiting and the idle time are known.
        let mut outcome = inner.poll_set.wait(&mut events, Some(0));
        let waiting = events.len() as u64;
        if events.is_empty() && timeout != Some(0) && outcome.is_ok() {
            let before = clock::monotonic_ns();
            outcome = inner.poll_set.wait(&mut events, timeout);
            let after = clock::monotonic_ns();
            idle_ns = after.saturating_sub(before);
            inner.now.set(after / 1_000_000);
        } else {
            self.update_time();
        }
        // Waiting on our own epoll descriptor cannot fail unless someone closed it under us; nothing would ever
        // arrive again, so the loop ends instead of spinning.
        if outcome.is_err() {
            inner.shared.terminate();
        }
        inner.metrics.change(|metrics| {
            metrics.idle_time_ns += idle_ns;
            metrics.events_waiting += waiting;
            metrics.events += events.len() as u64;
        });
        self.dispatch(&events);
        inner.events.set(events);
    }

    fn dispatch(&self, events: &[PollEvent]) {
        let mut woken = false;
        for event in events {
            if event.token == WAKE_TOKEN {
                woken = true;
                self.woken();
            } else {
                self.inner.io.dispatch(self, event.token, event.readiness);
            }
        }
        if woken {
            self.inner.signals.dispatch();
        }
    }

    /// A wake came from another thread: finished requests, async handles, posted closures.
    fn woken(&self) {
        let shared = Rc::clone(&self.inner);
        let shared = &shared.shared;
        shared.waker.drain();
        self.finish_requests();
        for id in shared.take_asyncs() {
            crate::async_handle::fire(self, id);
        }
        for posted in shared.take_posted() {
            posted(self);
        }
    }
}
