//! The [`Kernel`]: one WASIX "process".

mod arguments;
mod builder;
mod child;
mod commands;
mod copy_file;
mod cwd;
mod devices;
mod directory;
mod environment;
mod execve;
mod fd_table;
mod fds;
mod handover;
mod host_view;
mod identity;
mod interrupt;
mod links;
mod lock_range;
mod memory_info;
mod metadata;
mod mkdtemp;
mod network_interfaces;
mod observe;
mod open;
mod os_info;
mod permission;
mod pipe;
mod process;
mod random;
mod read_file;
mod remove_all;
mod resolve;
mod sock;
mod sock_datagram;
mod sock_options;
mod spawn;
mod streams;
mod tty;
pub(crate) mod tty_restore;
mod umask;
mod volumes;
mod watch;

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use crate::audit::{Access, Observer};
use crate::fs::{FileSystem, Mounts, Target};
use crate::host::HostRoot;
use crate::limits::{Limits, Meter};
use crate::net::Resolved;
use crate::{Errno, Policy, Result};

pub use arguments::{host_args, host_variable};
pub use builder::{BuildError, KernelBuilder, Stdio};
pub use child::{Child, ChildExit};
pub use directory::Directory;
pub use fd_table::Fd;
pub use handover::{HANDOVER_OPTION, Handover, close_inherited};
pub use host_view::HostView;
pub use identity::UserInfo;
pub use interrupt::Interrupt;
pub use lock_range::RangeLock;
pub use memory_info::ResourceUsage;
pub use network_interfaces::InterfaceAddress;
pub use os_info::{CpuInfo, OsInformation};
pub use process::fail;
pub use resolve::{ResolveError, ResolveHints, parse_name_servers};
pub use sock::{SocketFamily, SocketKind};
pub use spawn::{ChildProgram, ChildStdio, Spawned};
pub use streams::{IsGone, Sink, Source, Stream, duplicate};
pub use tty::TtyMode;
pub use watch::{FsWatcher, WatchEvent, WatchId, WatchKind};

use fd_table::FdTable;

/// Where paths lead.
enum View {
    /// Open policy: the host resolves.
    Host(HostRoot),
    /// Anything else: the mount table does.
    Mounts(Mounts),
}

/// One WASIX "process": descriptors, mounts, working directory, environment, arguments, umask, policy.
///
/// Shared by the threads of a program (`Arc<Kernel>`); every method takes `&self` and may be called from several
/// threads at once. See the crate documentation for the rules all calls share.
pub struct Kernel {
    policy: Policy,
    view: View,
    fds: FdTable,
    /// The working directory in a confined name space: a resolved guest path, the root being empty.
    cwd: RwLock<Vec<u8>>,
    args: Vec<Vec<u8>>,
    env: RwLock<Vec<(Vec<u8>, Vec<u8>)>>,
    umask: AtomicU32,
    /// What names of rules led to.
    resolved: Resolved,
    title: Mutex<Vec<u8>>,
    interrupt: Arc<Interrupt>,
    meter: Arc<Meter>,
    /// For [`Kernel::kill_children`].
    children: Mutex<Vec<std::sync::Weak<child::Process>>>,
    /// Who is told what the policy decides.
    observer: OnceLock<Arc<dyn Observer>>,
}

impl Kernel {
    /// Starts building a kernel; with nothing else said it has a closed policy and an empty root.
    pub fn builder() -> KernelBuilder {
        KernelBuilder::default()
    }

    /// What this kernel's programs may do.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How much this kernel's programs may use.
    pub fn limits(&self) -> &Limits {
        self.meter.limits()
    }

    /// What they have used, and what ends them over a limit.
    pub fn meter(&self) -> &Arc<Meter> {
        &self.meter
    }

    /// Makes blocking reads of terminals, pipes and sockets end with `EINTR`, now and from now on. Used when the
    /// program is being ended from outside.
    pub fn interrupt(&self) {
        self.interrupt.set();
    }

    /// A descriptor that is readable once [`Kernel::interrupt`] was called, for a wait of many things. `None` when the host has no descriptor left.
    pub fn interrupt_fd(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        self.interrupt.event()
    }

    /// Whether [`Kernel::interrupt`] was called.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.is_set()
    }

    fn cwd_bytes(&self) -> Vec<u8> {
        self.cwd.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Calls `op` with the file system and path that `path` leads to; `op` may run again if a link gets in the way.
    fn at<R>(
        &self,
        (call, access): (&'static str, Access),
        path: &[u8],
        follow: bool,
        mut op: impl FnMut(&dyn FileSystem, &[u8]) -> Result<R>,
    ) -> Result<R> {
        let result = match &self.view {
            View::Host(host) => op(host, path),
            View::Mounts(mounts) => mounts.at(&self.cwd_bytes(), path, follow, |t| op(&*t.fs, &t.path)),
        };
        self.told(call, access, path, result)
    }

    /// As [`Kernel::at`] for a name to be made or removed; `special` answers `.`, `..` and the root.
    fn name<R>(
        &self,
        call: &'static str,
        path: &[u8],
        special: Errno,
        mut op: impl FnMut(&dyn FileSystem, &[u8], Option<(&Mounts, &Target)>) -> Result<R>,
    ) -> Result<R> {
        let result = match &self.view {
            View::Host(host) => op(host, path, None),
            View::Mounts(mounts) => mounts.name(&self.cwd_bytes(), path, special, |t| op(&*t.fs, &t.path, Some((mounts, t)))),
        };
        self.told(call, Access::Create, path, result)
    }
}
