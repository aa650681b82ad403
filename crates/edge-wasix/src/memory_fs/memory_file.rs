//! An open file of a memory file system.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::inode::{Inode, Kind};
use crate::fs::{File, SetTime, Stat};
use crate::{Errno, Result};

pub(super) struct MemoryFile {
    inode: Arc<Inode>,
    dev: u64,
    flags: AtomicI32,
    /// The file position; held during a read or write that uses it, so that two threads do not get the same bytes.
    position: Mutex<u64>,
}

impl MemoryFile {
    pub(super) fn new(inode: Arc<Inode>, dev: u64, flags: i32) -> MemoryFile {
        let kept = libc::O_ACCMODE | libc::O_APPEND | libc::O_NONBLOCK;
        MemoryFile { inode, dev, flags: AtomicI32::new(flags & kept), position: Mutex::new(0) }
    }

    fn mode(&self) -> i32 {
        self.flags.load(Ordering::Relaxed) & libc::O_ACCMODE
    }
}

impl File for MemoryFile {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        if self.mode() == libc::O_WRONLY {
            return Err(Errno::EBADF);
        }
        if let Some(at) = offset {
            return self.inode.read_at(buf, at);
        }
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let n = self.inode.read_at(buf, *position)?;
        *position += n as u64;
        Ok(n)
    }

    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        if self.mode() == libc::O_RDONLY {
            return Err(Errno::EBADF);
        }
        // Nothing moves, not even to the end of a file opened for appending.
        if buf.is_empty() {
            return Ok(0);
        }
        // As on Linux, a file opened for appending appends even when positioned.
        let append = self.flags.load(Ordering::Relaxed) & libc::O_APPEND != 0;
        match offset {
            Some(at) => {
                self.inode.write_at(buf, if append { None } else { Some(at) })?;
            }
            None => {
                let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
                *position = self.inode.write_at(buf, if append { None } else { Some(*position) })?;
            }
        }
        Ok(buf.len())
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let base = match whence {
            libc::SEEK_SET => 0,
            libc::SEEK_CUR => *position,
            libc::SEEK_END => self.inode.stat(self.dev).size,
            _ => return Err(Errno::EINVAL),
        };
        let to = base.checked_add_signed(offset).filter(|&to| to <= i64::MAX as u64).ok_or(Errno::EINVAL)?;
        *position = to;
        Ok(to)
    }

    fn stat(&self) -> Result<Stat> {
        Ok(self.inode.stat(self.dev))
    }

    fn truncate(&self, len: u64) -> Result<()> {
        if self.mode() == libc::O_RDONLY || matches!(self.inode.kind, Kind::Dir(_)) {
            return Err(Errno::EINVAL);
        }
        self.inode.resize(len)
    }

    fn sync(&self, _data_only: bool) -> Result<()> {
        Ok(())
    }

    fn chmod(&self, mode: u32) -> Result<()> {
        self.inode.meta().chmod(mode);
        Ok(())
    }

    fn chown(&self, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
        self.inode.meta().chown(uid, gid);
        Ok(())
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> Result<()> {
        self.inode.meta().set_times(atime, mtime);
        Ok(())
    }

    fn set_nonblocking(&self, on: bool) -> Result<()> {
        match on {
            true => self.flags.fetch_or(libc::O_NONBLOCK, Ordering::Relaxed),
            false => self.flags.fetch_and(!libc::O_NONBLOCK, Ordering::Relaxed),
        };
        Ok(())
    }

    fn flags(&self) -> Result<i32> {
        Ok(self.flags.load(Ordering::Relaxed))
    }
}
