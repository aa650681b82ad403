//! Starting programs of the host (`proc_spawn`).
//!
//! The child is the host's own: it gets the descriptors that are named, the environment and the working directory that are given, default
//! signal actions, and nothing else; every descriptor of ours is close-on-exec. A sandboxed guest may start what its policy names
//! (`commands.rs`): another sandboxed `edge-node`, which is told its policy in a memory file (`handover.rs`), or a named program.

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
use super::commands::Command as Wanted;
use super::handover::{HANDOVER_OPTION, Handover};
use super::{Fd, Kernel, View};
use crate::faults::{self, Call};
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
    /// `EPERM` for a user or group that a sandboxed guest asks for; `EBADF` for a descriptor that is not open, `EINVAL` for one with nothing
    /// of the host behind it or a NUL in a text; `EMFILE`; `EAGAIN`, `ENOMEM`. A program that cannot be executed (`ENOENT`, `EACCES`, also for one that the policy does not grant, a missing working
    /// directory, `EPERM` for a user) is told in [`Spawned::child`].
    pub fn spawn(&self, program: &ChildProgram) -> Result<Spawned> {
        let command = self.command(&program.file);
        self.tell_command("spawn", program, command.as_ref().map(|_| ()).map_err(|errno| *errno));
        let is_confined = !matches!(command, Ok(Wanted::Open)) && !self.policy.grants_any_program();
        if is_confined && (program.uid.is_some() || program.gid.is_some()) {
            return Err(Errno::EPERM);
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
                ChildStdio::Ignore if index < 3 && command.is_ok() => {
                    faults::at(Call::Open)?;
                    (Some(rustix::fs::open(c"/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?), None)
                }
                ChildStdio::Ignore => (None, None),
                ChildStdio::Pipe => {
                    faults::at(Call::Socket)?;
                    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
                    (Some(theirs), Some(ours))
                }
                ChildStdio::Inherit(fd) => {
                    let file = self.fds.get(fd)?;
                    faults::at(Call::Duplicate)?;
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
        let child = match command {
            // As with a program that cannot be executed, the streams are there, at their end.
            Err(errno) => Err(errno),
            Ok(Wanted::Open) => self.execute(program, None, &ends),
            Ok(command) => self.execute_confined(program, command, &mut ends),
        };
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

    /// Starts a program for a sandboxed guest.
    fn execute_confined(&self, program: &ChildProgram, command: Wanted, ends: &mut Vec<Option<OwnedFd>>) -> Result<Child> {
        let mut confined = ChildProgram { cwd: None, env: Some(self.child_environment(program.env.as_ref())), ..program.clone() };
        let cwd = match &program.cwd {
            Some(cwd) => self.realpath(cwd)?,
            None => self.cwd()?,
        };
        // The guest's folder, where it is one of the host's; else the host's root, which tells a program nothing.
        let mut folder = None;
        match command {
            Wanted::Node(executable, document) => {
                if !self.stat(&cwd)?.is_dir() {
                    return Err(Errno::ENOTDIR);
                }
                let audit = self.observer().and_then(|observer| Some((observer.log_of_children()?, observer.wants_allowed())));
                let fds = ends.iter().enumerate().skip(3).filter(|end| end.1.is_some()).map(|end| end.0 as i32).collect();
                let place = ends.len();
                let handover = Handover {
                    document,
                    cwd,
                    env: confined.env.take().unwrap_or_default(),
                    fds,
                    audit: audit.map(|(_, wants_all)| (place as i32 + 1, wants_all)),
                };
                // They, too, must not be at a number that a target has.
                ends.push(Some(fcntl_dupfd_cloexec(handover.to_fd()?, place as RawFd + 2)?));
                if let Some((log, _)) = audit {
                    ends.push(Some(fcntl_dupfd_cloexec(log, place as RawFd + 2)?));
                }
                let mut args = program.args.iter().cloned();
                let name = args.next().unwrap_or_default();
                confined.args = [name, format!("{HANDOVER_OPTION}{place}").into_bytes()].into_iter().chain(args).collect();
                confined.file = executable;
                confined.env = Some(self.policy.host_variables_of_children());
            }
            Wanted::Granted(path) => {
                confined.file = path;
                if self.policy.grants_any_program() {
                    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                    let folder = rustix::fs::open(cwd.as_slice(), flags, Mode::empty())?;
                    return self.execute(&confined, Some(folder), ends);
                }
                let opened = self.open_file(&cwd, libc::O_RDONLY | libc::O_DIRECTORY, 0)?;
                folder = opened.host_fd().map(|fd| fcntl_dupfd_cloexec(fd, 3)).transpose()?;
            }
            Wanted::Open => return Err(Errno::EACCES),
        }
        let folder = match folder {
            Some(folder) => folder,
            None => rustix::fs::open(c"/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?,
        };
        self.execute(&confined, Some(folder), ends)
    }

    fn execute(&self, program: &ChildProgram, folder: Option<OwnedFd>, ends: &[Option<OwnedFd>]) -> Result<Child> {
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
        if let (View::Host(_), Some(observer)) = (&self.view, self.observer()) {
            for entry in observer.variables_of_children() {
                if let Some(at) = entry.iter().position(|&byte| byte == b'=') {
                    command.env(OsStr::from_bytes(&entry[..at]), OsStr::from_bytes(&entry[at + 1..]));
                }
            }
        }
        // After a `chdir` the kernel's folder is not the host process's: the child enters it by its descriptor, for it may have no name any
        // more, and then what was asked for.
        let folder = match (folder, &self.view) {
            (Some(folder), _) => Some(std::sync::Arc::new(folder)),
            (None, View::Host(host)) => host.cwd_fd(),
            (None, View::Mounts(_)) => None,
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
        let started = faults::at(Call::Spawn).map_err(std::io::Error::from).and_then(|()| command.spawn());
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
