//! An open file of the host.

use std::io::{IoSlice, IoSliceMut};
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags, SeekFrom};

use super::convert::{gid, host_stat, timestamps, uid};
use super::{retry, retry_as};
use crate::faults::{self, Call, few, few_mut};
use crate::fs::{File, HandleType, SetTime, Stat};
use crate::kernel::Interrupt;
use crate::{Errno, Result};

/// What dropping a [`HostFile`] does to its descriptor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Close,
    /// It is somebody else's.
    Leave,
    /// Its number must stay taken: `/dev/null` is put there.
    Null,
}

/// A host descriptor as a [`File`].
pub struct HostFile {
    fd: ManuallyDrop<OwnedFd>,
    closing: Closing,
    /// For files whose reads can block for ever (terminals, pipes, sockets): what ends the waiting.
    interrupt: Option<Arc<Interrupt>>,
    /// The mode bits `chmod` may set.
    mode_mask: u32,
    /// Only what goes through it is the guest's, not the file itself.
    stream_only: bool,
}

impl HostFile {
    /// Takes over a descriptor.
    pub fn new(fd: OwnedFd) -> HostFile {
        HostFile { fd: ManuallyDrop::new(fd), closing: Closing::Close, interrupt: None, mode_mask: 0o7777, stream_only: false }
    }

    /// Uses one of the process's own standard descriptors without ever closing it.
    pub(crate) fn borrowed(raw: RawFd) -> HostFile {
        // SAFETY: the descriptor is used, never closed (`Closing::Leave`), and the caller names a standard
        // descriptor, which stays open as long as the process.
        let fd = unsafe { OwnedFd::from_raw_fd(raw) };
        HostFile { fd: ManuallyDrop::new(fd), closing: Closing::Leave, interrupt: None, mode_mask: 0o7777, stream_only: false }
    }

    /// Puts `/dev/null` in the place of a borrowed standard descriptor when this is dropped, so that the other end
    /// sees it closed while the number cannot be taken by something else.
    pub(crate) fn nulled_at_end(mut self) -> HostFile {
        self.closing = Closing::Null;
        self
    }

    /// Makes blocking reads end with `EINTR` when the kernel is interrupted, if this file can block at all.
    pub(crate) fn interruptible(mut self, interrupt: &Arc<Interrupt>) -> HostFile {
        let blocks = rustix::fs::fstat(self.fd.as_fd())
            .is_ok_and(|stat| matches!(stat.st_mode & libc::S_IFMT, libc::S_IFIFO | libc::S_IFCHR | libc::S_IFSOCK));
        if blocks {
            self.interrupt = Some(Arc::clone(interrupt));
        }
        self
    }

    /// Forbids set-user-id and set-group-id bits: a guest never makes such files on the host.
    pub(crate) fn without_set_id(mut self) -> HostFile {
        self.mode_mask = 0o1777;
        self
    }

    /// Forbids what changes the file itself (length, mode, owner, times): a standard stream is the host's file (its terminal, its log,
    /// `/dev/null` for everybody), and a confined guest is given what flows through it.
    pub(crate) fn stream_only(mut self, stream_only: bool) -> HostFile {
        self.stream_only = stream_only;
        self
    }

    fn changeable(&self) -> Result<()> {
        if self.stream_only { Err(Errno::EPERM) } else { Ok(()) }
    }

    /// Repeats a call that a signal interrupted, unless the signal came to end the program.
    fn retry<T>(&self, mut call: impl FnMut() -> rustix::io::Result<T>) -> Result<T> {
        loop {
            match call() {
                Err(rustix::io::Errno::INTR) if !crate::trap::is_killed() && !self.interrupt.as_ref().is_some_and(|i| i.is_set()) => {}
                done => return done.map_err(Errno::from),
            }
        }
    }

    fn wait_readable(&self) -> Result<()> {
        let Some(interrupt) = &self.interrupt else {
            return Ok(());
        };
        if self.flags()? & libc::O_NONBLOCK != 0 {
            return Ok(());
        }
        interrupt.wait_readable(self.fd.as_fd())
    }
}

impl Drop for HostFile {
    fn drop(&mut self) {
        match self.closing {
            Closing::Leave => {}
            // SAFETY: dropped exactly once, here, and not used afterwards.
            Closing::Close => unsafe { ManuallyDrop::drop(&mut self.fd) },
            Closing::Null => {
                let flags = OFlags::RDWR | OFlags::CLOEXEC;
                if let Ok(null) = rustix::fs::open(c"/dev/null", flags, Mode::empty()) {
                    // SAFETY: both numbers are open descriptors; the one replaced is a standard one that only this
                    // file used.
                    unsafe { libc::dup2(null.as_raw_fd(), self.fd.as_raw_fd()) };
                }
            }
        }
    }
}

impl File for HostFile {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        match offset {
            Some(at) => retry(|| rustix::io::pread(self.fd.as_fd(), few_mut(Call::Read, buf)?, at)),
            None => {
                self.wait_readable()?;
                self.retry(|| rustix::io::read(self.fd.as_fd(), few_mut(Call::Read, buf)?))
            }
        }
    }

    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        match offset {
            Some(at) => retry(|| rustix::io::pwrite(self.fd.as_fd(), few(Call::Write, buf)?, at)),
            None => self.retry(|| rustix::io::write(self.fd.as_fd(), few(Call::Write, buf)?)),
        }
    }

    fn readv(&self, bufs: &mut [IoSliceMut<'_>], offset: Option<u64>) -> Result<usize> {
        let bufs = clamp_mut(bufs);
        match offset {
            Some(at) => retry(|| faults::readv(Call::Read, &mut *bufs, |bufs| rustix::io::preadv(self.fd.as_fd(), bufs, at))),
            None => {
                self.wait_readable()?;
                self.retry(|| faults::readv(Call::Read, &mut *bufs, |bufs| rustix::io::readv(self.fd.as_fd(), bufs)))
            }
        }
    }

    fn writev(&self, bufs: &[IoSlice<'_>], offset: Option<u64>) -> Result<usize> {
        let bufs = &bufs[..bufs.len().min(IOV_MAX)];
        match offset {
            Some(at) => retry(|| faults::writev(Call::Write, bufs, |bufs| rustix::io::pwritev(self.fd.as_fd(), bufs, at))),
            None => self.retry(|| faults::writev(Call::Write, bufs, |bufs| rustix::io::writev(self.fd.as_fd(), bufs))),
        }
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<u64> {
        let to = match whence {
            libc::SEEK_SET => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::EINVAL)?),
            libc::SEEK_CUR => SeekFrom::Current(offset),
            libc::SEEK_END => SeekFrom::End(offset),
            _ => return Err(Errno::EINVAL),
        };
        retry(|| rustix::fs::seek(self.fd.as_fd(), to))
    }

    fn stat(&self) -> Result<Stat> {
        host_stat(self.fd.as_fd(), c"", AtFlags::EMPTY_PATH)
    }

    fn truncate(&self, len: u64) -> Result<()> {
        self.changeable()?;
        retry_as(Call::Sync, || rustix::fs::ftruncate(self.fd.as_fd(), len))
    }

    fn sync(&self, data_only: bool) -> Result<()> {
        match data_only {
            true => retry_as(Call::Sync, || rustix::fs::fdatasync(self.fd.as_fd())),
            false => retry_as(Call::Sync, || rustix::fs::fsync(self.fd.as_fd())),
        }
    }

    fn chmod(&self, mode: u32) -> Result<()> {
        self.changeable()?;
        retry_as(Call::Change, || rustix::fs::fchmod(self.fd.as_fd(), Mode::from_raw_mode(mode & self.mode_mask)))
    }

    fn chown(&self, owner: Option<u32>, group: Option<u32>) -> Result<()> {
        self.changeable()?;
        retry_as(Call::Change, || rustix::fs::fchown(self.fd.as_fd(), uid(owner), gid(group)))
    }

    fn set_times(&self, atime: SetTime, mtime: SetTime) -> Result<()> {
        self.changeable()?;
        retry_as(Call::Change, || rustix::fs::futimens(self.fd.as_fd(), &timestamps(atime, mtime)))
    }

    fn handle_type(&self) -> HandleType {
        guess(self.fd.as_fd())
    }

    fn host_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.fd.as_fd())
    }

    fn set_nonblocking(&self, on: bool) -> Result<()> {
        let flags = retry(|| rustix::fs::fcntl_getfl(self.fd.as_fd()))?;
        let wanted = if on { flags | OFlags::NONBLOCK } else { flags - OFlags::NONBLOCK };
        if wanted == flags {
            return Ok(());
        }
        retry(|| rustix::fs::fcntl_setfl(self.fd.as_fd(), wanted))
    }

    fn flags(&self) -> Result<i32> {
        Ok(retry(|| rustix::fs::fcntl_getfl(self.fd.as_fd()))?.bits() as i32)
    }
}

/// The kernel refuses longer vectors; a short read or write is always allowed.
const IOV_MAX: usize = 1024;

fn clamp_mut<'a, 'b>(bufs: &'a mut [IoSliceMut<'b>]) -> &'a mut [IoSliceMut<'b>] {
    let len = bufs.len().min(IOV_MAX);
    &mut bufs[..len]
}

/// libuv's guess: a terminal, a regular file or a device, a pipe or a local stream, a TCP or UDP socket.
pub(crate) fn guess(fd: BorrowedFd<'_>) -> HandleType {
    if rustix::termios::isatty(fd) {
        return HandleType::Tty;
    }
    let Ok(stat) = rustix::fs::fstat(fd) else {
        return HandleType::Unknown;
    };
    match stat.st_mode & libc::S_IFMT {
        libc::S_IFREG | libc::S_IFCHR => HandleType::File,
        libc::S_IFIFO => HandleType::Pipe,
        libc::S_IFSOCK => guess_socket(fd),
        _ => HandleType::Unknown,
    }
}

fn guess_socket(fd: BorrowedFd<'_>) -> HandleType {
    use rustix::net::{AddressFamily, SocketType, sockopt};
    let (Ok(kind), Ok(domain)) = (sockopt::socket_type(fd), sockopt::socket_domain(fd)) else {
        return HandleType::Unknown;
    };
    let inet = domain == AddressFamily::INET || domain == AddressFamily::INET6;
    match kind {
        SocketType::STREAM if inet => HandleType::Tcp,
        SocketType::STREAM if domain == AddressFamily::UNIX => HandleType::Pipe,
        SocketType::DGRAM if inet => HandleType::Udp,
        _ => HandleType::Unknown,
    }
}

impl AsRawFd for HostFile {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}
