//! A file system in memory: for tests, for `/tmp` of a sandbox, for programs given as text.
//!
//! It has what Node's `fs` shows (modes, owners, times, hard and symbolic links, inode numbers) but checks no
//! permissions: whoever has the mount owns it. Its size is bounded; going over answers `ENOSPC`.

mod inode;
mod memory_file;
mod quota;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::fs::{DirEntry, EntryKind, File, FileSystem, SetTime, Stat, StatFs};
use crate::{Errno, Result};

pub(crate) use quota::{NAME_COST, Quota};

use inode::{Inode, Kind, Names};
use memory_file::MemoryFile;

pub(crate) const NAME_MAX: usize = 255;
/// The figure `statfs` shows for `tmpfs`.
const TMPFS_MAGIC: u64 = 0x0102_1994;
pub(crate) const DEFAULT_LIMIT: u64 = 512 << 20;

/// A file system in memory. Cloning is not offered: share it in an `Arc` to mount it twice.
pub struct MemoryFs {
    root: Arc<Inode>,
    quota: Arc<Quota>,
    dev: u64,
    /// Held for reading while a path is looked up, for writing while names change, so that a lookup sees a rename
    /// whole or not at all.
    tree: RwLock<()>,
}

impl Default for MemoryFs {
    fn default() -> MemoryFs {
        MemoryFs::new()
    }
}

impl MemoryFs {
    /// An empty file system that may hold 512 MiB.
    pub fn new() -> MemoryFs {
        MemoryFs::with_limit(DEFAULT_LIMIT)
    }

    /// An empty file system that may hold `bytes` of contents and names (names count with a fixed overhead).
    pub fn with_limit(bytes: u64) -> MemoryFs {
        static DEVICES: AtomicU64 = AtomicU64::new(0x4d00);
        let quota = Arc::new(Quota::new(bytes));
        let root = Inode::root(&quota);
        MemoryFs { root, quota, dev: DEVICES.fetch_add(1, Ordering::Relaxed), tree: RwLock::new(()) }
    }

    /// Adds a file (making its directories): how a test or an embedder fills one.
    ///
    /// # Errors
    ///
    /// `ENOSPC` over the limit, `ENOTDIR` through a file, `EISDIR` onto a directory.
    pub fn with_file(self, path: &str, contents: impl AsRef<[u8]>) -> Result<MemoryFs> {
        let path = path.trim_start_matches('/').as_bytes();
        for (slash, _) in path.iter().enumerate().filter(|(_, b)| **b == b'/') {
            self.mkdir_if_missing(&path[..slash])?;
        }
        let file = self.open(path, libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC, 0o644)?;
        file.write(contents.as_ref(), Some(0))?;
        Ok(self)
    }

    pub(crate) fn mkdir_if_missing(&self, path: &[u8]) -> Result<()> {
        match self.mkdir(path, 0o755) {
            Err(Errno::EEXIST) => Ok(()),
            done => done,
        }
    }

    /// The inode at `path`; the caller holds `tree`.
    fn lookup(&self, path: &[u8]) -> Result<Arc<Inode>> {
        let mut at = Arc::clone(&self.root);
        if path.is_empty() {
            return Ok(at);
        }
        for name in path.split(|&b| b == b'/') {
            let next = at.names()?.get(name).cloned();
            at = next.ok_or(if name.len() > NAME_MAX { Errno::ENAMETOOLONG } else { Errno::ENOENT })?;
        }
        Ok(at)
    }

    fn lookup_follow(&self, path: &[u8], follow: bool) -> Result<Arc<Inode>> {
        let inode = self.lookup(path)?;
        if follow && matches!(inode.kind, Kind::Link(_)) { Err(Errno::ELOOP) } else { Ok(inode) }
    }

    /// The directory that holds `path`'s last name, and that name. The root has no name: `EBUSY`.
    fn parent<'a>(&self, path: &'a [u8]) -> Result<(Arc<Inode>, &'a [u8])> {
        if path.is_empty() {
            return Err(Errno::EBUSY);
        }
        let slash = path.iter().rposition(|&b| b == b'/');
        let (dir, name) = slash.map_or((&[][..], path), |at| (&path[..at], &path[at + 1..]));
        if name.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let dir = self.lookup(dir)?;
        drop(dir.names()?);
        Ok((dir, name))
    }

    fn read_tree(&self) -> std::sync::RwLockReadGuard<'_, ()> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_tree(&self) -> std::sync::RwLockWriteGuard<'_, ()> {
        self.tree.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a new inode under `path`; the caller holds `tree` for writing.
    fn create(&self, path: &[u8], kind: Kind, mode: u32) -> Result<Arc<Inode>> {
        let (dir, name) = match self.parent(path) {
            Err(Errno::EBUSY) => return Err(Errno::EEXIST),
            found => found?,
        };
        let mut names = dir.names()?;
        if names.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        let inode = Inode::new(&self.quota, kind, mode)?;
        self.quota.add_name(name)?;
        names.insert(name.to_vec(), Arc::clone(&inode));
        drop(names);
        if matches!(inode.kind, Kind::Dir(_)) {
            dir.meta().nlink += 1;
        }
        dir.changed();
        Ok(inode)
    }

    /// Takes a name out of a directory; the caller holds `tree` for writing and has checked it.
    fn remove(&self, dir: &Inode, names: &mut Names, name: &[u8]) {
        if let Some(inode) = names.remove(name) {
            self.quota.remove_name(name);
            let mut meta = inode.meta();
            if matches!(inode.kind, Kind::Dir(_)) {
                meta.nlink = 0;
                dir.meta().nlink -= 1;
            } else {
                meta.nlink -= 1;
            }
            meta.ctime = crate::fs::Timespec::now();
        }
    }
}

impl FileSystem for MemoryFs {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        if flags & libc::O_TMPFILE == libc::O_TMPFILE {
            return Err(Errno::ENOTSUP);
        }
        let found = {
            let _tree = self.read_tree();
            self.lookup(path)
        };
        let inode = match found {
            Err(Errno::ENOENT) if flags & libc::O_CREAT != 0 => {
                let _tree = self.write_tree();
                match self.create(path, Kind::file(), mode) {
                    // Another thread was faster.
                    Err(Errno::EEXIST) if flags & libc::O_EXCL == 0 => self.lookup(path)?,
                    made => made?,
                }
            }
            found => {
                let inode = found?;
                if flags & libc::O_CREAT != 0 && flags & libc::O_EXCL != 0 {
                    return Err(Errno::EEXIST);
                }
                inode
            }
        };
        match &inode.kind {
            Kind::Link(_) => return Err(Errno::ELOOP),
            Kind::Dir(_) if flags & libc::O_ACCMODE != libc::O_RDONLY || flags & libc::O_CREAT != 0 => {
                return Err(Errno::EISDIR);
            }
            Kind::Dir(_) => {}
            Kind::File(_) if flags & libc::O_DIRECTORY != 0 => return Err(Errno::ENOTDIR),
            Kind::File(_) if flags & libc::O_TRUNC != 0 => inode.resize(0)?,
            Kind::File(_) => {}
        }
        Ok(Arc::new(MemoryFile::new(inode, self.dev, flags)))
    }

    fn stat(&self, path: &[u8], follow: bool) -> Result<Stat> {
        let _tree = self.read_tree();
        Ok(self.lookup_follow(path, follow)?.stat(self.dev))
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        let _tree = self.read_tree();
        match &self.lookup(path)?.kind {
            Kind::Link(target) => Ok(target.clone()),
            _ => Err(Errno::EINVAL),
        }
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        let _tree = self.read_tree();
        let dir = self.lookup(path)?;
        let names = dir.names()?;
        let entry = |(name, inode): (&Vec<u8>, &Arc<Inode>)| DirEntry {
            name: name.clone(),
            kind: EntryKind::from_mode(inode.kind.type_bits()),
            ino: inode.ino,
        };
        Ok(names.iter().map(entry).collect())
    }

    fn mkdir(&self, path: &[u8], mode: u32) -> Result<()> {
        let _tree = self.write_tree();
        self.create(path, Kind::dir(), mode & 0o1777).map(drop)
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let (dir, name) = self.parent(path)?;
        let mut names = dir.names()?;
        let inode = names.get(name).ok_or(Errno::ENOENT)?;
        // A link is no directory, wherever it leads.
        if !inode.names().map_err(|_| Errno::ENOTDIR)?.is_empty() {
            return Err(Errno::ENOTEMPTY);
        }
        self.remove(&dir, &mut names, name);
        drop(names);
        dir.changed();
        Ok(())
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let (dir, name) = match self.parent(path) {
            Err(Errno::EBUSY) => return Err(Errno::EISDIR),
            found => found?,
        };
        let mut names = dir.names()?;
        if matches!(names.get(name).ok_or(Errno::ENOENT)?.kind, Kind::Dir(_)) {
            return Err(Errno::EISDIR);
        }
        self.remove(&dir, &mut names, name);
        drop(names);
        dir.changed();
        Ok(())
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let (from_dir, from_name) = self.parent(from)?;
        let (to_dir, to_name) = self.parent(to)?;
        let inode = from_dir.names()?.get(from_name).cloned().ok_or(Errno::ENOENT)?;
        let is_dir = matches!(inode.kind, Kind::Dir(_));
        if is_dir && to.strip_prefix(from).is_some_and(|rest| rest.starts_with(b"/")) {
            return Err(Errno::EINVAL);
        }
        if from.strip_prefix(to).is_some_and(|rest| rest.starts_with(b"/")) {
            return Err(Errno::ENOTEMPTY);
        }
        // Taken out of the lock first: the body locks the same directory.
        let old = to_dir.names()?.get(to_name).cloned();
        if let Some(old) = old {
            if Arc::ptr_eq(&old, &inode) {
                return Ok(());
            }
            match (&old.kind, is_dir) {
                (Kind::Dir(_), false) => return Err(Errno::EISDIR),
                (Kind::Dir(_), true) if !old.names()?.is_empty() => return Err(Errno::ENOTEMPTY),
                (Kind::Dir(_), true) => {}
                (_, true) => return Err(Errno::ENOTDIR),
                (_, false) => {}
            }
            self.remove(&to_dir, &mut *to_dir.names()?, to_name);
        }
        self.quota.add_name(to_name)?;
        from_dir.names()?.remove(from_name);
        self.quota.remove_name(from_name);
        to_dir.names()?.insert(to_name.to_vec(), Arc::clone(&inode));
        if is_dir {
            from_dir.meta().nlink -= 1;
            to_dir.meta().nlink += 1;
        }
        inode.meta().ctime = crate::fs::Timespec::now();
        from_dir.changed();
        to_dir.changed();
        Ok(())
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let inode = self.lookup(from)?;
        if matches!(inode.kind, Kind::Dir(_)) {
            return Err(Errno::EPERM);
        }
        let (dir, name) = self.parent(to)?;
        let mut names = dir.names()?;
        if names.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        self.quota.add_name(name)?;
        names.insert(name.to_vec(), Arc::clone(&inode));
        drop(names);
        let mut meta = inode.meta();
        meta.nlink += 1;
        meta.ctime = crate::fs::Timespec::now();
        drop(meta);
        dir.changed();
        Ok(())
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<()> {
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        let _tree = self.write_tree();
        self.create(path, Kind::Link(target.to_vec()), 0o777).map(drop)
    }

    fn truncate(&self, path: &[u8], len: u64) -> Result<()> {
        let inode = {
            let _tree = self.read_tree();
            self.lookup_follow(path, true)?
        };
        inode.resize(len)
    }

    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()> {
        let _tree = self.read_tree();
        self.lookup_follow(path, follow)?.meta().set_times(atime, mtime);
        Ok(())
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        let _tree = self.read_tree();
        let inode = self.lookup_follow(path, true)?;
        let executable = matches!(inode.kind, Kind::Dir(_)) || inode.meta().mode & 0o111 != 0;
        if mode & libc::X_OK != 0 && !executable { Err(Errno::EACCES) } else { Ok(()) }
    }

    fn chmod(&self, path: &[u8], mode: u32, follow: bool) -> Result<()> {
        let _tree = self.read_tree();
        let inode = self.lookup_follow(path, follow)?;
        if matches!(inode.kind, Kind::Link(_)) {
            return Err(Errno::ENOTSUP);
        }
        inode.meta().chmod(mode);
        Ok(())
    }

    fn chown(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<()> {
        let _tree = self.read_tree();
        self.lookup_follow(path, follow)?.meta().chown(uid, gid);
        Ok(())
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        let _tree = self.read_tree();
        self.lookup_follow(path, true)?;
        let free = self.quota.free() / 4096;
        let files = self.quota.free() / NAME_COST;
        Ok(StatFs { kind: TMPFS_MAGIC, bsize: 4096, blocks: self.quota.limit() / 4096, bfree: free, bavail: free, files, ffree: files })
    }

    fn for_embedder(&self) -> Option<&dyn FileSystem> {
        Some(self)
    }
}
