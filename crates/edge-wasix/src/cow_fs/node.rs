//! The upper layer's nodes: what was made, changed or moved.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::fs::{FileSystem, Meta, Stat, Timespec};
use crate::memory_fs::Quota;
use crate::{Errno, Result};

/// Identifies a file of the lower layer: device and inode number.
pub(super) type Id = (u64, u64);

/// A file's contents.
pub(super) enum Contents {
    /// Still those of the lower layer's file at this path.
    Lower(Vec<u8>),
    Own(Vec<u8>),
}

/// A name in an upper directory.
pub(super) enum Entry {
    /// A whiteout: the lower directory has the name, but it was removed.
    Gone,
    Node(Arc<Node>),
}

/// A directory of the upper layer: its own entries over those of a lower directory.
#[derive(Default)]
pub(super) struct Dir {
    /// The lower directory that shows through; `None` for an opaque one. Not always at the same path: a renamed directory keeps its lower one.
    pub(super) lower: Option<Vec<u8>>,
    pub(super) names: BTreeMap<Vec<u8>, Entry>,
}

pub(super) enum Kind {
    File(RwLock<Contents>),
    Dir(Mutex<Dir>),
    Link(Vec<u8>),
    /// A FIFO, socket or device of the lower layer that was moved: it can be named and removed, never opened.
    Other,
}

pub(super) struct Node {
    /// What it was in the lower layer, whose identity (`dev`, `ino`) it keeps; for a new one what it started as.
    pub(super) origin: Stat,
    pub(super) from_lower: bool,
    pub(super) kind: Kind,
    meta: Mutex<Meta>,
    quota: Arc<Quota>,
}

impl Node {
    /// A node that the lower layer does not have. A link's target is paid for here.
    pub(super) fn new(quota: &Arc<Quota>, dev: u64, kind: Kind, mode: u32) -> Result<Arc<Node>> {
        static INODES: AtomicU64 = AtomicU64::new(1);
        if let Kind::Link(target) = &kind {
            quota.add(target.len() as u64)?;
        }
        let type_bits = match &kind {
            Kind::File(_) | Kind::Other => libc::S_IFREG,
            Kind::Dir(_) => libc::S_IFDIR,
            Kind::Link(_) => libc::S_IFLNK,
        };
        let now = Timespec::now();
        let origin = Stat {
            dev,
            ino: INODES.fetch_add(1, Ordering::Relaxed),
            mode: type_bits | (mode & 0o7777),
            nlink: if matches!(kind, Kind::Dir(_)) { 2 } else { 1 },
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            blksize: 4096,
            atime: now,
            mtime: now,
            ctime: now,
            birthtime: now,
            ..Stat::default()
        };
        Ok(Node::make(quota, kind, origin, false))
    }

    /// The upper node of something at `path` in the lower layer: a file's contents stay there until they change.
    pub(super) fn of_lower(quota: &Arc<Quota>, lower: &dyn FileSystem, path: &[u8], origin: Stat) -> Result<Arc<Node>> {
        let kind = match origin.file_type() {
            libc::S_IFREG => Kind::File(RwLock::new(Contents::Lower(path.to_vec()))),
            libc::S_IFDIR => Kind::Dir(Mutex::new(Dir { lower: Some(path.to_vec()), names: BTreeMap::new() })),
            libc::S_IFLNK => {
                let target = lower.readlink(path)?;
                quota.add(target.len() as u64)?;
                Kind::Link(target)
            }
            _ => Kind::Other,
        };
        Ok(Node::make(quota, kind, origin, true))
    }

    fn make(quota: &Arc<Quota>, kind: Kind, origin: Stat, from_lower: bool) -> Arc<Node> {
        let meta = Meta {
            mode: origin.mode & 0o7777,
            uid: origin.uid,
            gid: origin.gid,
            nlink: origin.nlink,
            atime: origin.atime,
            mtime: origin.mtime,
            ctime: origin.ctime,
        };
        Arc::new(Node { origin, from_lower, kind, meta: Mutex::new(meta), quota: Arc::clone(quota) })
    }

    pub(super) fn id(&self) -> Id {
        (self.origin.dev, self.origin.ino)
    }

    pub(super) fn type_bits(&self) -> u32 {
        self.origin.file_type()
    }

    pub(super) fn is_dir(&self) -> bool {
        matches!(self.kind, Kind::Dir(_))
    }

    pub(super) fn meta(&self) -> MutexGuard<'_, Meta> {
        self.meta.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A directory's entries; `ELOOP` for a link (it has to be walked), `ENOTDIR` for a file.
    pub(super) fn dir(&self) -> Result<MutexGuard<'_, Dir>> {
        match &self.kind {
            Kind::Dir(dir) => Ok(dir.lock().unwrap_or_else(PoisonError::into_inner)),
            Kind::Link(_) => Err(Errno::ELOOP),
            Kind::File(_) | Kind::Other => Err(Errno::ENOTDIR),
        }
    }

    pub(super) fn contents(&self) -> Result<RwLockReadGuard<'_, Contents>> {
        match &self.kind {
            Kind::File(contents) => Ok(contents.read().unwrap_or_else(PoisonError::into_inner)),
            Kind::Dir(_) => Err(Errno::EISDIR),
            Kind::Link(_) | Kind::Other => Err(Errno::EINVAL),
        }
    }

    fn contents_mut(&self) -> Result<RwLockWriteGuard<'_, Contents>> {
        match &self.kind {
            Kind::File(contents) => Ok(contents.write().unwrap_or_else(PoisonError::into_inner)),
            Kind::Dir(_) => Err(Errno::EISDIR),
            Kind::Link(_) | Kind::Other => Err(Errno::EINVAL),
        }
    }

    pub(super) fn stat(&self) -> Stat {
        let (size, blocks) = match &self.kind {
            Kind::File(contents) => match &*contents.read().unwrap_or_else(PoisonError::into_inner) {
                Contents::Lower(_) => (self.origin.size, self.origin.blocks),
                Contents::Own(data) => (data.len() as u64, (data.len() as u64).div_ceil(4096) * 8),
            },
            Kind::Link(target) => (target.len() as u64, 0),
            Kind::Dir(_) | Kind::Other => (self.origin.size, self.origin.blocks),
        };
        let meta = self.meta();
        Stat {
            mode: self.type_bits() | meta.mode,
            nlink: meta.nlink,
            uid: meta.uid,
            gid: meta.gid,
            size,
            blocks,
            atime: meta.atime,
            mtime: meta.mtime,
            ctime: meta.ctime,
            ..self.origin
        }
    }

    /// The contents (or names) changed now.
    pub(super) fn changed(&self) {
        self.meta().changed();
    }

    /// One name more or less.
    pub(super) fn count_links(&self, change: i64) -> u64 {
        let mut meta = self.meta();
        meta.nlink = meta.nlink.saturating_add_signed(change);
        meta.ctime = Timespec::now();
        meta.nlink
    }

    /// Sets a file's length, filling with zeros. Of a lower file only what stays is copied.
    pub(super) fn resize(&self, lower: &dyn FileSystem, len: u64) -> Result<()> {
        let mut contents = self.contents_mut()?;
        let data = self.own(&mut contents, lower, len)?;
        self.grow(data, len)?;
        if let Some(less) = (data.len() as u64).checked_sub(len).filter(|&less| less > 0) {
            self.quota.remove(less);
            data.truncate(len as usize);
            data.shrink_to_fit();
        }
        drop(contents);
        self.changed();
        Ok(())
    }

    /// Writes at `at`, or at the end when `None`; returns the position after it.
    pub(super) fn write_at(&self, lower: &dyn FileSystem, buf: &[u8], at: Option<u64>) -> Result<u64> {
        let mut contents = self.contents_mut()?;
        let len = match &*contents {
            Contents::Lower(_) => self.origin.size,
            Contents::Own(data) => data.len() as u64,
        };
        let at = at.unwrap_or(len);
        let end = at.checked_add(buf.len() as u64).ok_or(Errno::EFBIG)?;
        let data = self.own(&mut contents, lower, u64::MAX)?;
        self.grow(data, end)?;
        data[at as usize..end as usize].copy_from_slice(buf);
        drop(contents);
        self.changed();
        Ok(end)
    }

    /// The copy-up: the first `limit` bytes of a lower file become the node's own. All of it or nothing.
    fn own<'a>(&self, contents: &'a mut Contents, lower: &dyn FileSystem, limit: u64) -> Result<&'a mut Vec<u8>> {
        if let Contents::Lower(path) = contents {
            let data = match limit {
                0 => Vec::new(),
                _ => self.read_lower(lower, path, limit)?,
            };
            *contents = Contents::Own(data);
        }
        match contents {
            Contents::Own(data) => Ok(data),
            Contents::Lower(_) => Err(Errno::EIO),
        }
    }

    fn read_lower(&self, lower: &dyn FileSystem, path: &[u8], limit: u64) -> Result<Vec<u8>> {
        let file = lower.open(path, libc::O_RDONLY, 0)?;
        let mut data = Vec::new();
        let paid = |data: &Vec<u8>| self.quota.remove(data.len() as u64);
        loop {
            // In pieces, each paid for before it is read: the file may have grown beyond what there is room for.
            let piece = (limit - data.len() as u64).min(256 * 1024) as usize;
            if piece == 0 {
                return Ok(data);
            }
            let at = data.len();
            if let Err(error) = self.quota.add(piece as u64) {
                // Perhaps less than a whole piece is left of it: ask how much.
                let rest = file.stat().map_or(piece as u64, |stat| stat.size.saturating_sub(at as u64).saturating_add(1));
                if rest >= piece as u64 || self.quota.add(rest.saturating_sub(1)).is_err() {
                    paid(&data);
                    return Err(error);
                }
                let rest = rest as usize - 1;
                let read = read_exactly(&*file, &mut data, rest);
                self.quota.remove((rest - (data.len() - at).min(rest)) as u64);
                return match read {
                    Ok(()) => Ok(data),
                    Err(error) => {
                        paid(&data);
                        Err(error)
                    }
                };
            }
            let read = read_exactly(&*file, &mut data, piece);
            let got = data.len() - at;
            self.quota.remove((piece - got) as u64);
            if let Err(error) = read {
                paid(&data);
                return Err(error);
            }
            if got < piece {
                return Ok(data);
            }
        }
    }

    /// Makes the contents at least `len` long.
    fn grow(&self, data: &mut Vec<u8>, len: u64) -> Result<()> {
        let more = len.saturating_sub(data.len() as u64);
        if more == 0 {
            return Ok(());
        }
        self.quota.add(more)?;
        if data.try_reserve(more as usize).is_err() {
            self.quota.remove(more);
            return Err(Errno::ENOSPC);
        }
        data.resize(len as usize, 0);
        Ok(())
    }
}

/// Appends `len` bytes from where `data` ends, or what there is.
fn read_exactly(file: &dyn crate::fs::File, data: &mut Vec<u8>, len: usize) -> Result<()> {
    let start = data.len();
    data.try_reserve(len).map_err(|_| Errno::ENOSPC)?;
    data.resize(start + len, 0);
    let mut at = start;
    while at < start + len {
        match file.read(&mut data[at..], Some(at as u64)) {
            Ok(0) => break,
            Ok(n) => at += n,
            Err(Errno::EINTR) => {}
            Err(error) => {
                data.truncate(at);
                return Err(error);
            }
        }
    }
    data.truncate(at);
    Ok(())
}

impl Drop for Node {
    fn drop(&mut self) {
        let names = match &mut self.kind {
            Kind::File(contents) => {
                if let Contents::Own(data) = contents.get_mut().unwrap_or_else(PoisonError::into_inner) {
                    self.quota.remove(data.len() as u64);
                }
                return;
            }
            Kind::Link(target) => return self.quota.remove(target.len() as u64),
            Kind::Other => return,
            Kind::Dir(dir) => std::mem::take(&mut dir.get_mut().unwrap_or_else(PoisonError::into_inner).names),
        };
        // A guest chooses how deep its directories are: take the tree apart with a list, not by recursion.
        let mut pending = vec![names];
        while let Some(names) = pending.pop() {
            for (name, entry) in names {
                self.quota.remove_name(&name);
                if let Entry::Node(node) = entry
                    && let Some(mut node) = Arc::into_inner(node)
                    && let Kind::Dir(dir) = &mut node.kind
                {
                    pending.push(std::mem::take(&mut dir.get_mut().unwrap_or_else(PoisonError::into_inner).names));
                }
            }
        }
    }
}
