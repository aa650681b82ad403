//! The guest's files as the embedder sees them: what it puts in before a program runs, and what it takes out after.

use super::{Kernel, View};
use crate::fs::{DirEntry, FileSystem, Target};
use crate::{Change, Errno, Result};

/// The guest's tree for the embedder.
///
/// What lies only in this kernel's memory (memory folders, read-only ones too, copy-on-write layers, the directories above the mount
/// points) can be changed whatever the guest may do with it. What lies on the host can be changed as far as the guest could.
///
/// Paths are absolute guest paths. The guest's symbolic links are followed in the guest's name space, but rights beyond the guest's are
/// only used for a path without links: no link that a guest plants leads the embedder to change what the guest could not.
#[derive(Clone, Copy)]
pub struct HostView<'a>(&'a Kernel);

impl Kernel {
    /// The guest's files as the embedder sees them.
    pub fn host_view(&self) -> HostView<'_> {
        HostView(self)
    }
}

impl HostView<'_> {
    /// The contents of a file of at most `limit` bytes (`EFBIG`).
    ///
    /// # Errors
    /// As [`Kernel::read_file`]; `EINVAL` for a path that is not absolute.
    pub fn read(&self, path: &[u8], limit: usize) -> Result<Vec<u8>> {
        self.0.read_file(absolute(path)?, limit)
    }

    /// The entries of a directory, sorted by name.
    ///
    /// # Errors
    /// As [`Kernel::readdir`]; `EINVAL` for a path that is not absolute.
    pub fn list(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        self.0.readdir(absolute(path)?)
    }

    /// Makes or replaces a file, and the directories above it. In memory it is all or nothing: `ENOSPC` leaves what was there.
    ///
    /// # Errors
    /// `EINVAL` for a path that is not absolute, `EISDIR` for a directory, `EROFS` in a read-only volume of the host, and what the file
    /// system answers.
    pub fn write(&self, path: &[u8], contents: &[u8]) -> Result<()> {
        let own = self.in_memory(path, |fs, path| {
            make_parents(fs, path)?;
            let is_new = fs.mode(path, false) == Err(Errno::ENOENT);
            let file = fs.open(path, libc::O_WRONLY | libc::O_CREAT, 0o644)?;
            // One write, which has room for all or fails; then what is left of longer contents goes.
            match if contents.is_empty() { Ok(0) } else { file.write(contents, Some(0)) } {
                Ok(n) if n == contents.len() => file.truncate(n as u64),
                done => {
                    if is_new {
                        fs.unlink(path)?;
                    }
                    done.and(Err(Errno::EIO))
                }
            }
        })?;
        if own.is_some() {
            return Ok(());
        }
        if let Some(parent) = parent(path) {
            self.0.mkdir_all(parent, 0o777)?;
        }
        self.0.write_file(path, contents, libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC, 0o666)
    }

    /// Makes a directory and those above it; one that is there is no error.
    ///
    /// # Errors
    /// As [`HostView::write`]; `EEXIST` or `ENOTDIR` when a file is in the way.
    pub fn mkdir(&self, path: &[u8]) -> Result<()> {
        let own = self.in_memory(path, |fs, path| {
            make_parents(fs, path)?;
            make_dir(fs, path)
        })?;
        if own.is_some() { Ok(()) } else { self.0.mkdir_all(path, 0o777).map(drop) }
    }

    /// Removes a file, a link, or a directory with everything in it. Returns how many names went.
    ///
    /// # Errors
    /// `ENOENT` when there is nothing, `EBUSY` for a mount point and what is above one, `EROFS` in a read-only volume of the host.
    pub fn remove(&self, path: &[u8]) -> Result<u64> {
        match self.in_memory(path, remove_tree)? {
            Some(count) => Ok(count),
            None => self.0.remove_all(path),
        }
    }

    /// What was changed in copy-on-write volumes, sorted by guest path. Contents are read with [`HostView::read`].
    ///
    /// # Errors
    /// What reading the host's files answers.
    pub fn changes(&self) -> Result<Vec<Change>> {
        match &self.0.view {
            View::Host(_) => Ok(Vec::new()),
            View::Mounts(mounts) => mounts.changes(),
        }
    }

    /// Does something with rights beyond the guest's, if `path` leads to this kernel's memory without a link. `None`: it does not.
    fn in_memory<R>(&self, path: &[u8], op: impl FnOnce(&dyn FileSystem, &[u8]) -> Result<R>) -> Result<Option<R>> {
        let path = absolute(path)?;
        let View::Mounts(mounts) = &self.0.view else { return Ok(None) };
        let Some(Target { fs, path, .. }) = mounts.literal(path)? else { return Ok(None) };
        let Some(fs) = fs.for_embedder() else { return Ok(None) };
        match op(fs, &path) {
            Err(Errno::ELOOP) => Ok(None),
            done => done.map(Some),
        }
    }
}

fn absolute(path: &[u8]) -> Result<&[u8]> {
    if path.starts_with(b"/") { Ok(path) } else { Err(Errno::EINVAL) }
}

fn make_dir(fs: &dyn FileSystem, path: &[u8]) -> Result<()> {
    match fs.mkdir(path, 0o755) {
        Err(Errno::EEXIST) => match fs.mode(path, true)? & libc::S_IFMT {
            libc::S_IFDIR => Ok(()),
            _ => Err(Errno::EEXIST),
        },
        done => done,
    }
}

fn make_parents(fs: &dyn FileSystem, path: &[u8]) -> Result<()> {
    for (slash, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        make_dir(fs, &path[..slash]).map_err(|error| if error == Errno::EEXIST { Errno::ENOTDIR } else { error })?;
    }
    Ok(())
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    let slash = path.iter().rposition(|&byte| byte == b'/')?;
    (slash > 0).then(|| &path[..slash])
}

/// Removes a tree; links are removed, never followed.
fn remove_tree(fs: &dyn FileSystem, path: &[u8]) -> Result<u64> {
    let mut removed = 0;
    // Directories to be emptied; one that is seen a second time is empty and goes itself.
    let mut pending = vec![(path.to_vec(), false)];
    while let Some((path, emptied)) = pending.pop() {
        if fs.mode(&path, false)? & libc::S_IFMT != libc::S_IFDIR {
            fs.unlink(&path)?;
        } else if emptied {
            fs.rmdir(&path)?;
        } else {
            let below: Vec<_> = fs.read_dir(&path)?.into_iter().map(|entry| [&path[..], b"/", &entry.name].concat()).collect();
            pending.push((path, true));
            pending.extend(below.into_iter().map(|path| (path, false)));
            continue;
        }
        removed += 1;
    }
    Ok(removed)
}
