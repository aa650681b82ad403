//! Local sockets by name: a grant is a path of the host's, reached without following a link that may have been put in its way.

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};

use super::Direction;
use crate::host::retry;
use crate::{Errno, Result};

/// A granted socket's place: a name for the system call, and what keeps it valid.
pub struct UnixPlace {
    /// Through a descriptor, so that no link on the way can be swapped in.
    pub path: Vec<u8>,
    /// Must live as long as the call.
    pub holder: OwnedFd,
}

/// Where a granted path, absolute and without links when it was granted, is now.
///
/// # Errors
/// `EACCES` for a link in it or something that is no socket; `ENOENT`, `ENOTDIR`.
pub fn place(direction: Direction, path: &[u8]) -> Result<UnixPlace> {
    let mut names = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).peekable();
    let step = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut at = retry(|| rustix::fs::open(c"/", step | OFlags::DIRECTORY, Mode::empty()))?;
    while let Some(name) = names.next() {
        if names.peek().is_some() {
            let next = retry(|| rustix::fs::openat(&at, name, step | OFlags::DIRECTORY, Mode::empty()));
            // A link is no directory to this call.
            at = next.map_err(|error| if error == Errno::ENOTDIR { Errno::EACCES } else { error })?;
            continue;
        }
        if direction == Direction::Bind {
            // The system makes the name anew and follows nothing.
            let path = [format!("/proc/self/fd/{}/", at.as_raw_fd()).as_bytes(), name].concat();
            return Ok(UnixPlace { path, holder: at });
        }
        let socket = retry(|| rustix::fs::openat(&at, name, step, Mode::empty()))?;
        let stat = retry(|| rustix::fs::statat(&socket, c"", AtFlags::EMPTY_PATH))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Socket {
            return Err(Errno::EACCES);
        }
        let path = format!("/proc/self/fd/{}", socket.as_raw_fd()).into_bytes();
        return Ok(UnixPlace { path, holder: socket });
    }
    Err(Errno::EACCES)
}
