//! Ending blocking calls from outside.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};

use crate::{Errno, Result};

/// A flag that blocked calls wait on beside their own descriptor. Once set it stays set.
#[derive(Default)]
pub struct Interrupt {
    set: AtomicBool,
    /// Made by the first waiter: most programs never wait in a blocking call.
    event: OnceLock<Option<OwnedFd>>,
}

impl Interrupt {
    /// Wakes all waiters and makes later waits fail at once.
    pub fn set(&self) {
        self.set.store(true, Ordering::SeqCst);
        if let Some(event) = self.event() {
            // A full counter is as awake as it gets.
            let _ = rustix::io::write(event, &1u64.to_ne_bytes());
        }
    }

    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::SeqCst)
    }

    /// A descriptor that is readable once the interrupt is set, for other pollers.
    pub fn event(&self) -> Option<BorrowedFd<'_>> {
        let make = || eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).ok();
        self.event.get_or_init(make).as_ref().map(|fd| fd.as_fd())
    }

    /// Blocks until `fd` has something to read (or is at its end).
    ///
    /// # Errors
    ///
    /// `EINTR` when the interrupt is set.
    pub fn wait_readable(&self, fd: BorrowedFd<'_>) -> Result<()> {
        let Some(event) = self.event() else {
            return Err(Errno::EMFILE);
        };
        loop {
            if self.is_set() {
                return Err(Errno::EINTR);
            }
            let mut fds = [PollFd::new(&fd, PollFlags::IN), PollFd::new(&event, PollFlags::IN)];
            match poll(&mut fds, None) {
                Ok(_) if self.is_set() => return Err(Errno::EINTR),
                Ok(_) if !fds[0].revents().is_empty() => return Ok(()),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
