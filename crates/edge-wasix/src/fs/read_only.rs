//! A file system that cannot be changed through it.

use std::io::IoSliceMut;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use super::{DirEntry, DirStream, File, FileSystem, HandleType, SetTime, Stat, StatFs};
use crate::{Change, Errno, Result};

/// Lets only reading calls through to `F`; everything else is `EROFS`, on paths and on open files alike.
pub struct ReadOnly<F>(F);

impl<F: FileSystem> ReadOnly<F> {
    pub fn new(inner: F) -> ReadOnly<F> {
        ReadOnly(inner)
    }
}

impl<F: FileSystem> FileSystem for ReadOnly<F> {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        // O_TRUNC changes the file even with O_RDONLY; O_TMPFILE contains O_DIRECTORY's bit.
        let temporary = flags & libc::O_TMPFILE == libc::O_TMPFILE;
        let changes = flags & libc::O_ACCMODE != libc::O_RDONLY || flags & libc::O_TRUNC != 0 || temporary;
        let creates = flags & libc::O_CREAT != 0;
        if changes || creates {
            let exclusive = creates && flags & libc::O_EXCL != 0;
            // Its own error comes first: a link may lead to where writing is allowed, a missing file is missing.
            return match self.0.mode(path, flags & libc::O_NOFOLLOW == 0 && !exclusive) {
                Ok(_) if exclusive => Err(Errno::EEXIST),
                Ok(_) if changes => Err(Errno::EROFS),
                Ok(_) => self.open(path, flags & !libc::O_CREAT, mode),
                Err(Errno::ENOENT) if creates => Err(Errno::EROFS),
                Err(error) => Err(error),
            };
        }
        Ok(Arc::new(ReadOnlyFile(self.0.open(path, flags, mode)?)))
    }

    fn stat(&self, path: &[u8], follow: bool) -> Result<Stat> {
        self.0.stat(path, follow)
    }

    fn mode(&self, path: &[u8], follow: bool) -> Result<u32> {
        self.0.mode(path, follow)
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        self.0.readlink(path)
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        self.0.read_dir(path)
    }

    fn open_dir(&self, path: &[u8]) -> Result<Box<dyn DirStream>> {
        self.0.open_dir(path)
    }

    fn mkdir(&self, path: &[u8], _mode: u32) -> Result<()> {
        self.refuse_new(path)
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        self.refuse_old(path, false)
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        self.refuse_old(path, false)
    }

    fn rename(&self, from: &[u8], _to: &[u8]) -> Result<()> {
        self.refuse_old(from, false)
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        self.0.mode(from, false)?;
        self.refuse_new(to)
    }

    fn symlink(&self, _target: &[u8], path: &[u8]) -> Result<()> {
        self.refuse_new(path)
    }

    fn truncate(&self, path: &[u8], _len: u64) -> Result<()> {
        self.refuse_old(path, true)
    }

    fn set_times(&self, path: &[u8], _atime: SetTime, _mtime: SetTime, follow: bool) -> Result<()> {
        self.refuse_old(path, follow)
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        if mode & libc::W_OK != 0 {
            self.0.access(path, mode & !libc::W_OK)?;
            return Err(Errno::EROFS);
        }
        self.0.access(path, mode)
    }

    fn chmod(&self, path: &[u8], _mode: u32, follow: bool) -> Result<()> {
        self.refuse_old(path, follow)
    }

    fn chown(&self, path: &[u8], _uid: Option<u32>, _gid: Option<u32>, follow: bool) -> Result<()> {
        self.refuse_old(path, follow)
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        self.0.statfs(path)
    }

    fn watch_fd(&self, path: &[u8], follow: bool) -> Result<OwnedFd> {
        self.0.watch_fd(path, follow)
    }

    fn changes(&self) -> Option<Result<Vec<Change>>> {
        self.0.changes()
    }

    fn for_embedder(&self) -> Option<&dyn FileSystem> {
        self.0.for_embedder()
    }
}

impl<F: FileSystem> ReadOnly<F> {
    /// The answer to a call that would change `path`: its own error first (a link still has to be walked).
    fn refuse_old(&self, path: &[u8], follow: bool) -> Result<()> {
        self.0.mode(path, follow)?;
        Err(Errno::EROFS)
    }

    /// The answer to a call that would make `path`.
    fn refuse_new(&self, path: &[u8]) -> Result<()> {
        match self.0.mode(path, false) {
            Ok(_) => Err(Errno::EEXIST),
            Err(Errno::ENOENT) => Err(Errno::EROFS),
            Err(error) => Err(error),
        }
    }
}

/// An open file of a [`ReadOnly`] file system. It was opened for reading, but a descriptor opened for reading can
/// still change mode, owner and times (CVE-2026-21716); this one cannot.
struct ReadOnlyFile(Arc<dyn File>);

impl File for ReadOnlyFile {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        self.0.read(buf, offset)
    }

    fn write(&self, _buf: &[u8], _offset: Option<u64>) -> Result<usize> {
        Err(Errno::EBADF)
    }

    fn readv(&self, bufs: &mut [IoSliceMut<'_>], offset: Option<u64>) -> Result<usize> {
        self.0.readv(bufs, offset)
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        self.0.seek(offset, whence)
    }

    fn stat(&self) -> Result<Stat> {
        self.0.stat()
    }

    fn truncate(&self, _len: u64) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn sync(&self, _data_only: bool) -> Result<()> {
        Ok(())
    }

    fn chmod(&self, _mode: u32) -> Result<()> {
        Err(Errno::EROFS)
    }

    fn chown(&self, _uid: Option<u32>, _gid: Option<u32>) -> Result<()> {
        Err(Errno::EROFS)
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> Result<()> {
        Err(Errno::EROFS)
    }

    fn handle_type(&self) -> HandleType {
        self.0.handle_type()
    }

    /// The host's descriptor is open for reading only, but it is given to this crate's pollers and mappers, never
    /// to a guest.
    fn host_fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.host_fd()
    }

    fn flags(&self) -> Result<i32> {
        self.0.flags()
    }
}
