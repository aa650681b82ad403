//! The watchdog: one thread of the process that ends the programs whose time is up, whatever they do.
//!
//! [`Meter::run`] begins a stretch of running under the kernel's time limits and ends it when its result is dropped. The thread starts
//! with the first stretch that has a limit and goes when there has been none for a while: a process without limits has no such thread.
//!
//! Wall time is one deadline. Processor time is looked at when it could be used up at the earliest, and again after what was left then.
//! A process that is nothing but its program is watched for its memory, too: all that counting at the places of allocation misses.
//!
//! Once a limit struck, the program is told again every few milliseconds until its stretch ends: the signal that takes a thread out of a
//! blocking system call has no effect when it comes a moment before the call.
//!
//! After `fork` the child has no watchdog; its first stretch starts one.

use super::{Limit, Meter};
use crate::clock::{ThreadClock, monotonic_ns, process_cpu_ns};
use crate::thread::{ThreadSpec, spawn};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// How long the thread waits for another stretch.
const LINGER_NS: u64 = 10_000_000_000;
/// How soon a program that was told to end is told again: at first, and at most.
const AGAIN_NS: u64 = 5_000_000;
const AGAIN_MOST_NS: u64 = 200_000_000;
/// How often a process's memory is looked at.
const MEMORY_LOOK_NS: u64 = 20_000_000;
/// The least time between two looks at a processor clock.
const LEAST_LOOK_NS: u64 = 1_000_000;

/// Whose processor time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuClock {
    /// The calling thread's, and those of the threads that work for it ([`Meter::help`]): one environment among others in a process.
    Thread,
    /// The whole process's, from its start: a process that is nothing but one program.
    Process,
}

enum Clock {
    Thread(ThreadClock),
    Process,
}

impl Clock {
    /// `None` when the thread is gone.
    fn read(&self) -> Option<u64> {
        match self {
            Clock::Thread(clock) => clock.read(),
            Clock::Process => Some(process_cpu_ns()),
        }
    }

    /// The same with what other threads have used for the program, where the clock has not counted that already.
    fn read_with_helpers(&self, meter: &Meter) -> Option<u64> {
        let helpers = if matches!(self, Clock::Thread(_)) { meter.helpers.used() } else { 0 };
        Some(self.read()?.saturating_add(helpers))
    }
}

/// How many processors a program may use at once. Found out once: it takes several system calls.
fn processors() -> u64 {
    static COUNT: OnceLock<u64> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, |count| count.get() as u64))
}

struct Entry {
    meter: Arc<Meter>,
    /// Monotonic nanoseconds.
    deadline: Option<u64>,
    /// The clock, and where it may not come.
    cpu: Option<(Clock, u64)>,
    /// Bytes that the process may have resident.
    memory: Option<u64>,
    /// When to look next.
    next: u64,
    /// How long after being told to end it is told again.
    again: u64,
}

impl Entry {
    /// When it must be looked at, counted from now.
    fn schedule(&mut self, now: u64) {
        let mut next = self.deadline.unwrap_or(u64::MAX);
        if let Some((clock, limit)) = &self.cpu
            && let Some(used) = clock.read_with_helpers(&self.meter)
        {
            let left = limit.saturating_sub(used) / processors();
            next = next.min(now.saturating_add(left.max(LEAST_LOOK_NS)));
        }
        if self.memory.is_some() {
            next = next.min(now.saturating_add(MEMORY_LOOK_NS));
        }
        self.next = next;
    }

    /// The limit that is used up.
    fn over(&self, now: u64) -> Option<Limit> {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Some(Limit::WallTime);
        }
        if self.memory.is_some_and(|most| resident().is_some_and(|bytes| bytes > most)) {
            return Some(Limit::HostMemory);
        }
        let (clock, limit) = self.cpu.as_ref()?;
        clock.read_with_helpers(&self.meter).is_some_and(|used| used >= *limit).then_some(Limit::CpuTime)
    }
}

/// Bytes of this process that are resident and its own (`/proc/self/statm`: resident without what is shared with files).
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let mut numbers = text.split_ascii_whitespace().skip(1).map(str::parse::<u64>);
    let (resident, shared) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(resident.saturating_sub(shared).saturating_mul(rustix::param::page_size() as u64))
}

struct State {
    entries: BTreeMap<u64, Entry>,
    next_id: u64,
    /// The process that has the thread.
    runs_in: Option<u32>,
}

static STATE: Mutex<State> = Mutex::new(State { entries: BTreeMap::new(), next_id: 0, runs_in: None });
static CHANGED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    // Nothing panics under the lock, and the map is sound after each step.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stretch of running under time limits; it ends when this is dropped.
#[must_use]
#[derive(Debug)]
pub struct Running(Option<u64>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            state().entries.remove(&id);
        }
    }
}

impl Meter {
    /// Begins a stretch of running under the limits of wall time and processor time, counted from now (processor time from the start of the
    /// process with [`CpuClock::Process`], and then host memory is watched, too). Over one of them: [`Meter::end`]. Without such limits it does nothing.
    ///
    /// # Errors
    /// No thread could be started: what is limited must then not run.
    pub fn run(self: &Arc<Self>, clock: CpuClock) -> std::io::Result<Running> {
        let limits = self.limits();
        let watches_memory = clock == CpuClock::Process && limits.host_memory.is_some();
        if limits.wall_time.is_none() && limits.cpu_time.is_none() && !watches_memory {
            return Ok(Running(None));
        }
        crate::trap::forget_kill();
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let now = monotonic_ns();
        let cpu = limits.cpu_time.map(|limit| {
            let clock = match clock {
                CpuClock::Thread => Clock::Thread(ThreadClock::current()),
                CpuClock::Process => Clock::Process,
            };
            let base = if matches!(clock, Clock::Process) { 0 } else { clock.read_with_helpers(self).unwrap_or(0) };
            (clock, base.saturating_add(nanoseconds(limit)))
        });
        let deadline = limits.wall_time.map(|limit| now.saturating_add(nanoseconds(limit)));
        // The engine's memory has its own limit, and the process something to begin with.
        let memory = limits.host_memory.filter(|_| watches_memory).map(|most| {
            let engine = limits.memory.unwrap_or(4 << 30);
            most.saturating_add(engine).saturating_add(resident().unwrap_or(0))
        });
        let mut entry = Entry { meter: Arc::clone(self), deadline, cpu, memory, next: 0, again: AGAIN_NS };
        entry.schedule(now);
        let mut state = state();
        if state.runs_in != Some(std::process::id()) {
            // Entries of a parent process belong to threads that this one does not have.
            state.entries.clear();
            spawn(ThreadSpec { name: "edge-watchdog".to_owned(), stack_size: 256 << 10 }, watch)?;
            state.runs_in = Some(std::process::id());
        }
        state.next_id += 1;
        let id = state.next_id;
        let soonest = state.entries.values().map(|entry| entry.next).min().unwrap_or(0);
        let wake = entry.next < soonest || soonest == 0;
        state.entries.insert(id, entry);
        drop(state);
        if wake {
            CHANGED.notify_one();
        }
        Ok(Running(Some(id)))
    }
}

/// The thread's life.
fn watch() {
    let mut guard = state();
    let mut idle_since = None;
    loop {
        let now = monotonic_ns();
        let mut ended: Vec<(Arc<Meter>, Limit)> = Vec::new();
        for entry in guard.entries.values_mut().filter(|entry| entry.next <= now) {
            match entry.over(now) {
                Some(limit) => {
                    ended.push((Arc::clone(&entry.meter), limit));
                    entry.next = now.saturating_add(entry.again);
                    entry.again = (entry.again * 2).min(AGAIN_MOST_NS);
                }
                None => entry.schedule(now),
            }
        }
        if !ended.is_empty() {
            drop(guard);
            for (meter, limit) in ended {
                // An ender of ours does not panic; an embedder's must not take the watchdog with it.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| meter.end(limit)));
            }
            guard = state();
            continue;
        }
        let wait = match guard.entries.values().map(|entry| entry.next).min() {
            Some(next) => {
                idle_since = None;
                next.saturating_sub(monotonic_ns())
            }
            None => {
                let since = *idle_since.get_or_insert(now);
                if now.saturating_sub(since) >= LINGER_NS {
                    guard.runs_in = None;
                    return;
                }
                LINGER_NS
            }
        };
        let (next, _) = CHANGED.wait_timeout(guard, Duration::from_nanos(wait.max(1))).unwrap_or_else(PoisonError::into_inner);
        guard = next;
    }
}
