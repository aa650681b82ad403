//! `umask`.

use std::sync::atomic::Ordering;

use super::{Kernel, View};

impl Kernel {
    /// The mode bits cut from what is made.
    pub fn umask(&self) -> u32 {
        self.umask.load(Ordering::Relaxed)
    }

    /// Sets the umask and returns the old one. Under an open policy this is the host process's own, which its
    /// children inherit; a confined kernel has one of its own (the host's applies on top on host directories).
    pub fn set_umask(&self, mask: u32) -> u32 {
        let mask = mask & 0o777;
        if let View::Host(_) = self.view {
            rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
        }
        self.umask.swap(mask, Ordering::Relaxed)
    }

    /// `mode` cut by the umask, unless the host does that.
    pub(super) fn masked(&self, mode: u32) -> u32 {
        match self.view {
            View::Host(_) => mode,
            View::Mounts(_) => mode & !self.umask(),
        }
    }
}

/// The host process's umask, without changing it for a moment as `umask(2)` would.
pub(super) fn host_umask() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    line.and_then(|mask| u32::from_str_radix(mask.trim(), 8).ok()).unwrap_or(0o022)
}
