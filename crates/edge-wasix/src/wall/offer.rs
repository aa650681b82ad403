//! What the host's kernel has for a second wall: told by `edge info`. Changes nothing.

use crate::host::host_features;

/// What a wall could be made of here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Version of Landlock's interface; 0 without it.
    pub landlock: u32,
    /// Filters of system calls can be set.
    pub seccomp: bool,
}

/// Asks the kernel (`landlock_create_ruleset`, `seccomp(SECCOMP_GET_ACTION_AVAIL)`).
pub fn offer() -> Offer {
    Offer { landlock: host_features().landlock, seccomp: has_seccomp() }
}

#[cfg(target_os = "linux")]
fn has_seccomp() -> bool {
    const GET_ACTION_AVAIL: libc::c_uint = 2;
    let action: u32 = libc::SECCOMP_RET_ERRNO;
    // SAFETY: the call reads one number and only asks.
    unsafe { libc::syscall(libc::SYS_seccomp, GET_ACTION_AVAIL, 0, &raw const action) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn has_seccomp() -> bool {
    false
}
