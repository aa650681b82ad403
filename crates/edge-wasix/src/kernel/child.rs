//! A running child process: waiting for its end and sending it signals.

use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::sync::{Mutex, PoisonError};

use rustix::event::{EventfdFlags, eventfd};
use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions, pidfd_open, waitid};

use crate::poll::HostFd;
use crate::{Errno, Result};

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildExit {
    /// What it answered; 0 when a signal ended it.
    pub status: i32,
    /// The signal that ended it, or 0.
    pub signal: i32,
}

/// A child process. Dropping it leaves the process running; it is then reaped when it ends.
#[derive(Debug)]
pub struct Child {
    pid: i32,
    /// Readable once the child has ended.
    exit: HostFd,
    process: Mutex<Option<std::process::Child>>,
}

impl Child {
    pub(super) fn new(process: std::process::Child) -> Result<Child> {
        let pid = process.id().cast_signed();
        let exit = match Pid::from_raw(pid).map(|pid| pidfd_open(pid, PidfdFlags::empty())) {
            Some(Ok(fd)) => HostFd::from(fd),
            _ => HostFd::from(watch_on_thread(pid)?),
        };
        Ok(Child { pid, exit, process: Mutex::new(Some(process)) })
    }

    /// The process id.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// A descriptor that is readable once the child has ended.
    pub fn exit_fd(&self) -> &HostFd {
        &self.exit
    }

    /// How it ended; `None` while it runs. Answers once, then `None`.
    pub fn try_wait(&self) -> Option<ChildExit> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let exit = match process.as_mut()?.try_wait() {
            Ok(None) => return None,
            Ok(Some(status)) => ChildExit { status: status.code().unwrap_or(0), signal: status.signal().unwrap_or(0) },
            // Somebody else in this process waited for all children; how this one ended is lost.
            Err(_) => ChildExit { status: 0, signal: 0 },
        };
        *process = None;
        Some(exit)
    }

    /// Sends a signal; 0 only asks whether it is still there.
    ///
    /// # Errors
    /// `ESRCH` once it was waited for, `EINVAL` for a number that is no signal, `EPERM`.
    pub fn kill(&self, signal: i32) -> Result<()> {
        // Held, so that the number cannot be somebody else's by now.
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if process.is_none() {
            return Err(Errno::ESRCH);
        }
        // SAFETY: takes two numbers, touches no memory of ours.
        if unsafe { libc::kill(self.pid, signal) } == 0 { Ok(()) } else { Err(Errno::last()) }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut process) = process else { return };
        if matches!(process.try_wait(), Ok(None)) {
            // A zombie would stay until this process ends; a small thread takes it away.
            let spec = crate::thread::ThreadSpec { name: "edge-reap".to_owned(), stack_size: 64 << 10 };
            let _ = crate::thread::spawn(spec, move || process.wait());
        }
    }
}

/// For kernels without pidfd: a thread that waits, leaves the child to be reaped, and makes the descriptor readable.
fn watch_on_thread(pid: i32) -> Result<OwnedFd> {
    let ours = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
    let theirs = rustix::io::fcntl_dupfd_cloexec(&ours, 3)?;
    let spec = crate::thread::ThreadSpec { name: "edge-wait".to_owned(), stack_size: 64 << 10 };
    crate::thread::spawn(spec, move || {
        if let Some(pid) = Pid::from_raw(pid) {
            let wait = || waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            while wait().is_err_and(|error| error == rustix::io::Errno::INTR) {}
        }
        let _ = rustix::io::write(&theirs, &1u64.to_ne_bytes());
    })?;
    Ok(ours)
}
