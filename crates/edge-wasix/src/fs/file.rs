//! An open file.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::BorrowedFd;

use super::{SetTime, Stat};
use crate::poll::HostFd;
use crate::{Errno, Result};

/// What libuv takes a descriptor for (`uv_guess_handle`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleType {
    Tcp,
    Tty,
    Udp,
    File,
    Pipe,
    Unknown,
}

impl HandleType {
    /// Node's name: `TCP`, `TTY`, `UDP`, `FILE`, `PIPE`, `UNKNOWN`.
    pub fn name(self) -> &'static str {
        match self {
            HandleType::Tcp => "TCP",
            HandleType::Tty => "TTY",
            HandleType::Udp => "UDP",
            HandleType::File => "FILE",
            HandleType::Pipe => "PIPE",
            HandleType::Unknown => "UNKNOWN",
        }
    }
}

/// An open file description, shared by the descriptors and threads that use it.
///
/// `offset: None` reads or writes at the file's own position and moves it; `Some(n)` is positioned and leaves
/// it. Short reads and writes are normal; a read of 0 is the end. What an implementation cannot do answers the
/// errno Linux gives (`EINVAL`, `ESPIPE`, `ENOTTY`).
pub trait File: Send + Sync {
    /// Reads up to `buf.len()` bytes.
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize>;

    /// Writes up to `buf.len()` bytes.
    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize>;

    /// Vectored read; stops at the first short buffer.
    fn readv(&self, bufs: &mut [IoSliceMut<'_>], offset: Option<u64>) -> Result<usize> {
        let mut total = 0;
        for buf in bufs {
            let n = match self.read(buf, offset.map(|at| at.saturating_add(total as u64))) {
                Ok(n) => n,
                Err(error) if total == 0 => return Err(error),
                Err(_) => break,
            };
            total += n;
            if n < buf.len() {
                break;
            }
        }
        Ok(total)
    }

    /// Vectored write; stops at the first short write.
    fn writev(&self, bufs: &[IoSlice<'_>], offset: Option<u64>) -> Result<usize> {
        let mut total = 0;
        for buf in bufs {
            let n = match self.write(buf, offset.map(|at| at.saturating_add(total as u64))) {
                Ok(n) => n,
                Err(error) if total == 0 => return Err(error),
                Err(_) => break,
            };
            total += n;
            if n < buf.len() {
                break;
            }
        }
        Ok(total)
    }

    /// Moves the file's position: `whence` 0 from the start, 1 from here, 2 from the end. Returns the new one.
    fn seek(&self, offset: i64, whence: i32) -> Result<u64>;

    fn stat(&self) -> Result<Stat>;

    fn truncate(&self, len: u64) -> Result<()>;

    /// `fsync`, or `fdatasync` when `data_only`.
    fn sync(&self, data_only: bool) -> Result<()>;

    /// `fchmod`; only the permission bits of `mode` count.
    fn chmod(&self, mode: u32) -> Result<()>;

    /// `fchown`; `None` leaves the id.
    fn chown(&self, uid: Option<u32>, gid: Option<u32>) -> Result<()>;

    /// `futimens`.
    fn set_times(&self, atime: SetTime, mtime: SetTime) -> Result<()>;

    /// What kind of handle libuv would make of it.
    fn handle_type(&self) -> HandleType {
        HandleType::File
    }

    /// The host descriptor behind it, for readiness polling and mapping; `None` when there is none (a memory
    /// file) or when handing it out would widen what this file allows.
    fn host_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The host descriptor itself, for a stream to share instead of duplicating it; only where its mode may be relied on (sockets).
    fn shared_fd(&self) -> Option<HostFd> {
        None
    }

    /// Whether it counts as a socket (`Limit::Sockets`).
    fn is_socket(&self) -> bool {
        false
    }

    /// Sets or clears `O_NONBLOCK`.
    fn set_nonblocking(&self, _on: bool) -> Result<()> {
        Err(Errno::ENOTTY)
    }

    /// The `O_*` status flags (`F_GETFL`): access mode, `O_APPEND`, `O_NONBLOCK`.
    fn flags(&self) -> Result<i32>;
}
