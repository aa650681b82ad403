//! What the host's kernel offers for confinement: told by `edge info`.

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};

/// What the host's kernel offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFeatures {
    /// `openat2(2)` works: names are kept inside a mount by the kernel, else by hand.
    pub openat2: bool,
    /// Version of Landlock's interface; 0 without it.
    pub landlock: u32,
}

/// Asks the kernel (`openat2`, `landlock_create_ruleset`); changes nothing.
pub fn host_features() -> HostFeatures {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    HostFeatures {
        openat2: rustix::fs::openat2(CWD, c".", flags, Mode::empty(), ResolveFlags::BENEATH).is_ok(),
        landlock: landlock_version(),
    }
}

#[cfg(target_os = "linux")]
fn landlock_version() -> u32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no attributes, makes nothing and answers a number.
    let answer = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, VERSION) };
    u32::try_from(answer).unwrap_or(0)
}

#[cfg(not(target_os = "linux"))]
fn landlock_version() -> u32 {
    0
}
