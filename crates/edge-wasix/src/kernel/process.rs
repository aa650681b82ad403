//! The program as a process: ids, signals, priority, title, exit.

use std::sync::PoisonError;

use super::Kernel;
use crate::audit::Subject;
use crate::{Errno, Result};

impl Kernel {
    /// The process id: the host's.
    pub fn pid(&self) -> i32 {
        rustix::process::getpid().as_raw_nonzero().get()
    }

    /// The parent's process id; 0 without a look at the host.
    pub fn ppid(&self) -> i32 {
        if !self.policy.grants_host_information() {
            return 0;
        }
        rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get())
    }

    /// `kill(2)`: sends signal `signal` (0 only asks). Without a grant of host processes every pid is `ESRCH`, so
    /// that a guest cannot tell which exist; its own answers signal 0.
    pub fn kill(&self, pid: i32, signal: i32) -> Result<()> {
        if !(0..=64).contains(&signal) {
            return Err(Errno::EINVAL);
        }
        if !self.policy.grants_host_processes() {
            let answer = if pid == self.pid() && signal == 0 { Ok(()) } else { Err(Errno::ESRCH) };
            return self.told_host("kill", Subject::Process(pid), answer);
        }
        let result = if pid == self.pid() && signal != 0 {
            // To this thread: the signal has then arrived when the call returns, as programs with one thread know it.
            // SAFETY: take numbers, touch no memory of ours.
            unsafe { libc::syscall(libc::SYS_tgkill, pid, libc::gettid(), signal) == 0 }
        } else {
            // SAFETY: takes two numbers, touches no memory of ours.
            unsafe { libc::kill(pid, signal) == 0 }
        };
        if result { Ok(()) } else { Err(Errno::last()) }
    }

    /// The scheduling priority (-20 to 19) of a process, 0 being this one.
    pub fn priority(&self, pid: i32) -> Result<i32> {
        self.check_other(pid)?;
        // SAFETY: the address of this thread's errno, which is always valid.
        unsafe { *libc::__errno_location() = 0 };
        // SAFETY: takes two numbers, touches no memory.
        let priority = unsafe { libc::getpriority(libc::PRIO_PROCESS, pid as u32) };
        // -1 is also a priority: only errno tells.
        if priority == -1 && std::io::Error::last_os_error().raw_os_error() != Some(0) {
            return Err(Errno::last());
        }
        Ok(priority)
    }

    /// Sets a process's scheduling priority.
    pub fn set_priority(&self, pid: i32, priority: i32) -> Result<()> {
        self.check_other(pid)?;
        if !self.policy.grants_host_processes() {
            return Err(Errno::EPERM);
        }
        // SAFETY: takes three numbers, touches no memory.
        if unsafe { libc::setpriority(libc::PRIO_PROCESS, pid as u32, priority) } == 0 { Ok(()) } else { Err(Errno::last()) }
    }

    fn check_other(&self, pid: i32) -> Result<()> {
        let own = pid == 0 || pid == self.pid();
        if own || self.policy.grants_host_processes() {
            return Ok(());
        }
        self.told_host("priority", Subject::Process(pid), Err(Errno::ESRCH))
    }

    /// The title set with [`Kernel::set_title`], or nothing.
    pub fn title(&self) -> Vec<u8> {
        self.title.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the process's title. Under an open policy the host's process list shows its first 15 bytes.
    pub fn set_title(&self, title: &[u8]) {
        *self.title.lock().unwrap_or_else(PoisonError::into_inner) = title.to_vec();
        if self.policy.grants_host_processes() {
            let mut name = [0u8; 16];
            let len = title.len().min(15);
            name[..len].copy_from_slice(&title[..len]);
            // Naming threads after the main one is what `ps` shows; failing is of no consequence.
            let _ = std::fs::write("/proc/self/comm", name.split(|&b| b == 0).next().unwrap_or(b""));
        }
    }

    /// Ends the host process at once with this status, after putting the terminal back. Only for a process that is
    /// nothing but this kernel (`edge-node`).
    pub fn exit(&self, status: i32) -> ! {
        if self.meter.reached().is_some() {
            // The watchdog ends the process, with the limit's status. Should it fail, this does.
            crate::clock::sleep(std::time::Duration::from_secs(2));
        }
        self.exit_now(status)
    }

    /// As [`Kernel::exit`], also when a limit is about to end the process: for whoever does that.
    pub fn exit_now(&self, status: i32) -> ! {
        self.tty_reset_mode();
        // SAFETY: ends the process; no destructor is owed anything, all our files are unbuffered. The C library's
        // exit handlers are passed over because other threads may still run.
        unsafe { libc::_exit(status) }
    }

    /// Writes a line to the host process's standard error right before [`Kernel::exit`], from any thread: past all limits, and without
    /// waiting for a reader that does not read.
    pub fn last_words(&self, text: &str) {
        // SAFETY: asks about a number and touches no memory.
        if unsafe { libc::fcntl(2, libc::F_GETFD) } < 0 {
            return;
        }
        // SAFETY: the descriptor is open; should another thread close it now, the calls below fail.
        let stderr = unsafe { std::os::fd::BorrowedFd::borrow_raw(2) };
        let mut fds = [rustix::event::PollFd::new(&stderr, rustix::event::PollFlags::OUT)];
        let patience = rustix::event::Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        if rustix::event::poll(&mut fds, Some(&patience)).is_ok_and(|ready| ready > 0) {
            let _ = rustix::io::write(stderr, text.as_bytes());
        }
    }

    /// Path of the running executable (`process.execPath`).
    pub fn executable(&self) -> Result<Vec<u8>> {
        if !self.policy.grants_host_processes() {
            return Err(Errno::EACCES);
        }
        let path = std::env::current_exe()?;
        Ok(std::os::unix::ffi::OsStringExt::into_vec(path.into_os_string()))
    }

    /// Ends the host process with SIGABRT (`process.abort`).
    pub fn abort(&self) -> ! {
        self.tty_reset_mode();
        std::process::abort()
    }
}

/// Says why a program could not begin, where there is no kernel to say it through, and ends it.
pub fn fail(text: &str, status: i32) -> ! {
    eprint!("{text}");
    std::process::exit(status)
}
