//! An open file of a copy-on-write file system.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::layers::Layers;
use super::node::{Contents, Kind, Node};
use crate::fs::{File, SetTime, Stat};
use crate::{Errno, Result};

/// Reads from the lower layer's file until the node has contents of its own, then from these: who opened a file before it was
/// changed sees the change, as on Linux' plain file systems.
///
/// It has no host descriptor to give away: one would go on showing the lower file.
pub(super) struct CowFile {
    layers: Arc<Layers>,
    node: Arc<Node>,
    /// The lower layer's file, open for reading.
    lower: Option<Arc<dyn File>>,
    flags: AtomicI32,
    /// The file position; held during a read or write that uses it, so that two threads do not get the same bytes.
    position: Mutex<u64>,
}

impl CowFile {
    pub(super) fn new(layers: &Arc<Layers>, node: Arc<Node>, lower: Option<Arc<dyn File>>, flags: i32) -> CowFile {
        let kept = libc::O_ACCMODE | libc::O_APPEND | libc::O_NONBLOCK;
        CowFile { layers: Arc::clone(layers), node, lower, flags: AtomicI32::new(flags & kept), position: Mutex::new(0) }
    }

    fn mode(&self) -> i32 {
        self.flags.load(Ordering::Relaxed) & libc::O_ACCMODE
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> Result<usize> {
        match (&*self.node.contents()?, &self.lower) {
            (Contents::Own(data), _) => {
                let rest = usize::try_from(at).ok().and_then(|at| data.get(at..)).unwrap_or(&[]);
                let n = rest.len().min(buf.len());
                buf[..n].copy_from_slice(&rest[..n]);
                Ok(n)
            }
            // Past what Linux takes for a position there is nothing.
            (Contents::Lower(_), _) if i64::try_from(at).is_err() => Ok(0),
            (Contents::Lower(_), Some(lower)) => lower.read(buf, Some(at)),
            (Contents::Lower(_), None) => Err(Errno::EBADF),
        }
    }
}

impl File for CowFile {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        if self.mode() == libc::O_WRONLY {
            return Err(Errno::EBADF);
        }
        if let Some(at) = offset {
            return self.read_at(buf, at);
        }
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let n = self.read_at(buf, *position)?;
        *position += n as u64;
        Ok(n)
    }

    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        if self.mode() == libc::O_RDONLY {
            return Err(Errno::EBADF);
        }
        if buf.is_empty() {
            return Ok(0);
        }
        // As on Linux, a file opened for appending appends even when positioned.
        let append = self.flags.load(Ordering::Relaxed) & libc::O_APPEND != 0;
        let lower = &*self.layers.lower;
        match offset {
            Some(at) => {
                self.node.write_at(lower, buf, if append { None } else { Some(at) })?;
            }
            None => {
                let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
                *position = self.node.write_at(lower, buf, if append { None } else { Some(*position) })?;
            }
        }
        Ok(buf.len())
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let base = match whence {
            libc::SEEK_SET => 0,
            libc::SEEK_CUR => *position,
            libc::SEEK_END => self.node.stat().size,
            _ => return Err(Errno::EINVAL),
        };
        let to = base.checked_add_signed(offset).filter(|&to| to <= i64::MAX as u64).ok_or(Errno::EINVAL)?;
        *position = to;
        Ok(to)
    }

    fn stat(&self) -> Result<Stat> {
        Ok(self.node.stat())
    }

    fn truncate(&self, len: u64) -> Result<()> {
        if self.mode() == libc::O_RDONLY || matches!(self.node.kind, Kind::Dir(_)) {
            return Err(Errno::EINVAL);
        }
        self.node.resize(&*self.layers.lower, len)
    }

    fn sync(&self, _data_only: bool) -> Result<()> {
        Ok(())
    }

    fn chmod(&self, mode: u32) -> Result<()> {
        self.node.meta().chmod(mode);
        self.layers.keep(&self.node);
        Ok(())
    }

    fn chown(&self, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
        self.node.meta().chown(uid, gid);
        self.layers.keep(&self.node);
        Ok(())
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> Result<()> {
        self.node.meta().set_times(atime, mtime);
        self.layers.keep(&self.node);
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
