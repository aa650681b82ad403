//! [`Meter`]: what a kernel's programs have used, and what happens over a limit.
//!
//! # Invariants
//! * A limit of `n` lets exactly `n` through: the call that would make it `n + 1` is the one that fails.
//! * What is not limited is not counted: an open machine pays one comparison.
//! * The first limit that ends the program is the one that is told ([`Meter::reached`]); it never changes again.
//! * Enders run on whatever thread noticed, perhaps several times, and must not wait for the program's thread.

use super::helping::Helpers;
use super::{Limit, Limits};
use crate::kernel::Interrupt;
use crate::{Errno, Result};
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Ender = Arc<dyn Fn(Limit) + Send + Sync>;

/// What a kernel's programs have used, against their [`Limits`].
pub struct Meter {
    limits: Limits,
    used: [AtomicU64; Limit::ALL.len() + 1],
    /// The limit that ended the program, as its number; 0: none.
    reached: AtomicU8,
    interrupt: Arc<Interrupt>,
    enders: Mutex<(u64, Vec<(u64, Ender)>)>,
    pub(super) helpers: Helpers,
}

impl Meter {
    /// A meter of a kernel whose blocking calls `interrupt` ends.
    pub(crate) fn new(limits: Limits, interrupt: Arc<Interrupt>) -> Arc<Meter> {
        Arc::new(Meter {
            limits,
            used: Default::default(),
            reached: AtomicU8::new(0),
            interrupt,
            enders: Mutex::default(),
            helpers: Helpers::default(),
        })
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How much of it is in use, or was used where nothing is given back (bytes written, output). 0 for what is not limited.
    pub fn used(&self, limit: Limit) -> u64 {
        self.used[limit as usize].load(Ordering::Relaxed)
    }

    /// Counts `amount` more.
    ///
    /// # Errors
    /// It would be more than the limit: nothing is counted, and the errno is the one of that limit ([`Limit::errno`]).
    pub fn take(&self, limit: Limit, amount: u64) -> Result<()> {
        let Some(most) = self.limits.amount(limit) else { return Ok(()) };
        let add = |used: u64| used.checked_add(amount).filter(|&sum| sum <= most);
        match self.used[limit as usize].fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(_) => Ok(()),
            Err(_) => Err(limit.errno()),
        }
    }

    /// Counts as much of `amount` as the limit has room for, and returns that.
    pub fn take_up_to(&self, limit: Limit, amount: u64) -> u64 {
        let Some(most) = self.limits.amount(limit) else { return amount };
        let add = |used: u64| Some(used.saturating_add(amount).min(most.max(used)));
        let before = self.used[limit as usize].fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).unwrap_or(most);
        amount.min(most.saturating_sub(before))
    }

    /// Takes back what [`Meter::take`] or [`Meter::take_up_to`] counted.
    pub fn give_back(&self, limit: Limit, amount: u64) {
        if self.limits.amount(limit).is_some() {
            let subtract = |used: u64| Some(used.saturating_sub(amount));
            let _ = self.used[limit as usize].fetch_update(Ordering::Relaxed, Ordering::Relaxed, subtract);
        }
    }

    /// As [`Meter::take`], given back when the result is dropped.
    ///
    /// # Errors
    /// As [`Meter::take`].
    pub fn charge(self: &Arc<Self>, limit: Limit, amount: u64) -> Result<Charge> {
        self.take(limit, amount)?;
        let meter = self.limits.amount(limit).map(|_| Arc::clone(self));
        Ok(Charge { meter, limit, amount })
    }

    /// Ends the program because of `limit`: the enders run and blocking calls of the kernel are interrupted. A second time
    /// the same again, for the limit that was the first: whoever has not noticed is told once more.
    pub fn end(&self, limit: Limit) {
        let _ = self.reached.compare_exchange(0, limit as u8, Ordering::SeqCst, Ordering::SeqCst);
        let first = self.reached().unwrap_or(limit);
        let enders: Vec<Ender> = self.enders().1.iter().map(|(_, ender)| Arc::clone(ender)).collect();
        for ender in enders {
            ender(first);
        }
        // After the enders: what a call that ends early goes back to must have ended before.
        self.interrupt.set();
    }

    /// The limit that ended the program.
    pub fn reached(&self) -> Option<Limit> {
        Limit::of_number(self.reached.load(Ordering::SeqCst))
    }

    /// Has `ender` called when the program is to end; at once when it already is. It is forgotten when the result is dropped.
    #[must_use]
    pub fn on_end(self: &Arc<Self>, ender: impl Fn(Limit) + Send + Sync + 'static) -> EnderGuard {
        let ender: Ender = Arc::new(ender);
        let mut enders = self.enders();
        enders.0 += 1;
        let id = enders.0;
        enders.1.push((id, Arc::clone(&ender)));
        drop(enders);
        if let Some(limit) = self.reached() {
            ender(limit);
        }
        EnderGuard { meter: Arc::clone(self), id }
    }

    fn enders(&self) -> MutexGuard<'_, (u64, Vec<(u64, Ender)>)> {
        // The list is sound after each step.
        self.enders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("limits", &self.limits).field("reached", &self.reached()).finish_non_exhaustive()
    }
}

impl Limit {
    /// What a call answers over this limit; for limits that end the program, what the call that noticed answers meanwhile.
    #[must_use]
    pub const fn errno(self) -> Errno {
        match self {
            Limit::OpenFiles | Limit::Sockets => Errno::EMFILE,
            Limit::Threads => Errno::EAGAIN,
            Limit::BytesWritten => Errno::EDQUOT,
            Limit::HostMemory => Errno::ENOBUFS,
            Limit::MessageSize => Errno::EMSGSIZE,
            Limit::Memory => Errno::ENOMEM,
            Limit::CpuTime | Limit::WallTime | Limit::Timers | Limit::Output => Errno::EINTR,
        }
    }
}

/// Something that counts as long as it lives.
#[derive(Debug)]
pub struct Charge {
    meter: Option<Arc<Meter>>,
    limit: Limit,
    amount: u64,
}

impl Charge {
    /// Makes it `amount`, more or less than it was.
    ///
    /// # Errors
    /// As [`Meter::take`]; it is then as it was.
    pub fn resize(&mut self, amount: u64) -> Result<()> {
        if let Some(meter) = &self.meter {
            match amount.checked_sub(self.amount) {
                Some(more) => meter.take(self.limit, more)?,
                None => meter.give_back(self.limit, self.amount - amount),
            }
        }
        self.amount = amount;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if let Some(meter) = &self.meter {
            meter.give_back(self.limit, self.amount);
        }
    }
}

/// Keeps an ender of [`Meter::on_end`].
#[must_use]
#[derive(Debug)]
pub struct EnderGuard {
    meter: Arc<Meter>,
    id: u64,
}

impl Drop for EnderGuard {
    fn drop(&mut self) {
        let id = self.id;
        self.meter.enders().1.retain(|(other, _)| *other != id);
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limits, Meter};
    use crate::Errno;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn meter() -> Arc<Meter> {
        let limits = Limits { sockets: Some(2), output: Some(10), ..Limits::NONE };
        Meter::new(limits, Arc::default())
    }

    #[test]
    fn exactly_the_limit_is_let_through() {
        let meter = meter();
        let first = meter.charge(Limit::Sockets, 1).unwrap();
        let mut second = meter.charge(Limit::Sockets, 1).unwrap();
        assert_eq!(meter.charge(Limit::Sockets, 1).unwrap_err(), Errno::EMFILE);
        assert_eq!(second.resize(2).unwrap_err(), Errno::EMFILE);
        drop(first);
        second.resize(2).unwrap();
        assert_eq!(meter.used(Limit::Sockets), 2);
        drop(second);
        assert_eq!(meter.used(Limit::Sockets), 0);
        assert_eq!((meter.take_up_to(Limit::Output, 7), meter.take_up_to(Limit::Output, 7), meter.take_up_to(Limit::Output, 7)), (7, 3, 0));
        assert!(meter.take(Limit::Threads, u64::MAX).is_ok());
        assert!(meter.take(Limit::Sockets, u64::MAX).is_err());
    }

    #[test]
    fn the_first_limit_is_the_one_that_is_told() {
        let meter = meter();
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&calls);
        let guard = meter.on_end(move |limit| {
            assert_eq!(limit, Limit::WallTime);
            seen.fetch_add(1, Ordering::SeqCst);
        });
        meter.end(Limit::WallTime);
        meter.end(Limit::Output);
        assert_eq!((meter.reached(), calls.load(Ordering::SeqCst)), (Some(Limit::WallTime), 2));
        drop(guard);
        meter.end(Limit::Output);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
