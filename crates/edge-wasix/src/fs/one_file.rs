//! A single file as a file system: what is mounted when a volume is a file.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{DirEntry, File, FileSystem, SetTime, Stat, StatFs};
use crate::{Change, Errno, Result};

/// The file called `name` in the root of `F`, and nothing else of it. Its root is that file: it can be read and changed as `F` lets it,
/// but not renamed, linked or removed, because a mount point is busy.
///
/// The name is looked up at each call, so that a file that the host replaces is seen replaced. If a symbolic link takes its place, that
/// link cannot be opened: it would lead out.
pub struct OneFile<F> {
    inner: F,
    name: Vec<u8>,
}

impl<F: FileSystem> OneFile<F> {
    /// # Errors
    ///
    /// What `F` says about the file; `EACCES` for what is no regular file.
    pub fn new(inner: F, name: impl AsRef<[u8]>) -> Result<OneFile<F>> {
        let name = name.as_ref().to_vec();
        match inner.mode(&name, true)? & libc::S_IFMT {
            libc::S_IFREG => Ok(OneFile { inner, name }),
            _ => Err(Errno::EACCES),
        }
    }

    /// The file's name in `F`. Nothing lies below a file.
    fn name(&self, path: &[u8]) -> Result<&[u8]> {
        if path.is_empty() { Ok(&self.name) } else { Err(Errno::ENOTDIR) }
    }

    /// As [`OneFile::name`] for calls that follow links; one would be resolved elsewhere, so it is refused.
    fn file(&self, path: &[u8]) -> Result<&[u8]> {
        let name = self.name(path)?;
        match self.inner.mode(name, false)? & libc::S_IFMT {
            libc::S_IFLNK => Err(Errno::EACCES),
            _ => Ok(name),
        }
    }

    fn busy<T>(&self, path: &[u8], answer: Errno) -> Result<T> {
        self.name(path)?;
        Err(answer)
    }
}

impl<F: FileSystem> FileSystem for OneFile<F> {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        let name = self.file(path)?;
        if flags & libc::O_CREAT != 0 && flags & libc::O_EXCL != 0 {
            return Err(Errno::EEXIST);
        }
        // The file is there; should it go meanwhile, it is not made again under the volume's name.
        self.inner.open(name, flags & !libc::O_CREAT, mode)
    }

    fn stat(&self, path: &[u8], _follow: bool) -> Result<Stat> {
        self.inner.stat(self.file(path)?, false)
    }

    fn mode(&self, path: &[u8], _follow: bool) -> Result<u32> {
        self.inner.mode(self.file(path)?, false)
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        self.file(path)?;
        Err(Errno::EINVAL)
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        self.busy(path, Errno::ENOTDIR)
    }

    fn mkdir(&self, path: &[u8], _mode: u32) -> Result<()> {
        self.busy(path, Errno::EEXIST)
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        self.busy(path, Errno::ENOTDIR)
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        self.busy(path, Errno::EBUSY)
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<()> {
        self.name(to)?;
        self.busy(from, Errno::EBUSY)
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        self.name(from)?;
        self.busy(to, Errno::EEXIST)
    }

    fn symlink(&self, _target: &[u8], path: &[u8]) -> Result<()> {
        self.busy(path, Errno::EEXIST)
    }

    fn truncate(&self, path: &[u8], len: u64) -> Result<()> {
        self.inner.truncate(self.file(path)?, len)
    }

    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()> {
        self.inner.set_times(self.file(path)?, atime, mtime, follow)
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        self.inner.access(self.file(path)?, mode)
    }

    fn chmod(&self, path: &[u8], mode: u32, follow: bool) -> Result<()> {
        self.inner.chmod(self.file(path)?, mode, follow)
    }

    fn chown(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<()> {
        self.inner.chown(self.file(path)?, uid, gid, follow)
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        self.inner.statfs(self.file(path)?)
    }

    fn watch_fd(&self, path: &[u8], follow: bool) -> Result<OwnedFd> {
        self.inner.watch_fd(self.file(path)?, follow)
    }

    fn changes(&self) -> Option<Result<Vec<Change>>> {
        let changes = self.inner.changes()?;
        Some(changes.map(|changes| {
            let ours = changes.into_iter().filter(|change| change.path == self.name);
            ours.map(|change| Change { path: Vec::new(), ..change }).collect()
        }))
    }

    fn for_embedder(&self) -> Option<&dyn FileSystem> {
        self.inner.for_embedder().map(|_| self as &dyn FileSystem)
    }
}
