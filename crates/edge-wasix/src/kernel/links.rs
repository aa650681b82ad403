//! Names: `unlink`, `rename`, `link`, `symlink`, `readlink`, `realpath`.

use super::{Kernel, View};
use crate::audit::Access;
use crate::fs::{FileSystem, Target};
use crate::{Errno, Result};

impl Kernel {
    /// `unlink(2)`.
    pub fn unlink(&self, path: &[u8]) -> Result<()> {
        self.name("unlink", path, Errno::EISDIR, |fs, path, place| {
            if let Some((mounts, target)) = place {
                if mounts.is_busy(&target.guest) {
                    return Err(Errno::EISDIR);
                }
                if target.wants_dir {
                    return Err(if is_dir(target)? { Errno::EISDIR } else { Errno::ENOTDIR });
                }
            }
            fs.unlink(path)
        })
    }

    /// `rename(2)`; across mounts `EXDEV`, of or onto a mount point `EBUSY`.
    pub fn rename(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let result = self.rename_untold(from, to);
        let result = self.told("rename", Access::Create, from, result);
        self.told("rename", Access::Create, to, result)
    }

    fn rename_untold(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let mounts = match &self.view {
            View::Host(host) => return host.rename(from, to),
            View::Mounts(mounts) => mounts,
        };
        mounts.names(&self.cwd_bytes(), [from, to], [Errno::EBUSY; 2], |from, to| {
            if mounts.is_busy(&from.guest) || mounts.is_busy(&to.guest) {
                return Err(Errno::EBUSY);
            }
            if !from.same_mount(to) {
                return Err(cross_mount(from, to));
            }
            if (from.wants_dir || to.wants_dir) && !is_dir(from)? {
                return Err(Errno::ENOTDIR);
            }
            from.fs.rename(&from.path, &to.path)
        })
    }

    /// `link(2)`: a hard link; a symbolic link at `from` is linked itself. Across mounts `EXDEV`.
    pub fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let result = self.link_untold(from, to);
        // A name more for a file is a way to write to it.
        let result = self.told("link", Access::Write, from, result);
        self.told("link", Access::Create, to, result)
    }

    fn link_untold(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let mounts = match &self.view {
            View::Host(host) => return host.link(from, to),
            View::Mounts(mounts) => mounts,
        };
        mounts.names(&self.cwd_bytes(), [from, to], [Errno::EPERM, Errno::EEXIST], |from, to| {
            if mounts.is_busy(&from.guest) {
                return Err(Errno::EPERM);
            }
            if !from.same_mount(to) {
                return Err(cross_mount(from, to));
            }
            if from.wants_dir && !is_dir(from)? {
                return Err(Errno::ENOTDIR);
            }
            no_new_dir(to)?;
            from.fs.link(&from.path, &to.path)
        })
    }

    /// `symlink(2)`: `path` becomes a link to `target`, which is stored as given and resolved when used.
    pub fn symlink(&self, target: &[u8], path: &[u8]) -> Result<()> {
        if target.contains(&0) {
            return Err(Errno::EINVAL);
        }
        if target.len() >= libc::PATH_MAX as usize {
            return Err(Errno::ENAMETOOLONG);
        }
        self.name("symlink", path, Errno::EEXIST, |fs, path, place| {
            if let Some((mounts, place)) = place {
                if mounts.is_busy(&place.guest) {
                    return Err(Errno::EEXIST);
                }
                no_new_dir(place)?;
            }
            fs.symlink(target, path)
        })
    }

    /// `readlink(2)`; `EINVAL` for what is no link.
    pub fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        self.at(("readlink", Access::Read), path, false, |fs, path| fs.readlink(path))
    }

    /// `realpath(3)`: the guest's absolute path without links, `.` and `..`; the file must exist.
    pub fn realpath(&self, path: &[u8]) -> Result<Vec<u8>> {
        let real = match &self.view {
            View::Host(host) => host.realpath(path),
            View::Mounts(mounts) => mounts.walk_existing(&self.cwd_bytes(), path).map(|target| target.guest_path()),
        };
        self.told("realpath", Access::Read, path, real)
    }
}

fn is_dir(target: &Target) -> Result<bool> {
    Ok(target.fs.mode(&target.path, false)? & libc::S_IFMT == libc::S_IFDIR)
}

/// A name with a trailing slash is not for a new link.
fn no_new_dir(to: &Target) -> Result<()> {
    if to.wants_dir {
        to.fs.mode(&to.path, false)?;
        return Err(Errno::EEXIST);
    }
    Ok(())
}

/// The answer to a call that would cross mounts: a missing source or a link to walk comes first.
fn cross_mount(from: &Target, to: &Target) -> Errno {
    if let Err(error) = from.fs.mode(&from.path, false) {
        return error;
    }
    match to.fs.mode(&to.path, false) {
        Ok(_) | Err(Errno::ENOENT) => Errno::EXDEV,
        Err(error) => error,
    }
}
