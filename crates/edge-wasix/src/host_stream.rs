//! Byte streams of the host (pipes, terminals, sockets) for an event loop: reads and writes that never block.
//!
//! A standard stream's open file description is usually shared with other processes (the shell, Python), and
//! `O_NONBLOCK` is a property of the description: setting it would break them. So a stream is made non-blocking
//!
//! 1. not at all when it is a socket (`MSG_DONTWAIT` per call) or non-blocking already;
//! 2. by opening the same pipe or terminal again through `/proc/self/fd`, which gives a description of our own;
//! 3. where that fails, for a terminal: not at all (reads follow readiness, writes may block, as in libuv); else by
//!    setting the flag on the shared description, and clearing it when the stream is dropped.
//!
//! Standard streams are opened when they are first used, perhaps to tell that no descriptor is left: [`reserve`] keeps some for them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, recvmsg, sendmsg,
};

use crate::faults::{self, Call, few_mut};
use crate::fs::File;
use crate::limits::{Limit, Meter};
use crate::poll::HostFd;
use crate::{Errno, Fd, Kernel, Result};

/// A stream of the host.
#[derive(Debug)]
pub struct HostStream {
    fd: HostFd,
    socket: bool,
    readable: bool,
    writable: bool,
    /// Whether calls may block although we wish they did not.
    may_block: bool,
    /// The flag must be cleared at the end.
    restore: bool,
    /// Descriptors that came with what was read, when they are wanted (`SCM_RIGHTS`).
    received: Option<RefCell<VecDeque<OwnedFd>>>,
    /// For standard output and standard error, where what is written is limited.
    output: Option<Arc<Meter>>,
}

/// Descriptors that are held for nothing but the standard streams.
static RESERVE: Mutex<Vec<OwnedFd>> = Mutex::new(Vec::new());

/// Opens `/dev/null` in the place of each standard stream that is closed, or what is opened next would be taken for it. Rust's runtime does
/// this for its executables; this is for one that starts without it. A process that cannot is left as it is.
pub fn open_closed() {
    for fd in 0..3 {
        // SAFETY: these ask about and make descriptors; no memory is passed but a C string.
        let is_closed = unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0;
        if is_closed {
            // SAFETY: as above. The lowest free number is taken, which is `fd`: those below are open.
            unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
        }
    }
}

/// Keeps a descriptor for each standard stream, which may be opened when there are no others left. For an executable that owns its process,
/// at its start; one that has too few starts without.
pub fn reserve() {
    let mut reserve = RESERVE.lock().unwrap_or_else(PoisonError::into_inner);
    while reserve.len() < 3
        && let Ok(spare) = rustix::fs::open(c"/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
    {
        reserve.push(spare);
    }
}

/// Makes a descriptor of `fd`'s; for a standard stream in the place of one that was kept, if there are no others.
fn make(fd: BorrowedFd<'_>, make: impl Fn() -> rustix::io::Result<OwnedFd>) -> rustix::io::Result<OwnedFd> {
    let make = || faults::at(Call::Duplicate).and_then(|()| make());
    match make() {
        Err(rustix::io::Errno::MFILE) if fd.as_raw_fd() <= 2 => {
            let spare = RESERVE.lock().unwrap_or_else(PoisonError::into_inner).pop();
            drop(spare.ok_or(rustix::io::Errno::MFILE)?);
            make()
        }
        made => made,
    }
}

fn reopen(fd: BorrowedFd<'_>, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    let access = flags & (OFlags::RDONLY | OFlags::WRONLY | OFlags::RDWR);
    rustix::fs::open(path, access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())
}

impl HostStream {
    /// Makes a stream of what `fd` refers to. `fd` itself stays the caller's.
    ///
    /// # Errors
    /// `EBADF`, `EMFILE`.
    pub fn open(fd: BorrowedFd<'_>) -> io::Result<HostStream> {
        let flags = rustix::fs::fcntl_getfl(fd)?;
        let kind = rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(fd)?.st_mode);
        let socket = kind == rustix::fs::FileType::Socket;
        let access = flags & (OFlags::WRONLY | OFlags::RDWR);
        let shared = socket || flags.contains(OFlags::NONBLOCK);
        let terminal = !shared && rustix::termios::isatty(fd);
        let own = if !shared && (terminal || kind == rustix::fs::FileType::Fifo) { make(fd, || reopen(fd, flags)).ok() } else { None };
        let reopened = own.is_some();
        let own = own.map_or_else(|| make(fd, || rustix::io::fcntl_dupfd_cloexec(fd, 3)), Ok)?;
        let mut stream = HostStream {
            fd: HostFd::from(own),
            socket,
            readable: access != OFlags::WRONLY,
            writable: access != OFlags::RDONLY,
            may_block: false,
            restore: false,
            received: None,
            output: None,
        };
        if shared || reopened {
            return Ok(stream);
        }
        if terminal {
            stream.may_block = true;
        } else {
            rustix::fs::fcntl_setfl(fd, flags | OFlags::NONBLOCK)?;
            stream.restore = true;
        }
        Ok(stream)
    }

    /// Makes a stream of the guest's descriptor `fd`, which stays the guest's: who gives `fd` up with the stream
    /// closes it beside the stream.
    ///
    /// # Errors
    /// `EBADF` when it is not open, `EINVAL` when there is nothing of the host behind it (a memory file), `EMFILE`.
    pub fn of(kernel: &Kernel, fd: Fd) -> Result<HostStream> {
        let file = kernel.file(fd)?;
        let output = (matches!(fd, 1 | 2) && kernel.limits().output.is_some()).then(|| Arc::clone(kernel.meter()));
        if let Some(fd) = file.shared_fd() {
            let (readable, writable, may_block, restore) = (true, true, false, false);
            return Ok(HostStream { fd, socket: true, readable, writable, may_block, restore, received: None, output });
        }
        let mut stream = HostStream::open(file.host_fd().ok_or(Errno::EINVAL)?)?;
        stream.output = output;
        Ok(stream)
    }

    /// From now on descriptors that the peer sends along are taken in (a pipe for messages between processes); without it the system
    /// drops them. Only for local sockets.
    pub fn receive_fds(&mut self) {
        self.received = Some(RefCell::default());
    }

    /// Gives the oldest descriptor that has come a number in `kernel`; `None` when there is none.
    ///
    /// # Errors
    /// `EMFILE`; the descriptor is then closed.
    pub fn take_received(&self, kernel: &Kernel) -> Option<Result<Fd>> {
        let fd = self.received.as_ref()?.borrow_mut().pop_front()?;
        Some(kernel.insert_host_fd(fd))
    }

    /// The descriptor to wait on.
    pub fn fd(&self) -> &HostFd {
        &self.fd
    }

    /// Opened for reading.
    pub fn is_readable(&self) -> bool {
        self.readable
    }

    /// Opened for writing.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Whether a write may block although the stream should not (see the module's documentation).
    pub fn may_block(&self) -> bool {
        self.may_block
    }

    /// Reads what is there, at most `buf.len()` bytes; 0 is the end.
    ///
    /// # Errors
    /// `EAGAIN` when nothing is there yet; `ECONNRESET`, `EIO`…
    pub fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let kind = if self.socket { Call::Receive } else { Call::Read };
            let result = few_mut(kind, buf).and_then(|buf| self.read_once(buf));
            match result {
                Err(rustix::io::Errno::INTR) => {}
                Ok(len) => return Ok(len),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn read_once(&self, buf: &mut [u8]) -> rustix::io::Result<usize> {
        if let Some(received) = &self.received {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(64))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
            recvmsg(&self.fd, &mut [IoSliceMut::new(&mut *buf)], &mut control, flags).map(|message| {
                for entry in control.drain() {
                    if let RecvAncillaryMessage::ScmRights(fds) = entry {
                        received.borrow_mut().extend(fds);
                    }
                }
                message.bytes
            })
        } else if self.socket {
            rustix::net::recv(&self.fd, &mut *buf, RecvFlags::DONTWAIT).map(|(len, _)| len)
        } else {
            rustix::io::read(&self.fd, &mut *buf)
        }
    }

    /// Writes as much as there is room for. Never raises SIGPIPE on sockets; for pipes the process ignores it.
    ///
    /// # Errors
    /// `EAGAIN` when there is no room; `EPIPE`, `ECONNRESET`…
    pub fn write(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        // The system takes no more slices than this at once; a short write is always allowed.
        let bufs = &bufs[..bufs.len().min(1024)];
        let Some(meter) = &self.output else { return self.write_all_it_takes(bufs) };
        // Slice by slice: what the limit has room for is written, then the program ends.
        let mut total = 0;
        for buf in bufs {
            let most = meter.take_up_to(Limit::Output, buf.len() as u64) as usize;
            let written = if most > 0 { self.write_all_it_takes(&[IoSlice::new(&buf[..most])]) } else { Ok(0) };
            let count = *written.as_ref().unwrap_or(&0);
            meter.give_back(Limit::Output, (most - count.min(most)) as u64);
            total += count;
            if most < buf.len() && count == most {
                meter.end(Limit::Output);
                return if total > 0 { Ok(total) } else { Err(io::Error::from_raw_os_error(libc::EPIPE)) };
            }
            match written {
                Err(error) if total == 0 => return Err(error),
                Ok(count) if count == buf.len() => {}
                _ => break,
            }
        }
        Ok(total)
    }

    fn write_all_it_takes(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        loop {
            let result = if self.socket {
                let mut control = SendAncillaryBuffer::default();
                let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
                faults::writev(Call::Send, bufs, |bufs| sendmsg(&self.fd, bufs, &mut control, flags))
            } else {
                faults::writev(Call::Write, bufs, |bufs| rustix::io::writev(&self.fd, bufs))
            };
            match result {
                Err(rustix::io::Errno::INTR) => {}
                Ok(len) => return Ok(len),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// As [`write`](HostStream::write), with the descriptor behind `file` sent along (`SCM_RIGHTS`). For local sockets.
    ///
    /// # Errors
    /// As `write`; `EINVAL` when there is nothing of the host behind `file`, or for what is no local socket.
    pub fn write_with_file(&self, buf: &[u8], file: &dyn File) -> io::Result<usize> {
        let invalid = || io::Error::from_raw_os_error(libc::EINVAL);
        if !self.socket {
            return Err(invalid());
        }
        let fds = [file.host_fd().ok_or_else(invalid)?];
        loop {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            control.push(SendAncillaryMessage::ScmRights(&fds));
            match sendmsg(&self.fd, &[IoSlice::new(buf)], &mut control, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(len) => return Ok(len),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits until there is room to write, at most `timeout_ms`. Returns whether there may be.
    ///
    /// # Errors
    /// `ENOMEM`.
    pub fn wait_writable(&self, timeout_ms: u32) -> io::Result<bool> {
        let timeout = Timespec { tv_sec: i64::from(timeout_ms / 1000), tv_nsec: i64::from(timeout_ms % 1000) * 1_000_000 };
        let mut fds = [PollFd::new(&self.fd, PollFlags::OUT)];
        match rustix::event::poll(&mut fds, Some(&timeout)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the writing half (`shutdown(SHUT_WR)`).
    ///
    /// # Errors
    /// `ENOTSOCK` for pipes and terminals, `ENOTCONN`.
    pub fn shutdown_write(&self) -> io::Result<()> {
        faults::at(Call::Shutdown)?;
        Ok(rustix::net::shutdown(&self.fd, Shutdown::Write)?)
    }
}

impl Drop for HostStream {
    fn drop(&mut self) {
        if self.restore
            && let Ok(flags) = rustix::fs::fcntl_getfl(self.fd.as_fd())
        {
            let _ = rustix::fs::fcntl_setfl(&self.fd, flags - OFlags::NONBLOCK);
        }
    }
}
