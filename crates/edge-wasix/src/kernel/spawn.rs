//! Starting programs of the host (`proc_spawn`).
//!
//! The child is the host's own: it gets the descriptors that are named, the environment and the working directory that are given, default
//! signal actions, and nothing else; every descriptor of ours is close-on-exec. Only an open policy may start one: a sandboxed guest has no
//! host program to run.

use std::ffi::CString;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio as CommandStdio};

use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::child::Child;
use super::{Fd, Kernel, View};
use crate::{Errno, Result};

/// What one descriptor of a child is (libuv's `uv_stdio_container_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildStdio {
    /// `/dev/null` for descriptors 0 to 2, else not open.
    Ignore,
    /// One end of a new pair of connected sockets; the other end is the parent's ([`Spawned::pipes`]).
    Pipe,
    /// What this descriptor of the guest refers to.
    Inherit(Fd),
}

/// A program to start (libuv's `uv_process_options_t`).
#[derive(Clone, Debug, Default)]
pub struct ChildProgram {
    /// The program; without a slash it is looked for in the child's `PATH`.
    pub file: Vec<u8>,
    /// The arguments, the program's name first.
    pub args: Vec<Vec<u8>>,
    /// `NAME=value` entries; `None`: the kernel's environment.
    pub env: Option<Vec<Vec<u8>>>,
    /// Where it starts; `None`: the kernel's working directory.
    pub cwd: Option<Vec<u8>>,
    /// Its descriptors, from 0.
    pub stdio: Vec<ChildStdio>,
    /// The user to run as.
    pub uid: Option<u32>,
    /// The group to run as.
    pub gid: Option<u32>,
    /// Leads a session of its own and outlives the parent's terminal (`setsid`).
    pub detached: bool,
}

/// What [`Kernel::spawn`] started.
#[derive(Debug)]
pub struct Spawned {
    /// The child; or why the program could not be executed. The pipes are there all the same, at their end.
    pub child: Result<Child>,
    /// For each [`ChildStdio::Pipe`] the guest's descriptor of the parent's end, by index.
    pub pipes: Vec<Option<Fd>>,
}

impl Kernel {
    /// Starts a program.
    ///
    /// # Errors
    /// `EACCES` unless the policy grants host processes and files; `EBADF` for a descriptor that is not open, `EINVAL` for one with nothing
    /// of the host behind it or a NUL in a text; `EMFILE`; `EAGAIN`, `ENOMEM`. A program that cannot be executed (`ENOENT`, `EACCES`, a missing working
    /// directory, `EPERM` for a user) is told in [`Spawned::child`].
    pub fn spawn(&self, program: &ChildProgram) -> Result<Spawned> {
        if !self.policy.grants_host_processes() || !matches!(self.view, View::Host(_)) {
            return Err(Errno::EACCES);
        }
        let texts = program.args.iter().chain(program.env.iter().flatten()).chain(program.cwd.iter()).chain([&program.file]);
        if texts.into_iter().any(|text| text.contains(&0)) {
            return Err(Errno::EINVAL);
        }
        let mut ends = Vec::new();
        let mut pipes: Vec<Option<OwnedFd>> = Vec::new();
        // Sources are held at numbers that no target has, so that putting one in its place never overwrites another.
        let count = program.stdio.len().max(3) as RawFd;
        for index in 0..count as usize {
            let (end, pipe) = match program.stdio.get(index).copied().unwrap_or(ChildStdio::Ignore) {
                ChildStdio::Ignore if index < 3 => {
                    (Some(rustix::fs::open(c"/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?), None)
                }
                ChildStdio::Ignore => (None, None),
                ChildStdio::Pipe => {
                    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
                    (Some(theirs), Some(ours))
                }
                ChildStdio::Inherit(fd) => {
                    let file = self.fds.get(fd)?;
                    (Some(fcntl_dupfd_cloexec(file.host_fd().ok_or(Errno::EINVAL)?, count)?), None)
                }
            };
            let end = match end {
                Some(end) if end.as_raw_fd() < count => Some(fcntl_dupfd_cloexec(end.as_fd(), count)?),
                other => other,
            };
            ends.push(end);
            pipes.push(pipe);
        }
        let child = self.execute(program, &ends);
        drop(ends);
        let mut guest = Vec::new();
        for pipe in pipes {
            let taken = pipe.map(|pipe| {
                rustix::io::ioctl_fionbio(&pipe, true)?;
                self.insert_host_fd(pipe)
            });
            match taken.transpose() {
                Ok(fd) => guest.push(fd),
                Err(error) => {
                    self.close_all(guest);
                    return Err(error);
                }
            }
        }
        match child {
            // Not even a process could be made.
            Err(error) if matches!(error, Errno::EAGAIN | Errno::ENOMEM | Errno::EMFILE | Errno::ENFILE) => {
                self.close_all(guest);
                Err(error)
            }
            child => Ok(Spawned { child, pipes: guest }),
        }
    }

    fn close_all(&self, fds: Vec<Option<Fd>>) {
        for fd in fds.into_iter().flatten() {
            // It was given out a moment ago.
            let _ = self.close(fd);
        }
    }

    fn execute(&self, program: &ChildProgram, ends: &[Option<OwnedFd>]) -> Result<Child> {
        let mut command = Command::new(OsStr::from_bytes(&program.file));
        let mut args = program.args.iter();
        if let Some(name) = args.next() {
            command.arg0(OsStr::from_bytes(name));
        }
        command.args(args.map(|arg| OsStr::from_bytes(arg)));
        command.env_clear();
        match &program.env {
            Some(entries) => {
                for entry in entries {
                    // A name may begin with `=`.
                    let at = entry.iter().skip(1).position(|&byte| byte == b'=').map(|at| at + 1);
                    if let Some(at) = at {
                        command.env(OsStr::from_bytes(&entry[..at]), OsStr::from_bytes(&entry[at + 1..]));
                    }
                }
            }
            None => {
                command.envs(self.environ().iter().map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
            }
        }
        // After a `chdir` the kernel's folder is not the host process's: the child enters it by its descriptor, for it may have no name any
        // more, and then what was asked for.
        let folder = match &self.view {
            View::Host(host) => host.cwd_fd(),
            View::Mounts(_) => None,
        };
        let mut from_folder = None;
        if let Some(cwd) = &program.cwd {
            if folder.is_some() {
                from_folder = Some(CString::new(cwd.as_slice()).map_err(|_| Errno::EINVAL)?);
            } else {
                command.current_dir(OsStr::from_bytes(cwd));
            }
        }
        if let Some(gid) = program.gid {
            command.gid(gid);
        }
        if let Some(uid) = program.uid {
            command.uid(uid);
        }
        command.stdin(CommandStdio::inherit()).stdout(CommandStdio::inherit()).stderr(CommandStdio::inherit());
        let places: Vec<Option<RawFd>> = ends.iter().map(|end| end.as_ref().map(AsRawFd::as_raw_fd)).collect();
        let detached = program.detached;
        // SAFETY: the closure runs in the child between fork and exec; it calls only async-signal-safe functions and allocates nothing.
        unsafe {
            command.pre_exec(move || {
                if let Some(folder) = &folder {
                    rustix::process::fchdir(folder)?;
                }
                if let Some(cwd) = &from_folder {
                    rustix::process::chdir(cwd.as_c_str())?;
                }
                prepare(&places, detached)
            })
        };
        let charge = self.child_charge()?;
        // The library reports a failed exec through a descriptor of its own, which must not have a number that a target has.
        let taken = occupy(ends.len() as RawFd)?;
        let started = command.spawn();
        drop(taken);
        match started {
            Ok(child) => self.adopt(child, charge),
            Err(error) => Err(error.into()),
        }
    }
}

/// Takes all free descriptors below `count`.
fn occupy(count: RawFd) -> Result<Vec<OwnedFd>> {
    let mut taken = Vec::new();
    if count <= 3 {
        return Ok(taken);
    }
    loop {
        let fd = rustix::fs::open(c"/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
        if fd.as_raw_fd() >= count {
            return Ok(taken);
        }
        taken.push(fd);
    }
}

/// In the child: its session, its signals, its descriptors.
fn prepare(places: &[Option<RawFd>], detached: bool) -> io::Result<()> {
    // SAFETY: plain system calls that take numbers and, for sigaction, a structure on this stack; all are async-signal-safe.
    unsafe {
        if detached {
            libc::setsid();
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = libc::SIG_DFL;
        for signum in 1..65 {
            if !matches!(signum, libc::SIGKILL | libc::SIGSTOP) {
                // 32 and 33 are refused.
                libc::sigaction(signum, &action, std::ptr::null_mut());
            }
        }
        for (target, source) in places.iter().enumerate() {
            if let Some(source) = source
                && libc::dup2(*source, target as RawFd) < 0
            {
                return Err(io::Error::last_os_error());
            }
        }
        // A standard stream that blocks is what programs expect, whoever made it non-blocking before.
        for target in 0..places.len().min(3) {
            let flags = libc::fcntl(target as RawFd, libc::F_GETFL);
            if flags >= 0 && flags & libc::O_NONBLOCK != 0 {
                libc::fcntl(target as RawFd, libc::F_SETFL, flags & !libc::O_NONBLOCK);
            }
        }
    }
    Ok(())
}
