//! Socket options: WASIX's `sock_set_opt_*` and `sock_get_opt_*`, one call for each option. All answer `EBADF` and `ENOTSOCK` for what is
//! no socket.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::net::sockopt;

use super::sock::host;
use super::{Fd, Kernel};
use crate::host::retry;
use crate::{Errno, Result};

impl Kernel {
    pub(super) fn with_socket<T>(&self, fd: Fd, mut call: impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<T>) -> Result<T> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        retry(|| call(socket))
    }

    /// The error that is pending on a socket, which this takes away (`SO_ERROR`); how a `connect` ended.
    ///
    /// # Errors
    /// That error.
    pub fn sock_error(&self, fd: Fd) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::socket_error(socket))?.map_err(Errno::from)
    }

    /// Sharing a port with whoever has it already takes messages away from others: only with the whole network granted.
    fn may_share_ports(&self) -> Result<()> {
        if *self.policy.network_access() == crate::net::NetworkAccess::Open { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// `SO_REUSEADDR`.
    ///
    /// # Errors
    /// `EACCES` for a datagram socket, which would share its port with others, unless the whole network is granted.
    pub fn sock_set_reuse_address(&self, fd: Fd, on: bool) -> Result<()> {
        if on && self.with_socket(fd, |socket| sockopt::socket_type(socket))? == rustix::net::SocketType::DGRAM {
            self.may_share_ports()?;
        }
        self.with_socket(fd, |socket| sockopt::set_socket_reuseaddr(socket, on))
    }

    /// `SO_REUSEPORT`.
    ///
    /// # Errors
    /// `EACCES` unless the whole network is granted.
    pub fn sock_set_reuse_port(&self, fd: Fd, on: bool) -> Result<()> {
        if on {
            self.may_share_ports()?;
        }
        self.with_socket(fd, |socket| sockopt::set_socket_reuseport(socket, on))
    }

    /// `IPV6_V6ONLY`.
    pub fn sock_set_only_v6(&self, fd: Fd, on: bool) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::set_ipv6_v6only(socket, on))
    }

    /// `TCP_NODELAY`.
    pub fn sock_set_no_delay(&self, fd: Fd, on: bool) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::set_tcp_nodelay(socket, on))
    }

    /// `SO_KEEPALIVE`: on, with the seconds of silence before the first probe; then a probe a second, ten in all, as libuv sets it.
    ///
    /// # Errors
    /// `EINVAL` for 0 seconds or more than the system takes.
    pub fn sock_set_keep_alive(&self, fd: Fd, delay_seconds: Option<u32>) -> Result<()> {
        self.with_socket(fd, |socket| {
            sockopt::set_socket_keepalive(socket, delay_seconds.is_some())?;
            let Some(delay) = delay_seconds else { return Ok(()) };
            sockopt::set_tcp_keepidle(socket, Duration::from_secs(delay.into()))?;
            sockopt::set_tcp_keepintvl(socket, Duration::from_secs(1))?;
            sockopt::set_tcp_keepcnt(socket, 10)
        })
    }

    /// Makes the close of the socket a reset of its connection (`SO_LINGER` of no time).
    pub fn sock_set_reset_on_close(&self, fd: Fd) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::set_socket_linger(socket, Some(Duration::ZERO)))
    }

    /// `SO_RCVBUF` (or `SO_SNDBUF` when `send`) in bytes, as the system keeps it: twice what was asked for.
    pub fn sock_buffer_size(&self, fd: Fd, send: bool) -> Result<usize> {
        self.with_socket(fd, |socket| match send {
            true => sockopt::socket_send_buffer_size(socket),
            false => sockopt::socket_recv_buffer_size(socket),
        })
    }

    /// Sets `SO_RCVBUF` (or `SO_SNDBUF` when `send`).
    pub fn sock_set_buffer_size(&self, fd: Fd, send: bool, bytes: usize) -> Result<()> {
        self.with_socket(fd, |socket| match send {
            true => sockopt::set_socket_send_buffer_size(socket, bytes),
            false => sockopt::set_socket_recv_buffer_size(socket, bytes),
        })
    }

    /// Changes who may open a local socket's name (`chmod` of the path it is bound to); libuv's `uv_pipe_chmod`.
    ///
    /// # Errors
    /// `EBADF` when it has no name; what `chmod` answers.
    pub fn sock_chmod(&self, fd: Fd, readable: bool, writable: bool) -> Result<()> {
        let crate::net::SocketAddress::Unix(path) = self.sock_addr_local(fd)? else { return Err(Errno::EINVAL) };
        if path.is_empty() || path[0] == 0 {
            return Err(Errno::EBADF);
        }
        let mut wanted = 0;
        if readable {
            wanted |= 0o444;
        }
        if writable {
            wanted |= 0o222;
        }
        let mode = self.stat(&path)?.mode;
        if mode & wanted == wanted {
            return Ok(());
        }
        self.chmod(&path, (mode | wanted) & 0o7777)
    }
}
