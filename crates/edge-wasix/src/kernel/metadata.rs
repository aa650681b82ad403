//! Metadata by path: `stat`, `access`, `chmod`, `chown`, `utimes`, `truncate`, `statfs`.

use super::Kernel;
use crate::audit::Access;
use crate::fs::{SetTime, Stat, StatFs};
use crate::{Errno, Result};

impl Kernel {
    /// `stat(2)`.
    pub fn stat(&self, path: &[u8]) -> Result<Stat> {
        self.at(("stat", Access::Read), path, true, |fs, path| fs.stat(path, true))
    }

    /// `lstat(2)`: a link at the end is described itself (unless the path ends in a slash).
    pub fn lstat(&self, path: &[u8]) -> Result<Stat> {
        self.at(("lstat", Access::Read), path, false, |fs, path| fs.stat(path, false))
    }

    /// Only `st_mode`, following links: the cheapest question about a path (Node's `internalModuleStat`).
    pub fn mode(&self, path: &[u8]) -> Result<u32> {
        self.at(("stat", Access::Read), path, true, |fs, path| fs.mode(path, true))
    }

    /// `access(2)` with `F_OK` or a union of `R_OK`, `W_OK`, `X_OK`; other bits are `EINVAL`.
    pub fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        if mode & !(libc::R_OK | libc::W_OK | libc::X_OK) != 0 {
            return Err(Errno::EINVAL);
        }
        let wish = if mode & libc::W_OK != 0 { Access::Write } else { Access::Read };
        self.at(("access", wish), path, true, |fs, path| fs.access(path, mode))
    }

    pub fn chmod(&self, path: &[u8], mode: u32) -> Result<()> {
        self.at(("chmod", Access::Write), path, true, |fs, path| fs.chmod(path, mode, true))
    }

    /// `lchmod`: Linux has none for links (`ENOTSUP`).
    pub fn lchmod(&self, path: &[u8], mode: u32) -> Result<()> {
        self.at(("lchmod", Access::Write), path, false, |fs, path| fs.chmod(path, mode, false))
    }

    /// `chown(2)`; `None` (or `u32::MAX`, Node's -1) leaves an id.
    pub fn chown(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>) -> Result<()> {
        self.at(("chown", Access::Write), path, true, |fs, path| fs.chown(path, uid, gid, true))
    }

    /// `lchown(2)`.
    pub fn lchown(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>) -> Result<()> {
        self.at(("lchown", Access::Write), path, false, |fs, path| fs.chown(path, uid, gid, false))
    }

    /// `utimensat(2)`; see [`SetTime::from_secs_f64`] for Node's doubles.
    pub fn utimes(&self, path: &[u8], atime: SetTime, mtime: SetTime) -> Result<()> {
        self.at(("utime", Access::Write), path, true, |fs, path| fs.set_times(path, atime, mtime, true))
    }

    /// `utimensat(2)` on a link itself.
    pub fn lutimes(&self, path: &[u8], atime: SetTime, mtime: SetTime) -> Result<()> {
        self.at(("lutime", Access::Write), path, false, |fs, path| fs.set_times(path, atime, mtime, false))
    }

    /// `truncate(2)`; a negative length is `EINVAL`.
    pub fn truncate(&self, path: &[u8], len: i64) -> Result<()> {
        let len = u64::try_from(len).map_err(|_| Errno::EINVAL)?;
        self.at(("truncate", Access::Write), path, true, |fs, path| fs.truncate(path, len))
    }

    /// `statfs(2)`.
    pub fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        self.at(("statfs", Access::Read), path, true, |fs, path| fs.statfs(path))
    }
}
