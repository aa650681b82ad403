//! System calls that fail when a test says so.
//!
//! Only builds with debug assertions have it: in a release both functions below are nothing, and there is no way to set a fault. The plan
//! belongs to the process, because pool threads make calls too, so a test that sets one must be alone in its process while it stands
//! ([`Faults`] keeps a second one waiting).
//!
//! A fault stands for what the system would have answered: an `EINTR` is tried again where a real one is, a short read or write moves one
//! byte, and a failed call has not been made.

#![cfg_attr(not(debug_assertions), allow(dead_code))]

use std::io::{IoSlice, IoSliceMut};

/// The kinds of calls that can fail.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `openat`, `openat2`.
    Open,
    /// `read`, `pread`, `readv`, `preadv` of files, pipes and terminals.
    Read,
    /// `write`, `pwrite`, `writev`, `pwritev` likewise.
    Write,
    /// `fsync`, `fdatasync`, `ftruncate`.
    Sync,
    /// `statx`.
    Stat,
    /// `getdents64`.
    ReadDir,
    /// `mkdirat`, `unlinkat`, `renameat`, `linkat`, `symlinkat`, …
    Change,
    /// `socket`, `socketpair`.
    Socket,
    /// `bind`, `listen`.
    Listen,
    /// `connect`.
    Connect,
    /// `accept4`.
    Accept,
    /// `recv` and its kin.
    Receive,
    /// `send` and its kin.
    Send,
    /// `shutdown`.
    Shutdown,
    /// Duplicates of descriptors, for streams and children.
    Duplicate,
    /// `epoll_ctl` that adds.
    Watch,
    /// `fork` with `exec`.
    Spawn,
    /// A new thread.
    Thread,
    /// The heap of an engine grows (`mprotect`).
    Grow,
}

#[cfg(debug_assertions)]
pub use planned::{Fault, Faults};
#[cfg(debug_assertions)]
pub(crate) use planned::{at, most};

/// What a writing call gets of its bytes.
#[inline]
pub(crate) fn few(call: Call, buf: &[u8]) -> rustix::io::Result<&[u8]> {
    Ok(&buf[..most(call)?.min(buf.len())])
}

/// What a reading call gets of its room.
#[inline]
pub(crate) fn few_mut(call: Call, buf: &mut [u8]) -> rustix::io::Result<&mut [u8]> {
    let len = most(call)?.min(buf.len());
    Ok(&mut buf[..len])
}

/// Makes a call that writes several slices with as many as it gets.
#[inline]
pub(crate) fn writev(
    call: Call,
    bufs: &[IoSlice<'_>],
    write: impl FnOnce(&[IoSlice<'_>]) -> rustix::io::Result<usize>,
) -> rustix::io::Result<usize> {
    match most(call)? {
        usize::MAX => write(bufs),
        most => {
            let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| &buf[..most.min(buf.len())]);
            write(&[IoSlice::new(first)])
        }
    }
}

/// Makes a call that reads into several slices with as many as it gets.
#[inline]
pub(crate) fn readv(
    call: Call,
    bufs: &mut [IoSliceMut<'_>],
    read: impl FnOnce(&mut [IoSliceMut<'_>]) -> rustix::io::Result<usize>,
) -> rustix::io::Result<usize> {
    match most(call)? {
        usize::MAX => read(bufs),
        most => match bufs.iter_mut().find(|buf| !buf.is_empty()) {
            Some(first) => {
                let len = most.min(first.len());
                read(&mut [IoSliceMut::new(&mut first[..len])])
            }
            None => Ok(0),
        },
    }
}

/// Whether this call is to fail, and if not, how many bytes it may move.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub(crate) const fn most(_call: Call) -> rustix::io::Result<usize> {
    Ok(usize::MAX)
}

/// Whether this call is to fail.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub(crate) const fn at(_call: Call) -> rustix::io::Result<()> {
    Ok(())
}

#[cfg(debug_assertions)]
mod planned {
    use super::Call;
    use crate::Errno;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    /// What happens in place of a call.
    #[doc(hidden)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fault {
        /// It fails.
        Error(Errno),
        /// It moves one byte at most. Nothing for calls that move none.
        Short,
    }

    struct Plan {
        call: Call,
        fault: Fault,
        /// The first call that fails, counted from 0.
        from: u64,
        /// The first after it that does not.
        to: u64,
        seen: u64,
    }

    static PLANNED: AtomicBool = AtomicBool::new(false);
    static PLAN: Mutex<Option<Plan>> = Mutex::new(None);
    static ALONE: Mutex<()> = Mutex::new(());

    fn plan() -> MutexGuard<'static, Option<Plan>> {
        PLAN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults that stand until it is dropped.
    #[doc(hidden)]
    pub struct Faults(#[allow(dead_code)] MutexGuard<'static, ()>);

    impl Faults {
        /// Lets the calls of this kind fail from the `nth` (counted from 0) on, `times` times.
        pub fn set(call: Call, fault: Fault, nth: u64, times: u64) -> Self {
            let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
            *plan() = Some(Plan { call, fault, from: nth, to: nth.saturating_add(times), seen: 0 });
            PLANNED.store(true, Ordering::SeqCst);
            Self(alone)
        }
        /// No more of them; how many calls of the kind there were.
        pub fn end(&self) -> u64 {
            PLANNED.store(false, Ordering::SeqCst);
            plan().take().map_or(0, |plan| plan.seen)
        }
    }

    impl Drop for Faults {
        fn drop(&mut self) {
            self.end();
        }
    }

    pub(crate) fn most(call: Call) -> rustix::io::Result<usize> {
        if !PLANNED.load(Ordering::Relaxed) {
            return Ok(usize::MAX);
        }
        let mut plan = plan();
        let Some(plan) = plan.as_mut().filter(|plan| plan.call == call) else { return Ok(usize::MAX) };
        let number = plan.seen;
        plan.seen += 1;
        if !(plan.from..plan.to).contains(&number) {
            return Ok(usize::MAX);
        }
        match plan.fault {
            Fault::Error(errno) => Err(rustix::io::Errno::from_raw_os_error(errno.raw())),
            Fault::Short => Ok(1),
        }
    }

    pub(crate) fn at(call: Call) -> rustix::io::Result<()> {
        most(call).map(drop)
    }
}
