//! An open socket.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags};

use crate::faults::{Call, few, few_mut};
use crate::fs::{File, HandleType, SetTime, Stat};
use crate::host::{guess, host_stat, retry};
use crate::poll::HostFd;
use crate::{Errno, Result};

/// A socket as a [`File`]. Streams of the loop share its host descriptor instead of duplicating it.
#[derive(Debug)]
pub struct Socket(HostFd);

impl Socket {
    /// Takes over a host's socket.
    pub fn new(fd: OwnedFd) -> Socket {
        Socket(HostFd::from(fd))
    }

    fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl File for Socket {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        match offset {
            Some(_) => Err(Errno::ESPIPE),
            None => retry(|| rustix::io::read(self.fd(), few_mut(Call::Receive, buf)?)),
        }
    }

    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        match offset {
            Some(_) => Err(Errno::ESPIPE),
            None => retry(|| rustix::net::send(self.fd(), few(Call::Send, buf)?, rustix::net::SendFlags::NOSIGNAL)),
        }
    }

    fn seek(&self, _offset: i64, _whence: i32) -> Result<u64> {
        Err(Errno::ESPIPE)
    }

    fn stat(&self) -> Result<Stat> {
        host_stat(self.fd(), c"", AtFlags::EMPTY_PATH)
    }

    fn truncate(&self, _len: u64) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn sync(&self, _data_only: bool) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn chmod(&self, mode: u32) -> Result<()> {
        retry(|| rustix::fs::fchmod(self.fd(), Mode::from_raw_mode(mode & 0o777)))
    }

    fn chown(&self, _uid: Option<u32>, _gid: Option<u32>) -> Result<()> {
        Err(Errno::EPERM)
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn handle_type(&self) -> HandleType {
        guess(self.fd())
    }

    fn host_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.fd())
    }

    fn is_socket(&self) -> bool {
        true
    }

    fn shared_fd(&self) -> Option<HostFd> {
        Some(self.0.clone())
    }

    fn set_nonblocking(&self, on: bool) -> Result<()> {
        let flags = retry(|| rustix::fs::fcntl_getfl(self.fd()))?;
        let wanted = if on { flags | OFlags::NONBLOCK } else { flags - OFlags::NONBLOCK };
        retry(|| rustix::fs::fcntl_setfl(self.fd(), wanted))
    }

    fn flags(&self) -> Result<i32> {
        Ok(retry(|| rustix::fs::fcntl_getfl(self.fd()))?.bits() as i32)
    }
}

/// A host descriptor held for the day there are no others: with it given up, a connection can be accepted and closed, so that a server
/// out of descriptors sheds load instead of spinning (libuv's `uv__emfile_trick`).
#[derive(Debug)]
pub struct SpareFd(Option<OwnedFd>);

impl SpareFd {
    /// Holds one, if there is one to be had.
    pub fn new() -> SpareFd {
        SpareFd(open_spare())
    }

    /// Accepts and closes what waits at `listener`. Returns whether a descriptor is held again.
    pub fn shed(&mut self, listener: impl AsFd) -> bool {
        drop(self.0.take());
        while rustix::net::accept_with(&listener, rustix::net::SocketFlags::CLOEXEC).is_ok() {}
        self.0 = open_spare();
        self.0.is_some()
    }
}

impl Default for SpareFd {
    fn default() -> Self {
        SpareFd::new()
    }
}

fn open_spare() -> Option<OwnedFd> {
    // Only its place counts; a path descriptor can also be had where no file of the host may be read.
    rustix::fs::open(c"/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()
}
