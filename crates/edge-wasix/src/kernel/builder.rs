//! Building a kernel.

use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use super::devices::Devices;
use super::fd_table::FdTable;
use super::umask::host_umask;
use super::{Interrupt, Kernel, Stream, View};
use crate::fs::{FileSystem, Mounts};
use crate::host::{HostFile, HostRoot};
use crate::limits::{Limits, Meter};
use crate::memory_fs::DEFAULT_LIMIT;
use crate::{Errno, MemoryFs, Policy, Result};

/// What descriptors 0, 1 and 2 of a new kernel are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stdio {
    /// `/dev/null`.
    #[default]
    Null,
    /// The host process's own, borrowed: closing them in the guest does not close them in the host.
    Inherit,
    /// The host process's own, given to the guest: closing one closes it for whoever is at the other end. Only for a
    /// process that is nothing but this kernel.
    Own,
    /// Not open; the embedder puts its own there with [`Kernel::insert`].
    None,
}

/// Collects what a [`Kernel`] is made of.
#[derive(Default)]
pub struct KernelBuilder {
    policy: Option<Policy>,
    mounts: Vec<(Vec<u8>, Arc<dyn FileSystem>)>,
    args: Vec<Vec<u8>>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
    cwd: Option<Vec<u8>>,
    umask: Option<u32>,
    stdio: Stdio,
    streams: Vec<(i32, Stream)>,
    inherit_fds: bool,
    limits: Limits,
    adopt_fds: Vec<i32>,
    resolve_by_hand: bool,
}

/// Why there is no kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    pub errno: Errno,
    /// What could not be had: a volume with its host and guest path, the working directory…
    pub what: String,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.what, self.errno.message())
    }
}

impl std::error::Error for BuildError {}

/// The host user's variable that has volumes confined without `openat2`, as on a host without that call: for tests of the rules kept by hand.
const RESOLVE_BY_HAND: &str = "EDGE_RESOLVE_BY_HAND";

impl KernelBuilder {
    /// What its programs may do; [`Policy::closed`] when not said.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Mounts a file system at an absolute guest path. Any mount confines file access to the mounts, whatever the
    /// policy says.
    pub fn mount(self, at: impl AsRef<[u8]>, fs: impl FileSystem + 'static) -> Self {
        self.mount_shared(at, Arc::new(fs))
    }

    /// As [`KernelBuilder::mount`], for a file system several kernels share.
    pub fn mount_shared(mut self, at: impl AsRef<[u8]>, fs: Arc<dyn FileSystem>) -> Self {
        self.mounts.push((at.as_ref().to_vec(), fs));
        self
    }

    /// The arguments, the program's name first.
    pub fn args<T: AsRef<[u8]>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args = args.into_iter().map(|arg| arg.as_ref().to_vec()).collect();
        self
    }

    /// The host process's own arguments.
    pub fn host_args(mut self) -> Self {
        self.args = super::host_args();
        self
    }

    /// Sets an environment variable, over what the policy lets in from the host.
    pub fn env(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.env.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// The working directory to start in; the host process's under an open policy, else `/`.
    pub fn cwd(mut self, path: impl AsRef<[u8]>) -> Self {
        self.cwd = Some(path.as_ref().to_vec());
        self
    }

    /// The umask to start with; the host process's when not said.
    pub fn umask(mut self, mask: u32) -> Self {
        self.umask = Some(mask);
        self
    }

    /// What descriptors 0 to 2 are.
    pub fn stdio(mut self, stdio: Stdio) -> Self {
        self.stdio = stdio;
        self
    }

    /// What the descriptor `fd`, 0 to 2, is instead.
    pub fn stream(mut self, fd: i32, stream: Stream) -> Self {
        self.streams.push((fd, stream));
        self
    }

    /// Takes over the descriptors from 3 up that the process was started with (a parent's IPC channel, extra
    /// `stdio` entries), at their own numbers. Only for a process that is nothing but this kernel, right at its start.
    pub fn inherit_fds(mut self) -> Self {
        self.inherit_fds = true;
        self
    }

    /// How much its programs may use; no limits but the policy's when not said.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes over these descriptors of the host process, at their own numbers. Only right at a process's start.
    pub fn adopt_fds(mut self, fds: Vec<i32>) -> Self {
        self.adopt_fds = fds;
        self
    }

    /// Confines volumes without `openat2`, as on a host that lacks the call. So does `EDGE_RESOLVE_BY_HAND=1` in the host's environment.
    pub fn resolve_by_hand(mut self, by_hand: bool) -> Self {
        self.resolve_by_hand = by_hand;
        self
    }

    /// Builds it.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a mount point that is no absolute path; what opening a volume's host directory answers;
    /// what `chdir` to the working directory answers.
    pub fn build(self) -> Result<Arc<Kernel>> {
        self.build_explained().map_err(|error| error.errno)
    }

    /// As [`KernelBuilder::build`], telling what it was that failed.
    ///
    /// # Errors
    ///
    /// As [`KernelBuilder::build`], with the volume or folder by name.
    pub fn build_explained(self) -> std::result::Result<Arc<Kernel>, BuildError> {
        let about = |what: &str| {
            let what = what.to_owned();
            move |errno| BuildError { errno, what }
        };
        let policy = self.policy.unwrap_or_else(Policy::closed);
        let interrupt = Arc::new(Interrupt::default());
        let this = Arc::new(OnceLock::new());
        let view = if policy.grants_host_root() && self.mounts.is_empty() {
            View::Host(HostRoot::new(Arc::clone(&interrupt)))
        } else {
            let mut mounts: Vec<(Vec<u8>, Arc<dyn FileSystem>)> = Vec::new();
            if policy.has_devices() {
                mounts.push((b"/dev".to_vec(), Arc::new(Devices::new(Arc::clone(&this)))));
            }
            let by_hand = self.resolve_by_hand || std::env::var_os(RESOLVE_BY_HAND).is_some_and(|value| value == "1");
            // A program that may have little memory may not have more by way of its files.
            let room = self.limits.host_memory.or(self.limits.memory).map_or(DEFAULT_LIMIT, |most| most.min(DEFAULT_LIMIT));
            for volume in policy.volumes() {
                mounts.push((volume.guest.clone(), super::volumes::open(volume, by_hand, room)?));
            }
            for guest in policy.memory_folders() {
                mounts.push((guest.clone(), Arc::new(MemoryFs::with_limit(room))));
            }
            mounts.extend(self.mounts);
            View::Mounts(Mounts::new(mounts).map_err(about("a mount point"))?)
        };
        let mut env = Vec::new();
        if policy.grants_host_environment() {
            let host = std::env::vars_os().map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec()));
            env.extend(host);
        }
        let named = policy.variables().iter().filter_map(|name| {
            let value = std::env::var_os(std::ffi::OsStr::from_bytes(name))?;
            Some((name.clone(), value.into_vec()))
        });
        let env_set: Vec<_> = named.chain(policy.set_variables().iter().cloned()).chain(self.env).collect();
        let meter = Meter::new(self.limits, Arc::clone(&interrupt));
        let fds = FdTable::new(policy.fd_limit(), Arc::clone(&meter));
        let confined = matches!(view, View::Mounts(_));
        stdio(&fds, self.stdio, confined, &interrupt).map_err(about("standard input and output"))?;
        for (fd, stream) in self.streams {
            let opened = stream.open(fd, confined, &interrupt).map_err(about("standard input and output"))?;
            match opened {
                Some(file) => fds.insert_at(fd, file).map_err(about("standard input and output"))?,
                None => drop(fds.remove(fd)),
            }
        }
        if self.inherit_fds {
            inherited(&fds, confined, &interrupt).map_err(about("the inherited descriptors"))?;
        }
        for fd in self.adopt_fds {
            adopt(&fds, confined, &interrupt, fd).map_err(about("a descriptor handed over"))?;
        }
        let kernel = Kernel {
            policy,
            view,
            fds,
            cwd: RwLock::new(Vec::new()),
            args: self.args,
            env: RwLock::new(env),
            resolved: crate::net::Resolved::default(),
            umask: AtomicU32::new(self.umask.unwrap_or_else(host_umask) & 0o777),
            title: Mutex::new(Vec::new()),
            interrupt,
            meter,
            children: Mutex::default(),
            observer: OnceLock::new(),
        };
        for (name, value) in &env_set {
            kernel.setenv(name, value).map_err(about("an environment variable"))?;
        }
        if let Some(path) = &self.cwd {
            kernel
                .chdir(path)
                .map_err(|errno| BuildError { errno, what: format!("the working directory {}", String::from_utf8_lossy(path)) })?;
        }
        let kernel = Arc::new(kernel);
        // The one that is set is the only one.
        let _ = this.set(Arc::downgrade(&kernel));
        Ok(kernel)
    }
}

fn stdio(fds: &FdTable, stdio: Stdio, confined: bool, interrupt: &Arc<Interrupt>) -> Result<()> {
    for fd in 0..3 {
        let file = match stdio {
            Stdio::None => return Ok(()),
            Stdio::Inherit => Stream::Inherit.open(fd, confined, interrupt)?,
            Stdio::Null => Stream::Null.open(fd, confined, interrupt)?,
            Stdio::Own => Stream::Own.open(fd, confined, interrupt)?,
        };
        // A standard descriptor the host process lacks is one the guest lacks.
        if let Some(file) = file {
            fds.insert_at(fd, file)?;
        }
    }
    Ok(())
}

pub(super) fn is_open(fd: i32) -> bool {
    // SAFETY: F_GETFD only asks about a number and touches no memory.
    unsafe { libc::fcntl(fd, libc::F_GETFD) >= 0 }
}

/// Adopts what is open and not close-on-exec from 3 up: everything this library opens is close-on-exec, so what is
/// left was handed down by the parent.
fn inherited(fds: &FdTable, confined: bool, interrupt: &Arc<Interrupt>) -> Result<()> {
    let Ok(listing) = std::fs::read_dir("/proc/self/fd") else {
        return Ok(());
    };
    let numbers: Vec<i32> = listing.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|&fd| fd > 2).collect();
    for fd in numbers {
        adopt(fds, confined, interrupt, fd)?;
    }
    Ok(())
}

/// Takes over one descriptor that is open and not close-on-exec.
fn adopt(fds: &FdTable, confined: bool, interrupt: &Arc<Interrupt>, fd: i32) -> Result<()> {
    // SAFETY: as in `is_open`.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    if flags < 0 || flags & libc::FD_CLOEXEC != 0 {
        return Ok(());
    }
    // SAFETY: sets a flag of a descriptor that is open, touching no memory.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, flags | libc::FD_CLOEXEC) } < 0 {
        return Err(Errno::last());
    }
    // SAFETY: the descriptor was inherited, so nothing in this process owns it yet; this takes it over.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    let file = HostFile::new(owned).stream_only(confined);
    fds.insert_at(fd, Arc::new(file.interruptible(interrupt)))
}
