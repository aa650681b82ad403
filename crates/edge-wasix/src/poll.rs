//! Readiness of many host descriptors at once: what `poll_oneoff` and the event loop's poll phase wait on.
//!
//! A [`PollSet`] is an epoll instance, level-triggered. The caller names every registration by a token of its own
//! choice and must make sure that stale tokens (events read before a removal) mean nothing to it.

use std::io;
use std::mem::MaybeUninit;
pub use std::os::fd::{AsFd, BorrowedFd};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use bitflags::bitflags;
use rustix::event::{Timespec, epoll};

use crate::faults::{self, Call};

bitflags! {
    /// What to wait for, and what happened. The bits are libuv's `UV_READABLE`…
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Readiness: u8 {
        /// Data, an end of file or a connection to accept.
        const READABLE = 1;
        /// Room to write, or an established connection.
        const WRITABLE = 2;
        /// The peer shut down its writing half.
        const DISCONNECT = 4;
        /// Out-of-band data.
        const PRIORITIZED = 8;
        /// An error is pending (reported unasked).
        const ERROR = 16;
        /// Both halves are gone (reported unasked).
        const HANGUP = 32;
    }
}

/// A host descriptor shared between the fd table that owns it and whoever waits on it. The descriptor is closed
/// when the last clone is dropped, so a poll set never names a recycled number.
#[derive(Debug, Clone)]
pub struct HostFd(Arc<OwnedFd>);

impl HostFd {
    /// The descriptor's number, for messages and comparisons; not an authority.
    pub fn number(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Whether this is that very descriptor.
    pub fn is(&self, fd: BorrowedFd<'_>) -> bool {
        self.0.as_raw_fd() == fd.as_raw_fd()
    }

    /// A second descriptor of what `fd` refers to (`F_DUPFD_CLOEXEC`): for waiting on what somebody else owns.
    ///
    /// # Errors
    /// `EMFILE`.
    pub fn share(fd: impl AsFd) -> io::Result<HostFd> {
        faults::at(Call::Duplicate)?;
        Ok(HostFd::from(rustix::io::fcntl_dupfd_cloexec(fd, 3)?))
    }
}

impl From<OwnedFd> for HostFd {
    fn from(fd: OwnedFd) -> HostFd {
        HostFd(Arc::new(fd))
    }
}

impl AsFd for HostFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// One readiness report.
#[derive(Debug, Clone, Copy)]
pub struct PollEvent {
    /// The token given at registration.
    pub token: u64,
    /// What happened.
    pub readiness: Readiness,
}

/// A set of registered descriptors.
#[derive(Debug)]
pub struct PollSet {
    epoll: OwnedFd,
}

/// Events taken from the kernel in one call; more stay ready for the next.
const BATCH: usize = 256;

fn flags(interest: Readiness) -> epoll::EventFlags {
    let mut flags = epoll::EventFlags::empty();
    flags.set(epoll::EventFlags::IN, interest.contains(Readiness::READABLE));
    flags.set(epoll::EventFlags::OUT, interest.contains(Readiness::WRITABLE));
    flags.set(epoll::EventFlags::RDHUP, interest.contains(Readiness::DISCONNECT));
    flags.set(epoll::EventFlags::PRI, interest.contains(Readiness::PRIORITIZED));
    flags
}

fn readiness(flags: epoll::EventFlags) -> Readiness {
    let mut readiness = Readiness::empty();
    readiness.set(Readiness::READABLE, flags.contains(epoll::EventFlags::IN));
    readiness.set(Readiness::WRITABLE, flags.contains(epoll::EventFlags::OUT));
    readiness.set(Readiness::DISCONNECT, flags.contains(epoll::EventFlags::RDHUP));
    readiness.set(Readiness::PRIORITIZED, flags.contains(epoll::EventFlags::PRI));
    readiness.set(Readiness::ERROR, flags.contains(epoll::EventFlags::ERR));
    readiness.set(Readiness::HANGUP, flags.contains(epoll::EventFlags::HUP));
    readiness
}

impl PollSet {
    /// Makes an empty set.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub fn new() -> io::Result<PollSet> {
        Ok(PollSet { epoll: epoll::create(epoll::CreateFlags::CLOEXEC)? })
    }

    /// Registers `fd` under `token`.
    ///
    /// # Errors
    /// `EEXIST` when the descriptor is in the set, `EPERM` when it has no readiness (a regular file), `ENOMEM`.
    pub fn add(&self, fd: impl AsFd, token: u64, interest: Readiness) -> io::Result<()> {
        faults::at(Call::Watch)?;
        Ok(epoll::add(&self.epoll, fd, epoll::EventData::new_u64(token), flags(interest))?)
    }

    /// Changes the interest of a registered `fd`.
    ///
    /// # Errors
    /// `ENOENT` when it is not in the set.
    pub fn modify(&self, fd: impl AsFd, token: u64, interest: Readiness) -> io::Result<()> {
        Ok(epoll::modify(&self.epoll, fd, epoll::EventData::new_u64(token), flags(interest))?)
    }

    /// Takes `fd` out of the set.
    ///
    /// # Errors
    /// `ENOENT` when it is not in the set.
    pub fn remove(&self, fd: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, fd)?)
    }

    /// Waits until something is ready or `timeout_ms` have passed (`None`: forever; 0: only look) and puts the
    /// reports in place of what `events` held. A signal ends the wait early with no events.
    ///
    /// # Errors
    /// Only programming errors (`EBADF`, `EINVAL`).
    pub fn wait(&self, events: &mut Vec<PollEvent>, timeout_ms: Option<u64>) -> io::Result<()> {
        events.clear();
        let timeout = timeout_ms.map(|ms| {
            // A month is long enough to ask again, and fits every kernel's idea of a timeout.
            let ms = ms.min(30 * 24 * 3600 * 1000);
            Timespec { tv_sec: (ms / 1000) as i64, tv_nsec: ((ms % 1000) * 1_000_000) as i64 }
        });
        let mut buffer = [const { MaybeUninit::<epoll::Event>::uninit() }; BATCH];
        let ready = match epoll::wait(&self.epoll, &mut buffer[..], timeout.as_ref()) {
            Ok((ready, _)) => ready,
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        events.extend(ready.iter().map(|event| {
            // Copied out first: the kernel's structure is packed.
            let (data, flags) = (event.data, event.flags);
            PollEvent { token: data.u64(), readiness: readiness(flags) }
        }));
        Ok(())
    }
}
