//! Advisory locks on byte ranges, for databases that several programs open.

use std::os::fd::AsRawFd;

use super::Kernel;
use crate::fs::File;
use crate::{Errno, Result};

/// What [`Kernel::lock_range`] does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RangeLock {
    /// Readers share it.
    Shared,
    /// One holder alone. The file must be open for writing.
    Exclusive,
    /// Gives the range back.
    Unlock,
    /// Changes nothing: whether an exclusive lock would be granted.
    Test,
}

impl Kernel {
    /// `fcntl(F_OFD_SETLK)`: a lock of this open file on `len` bytes from `start`, without waiting; it ends with the open file. It is seen
    /// by all programs of the host, whether they lock so or with `F_SETLK`. False: somebody else has it. A file that is not the host's
    /// (in memory, copied on write) has nobody else: true.
    ///
    /// # Errors
    ///
    /// `EBADF` for an exclusive lock of a file that is open for reading only; `ENOLCK`; `EINVAL` for a range past 2^63.
    pub fn lock_range(&self, file: &dyn File, lock: RangeLock, start: u64, len: u64) -> Result<bool> {
        let Some(fd) = file.host_fd() else { return Ok(true) };
        let number = |value: u64| i64::try_from(value).map_err(|_| Errno::EINVAL);
        let (kind, call) = match lock {
            RangeLock::Shared => (libc::F_RDLCK, libc::F_OFD_SETLK),
            RangeLock::Exclusive => (libc::F_WRLCK, libc::F_OFD_SETLK),
            RangeLock::Unlock => (libc::F_UNLCK, libc::F_OFD_SETLK),
            RangeLock::Test => (libc::F_WRLCK, libc::F_OFD_GETLK),
        };
        let mut range = libc::flock {
            l_type: kind as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: number(start)?,
            l_len: number(len)?,
            l_pid: 0,
        };
        loop {
            // SAFETY: an open descriptor, and a lock description that lives for the call.
            if unsafe { libc::fcntl(fd.as_raw_fd(), call, &mut range) } == 0 {
                return Ok(lock != RangeLock::Test || i32::from(range.l_type) == libc::F_UNLCK);
            }
            match Errno::from(std::io::Error::last_os_error()) {
                Errno::EINTR => {}
                Errno::EAGAIN | Errno::EACCES => return Ok(false),
                error => return Err(error),
            }
        }
    }
}
