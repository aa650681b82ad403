//! Standard streams other than the process's own: what the embedder reads and writes itself, and descriptors that it names.
//!
//! To a program such a stream is a file without a size (`FILE` to libuv): Node reads it on its thread pool and writes it at once, so no
//! descriptor of the host and no thread belongs to an environment that nobody asks.
//!
//! The embedder's functions may block. They are told how to find out that the kernel was interrupted, and have to look now and then: what
//! they hold up is a thread of the environment, or one of the pool.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use super::Interrupt;
use crate::fs::{File, HandleType, SetTime, Stat};
use crate::host::HostFile;
use crate::{Errno, Result};

/// What one of the descriptors 0 to 2 of a new kernel is.
pub enum Stream {
    /// `/dev/null`.
    Null,
    /// The host process's own, as [`super::Stdio::Inherit`] has it.
    Inherit,
    /// The same, which ends with the kernel, as [`super::Stdio::Own`] has it.
    Own,
    /// A descriptor of the host process. It is duplicated; the embedder may close its own.
    Host(OwnedFd),
    /// What the program writes goes to this function.
    Sink(Sink),
    /// What the program reads comes from this function.
    Source(Source),
}

/// Tells whether the kernel was interrupted: there is no use in waiting any more.
pub type IsGone<'a> = &'a dyn Fn() -> bool;

/// Takes bytes that a program writes, all or some of them; how many, or an error of the program's.
pub type Sink = Arc<dyn Fn(&[u8], IsGone<'_>) -> Result<usize> + Send + Sync>;

/// Fills a buffer with bytes for the program; how many, 0 at the end, or an error of the program's.
pub type Source = Arc<dyn Fn(&mut [u8], IsGone<'_>) -> Result<usize> + Send + Sync>;

/// A descriptor of this process by its number, duplicated.
///
/// # Errors
/// `EBADF` when it is not open, `EMFILE`.
pub fn duplicate(fd: i32) -> Result<OwnedFd> {
    if fd < 0 {
        return Err(Errno::EBADF);
    }
    // SAFETY: the number is only passed to `fcntl`, which answers `EBADF` for one that is not open; nothing is closed here.
    let named = unsafe { BorrowedFd::borrow_raw(fd) };
    Ok(rustix::io::fcntl_dupfd_cloexec(named, 3)?)
}

impl Stream {
    /// The file for descriptor `fd`; `None` for one that the host process lacks. A confined guest may not change the host's file itself.
    pub(super) fn open(self, fd: i32, confined: bool, interrupt: &Arc<Interrupt>) -> Result<Option<Arc<dyn File>>> {
        let file = match self {
            Stream::Null => {
                let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::CLOEXEC;
                HostFile::new(rustix::fs::open(c"/dev/null", flags, rustix::fs::Mode::empty())?)
            }
            Stream::Inherit | Stream::Own if !super::builder::is_open(fd) => return Ok(None),
            Stream::Inherit => HostFile::borrowed(fd),
            Stream::Own => HostFile::borrowed(fd).nulled_at_end(),
            Stream::Host(fd) => HostFile::new(fd),
            Stream::Sink(sink) => return Ok(Some(Arc::new(Served { ends: Ends::Sink(sink), interrupt: Arc::clone(interrupt) }))),
            Stream::Source(source) => return Ok(Some(Arc::new(Served { ends: Ends::Source(source), interrupt: Arc::clone(interrupt) }))),
        };
        Ok(Some(Arc::new(file.stream_only(confined).interruptible(interrupt))))
    }
}

enum Ends {
    Sink(Sink),
    Source(Source),
}

/// A stream that the embedder serves.
struct Served {
    ends: Ends,
    interrupt: Arc<Interrupt>,
}

impl File for Served {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        match &self.ends {
            Ends::Sink(_) => Err(Errno::EBADF),
            Ends::Source(_) if offset.is_some() => Err(Errno::ESPIPE),
            Ends::Source(_) if buf.is_empty() => Ok(0),
            Ends::Source(source) => {
                let most = buf.len();
                source(buf, &|| self.interrupt.is_set()).map(|count| count.min(most))
            }
        }
    }

    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        match &self.ends {
            Ends::Source(_) => Err(Errno::EBADF),
            Ends::Sink(_) if offset.is_some() => Err(Errno::ESPIPE),
            Ends::Sink(_) if buf.is_empty() => Ok(0),
            Ends::Sink(sink) => sink(buf, &|| self.interrupt.is_set()).map(|count| count.min(buf.len())),
        }
    }

    fn seek(&self, _offset: i64, _whence: i32) -> Result<u64> {
        Err(Errno::ESPIPE)
    }

    fn stat(&self) -> Result<Stat> {
        Ok(Stat { mode: libc::S_IFIFO | 0o600, nlink: 1, blksize: 4096, ..Stat::default() })
    }

    fn truncate(&self, _len: u64) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn sync(&self, _data_only: bool) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn chmod(&self, _mode: u32) -> Result<()> {
        Err(Errno::EPERM)
    }

    fn chown(&self, _uid: Option<u32>, _gid: Option<u32>) -> Result<()> {
        Err(Errno::EPERM)
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> Result<()> {
        Err(Errno::EPERM)
    }

    fn handle_type(&self) -> HandleType {
        HandleType::File
    }

    fn flags(&self) -> Result<i32> {
        Ok(match self.ends {
            Ends::Sink(_) => libc::O_WRONLY,
            Ends::Source(_) => libc::O_RDONLY,
        })
    }
}
