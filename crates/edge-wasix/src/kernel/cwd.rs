//! The working directory.

use super::{Kernel, View};
use crate::audit::Access;
use crate::{Errno, Result};

impl Kernel {
    /// The working directory's absolute path (`getcwd`). `ENOENT` when it was removed.
    pub fn cwd(&self) -> Result<Vec<u8>> {
        match &self.view {
            View::Host(host) => host.cwd(),
            View::Mounts(mounts) => Ok(mounts.walk_existing(&self.cwd_bytes(), b".")?.guest_path()),
        }
    }

    /// Changes the working directory of this kernel (never of the host process).
    pub fn chdir(&self, path: &[u8]) -> Result<()> {
        let changed = self.chdir_untold(path);
        // From where a relative path leads to the new folder only before the change.
        if changed.is_err() || path.starts_with(b"/") {
            self.told("chdir", Access::Read, path, changed)
        } else {
            self.told("chdir", Access::Read, b".", changed)
        }
    }

    fn chdir_untold(&self, path: &[u8]) -> Result<()> {
        match &self.view {
            View::Host(host) => host.chdir(path),
            View::Mounts(mounts) => {
                let target = mounts.walk_existing(&self.cwd_bytes(), path)?;
                if target.fs.mode(&target.path, true)? & libc::S_IFMT != libc::S_IFDIR {
                    return Err(Errno::ENOTDIR);
                }
                *self.cwd.write().unwrap_or_else(|e| e.into_inner()) = target.guest;
                Ok(())
            }
        }
    }
}
