//! The trait every file system implements.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{DirEntry, DirStream, File, ListedDir, SetTime, Stat, StatFs};
use crate::{Change, Errno, Result};

/// A tree of files.
///
/// # Paths
///
/// A path is bytes relative to the tree's root: components joined by single `/`, none of them empty, `.` or
/// `..`, no leading or trailing slash; the root itself is the empty path.
/// (The one exception is [`crate::host::HostRoot`], which gets the guest's path untouched because the host's
/// whole name space is granted.)
///
/// # Links
///
/// An implementation never follows a symbolic link itself, because links are resolved in the *guest's* name
/// space, which spans mounts. Meeting one where something else is needed (in the middle of a path, or at its
/// end with `follow`) answers `ELOOP`; [`super::Mounts`] then walks the path and calls again with the result.
pub trait FileSystem: Send + Sync {
    /// Opens a file. `flags` are Linux's `O_*`; a link at the end is `ELOOP` with and without `O_NOFOLLOW`.
    /// `mode` is for a created file, the umask already applied.
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>>;

    /// Metadata. A link at the end is described itself, or `ELOOP` with `follow`.
    fn stat(&self, path: &[u8], follow: bool) -> Result<Stat>;

    /// Only the `st_mode` of the file; what module resolution asks for thousands of times.
    fn mode(&self, path: &[u8], follow: bool) -> Result<u32> {
        Ok(self.stat(path, follow)?.mode)
    }

    /// The target of a symbolic link; `EINVAL` when it is none.
    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>>;

    /// All entries of a directory, in no particular order.
    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>>;

    /// Opens a directory to be listed in portions.
    fn open_dir(&self, path: &[u8]) -> Result<Box<dyn DirStream>> {
        Ok(Box::new(ListedDir::new(self.read_dir(path)?)))
    }

    fn mkdir(&self, path: &[u8], mode: u32) -> Result<()>;

    fn rmdir(&self, path: &[u8]) -> Result<()>;

    fn unlink(&self, path: &[u8]) -> Result<()>;

    /// Renames within this file system.
    fn rename(&self, from: &[u8], to: &[u8]) -> Result<()>;

    /// Makes a hard link within this file system; a symbolic link at `from` is linked itself.
    fn link(&self, from: &[u8], to: &[u8]) -> Result<()>;

    /// Makes a symbolic link with this target (any bytes).
    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<()>;

    /// Sets a file's length by name.
    fn truncate(&self, path: &[u8], len: u64) -> Result<()>;

    /// Sets access and modification time.
    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()>;

    /// `access(2)`, following links: `mode` is `F_OK` or a union of `R_OK`, `W_OK`, `X_OK`.
    fn access(&self, path: &[u8], mode: i32) -> Result<()>;

    fn chmod(&self, path: &[u8], mode: u32, follow: bool) -> Result<()>;

    fn chown(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<()>;

    fn statfs(&self, path: &[u8]) -> Result<StatFs>;

    /// The canonical path. Only the host's whole root answers this itself; elsewhere the mount table does.
    fn realpath(&self, _path: &[u8]) -> Result<Vec<u8>> {
        Err(Errno::ENOSYS)
    }

    /// A descriptor (`O_PATH`) of the file for `inotify`; `ENOSYS` where changes cannot be watched.
    fn watch_fd(&self, _path: &[u8], _follow: bool) -> Result<OwnedFd> {
        Err(Errno::ENOSYS)
    }

    /// What was changed in a copy-on-write file system; `None` for any other.
    fn changes(&self) -> Option<Result<Vec<Change>>> {
        None
    }

    /// This file system as the embedder may change it, whatever the guest may: only where nothing but this kernel's own memory is changed.
    fn for_embedder(&self) -> Option<&dyn FileSystem> {
        None
    }
}
