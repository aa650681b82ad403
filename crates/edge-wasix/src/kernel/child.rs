//! A running child process: waiting for its end and sending it signals.

use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustix::event::{EventfdFlags, eventfd};
use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions, pidfd_open, waitid};

use super::Kernel;
use crate::faults::{self, Call};
use crate::limits::{Charge, Limit};
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
    /// Readable once the child has ended.
    exit: HostFd,
    process: Arc<Process>,
    /// It counts as a thread until it was waited for.
    charge: Mutex<Option<Charge>>,
    /// Its descriptor.
    _open: Charge,
}

/// What a child counts: a thread, and a descriptor.
pub(super) struct ChildCharge {
    thread: Charge,
    open: Charge,
}

/// The process itself, until it was waited for.
#[derive(Debug)]
pub(super) struct Process {
    pid: i32,
    running: Mutex<Option<std::process::Child>>,
}

impl Process {
    fn kill(&self, signal: i32) -> Result<()> {
        // Held, so that the number cannot be somebody else's by now.
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            return Err(Errno::ESRCH);
        }
        // SAFETY: takes two numbers, touches no memory of ours.
        if unsafe { libc::kill(self.pid, signal) } == 0 { Ok(()) } else { Err(Errno::last()) }
    }
}

impl Kernel {
    /// Ends (SIGKILL) the children that still run and whose handles are open, and what they have started themselves: for a program
    /// that is ended from outside. A descendant whose parent has ended is not found any more.
    pub fn kill_children(&self) {
        let children = std::mem::take(&mut *self.children.lock().unwrap_or_else(PoisonError::into_inner));
        let children: Vec<Arc<Process>> = children.iter().filter_map(Weak::upgrade).filter(|child| child.kill(0).is_ok()).collect();
        if children.is_empty() {
            return;
        }
        // Stopped first, so that they start nothing more while their descendants are looked for.
        for child in &children {
            let _ = child.kill(libc::SIGSTOP);
        }
        for pid in descendants(children.iter().map(|child| child.pid).collect()) {
            // SAFETY: takes two numbers, touches no memory of ours.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
        for child in &children {
            let _ = child.kill(libc::SIGKILL);
        }
    }

    /// Takes over a child that was started.
    pub(super) fn adopt(&self, process: std::process::Child, charge: ChildCharge) -> Result<Child> {
        let child = Child::new(process, charge)?;
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        children.retain(|child| child.strong_count() > 0);
        children.push(Arc::downgrade(&child.process));
        drop(children);
        // The end may have come while it was started.
        if self.meter.reached().is_some() {
            self.kill_children();
        }
        Ok(child)
    }

    /// What a child counts.
    pub(super) fn child_charge(&self) -> Result<ChildCharge> {
        Ok(ChildCharge { thread: self.meter.charge(Limit::Threads, 1)?, open: self.meter.charge(Limit::OpenFiles, 1)? })
    }
}

impl Child {
    fn new(mut process: std::process::Child, charge: ChildCharge) -> Result<Child> {
        let pid = process.id().cast_signed();
        let opened = || {
            faults::at(Call::Duplicate)?;
            match Pid::from_raw(pid).map(|pid| pidfd_open(pid, PidfdFlags::empty())) {
                Some(Ok(fd)) => Ok(HostFd::from(fd)),
                _ => watch_on_thread(pid).map(HostFd::from),
            }
        };
        let exit = match opened() {
            Ok(exit) => exit,
            Err(errno) => {
                // Who is told that there is no child shall not have one, nor its remains.
                let _ = process.kill();
                let _ = process.wait();
                return Err(errno);
            }
        };
        let process = Arc::new(Process { pid, running: Mutex::new(Some(process)) });
        Ok(Child { exit, process, charge: Mutex::new(Some(charge.thread)), _open: charge.open })
    }

    /// The process id.
    pub fn pid(&self) -> i32 {
        self.process.pid
    }

    /// A descriptor that is readable once the child has ended.
    pub fn exit_fd(&self) -> &HostFd {
        &self.exit
    }

    /// How it ended; `None` while it runs. Answers once, then `None`.
    pub fn try_wait(&self) -> Option<ChildExit> {
        let mut process = self.process.running.lock().unwrap_or_else(PoisonError::into_inner);
        let exit = match process.as_mut()?.try_wait() {
            Ok(None) => return None,
            Ok(Some(status)) => ChildExit { status: status.code().unwrap_or(0), signal: status.signal().unwrap_or(0) },
            // Somebody else in this process waited for all children; how this one ended is lost.
            Err(_) => ChildExit { status: 0, signal: 0 },
        };
        *process = None;
        self.charge.lock().unwrap_or_else(PoisonError::into_inner).take();
        Some(exit)
    }

    /// Sends a signal; 0 only asks whether it is still there.
    ///
    /// # Errors
    /// `ESRCH` once it was waited for, `EINVAL` for a number that is no signal, `EPERM`.
    pub fn kill(&self, signal: i32) -> Result<()> {
        self.process.kill(signal)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let process = self.process.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut process) = process else { return };
        if matches!(process.try_wait(), Ok(None)) {
            // A zombie would stay until this process ends; a small thread takes it away.
            let spec = crate::thread::ThreadSpec { name: "edge-reap".to_owned(), stack_size: 64 << 10 };
            let _ = crate::thread::spawn(spec, move || process.wait());
        }
    }
}

/// The processes that were started by those of `pids`, and by these in turn (`/proc/PID/stat`); without `pids` themselves.
fn descendants(pids: Vec<i32>) -> Vec<i32> {
    let Ok(listing) = std::fs::read_dir("/proc") else { return Vec::new() };
    let parent = |pid: i32| -> Option<i32> {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may hold anything; state and parent follow it.
        let rest = &stat[stat.iter().rposition(|&byte| byte == b')')? + 1..];
        std::str::from_utf8(rest).ok()?.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    let numbers = listing.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let pairs: Vec<(i32, i32)> = numbers.filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut known = pids;
    let own = known.len();
    let mut at = 0;
    while let Some(&of) = known.get(at) {
        known.extend(pairs.iter().filter(|pair| pair.1 == of).map(|pair| pair.0));
        at += 1;
    }
    known.split_off(own)
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
