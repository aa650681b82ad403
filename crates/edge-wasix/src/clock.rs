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

/// Blocks the calling thread for `duration`; signals do not shorten it.
pub fn sleep(duration: Duration) {
    std::thread::sleep(duration);
}
