//! The host's whole tree, under an open policy: every call is the plain system call.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, RwLock};

use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags};

use super::convert::{gid, host_mode, timestamps, uid};
use super::{HostDirStream, HostFile, host_stat, host_statfs, list, retry, retry_as};
use crate::faults::Call;
use crate::fs::{DirEntry, DirStream, File, FileSystem, SetTime, Stat, StatFs};
use crate::kernel::Interrupt;
use crate::{Errno, Result};

/// The host's name space, resolved by the host: links, `..`, `/proc` and devices work as for any program.
///
/// Unlike other file systems it gets the guest's paths untouched, and relative ones are relative to its own
/// working directory: the process's until [`HostRoot::chdir`], then one of its own, so that several kernels in a
/// process have several.
pub struct HostRoot {
    cwd: RwLock<Option<Arc<OwnedFd>>>,
    interrupt: Arc<Interrupt>,
}

/// The directory relative paths start from, for the time of one call.
enum Base {
    Process,
    Own(Arc<OwnedFd>),
}

impl AsFd for Base {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Base::Process => CWD,
            Base::Own(fd) => fd.as_fd(),
        }
    }
}

impl HostRoot {
    pub(crate) fn new(interrupt: Arc<Interrupt>) -> HostRoot {
        HostRoot { cwd: RwLock::new(None), interrupt }
    }

    fn base(&self, path: &[u8]) -> Base {
        if path.first() == Some(&b'/') {
            return Base::Process;
        }
        match self.cwd.read().unwrap_or_else(|e| e.into_inner()).as_ref() {
            None => Base::Process,
            Some(fd) => Base::Own(Arc::clone(fd)),
        }
    }

    /// A descriptor of the working directory when it is not the process's (for a child to start in).
    pub fn cwd_fd(&self) -> Option<Arc<OwnedFd>> {
        self.cwd.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Changes the working directory of this kernel only.
    pub fn chdir(&self, path: &[u8]) -> Result<()> {
        let fd = self.open_at(path, OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
        // Entering needs the search permission that `chdir` would check.
        retry_as(Call::Stat, || rustix::fs::accessat(fd.as_fd(), c".", Access::EXEC_OK, AtFlags::empty()))?;
        *self.cwd.write().unwrap_or_else(|e| e.into_inner()) = Some(Arc::new(fd));
        Ok(())
    }

    /// The working directory's path; `ENOENT` when it was removed.
    pub fn cwd(&self) -> Result<Vec<u8>> {
        let Some(fd) = self.cwd_fd() else {
            return Ok(retry(|| rustix::process::getcwd(Vec::new()))?.into_bytes());
        };
        if rustix::fs::fstat(fd.as_fd()).map_err(Errno::from)?.st_nlink == 0 {
            return Err(Errno::ENOENT);
        }
        fd_path(fd.as_fd())
    }

    fn open_at(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd> {
        let base = self.base(path);
        retry_as(Call::Open, || rustix::fs::openat(base.as_fd(), path, flags | OFlags::CLOEXEC, mode))
    }

    /// Opens a directory for listing.
    fn dir(&self, path: &[u8]) -> Result<OwnedFd> {
        self.open_at(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
    }
}

fn follow_flag(follow: bool) -> AtFlags {
    if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW }
}

/// The path of an open file, from `/proc`.
pub(crate) fn fd_path(fd: BorrowedFd<'_>) -> Result<Vec<u8>> {
    use std::os::fd::AsRawFd;
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    Ok(retry(|| rustix::fs::readlink(link.as_str(), Vec::new()))?.into_bytes())
}

impl FileSystem for HostRoot {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        // The masks keep what the kernel would ignore out of rustix's typed flags.
        let fd = self.open_at(path, OFlags::from_bits_retain(flags as u32), Mode::from_raw_mode(mode & 0o7777))?;
        let file = HostFile::new(fd);
        // What lies there can block for ever; asking costs a system call, so ordinary paths are not asked.
        if path.starts_with(b"/dev/") || path.starts_with(b"/proc/") {
            return Ok(Arc::new(file.interruptible(&self.interrupt)));
        }
        Ok(Arc::new(file))
    }

    fn stat(&self, path: &[u8], follow: bool) -> Result<Stat> {
        host_stat(self.base(path), path, follow_flag(follow))
    }

    fn mode(&self, path: &[u8], follow: bool) -> Result<u32> {
        host_mode(self.base(path), path, follow_flag(follow))
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        let base = self.base(path);
        Ok(retry_as(Call::Stat, || rustix::fs::readlinkat(base.as_fd(), path, Vec::with_capacity(256)))?.into_bytes())
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        list(self.dir(path)?)
    }

    fn open_dir(&self, path: &[u8]) -> Result<Box<dyn DirStream>> {
        Ok(Box::new(HostDirStream::new(self.dir(path)?)))
    }

    fn mkdir(&self, path: &[u8], mode: u32) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::mkdirat(base.as_fd(), path, Mode::from_raw_mode(mode & 0o7777)))
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::unlinkat(base.as_fd(), path, AtFlags::REMOVEDIR))
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::unlinkat(base.as_fd(), path, AtFlags::empty()))
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let (a, b) = (self.base(from), self.base(to));
        retry_as(Call::Change, || rustix::fs::renameat(a.as_fd(), from, b.as_fd(), to))
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let (a, b) = (self.base(from), self.base(to));
        retry_as(Call::Change, || rustix::fs::linkat(a.as_fd(), from, b.as_fd(), to, AtFlags::empty()))
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::symlinkat(target, base.as_fd(), path))
    }

    fn truncate(&self, path: &[u8], len: u64) -> Result<()> {
        let fd = self.open_at(path, OFlags::WRONLY, Mode::empty())?;
        retry_as(Call::Sync, || rustix::fs::ftruncate(fd.as_fd(), len))
    }

    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::utimensat(base.as_fd(), path, &timestamps(atime, mtime), follow_flag(follow)))
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Stat, || rustix::fs::accessat(base.as_fd(), path, Access::from_bits_retain(mode as u32), AtFlags::empty()))
    }

    fn chmod(&self, path: &[u8], mode: u32, follow: bool) -> Result<()> {
        if !follow {
            return Err(Errno::ENOTSUP);
        }
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::chmodat(base.as_fd(), path, Mode::from_raw_mode(mode & 0o7777), AtFlags::empty()))
    }

    fn chown(&self, path: &[u8], owner: Option<u32>, group: Option<u32>, follow: bool) -> Result<()> {
        let base = self.base(path);
        retry_as(Call::Change, || rustix::fs::chownat(base.as_fd(), path, uid(owner), gid(group), follow_flag(follow)))
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        if path.first() == Some(&b'/') {
            return Ok(host_statfs(&retry_as(Call::Stat, || rustix::fs::statfs(path))?));
        }
        let fd = self.open_at(path, OFlags::PATH, Mode::empty())?;
        Ok(host_statfs(&retry_as(Call::Stat, || rustix::fs::fstatfs(fd.as_fd()))?))
    }

    fn realpath(&self, path: &[u8]) -> Result<Vec<u8>> {
        let fd = self.open_at(path, OFlags::PATH, Mode::empty())?;
        match fd_path(fd.as_fd()) {
            // A pipe or a removed file has a description there, not a path.
            Ok(found) if found.starts_with(b"/") && !found.ends_with(b" (deleted)") => Ok(found),
            // Nor is there a path to be had where /proc is missing: the C library walks.
            _ => {
                let mut full = Vec::new();
                if path.first() != Some(&b'/') {
                    full = self.cwd()?;
                    full.push(b'/');
                }
                full.extend_from_slice(path);
                let found = std::fs::canonicalize(Path::new(OsStr::from_bytes(&full)))?;
                Ok(found.into_os_string().into_encoded_bytes())
            }
        }
    }

    fn watch_fd(&self, path: &[u8], follow: bool) -> Result<OwnedFd> {
        let nofollow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        self.open_at(path, OFlags::PATH | nofollow, Mode::empty())
    }
}
