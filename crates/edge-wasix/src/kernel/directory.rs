//! Directories: `readdir`, `opendir`, `mkdir`, `rmdir`.

use std::sync::{Mutex, PoisonError};

use super::{Kernel, View};
use crate::audit::Access;
use crate::fs::{DirEntry, DirStream, FileSystem, ListedDir};
use crate::limits::{Charge, Limit};
use crate::{Errno, Result};

/// An open directory (`uv_dir_t`), which counts as an open file. Closed when dropped.
pub struct Directory {
    stream: Mutex<Box<dyn DirStream>>,
    _open: Charge,
}

impl Directory {
    /// Up to `max` further entries; none means the end.
    pub fn read(&self, max: usize) -> Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).read(&mut entries, max)?;
        Ok(entries)
    }
}

impl Kernel {
    /// All entries of a directory, sorted by name as libuv's `scandir` does.
    pub fn readdir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        let entries = match &self.view {
            View::Host(host) => host.read_dir(path),
            View::Mounts(mounts) => mounts.at(&self.cwd_bytes(), path, true, |target| {
                let mut entries = target.fs.read_dir(&target.path)?;
                mounts.add_mount_points(&target.guest, &mut entries);
                Ok(entries)
            }),
        };
        let mut entries = self.told("scandir", Access::Read, path, entries)?;
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Opens a directory to be read in portions. `EMFILE` over the limit of open files.
    pub fn opendir(&self, path: &[u8]) -> Result<Directory> {
        let open = self.meter.charge(Limit::OpenFiles, 1)?;
        let stream = match &self.view {
            View::Host(host) => host.open_dir(path),
            View::Mounts(mounts) => mounts.at(&self.cwd_bytes(), path, true, |target| {
                if mounts.is_busy(&target.guest) {
                    let mut entries = target.fs.read_dir(&target.path)?;
                    mounts.add_mount_points(&target.guest, &mut entries);
                    return Ok(Box::new(ListedDir::new(entries)) as Box<dyn DirStream>);
                }
                target.fs.open_dir(&target.path)
            }),
        };
        Ok(Directory { stream: Mutex::new(self.told("opendir", Access::Read, path, stream)?), _open: open })
    }

    /// `mkdir(2)`; the umask is applied.
    pub fn mkdir(&self, path: &[u8], mode: u32) -> Result<()> {
        let mode = self.masked(mode);
        self.name("mkdir", path, Errno::EEXIST, |fs, path, place| match place {
            Some((mounts, target)) if mounts.is_busy(&target.guest) => Err(Errno::EEXIST),
            _ => fs.mkdir(path, mode),
        })
    }

    /// `mkdir -p`: makes `path` and what is missing above it. Returns the first directory made, or `None` when all
    /// was there (what Node's recursive `mkdir` answers). A file in the way is `EEXIST` at the end, `ENOTDIR` before.
    pub fn mkdir_all(&self, path: &[u8], mode: u32) -> Result<Option<Vec<u8>>> {
        let mut missing: Vec<&[u8]> = Vec::new();
        let mut at = path;
        loop {
            match self.mkdir(at, mode) {
                Ok(()) => break missing.push(at),
                Err(Errno::ENOENT) => {
                    missing.push(at);
                    at = parent(at).ok_or(Errno::ENOENT)?;
                }
                Err(error @ (Errno::EACCES | Errno::EPERM | Errno::ENOSPC | Errno::ENOTDIR)) => {
                    return Err(error);
                }
                // Something is in the way, or nothing can be made here: fine if it is a directory.
                Err(error) => match self.stat(at)?.is_dir() {
                    true => break,
                    false if error == Errno::EEXIST && !missing.is_empty() => {
                        return Err(Errno::ENOTDIR);
                    }
                    false => return Err(Errno::EEXIST),
                },
            }
        }
        let first = match missing.last() {
            None => return Ok(None),
            // The directory the loop ended on exists by now, whether it was made here or found.
            Some(&top) if top == at => missing.pop().map(<[u8]>::to_vec),
            Some(&top) => Some(top.to_vec()),
        };
        while let Some(next) = missing.pop() {
            match self.mkdir(next, mode) {
                Err(Errno::EEXIST) if self.stat(next)?.is_dir() => {}
                done => done?,
            }
        }
        Ok(first)
    }

    /// `rmdir(2)`; a mount point is `EBUSY`.
    pub fn rmdir(&self, path: &[u8]) -> Result<()> {
        self.name("rmdir", path, Errno::EBUSY, |fs, path, place| match place {
            Some((mounts, target)) if mounts.is_busy(&target.guest) => Err(Errno::EBUSY),
            _ => fs.rmdir(path),
        })
    }
}

/// The path of the directory above, as text; `None` for the root and for a single name.
fn parent(path: &[u8]) -> Option<&[u8]> {
    let end = path.iter().rposition(|&b| b != b'/')? + 1;
    let slash = path[..end].iter().rposition(|&b| b == b'/')?;
    Some(if slash == 0 { b"/" } else { &path[..slash] })
}
