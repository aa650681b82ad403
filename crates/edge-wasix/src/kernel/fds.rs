//! Calls on open descriptors: `read`, `write`, `close`, `fstat`, … Every one answers `EBADF` for a number that is
//! not open.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{Fd, Kernel};
use crate::fs::{File, HandleType, SetTime, Stat};
use crate::host::HostFile;
use crate::limits::Limit;
use crate::{Errno, Result};

impl Kernel {
    /// The open file behind a descriptor, for a caller that keeps it across calls (a stream, a mapping). It stays
    /// open until dropped, even if the descriptor is closed.
    pub fn file(&self, fd: Fd) -> Result<Arc<dyn File>> {
        self.fds.get(fd)
    }

    /// Gives an open file the lowest free descriptor. `EMFILE` over the policy's limit.
    pub fn insert(&self, file: Arc<dyn File>) -> Result<Fd> {
        self.fds.insert(file)
    }

    /// Gives a host descriptor (a socket, a pipe end) the lowest free number.
    pub fn insert_host_fd(&self, fd: OwnedFd) -> Result<Fd> {
        self.fds.insert(Arc::new(HostFile::new(fd).interruptible(&self.interrupt)))
    }

    /// The descriptors in use, ascending.
    pub fn open_fds(&self) -> Vec<Fd> {
        self.fds.open_fds()
    }

    /// `close(2)`. Reads and writes under way on other threads finish first.
    pub fn close(&self, fd: Fd) -> Result<()> {
        self.fds.remove(fd).map(drop)
    }

    /// Frees a descriptor and returns its file (`FileHandle.releaseFD`, handing an fd to a stream).
    pub fn take(&self, fd: Fd) -> Result<Arc<dyn File>> {
        self.fds.remove(fd)
    }

    /// `dup(2)`: a second number for the same open file, sharing its position.
    pub fn dup(&self, fd: Fd) -> Result<Fd> {
        self.fds.insert(self.fds.get(fd)?)
    }

    /// `dup2(2)` / `fd_renumber`: `to` names the file of `from`, whatever it named before.
    pub fn dup2(&self, from: Fd, to: Fd) -> Result<()> {
        self.fds.insert_at(to, self.fds.get(from)?)
    }

    /// `read(2)`, or `pread(2)` with an offset. Returns the bytes read; 0 is the end.
    pub fn read(&self, fd: Fd, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        self.fds.get(fd)?.read(buf, offset)
    }

    /// `readv(2)` / `preadv(2)`.
    pub fn readv(&self, fd: Fd, bufs: &mut [IoSliceMut<'_>], offset: Option<u64>) -> Result<usize> {
        self.fds.get(fd)?.readv(bufs, offset)
    }

    /// `write(2)`, or `pwrite(2)` with an offset. May write less than given; the caller goes on.
    pub fn write(&self, fd: Fd, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        let file = self.fds.get(fd)?;
        self.metered(fd, &*file, buf.len(), |most| file.write(&buf[..most], offset))
    }

    /// `writev(2)` / `pwritev(2)`.
    pub fn writev(&self, fd: Fd, bufs: &[IoSlice<'_>], offset: Option<u64>) -> Result<usize> {
        let file = self.fds.get(fd)?;
        let all: usize = bufs.iter().map(|buf| buf.len()).sum();
        self.metered(fd, &*file, all, |most| {
            if most == all {
                return file.writev(bufs, offset);
            }
            // Up to the limit: whole slices, then a part of one.
            let mut left = most;
            let mut few = Vec::new();
            for buf in bufs {
                let part = buf.len().min(left);
                few.push(IoSlice::new(&buf[..part]));
                left -= part;
            }
            file.writev(&few, offset)
        })
    }

    /// As [`Kernel::write`] at the file's position, for an open file without a descriptor.
    pub fn write_to(&self, file: &dyn File, buf: &[u8]) -> Result<usize> {
        self.metered(-1, file, buf.len(), |most| file.write(&buf[..most], None))
    }

    /// As [`Kernel::write`] at an offset, for an open file that its caller keeps.
    pub fn write_at(&self, file: &dyn File, buf: &[u8], offset: u64) -> Result<usize> {
        self.metered(-1, file, buf.len(), |most| file.write(&buf[..most], Some(offset)))
    }

    /// Writes at most `len` bytes under the limits of output (descriptors 1 and 2) and of bytes written (files): `write` gets how many it
    /// may. The limit of output ends the program, the other is `EDQUOT`.
    fn metered(&self, fd: Fd, file: &dyn File, len: usize, write: impl FnOnce(usize) -> Result<usize>) -> Result<usize> {
        // `/dev/stdout` gives the same open file another number.
        let is_output = |number| self.fds.get(number).is_ok_and(|other| std::ptr::addr_eq(Arc::as_ptr(&other), file));
        let limit = match fd {
            1 | 2 => Limit::Output,
            _ if self.limits().output.is_some() && (is_output(1) || is_output(2)) => Limit::Output,
            _ if self.limits().bytes_written.is_some() && !file.is_socket() => Limit::BytesWritten,
            _ => return write(len),
        };
        if self.limits().amount(limit).is_none() {
            return write(len);
        }
        let most = self.meter.take_up_to(limit, len as u64) as usize;
        if most == 0 && len > 0 {
            if limit == Limit::Output {
                self.meter.end(limit);
            }
            return Err(limit.errno());
        }
        let written = write(most);
        self.meter.give_back(limit, (most - written.as_ref().map_or(0, |written| (*written).min(most))) as u64);
        if limit == Limit::Output && most < len && written.is_ok() {
            self.meter.end(limit);
        }
        written
    }

    /// `lseek(2)`.
    pub fn seek(&self, fd: Fd, offset: i64, whence: i32) -> Result<u64> {
        self.fds.get(fd)?.seek(offset, whence)
    }

    pub fn fstat(&self, fd: Fd) -> Result<Stat> {
        self.fds.get(fd)?.stat()
    }

    /// `ftruncate(2)`; a negative length is `EINVAL`.
    pub fn ftruncate(&self, fd: Fd, len: i64) -> Result<()> {
        let file = self.fds.get(fd)?;
        file.truncate(u64::try_from(len).map_err(|_| Errno::EINVAL)?)
    }

    pub fn fsync(&self, fd: Fd) -> Result<()> {
        self.fds.get(fd)?.sync(false)
    }

    pub fn fdatasync(&self, fd: Fd) -> Result<()> {
        self.fds.get(fd)?.sync(true)
    }

    pub fn fchmod(&self, fd: Fd, mode: u32) -> Result<()> {
        self.fds.get(fd)?.chmod(mode)
    }

    /// `fchown(2)`; `None` (or `u32::MAX`) leaves an id.
    pub fn fchown(&self, fd: Fd, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
        self.fds.get(fd)?.chown(uid, gid)
    }

    /// `futimens(2)`.
    pub fn futimes(&self, fd: Fd, atime: SetTime, mtime: SetTime) -> Result<()> {
        self.fds.get(fd)?.set_times(atime, mtime)
    }

    /// libuv's guess what a descriptor is; `UNKNOWN` for one that is not open.
    pub fn guess_handle_type(&self, fd: Fd) -> HandleType {
        self.fds.get(fd).map_or(HandleType::Unknown, |file| file.handle_type())
    }

    /// Sets or clears `O_NONBLOCK`.
    pub fn set_nonblocking(&self, fd: Fd, on: bool) -> Result<()> {
        self.fds.get(fd)?.set_nonblocking(on)
    }

    /// The file's status flags (`F_GETFL`).
    pub fn fd_flags(&self, fd: Fd) -> Result<i32> {
        self.fds.get(fd)?.flags()
    }
}
