//! Pipes: local sockets with names, and how their streams come about (`uv_pipe_t`). A name that was bound is unlinked on close.

use std::sync::Arc;

use edge_wasix::net::{Direction, SocketAddress};
use edge_wasix::{Errno, Fd, Kernel, Result, SocketKind};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleKind};
use crate::stream::Stream;

/// A pipe handle: a [`Stream`] and the calls that open it. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct Pipe(Stream);

impl Pipe {
    /// Makes a handle without a descriptor (`uv_pipe_init`).
    pub fn new(owner: &Loop, kernel: &Arc<Kernel>) -> Pipe {
        Pipe(Stream::unopened(owner, kernel, HandleKind::Pipe))
    }

    /// The calls on the socket of a stream that was made by [`Pipe::new`].
    pub fn of(stream: Stream) -> Pipe {
        Pipe(stream)
    }

    /// The stream.
    pub fn stream(&self) -> &Stream {
        &self.0
    }

    fn kernel(&self) -> Result<&Arc<Kernel>> {
        self.0.0.kernel()
    }

    fn open_socket(&self, address: &SocketAddress) -> Result<()> {
        let kernel = self.kernel()?;
        let fd = kernel.sock_open_for(Direction::Connect, SocketKind::Stream, address)?;
        let opened = self.0.open(fd, true);
        if opened.is_err() {
            kernel.close(fd)?;
        }
        opened
    }

    /// Gives it a name: a path, or an abstract name after a zero byte (`uv_pipe_bind2` without truncation).
    ///
    /// # Errors
    /// `EINVAL` for a name that is empty, too long or has a zero byte in it, and for a pipe that is bound; `EADDRINUSE`; `EACCES`, also
    /// where the directory does not exist.
    pub fn bind(&self, name: &[u8]) -> Result<()> {
        let address = address(name)?;
        if self.0.is_open() || self.0.is_closing() {
            return Err(Errno::EINVAL);
        }
        let kernel = self.kernel()?;
        // The stream gets its socket only when the name is its own.
        let fd = kernel.sock_open_for(Direction::Bind, SocketKind::Stream, &address)?;
        let bound = match kernel.sock_bind(fd, &address) {
            // For the sake of other systems, says libuv.
            Err(Errno::ENOENT) => Err(Errno::EACCES),
            result => result,
        };
        if let Err(error) = bound.and_then(|()| self.0.open(fd, true)) {
            kernel.close(fd)?;
            return Err(error);
        }
        if name.first() != Some(&0) {
            *self.0.0.bound_name.borrow_mut() = Some(name.to_vec());
        }
        Ok(())
    }

    /// Listens: `callback` with the descriptor of each connection, to be opened with [`Stream::open`] or closed (`uv_pipe_listen`).
    ///
    /// # Errors
    /// `EINVAL` without a name.
    pub fn listen(&self, backlog: i32, callback: impl Fn(&Stream, Fd) + 'static) -> Result<()> {
        if !self.0.is_open() {
            return Err(Errno::EINVAL);
        }
        self.0.start_listening(backlog, callback)
    }

    /// Connects to a name; `done` is called in the loop, with all that fails (`uv_pipe_connect2`).
    ///
    /// # Errors
    /// `EINVAL` for a name that is empty, too long or has a zero byte in it.
    pub fn connect(&self, name: &[u8], done: impl FnOnce(&Loop, Result<()>) + 'static) -> Result<u64> {
        let address = address(name)?;
        if self.0.is_connecting() {
            return Err(Errno::EALREADY);
        }
        let opened = if self.0.is_open() { Ok(()) } else { self.open_socket(&address) };
        let failed = match opened.and_then(|()| self.0.connect_socket(&address, |_| true)) {
            Ok(failed) => failed,
            Err(error) => Some(error),
        };
        self.0.0.begin_connect(failed, Box::new(done))
    }

    /// Lets everybody read or write a bound pipe (`uv_pipe_chmod`).
    ///
    /// # Errors
    /// `EBADF` without a name.
    pub fn chmod(&self, readable: bool, writable: bool) -> Result<()> {
        if !self.0.is_open() {
            return Err(Errno::EBADF);
        }
        self.kernel()?.sock_chmod(self.0.fd(), readable, writable)
    }
}

/// The address of a name.
fn address(name: &[u8]) -> Result<SocketAddress> {
    // Room for 108 bytes, of which a path's end takes none on Linux.
    let (name_len, abstract_name) = (name.len(), name.first() == Some(&0));
    if name_len == 0 || name_len > 108 || (!abstract_name && name.contains(&0)) {
        return Err(Errno::EINVAL);
    }
    Ok(SocketAddress::Unix(name.to_vec()))
}
