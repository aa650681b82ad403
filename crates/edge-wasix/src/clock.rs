//! Clocks and sleeping: what `clock_time_get` and `clock_res_get` read, in Rust units.
//!
//! Every function is one system call (or a vDSO read), takes no lock and cannot fail on Linux for the clocks
//! named here. Policy about clocks (coarsening for hostile guests) belongs to the caller.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

fn nanoseconds(time: Timespec) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

fn read_unsigned(clock: ClockId) -> u64 {
    u64::try_from(nanoseconds(clock_gettime(clock))).unwrap_or(0)
}

/// Nanoseconds of the monotonic clock (`CLOCK_MONOTONIC`; libuv's `uv_hrtime`). The zero is arbitrary.
pub fn monotonic_ns() -> u64 {
    read_unsigned(ClockId::Monotonic)
}

/// Nanoseconds since 1970-01-01 UTC (`CLOCK_REALTIME`); negative before it.
pub fn realtime_ns() -> i128 {
    nanoseconds(clock_gettime(ClockId::Realtime))
}

/// Nanoseconds of processor time that this process has used (`CLOCK_PROCESS_CPUTIME_ID`).
pub fn process_cpu_ns() -> u64 {
    read_unsigned(ClockId::ProcessCPUTime)
}

/// Nanoseconds of processor time that the calling thread has used (`CLOCK_THREAD_CPUTIME_ID`).
pub fn thread_cpu_ns() -> u64 {
    read_unsigned(ClockId::ThreadCPUTime)
}

/// The processor clock of one thread, to be read from any (`pthread_getcpuclockid`).
#[derive(Clone, Copy, Debug)]
pub struct ThreadClock(libc::clockid_t);

impl ThreadClock {
    /// The calling thread's.
    pub fn current() -> ThreadClock {
        let mut clock = libc::CLOCK_THREAD_CPUTIME_ID;
        // SAFETY: asks about the calling thread, which is alive, and writes one number.
        unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
        ThreadClock(clock)
    }

    /// Nanoseconds of processor time that the thread has used; `None` when it has ended.
    pub fn read(self) -> Option<u64> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: takes a number, writes one structure; an unknown clock is an error.
        let known = unsafe { libc::clock_gettime(self.0, &mut time) } == 0;
        known.then(|| (time.tv_sec as u64).saturating_mul(1_000_000_000).saturating_add(time.tv_nsec as u64))
    }
}

/// Blocks the calling thread for `duration`; signals do not shorten it.
pub fn sleep(duration: Duration) {
    std::thread::sleep(duration);
}
