//! A copy-on-write file system: a lower layer that is never changed, and over it an upper layer in memory that holds what was.
//!
//! # How it works
//!
//! The upper layer is a tree of nodes. An upper directory has entries of its own, shows those of a lower directory that it has no entry
//! for, and marks removed ones with a *whiteout*; without a lower directory it is *opaque*. A path is looked up in the upper tree as far
//! as that goes, the rest is one call to the lower layer: what was not touched costs what it costs below.
//!
//! A file's contents are copied up at the first write to them. Until then an upper file (renamed, linked, with other permissions) reads
//! the lower one's, and a renamed directory goes on showing its lower directory, so that neither costs more than a node.
//!
//! # Invariants
//!
//! * **The lower layer is not changed**: it is only reached through [`ReadOnly`].
//! * **Identity**: a file keeps the device and inode number of the lower layer when it is copied up, renamed or linked. Names of one lower
//!   file stay names of one file, and who opened it before a change sees the change.
//! * **All or nothing**: what has no room (`ENOSPC`) changed nothing.
//! * Removing always has room: marks of removed names are counted but not refused, and there are no more of them than names below.
//!
//! As [`crate::MemoryFs`], it checks no permissions to write: whoever has the mount owns it. Reading needs the lower layer's.
//! What happens when somebody else changes the lower layer meanwhile is as with Linux' overlayfs: not defined, but not unsafe.

mod diff;
mod layers;
mod node;
mod open_file;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::fs::{DirEntry, DirStream, File, FileSystem, ListedDir, ReadOnly, SetTime, Stat, StatFs};
use crate::memory_fs::{DEFAULT_LIMIT, NAME_COST, Quota};
use crate::{Errno, Result};

pub use diff::{Change, ChangeKind};
use layers::{Found, Layers};
use node::{Contents, Dir, Kind, Node};
use open_file::CowFile;

/// The figure `statfs` shows for `overlayfs`.
const OVERLAYFS_MAGIC: u64 = 0x794c_7630;

/// A copy-on-write file system. See the module's documentation.
pub struct CopyOnWrite {
    layers: Arc<Layers>,
    dev: u64,
    /// Held for reading while a path is looked up, for writing while names change, so that a lookup sees a rename whole or not at all.
    tree: RwLock<()>,
}

impl CopyOnWrite {
    /// A view of `lower` whose changes stay in memory, at most 512 MiB of them.
    ///
    /// # Errors
    ///
    /// What the lower layer answers about its root.
    pub fn new(lower: impl FileSystem + 'static) -> Result<CopyOnWrite> {
        CopyOnWrite::with_limit(lower, DEFAULT_LIMIT)
    }

    /// As [`CopyOnWrite::new`], with room for `bytes` of changed contents and names (names count with a fixed overhead).
    ///
    /// # Errors
    ///
    /// As [`CopyOnWrite::new`].
    pub fn with_limit(lower: impl FileSystem + 'static, bytes: u64) -> Result<CopyOnWrite> {
        static DEVICES: AtomicU64 = AtomicU64::new(0x0c00_0000_0000);
        let layers = Layers::new(Arc::new(ReadOnly::new(lower)), Arc::new(Quota::new(bytes)))?;
        Ok(CopyOnWrite { layers: Arc::new(layers), dev: DEVICES.fetch_add(1, Ordering::Relaxed), tree: RwLock::new(()) })
    }

    fn read_tree(&self) -> RwLockReadGuard<'_, ()> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_tree(&self) -> RwLockWriteGuard<'_, ()> {
        self.tree.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a new node under `path`; the caller holds `tree` for writing.
    fn create(&self, path: &[u8], kind: Kind, mode: u32) -> Result<Arc<Node>> {
        match self.layers.find(path) {
            Ok(_) => return Err(Errno::EEXIST),
            Err(Errno::ENOENT) => {}
            Err(error) => return Err(error),
        }
        let (dir, name) = self.layers.parent(path)?;
        let node = Node::new(&self.layers.quota, self.dev, kind, mode)?;
        self.layers.put_name(&dir, name, &node)?;
        if node.is_dir() {
            dir.count_links(1);
        }
        dir.changed();
        Ok(node)
    }

    /// Changes a node's metadata, following no link.
    fn change(&self, path: &[u8], follow: bool, change: impl FnOnce(&Node) -> Result<()>) -> Result<()> {
        let _tree = self.write_tree();
        self.layers.find_follow(path, follow)?;
        change(&*self.layers.upper(path)?)
    }
}

impl FileSystem for CopyOnWrite {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        if flags & libc::O_TMPFILE == libc::O_TMPFILE {
            return Err(Errno::ENOTSUP);
        }
        let reads = flags & libc::O_ACCMODE == libc::O_RDONLY;
        let creates = flags & libc::O_CREAT != 0;
        let truncates = flags & libc::O_TRUNC != 0;
        if reads && !creates && !truncates {
            let _tree = self.read_tree();
            let found = self.layers.find_follow(path, true)?;
            let stat = found.stat();
            if stat.is_file() {
                if flags & libc::O_DIRECTORY != 0 {
                    return Err(Errno::ENOTDIR);
                }
                let node = self.layers.node(found)?;
                let lower = self.layers.open_lower(&node, flags)?;
                return Ok(Arc::new(CowFile::new(&self.layers, node, lower, flags)));
            }
            if !stat.is_dir() {
                return Err(Errno::EACCES);
            }
        }
        let _tree = self.write_tree();
        let stat = match self.layers.find(path) {
            Err(Errno::ENOENT) if creates => {
                let node = self.create(path, Kind::File(RwLock::new(Contents::Own(Vec::new()))), mode)?;
                return Ok(Arc::new(CowFile::new(&self.layers, node, None, flags)));
            }
            found => found?.stat(),
        };
        if creates && flags & libc::O_EXCL != 0 {
            return Err(Errno::EEXIST);
        }
        match stat.file_type() {
            libc::S_IFLNK => return Err(Errno::ELOOP),
            libc::S_IFDIR if !reads || creates => return Err(Errno::EISDIR),
            libc::S_IFDIR => {}
            libc::S_IFREG if flags & libc::O_DIRECTORY != 0 => return Err(Errno::ENOTDIR),
            libc::S_IFREG => {}
            _ => return Err(Errno::EACCES),
        }
        let node = self.layers.upper(path)?;
        if truncates && !node.is_dir() {
            node.resize(&*self.layers.lower, 0)?;
        }
        let lower = self.layers.open_lower(&node, flags)?;
        Ok(Arc::new(CowFile::new(&self.layers, node, lower, flags)))
    }

    fn stat(&self, path: &[u8], follow: bool) -> Result<Stat> {
        let _tree = self.read_tree();
        Ok(self.layers.find_follow(path, follow)?.stat())
    }

    fn mode(&self, path: &[u8], follow: bool) -> Result<u32> {
        let _tree = self.read_tree();
        self.layers.mode(path, follow)
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        let _tree = self.read_tree();
        self.layers.target(&self.layers.find(path)?)
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        let _tree = self.read_tree();
        self.layers.list(path)
    }

    fn open_dir(&self, path: &[u8]) -> Result<Box<dyn DirStream>> {
        let _tree = self.read_tree();
        match self.layers.find_follow(path, true)? {
            Found::Lower(path, _) => self.layers.lower.open_dir(&path),
            Found::Upper(_) => Ok(Box::new(ListedDir::new(self.layers.list(path)?))),
        }
    }

    fn mkdir(&self, path: &[u8], mode: u32) -> Result<()> {
        let _tree = self.write_tree();
        self.create(path, Kind::Dir(Dir::default().into()), mode & 0o1777).map(drop)
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let found = self.layers.find(path)?;
        // A link is no directory, wherever it leads.
        if !found.stat().is_dir() {
            return Err(Errno::ENOTDIR);
        }
        if !path.is_empty() && !self.layers.list(path)?.is_empty() {
            return Err(Errno::ENOTEMPTY);
        }
        let (dir, name) = self.layers.parent(path)?;
        self.layers.take_name(&dir, name)?;
        if let Found::Upper(node) = found {
            node.meta().nlink = 0;
        }
        dir.count_links(-1);
        dir.changed();
        Ok(())
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let found = self.layers.find(path)?;
        if found.stat().is_dir() {
            return Err(Errno::EISDIR);
        }
        let node = self.layers.node(found)?;
        let (dir, name) = self.layers.parent(path)?;
        self.layers.take_name(&dir, name)?;
        self.layers.unlinked(&node);
        dir.changed();
        Ok(())
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let (from_dir, from_name) = self.layers.parent(from)?;
        let (to_dir, to_name) = self.layers.parent(to)?;
        let node = self.layers.upper(from)?;
        let is_dir = node.is_dir();
        if is_dir && to.strip_prefix(from).is_some_and(|rest| rest.starts_with(b"/")) {
            return Err(Errno::EINVAL);
        }
        if from.strip_prefix(to).is_some_and(|rest| rest.starts_with(b"/")) {
            return Err(Errno::ENOTEMPTY);
        }
        let old = match self.layers.find(to) {
            Err(Errno::ENOENT) => None,
            found => {
                let found = found?;
                match (found.stat().is_dir(), is_dir) {
                    (true, false) => return Err(Errno::EISDIR),
                    (false, true) => return Err(Errno::ENOTDIR),
                    _ => {}
                }
                Some(self.layers.node(found)?)
            }
        };
        if old.as_ref().is_some_and(|old| Arc::ptr_eq(old, &node)) {
            return Ok(());
        }
        if is_dir && old.is_some() && !self.layers.list(to)?.is_empty() {
            return Err(Errno::ENOTEMPTY);
        }
        // The only thing that may fail for want of room comes first.
        self.layers.put_name(&to_dir, to_name, &node)?;
        self.layers.take_name(&from_dir, from_name)?;
        match &old {
            Some(old) if is_dir => {
                old.meta().nlink = 0;
                to_dir.count_links(-1);
            }
            Some(old) => self.layers.unlinked(old),
            None => {}
        }
        if is_dir {
            from_dir.count_links(-1);
            to_dir.count_links(1);
        }
        node.count_links(0);
        from_dir.changed();
        to_dir.changed();
        Ok(())
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let _tree = self.write_tree();
        let is_dir = self.layers.find(from)?.stat().is_dir();
        match self.layers.find(to) {
            Ok(_) => return Err(Errno::EEXIST),
            Err(Errno::ENOENT) => {}
            Err(error) => return Err(error),
        }
        let (dir, name) = self.layers.parent(to)?;
        if is_dir {
            return Err(Errno::EPERM);
        }
        let node = self.layers.upper(from)?;
        self.layers.put_name(&dir, name, &node)?;
        node.count_links(1);
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
        self.change(path, true, |node| node.resize(&*self.layers.lower, len))
    }

    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()> {
        self.change(path, follow, |node| {
            node.meta().set_times(atime, mtime);
            Ok(())
        })
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        let _tree = self.read_tree();
        match self.layers.find_follow(path, true)? {
            Found::Lower(path, _) => self.layers.lower.access(&path, mode & !libc::W_OK),
            Found::Upper(node) => {
                let executable = node.is_dir() || node.meta().mode & 0o111 != 0;
                if mode & libc::X_OK != 0 && !executable { Err(Errno::EACCES) } else { Ok(()) }
            }
        }
    }

    fn chmod(&self, path: &[u8], mode: u32, follow: bool) -> Result<()> {
        self.change(path, follow, |node| {
            if matches!(node.kind, Kind::Link(_)) {
                return Err(Errno::ENOTSUP);
            }
            node.meta().chmod(mode);
            Ok(())
        })
    }

    fn chown(&self, path: &[u8], uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<()> {
        self.change(path, follow, |node| {
            node.meta().chown(uid, gid);
            Ok(())
        })
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        let _tree = self.read_tree();
        self.layers.find_follow(path, true)?;
        let quota = &self.layers.quota;
        let free = quota.free() / 4096;
        let files = quota.free() / NAME_COST;
        Ok(StatFs { kind: OVERLAYFS_MAGIC, bsize: 4096, blocks: quota.limit() / 4096, bfree: free, bavail: free, files, ffree: files })
    }

    fn changes(&self) -> Option<Result<Vec<Change>>> {
        Some(CopyOnWrite::changes(self))
    }

    fn for_embedder(&self) -> Option<&dyn FileSystem> {
        Some(self)
    }
}
