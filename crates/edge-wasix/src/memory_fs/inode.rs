//! The files, directories and links of a memory file system.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::quota::Quota;
use crate::fs::{Meta, Stat, Timespec};
use crate::{Errno, Result};

pub(super) type Names = BTreeMap<Vec<u8>, Arc<Inode>>;

pub(super) enum Kind {
    File(RwLock<Vec<u8>>),
    Dir(Mutex<Names>),
    Link(Vec<u8>),
}

impl Kind {
    pub(super) fn file() -> Kind {
        Kind::File(RwLock::new(Vec::new()))
    }

    pub(super) fn dir() -> Kind {
        Kind::Dir(Mutex::new(Names::new()))
    }

    pub(super) fn type_bits(&self) -> u32 {
        match self {
            Kind::File(_) => libc::S_IFREG,
            Kind::Dir(_) => libc::S_IFDIR,
            Kind::Link(_) => libc::S_IFLNK,
        }
    }
}

pub(super) struct Inode {
    pub(super) ino: u64,
    pub(super) kind: Kind,
    birthtime: Timespec,
    meta: Mutex<Meta>,
    quota: Arc<Quota>,
}

impl Inode {
    pub(super) fn root(quota: &Arc<Quota>) -> Arc<Inode> {
        Inode::make(quota, Kind::dir(), 0o755)
    }

    /// A new inode. A link's target is paid for here.
    pub(super) fn new(quota: &Arc<Quota>, kind: Kind, mode: u32) -> Result<Arc<Inode>> {
        if let Kind::Link(target) = &kind {
            quota.add(target.len() as u64)?;
        }
        Ok(Inode::make(quota, kind, mode))
    }

    fn make(quota: &Arc<Quota>, kind: Kind, mode: u32) -> Arc<Inode> {
        static INODES: AtomicU64 = AtomicU64::new(2);
        let now = Timespec::now();
        let nlink = if matches!(kind, Kind::Dir(_)) { 2 } else { 1 };
        let meta = Meta {
            mode: mode & 0o7777,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            nlink,
            atime: now,
            mtime: now,
            ctime: now,
        };
        let ino = INODES.fetch_add(1, Ordering::Relaxed);
        Arc::new(Inode { ino, kind, birthtime: now, meta: Mutex::new(meta), quota: Arc::clone(quota) })
    }

    pub(super) fn meta(&self) -> MutexGuard<'_, Meta> {
        self.meta.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A directory's names; `ELOOP` for a link (it has to be walked), `ENOTDIR` for a file.
    pub(super) fn names(&self) -> Result<MutexGuard<'_, Names>> {
        match &self.kind {
            Kind::Dir(names) => Ok(names.lock().unwrap_or_else(PoisonError::into_inner)),
            Kind::File(_) => Err(Errno::ENOTDIR),
            Kind::Link(_) => Err(Errno::ELOOP),
        }
    }

    /// The contents (or names) changed now.
    pub(super) fn changed(&self) {
        self.meta().changed();
    }

    pub(super) fn stat(&self, dev: u64) -> Stat {
        let size = match &self.kind {
            Kind::File(data) => data.read().unwrap_or_else(PoisonError::into_inner).len() as u64,
            Kind::Dir(names) => 40 + 20 * names.lock().unwrap_or_else(PoisonError::into_inner).len() as u64,
            Kind::Link(target) => target.len() as u64,
        };
        let blocks = if matches!(self.kind, Kind::File(_)) { size.div_ceil(4096) * 8 } else { 0 };
        let meta = self.meta();
        Stat {
            dev,
            mode: self.kind.type_bits() | meta.mode,
            nlink: meta.nlink,
            uid: meta.uid,
            gid: meta.gid,
            rdev: 0,
            blksize: 4096,
            ino: self.ino,
            size,
            blocks,
            atime: meta.atime,
            mtime: meta.mtime,
            ctime: meta.ctime,
            birthtime: self.birthtime,
        }
    }

    /// Sets a file's length, filling with zeros.
    pub(super) fn resize(&self, len: u64) -> Result<()> {
        let Kind::File(data) = &self.kind else {
            return Err(if matches!(self.kind, Kind::Dir(_)) { Errno::EISDIR } else { Errno::EINVAL });
        };
        let mut data = data.write().unwrap_or_else(PoisonError::into_inner);
        self.grow(&mut data, len)?;
        if (len as usize) < data.len() {
            self.quota.remove(data.len() as u64 - len);
            data.truncate(len as usize);
            data.shrink_to_fit();
        }
        drop(data);
        self.changed();
        Ok(())
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

    pub(super) fn read_at(&self, buf: &mut [u8], at: u64) -> Result<usize> {
        let Kind::File(data) = &self.kind else {
            return Err(Errno::EISDIR);
        };
        let data = data.read().unwrap_or_else(PoisonError::into_inner);
        let rest = usize::try_from(at).ok().and_then(|at| data.get(at..)).unwrap_or(&[]);
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }

    /// Writes at `at`, or at the end when `None`; returns the position after it.
    pub(super) fn write_at(&self, buf: &[u8], at: Option<u64>) -> Result<u64> {
        let Kind::File(data) = &self.kind else {
            return Err(Errno::EBADF);
        };
        let mut data = data.write().unwrap_or_else(PoisonError::into_inner);
        let at = at.unwrap_or(data.len() as u64);
        if buf.is_empty() {
            return Ok(at);
        }
        let end = at.checked_add(buf.len() as u64).ok_or(Errno::EFBIG)?;
        self.grow(&mut data, end)?;
        data[at as usize..end as usize].copy_from_slice(buf);
        drop(data);
        self.changed();
        Ok(end)
    }
}

impl Drop for Inode {
    fn drop(&mut self) {
        let names = match &mut self.kind {
            Kind::File(data) => {
                let len = data.get_mut().unwrap_or_else(PoisonError::into_inner).len();
                return self.quota.remove(len as u64);
            }
            Kind::Link(target) => return self.quota.remove(target.len() as u64),
            Kind::Dir(names) => std::mem::take(names.get_mut().unwrap_or_else(PoisonError::into_inner)),
        };
        // A guest chooses how deep its directories are: take the tree apart with a list, not by recursion.
        let mut pending = vec![names];
        while let Some(names) = pending.pop() {
            for (name, inode) in names {
                self.quota.remove_name(&name);
                if let Some(mut inode) = Arc::into_inner(inode)
                    && let Kind::Dir(names) = &mut inode.kind
                {
                    pending.push(std::mem::take(names.get_mut().unwrap_or_else(PoisonError::into_inner)));
                }
            }
        }
    }
}
