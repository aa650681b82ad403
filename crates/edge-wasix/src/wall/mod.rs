//! The second wall: what the process itself may still ask of the operating system, on Linux.
//!
//! The first wall is the [`Kernel`](crate::Kernel), which refuses what its [`Policy`] does not name. This one is for the day when the
//! engine or a binding is owned and asks the system directly. [`raise`] derives it from the same policy and puts it around all threads of
//! the process, for good:
//!
//! * **Landlock** ([`files`]): files can be opened below the volumes only, and written below those that are writable; TCP ports can be
//!   connected to and listened at where the network is granted; no signal and no abstract socket reaches another process.
//! * **seccomp** ([`calls`]): the calls that a sandboxed run needs, and no other: no program can be started unless commands are granted, no
//!   socket made without a grant of the network, no memory made executable. What only an attack would call ends the process.
//! * `no_new_privs`: no set-uid program helps.
//!
//! # Invariants
//!
//! * What the policy grants works as before: a call that the first wall lets through is never stopped by the second.
//! * Every thread is inside, those that run already too; those started later inherit it.
//! * It is never raised for a policy that grants the host's files or processes: `--permission` has Node's own promises.
//!
//! # What it cannot hold
//!
//! Where programs of the host are granted they run behind it: they read the system's folders and the volumes, and may try any call but
//! those that only attacks make. Landlock does not restrict `stat`, `readlink` and (where a volume is writable) `chmod`; it knows TCP ports, not addresses, and neither
//! UDP nor the paths of local sockets. There the first wall stands alone.
//!
//! # How it fails
//!
//! It does not stop a run: what the host's kernel lacks is missing in the [`Wall`] that is returned, with a text for the user.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod dispatch;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod numbers;
mod offer;
#[cfg(target_os = "linux")]
mod ports;
#[cfg(target_os = "linux")]
mod threads;

pub use offer::{Offer, offer};

use crate::Policy;
use std::path::PathBuf;

/// What a run needs besides what its policy says.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Files and folders of the host that may be read where children are granted: what starts them.
    pub of_children: Vec<PathBuf>,
}

/// A path of the host, for [`Needs`].
pub fn host_path(path: Vec<u8>) -> PathBuf {
    PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(path))
}

/// What stands around the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wall {
    /// The version of Landlock's interface that is in force; `None` without it.
    pub landlock: Option<u32>,
    /// Whether the filter of system calls is in force.
    pub seccomp: bool,
    /// What is missing, for a person.
    pub missing: Vec<String>,
}

impl Wall {
    /// What to warn of; `None` for a whole wall.
    pub fn warning(&self) -> Option<String> {
        if self.missing.is_empty() {
            return None;
        }
        Some(format!("the sandbox stands without its second wall, or part of it: {}", self.missing.join("; ")))
    }
}

/// Raises the wall around this process, for good. Nothing happens under a policy that grants the host's root or its processes.
///
/// Call it when everything is open that the run needs of the host and is not in its policy.
pub fn raise(policy: &Policy, needs: &Needs) -> Wall {
    if policy.grants_host_root() || policy.grants_host_processes() {
        return Wall::default();
    }
    raise_all(policy, needs)
}

/// Whether anything may be executed.
#[cfg(target_os = "linux")]
fn has_commands(policy: &Policy) -> bool {
    !policy.programs().is_empty() || policy.node_children_document().is_some()
}

#[cfg(target_os = "linux")]
fn raise_all(policy: &Policy, needs: &Needs) -> Wall {
    let mut wall = Wall::default();
    match files::restrict(policy, needs) {
        Ok(abi) => wall.landlock = Some(abi),
        Err(reason) => wall.missing.push(format!("Landlock: {reason}")),
    }
    if let Some(abi) = wall.landlock.filter(|&abi| abi < files::WANTED) {
        wall.missing.push(format!("Landlock: this kernel has version {abi} of it, {} is needed for ports and signals", files::WANTED));
    }
    match calls::restrict(policy) {
        Ok(()) => wall.seccomp = true,
        Err(reason) => wall.missing.push(format!("seccomp: {reason}")),
    }
    wall
}

#[cfg(not(target_os = "linux"))]
fn raise_all(_: &Policy, _: &Needs) -> Wall {
    Wall { missing: vec!["Landlock and seccomp: there are none on this system".to_owned()], ..Wall::default() }
}
