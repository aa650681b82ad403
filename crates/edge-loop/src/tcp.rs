//! TCP: how its streams come about (`uv_tcp_t`).

use core::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use edge_wasix::net::{Direction, SocketAddress};
use edge_wasix::{Errno, Fd, Kernel, Result, SocketFamily, SocketKind};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleKind};
use crate::stream::Stream;

/// How to bind (`UV_TCP_IPV6ONLY`, `UV_TCP_REUSEPORT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BindFlags {
    /// An IPv6 socket takes no IPv4 connections.
    pub only_v6: bool,
    /// Other sockets may bind to the same address, and connections are spread over them.
    pub reuse_port: bool,
}

/// A TCP handle: a [`Stream`] and the calls that open it. Clones are the same handle.
#[derive(Clone, Debug)]
pub struct Tcp(Stream);

impl Tcp {
    /// Makes a handle without a socket (`uv_tcp_init`).
    pub fn new(owner: &Loop, kernel: &Arc<Kernel>) -> Tcp {
        Tcp(Stream::unopened(owner, kernel, HandleKind::Tcp))
    }

    /// The calls on the socket of a stream that was made by [`Tcp::new`].
    pub fn of(stream: Stream) -> Tcp {
        Tcp(stream)
    }

    /// The stream.
    pub fn stream(&self) -> &Stream {
        &self.0
    }

    fn kernel(&self) -> Result<&Arc<Kernel>> {
        self.0.0.kernel()
    }

    fn need_socket(&self, direction: Direction, address: &SocketAddress) -> Result<()> {
        if self.0.is_open() {
            return Ok(());
        }
        let kernel = self.kernel()?;
        let fd = kernel.sock_open_for(direction, SocketKind::Stream, address)?;
        let opened = self.0.open(fd, true);
        if opened.is_err() {
            kernel.close(fd)?;
        }
        opened
    }

    /// Gives the socket an address (`uv_tcp_bind`). That it is in use is told by the next call, as in libuv.
    ///
    /// # Errors
    /// `EINVAL` for `only_v6` on IPv4, a family that the socket is not of, or a socket that is bound; `EACCES`, `EADDRNOTAVAIL`.
    pub fn bind(&self, address: SocketAddr, flags: BindFlags) -> Result<()> {
        if flags.only_v6 && !address.is_ipv6() {
            return Err(Errno::EINVAL);
        }
        let address = SocketAddress::Inet(address);
        let family = SocketFamily::of(&address);
        self.need_socket(Direction::Bind, &address)?;
        let (kernel, fd) = (self.kernel()?, self.0.fd());
        kernel.sock_set_reuse_address(fd, true)?;
        if flags.reuse_port {
            kernel.sock_set_reuse_port(fd, true)?;
        }
        if family == SocketFamily::Inet6 {
            kernel.sock_set_only_v6(fd, flags.only_v6)?;
        }
        let error = match kernel.sock_bind(fd, &address) {
            Err(Errno::EADDRINUSE) => Some(Errno::EADDRINUSE),
            Err(Errno::EAFNOSUPPORT) => return Err(Errno::EINVAL),
            result => {
                result?;
                None
            }
        };
        self.0.0.delayed_error.set(error);
        Ok(())
    }

    /// Connects; `done` is called in the loop (`uv_tcp_connect`). Returns the request's id.
    ///
    /// # Errors
    /// `EALREADY` while a request is under way; what the system knows at once, but for a refusal, which `done` is told.
    pub fn connect(&self, address: SocketAddr, done: impl FnOnce(&Loop, Result<()>) + 'static) -> Result<u64> {
        if self.0.is_connecting() {
            return Err(Errno::EALREADY);
        }
        let state = &self.0.0;
        let mut failed = state.delayed_error.take();
        if failed.is_none() {
            let address = SocketAddress::Inet(address);
            self.need_socket(Direction::Connect, &address)?;
            failed = self.0.connect_socket(&address, |error| error == Errno::ECONNREFUSED)?;
        }
        state.begin_connect(failed, Box::new(done))
    }

    /// Listens: `callback` with the descriptor of each connection, to be opened with [`Stream::open`] or closed (`uv_tcp_listen`).
    ///
    /// # Errors
    /// What binding left; `EADDRINUSE`, `EACCES`.
    pub fn listen(&self, backlog: i32, callback: impl Fn(&Stream, Fd) + 'static) -> Result<()> {
        if let Some(error) = self.0.0.delayed_error.get() {
            return Err(error);
        }
        if self.0.is_closing() {
            return Err(Errno::EINVAL);
        }
        self.need_socket(Direction::Bind, &SocketAddress::Inet((Ipv4Addr::UNSPECIFIED, 0).into()))?;
        self.0.start_listening(backlog, callback)
    }

    fn address(&self, get: impl FnOnce(&Kernel, Fd) -> Result<SocketAddress>) -> Result<SocketAddr> {
        if let Some(error) = self.0.0.delayed_error.get() {
            return Err(error);
        }
        if !self.0.is_open() {
            return Err(Errno::EBADF);
        }
        match get(self.kernel()?, self.0.fd())? {
            SocketAddress::Inet(address) => Ok(address),
            SocketAddress::Unix(_) => Err(Errno::EINVAL),
        }
    }

    /// Its own address (`uv_tcp_getsockname`).
    ///
    /// # Errors
    /// What binding left; `EBADF` without a socket.
    pub fn local_address(&self) -> Result<SocketAddr> {
        self.address(Kernel::sock_addr_local)
    }

    /// The peer's address (`uv_tcp_getpeername`).
    ///
    /// # Errors
    /// What binding left; `EBADF` without a socket, `ENOTCONN`.
    pub fn peer_address(&self) -> Result<SocketAddr> {
        self.address(Kernel::sock_addr_peer)
    }

    /// `TCP_NODELAY` (`uv_tcp_nodelay`).
    ///
    /// # Errors
    /// `EBADF` without a socket.
    pub fn set_no_delay(&self, on: bool) -> Result<()> {
        self.kernel()?.sock_set_no_delay(self.0.fd(), on)
    }

    /// `SO_KEEPALIVE` with the seconds before the first probe (`uv_tcp_keepalive`).
    ///
    /// # Errors
    /// `EBADF` without a socket, `EINVAL` for no seconds.
    pub fn set_keep_alive(&self, delay_seconds: Option<u32>) -> Result<()> {
        self.kernel()?.sock_set_keep_alive(self.0.fd(), delay_seconds)
    }

    /// Closes the handle and resets the connection (`uv_tcp_close_reset`).
    ///
    /// # Errors
    /// `EINVAL` after a shutdown was asked for; nothing is closed then.
    pub fn prepare_reset(&self) -> Result<()> {
        if self.0.is_shutting() {
            return Err(Errno::EINVAL);
        }
        self.kernel()?.sock_set_reset_on_close(self.0.fd())
    }
}
