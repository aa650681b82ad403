//! Processor time that other threads than the program's own use on its behalf: its pool, work that runs apart.
//!
//! # Invariants
//! * A thread counts from [`Meter::help`] until its result is dropped, on that same thread, and then what it used stays counted.
//! * Without a limit of processor time nothing is counted and no clock is read.

use super::Meter;
use crate::clock::ThreadClock;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct State {
    /// Nanoseconds of those that are done.
    done: u64,
    next: u64,
    /// The clocks of those at work, each with what it said at the beginning.
    at_work: BTreeMap<u64, (ThreadClock, u64)>,
}

/// What a kernel's helping threads have used.
#[derive(Default)]
pub(super) struct Helpers(Mutex<State>);

impl Helpers {
    /// Nanoseconds so far. It never becomes less.
    pub(super) fn used(&self) -> u64 {
        let state = self.lock();
        let running = state.at_work.values().map(|(clock, base)| clock.read().unwrap_or(*base).saturating_sub(*base));
        running.fold(state.done, u64::saturating_add)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics under the lock, and the state is sound after each step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meter {
    /// The calling thread works for the program from now on, until the result is dropped: its processor time counts as the program's
    /// ([`Limit::CpuTime`](super::Limit::CpuTime)).
    pub fn help(self: &Arc<Self>) -> Helping {
        let Some(_) = self.limits().cpu_time else { return Helping { of: None, _here: PhantomData } };
        let clock = ThreadClock::current();
        let base = clock.read().unwrap_or(0);
        let mut state = self.helpers.lock();
        state.next += 1;
        let id = state.next;
        state.at_work.insert(id, (clock, base));
        drop(state);
        Helping { of: Some((Arc::clone(self), id)), _here: PhantomData }
    }
}

/// The calling thread works for a program; it stays on that thread.
#[must_use]
pub struct Helping {
    of: Option<(Arc<Meter>, u64)>,
    _here: PhantomData<*const ()>,
}

impl Drop for Helping {
    fn drop(&mut self) {
        let Some((meter, id)) = self.of.take() else { return };
        let mut state = meter.helpers.lock();
        if let Some((clock, base)) = state.at_work.remove(&id) {
            state.done = state.done.saturating_add(clock.read().unwrap_or(base).saturating_sub(base));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::{Limits, Meter};
    use std::sync::Arc;
    use std::time::Duration;

    /// Until this thread has used that much more processor time.
    fn burn(nanoseconds: u64) {
        let clock = crate::clock::ThreadClock::current();
        let end = clock.read().unwrap() + nanoseconds;
        while clock.read().unwrap() < end {}
    }

    #[test]
    fn what_a_helper_uses_counts_while_it_works_and_afterwards() {
        let meter = Meter::new(Limits { cpu_time: Some(Duration::from_secs(1)), ..Limits::NONE }, Arc::default());
        burn(2_000_000);
        assert_eq!(meter.helpers.used(), 0);
        let helping = meter.help();
        burn(2_000_000);
        assert!(meter.helpers.used() >= 2_000_000);
        drop(helping);
        let after = meter.helpers.used();
        assert!(after >= 2_000_000);
        burn(2_000_000);
        assert_eq!(meter.helpers.used(), after);
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let meter = Meter::new(Limits::NONE, Arc::default());
        let helping = meter.help();
        burn(1_000_000);
        drop(helping);
        assert_eq!(meter.helpers.used(), 0);
    }
}
