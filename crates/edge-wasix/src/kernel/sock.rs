//! Sockets: WASIX's `sock_*` calls but for options, datagrams and names, which have files of their own.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::net::{AddressFamily, Shutdown, SocketAddrAny, SocketFlags, SocketType};

use super::{Fd, Kernel, View};
use crate::faults::Call;
use crate::fs::File;
use crate::host::{retry, retry_as};
use crate::net::{Direction, Protocol, Socket, SocketAddress, SpareFd, from_any, place, to_any};
use crate::{Errno, Result};

/// A socket's address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketFamily {
    Inet4,
    Inet6,
    Unix,
}

impl SocketFamily {
    /// The family of an address.
    pub fn of(address: &SocketAddress) -> SocketFamily {
        match address {
            SocketAddress::Inet(SocketAddr::V4(_)) => SocketFamily::Inet4,
            SocketAddress::Inet(SocketAddr::V6(_)) => SocketFamily::Inet6,
            SocketAddress::Unix(_) => SocketFamily::Unix,
        }
    }
}

/// A socket's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketKind {
    Stream,
    Datagram,
}

const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

fn socket_call(direction: Direction) -> &'static str {
    match direction {
        Direction::Connect => "connect",
        Direction::Bind => "bind",
    }
}

fn protocol(socket: BorrowedFd<'_>) -> Protocol {
    match rustix::net::sockopt::socket_type(socket) {
        Ok(SocketType::DGRAM) => Protocol::Udp,
        _ => Protocol::Tcp,
    }
}

/// The host's socket behind an open file.
pub(super) fn host(file: &Arc<dyn File>) -> Result<BorrowedFd<'_>> {
    file.host_fd().ok_or(Errno::ENOTSOCK)
}

impl Kernel {
    /// `sock_open`: a non-blocking socket without an address. Rules are asked when it gets one.
    ///
    /// # Errors
    /// `EMFILE`, `EAFNOSUPPORT`.
    pub fn sock_open(&self, family: SocketFamily, kind: SocketKind) -> Result<Fd> {
        let family = match family {
            SocketFamily::Inet4 => AddressFamily::INET,
            SocketFamily::Inet6 => AddressFamily::INET6,
            SocketFamily::Unix => AddressFamily::UNIX,
        };
        let kind = match kind {
            SocketKind::Stream => SocketType::STREAM,
            SocketKind::Datagram => SocketType::DGRAM,
        };
        let fd = retry_as(Call::Socket, || rustix::net::socket_with(family, kind, FLAGS, None))?;
        self.fds.insert(Arc::new(Socket::new(fd)))
    }

    /// As [`Kernel::sock_open`] for a socket that is to be used this way next: where there may be no socket at all, that is what was denied.
    ///
    /// # Errors
    /// As [`Kernel::sock_open`].
    pub fn sock_open_for(&self, direction: Direction, kind: SocketKind, address: &SocketAddress) -> Result<Fd> {
        let opened = self.sock_open(SocketFamily::of(address), kind);
        if let Err(errno @ (Errno::EACCES | Errno::EPERM)) = opened {
            let protocol = if kind == SocketKind::Datagram { Protocol::Udp } else { Protocol::Tcp };
            self.tell_socket(socket_call(direction), direction, || protocol, address, Err(errno));
        }
        opened
    }

    /// `sock_pair`: two connected local stream sockets, non-blocking.
    ///
    /// # Errors
    /// `EMFILE`.
    pub fn sock_pair(&self) -> Result<(Fd, Fd)> {
        let (a, b) = retry_as(Call::Socket, || rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, FLAGS, None))?;
        let a = self.fds.insert(Arc::new(Socket::new(a)))?;
        match self.fds.insert(Arc::new(Socket::new(b))) {
            Ok(b) => Ok((a, b)),
            Err(error) => {
                self.close(a)?;
                Err(error)
            }
        }
    }

    /// Whether an address may be used this way by this socket.
    ///
    /// # Errors
    /// `EACCES` when the policy does not grant it. In a kernel that sees only its mounts local sockets are those that are granted by their
    /// path, which is the host's.
    pub(super) fn sock_check(
        &self,
        call: &'static str,
        direction: Direction,
        socket: BorrowedFd<'_>,
        address: &SocketAddress,
    ) -> Result<()> {
        let answer = match address {
            SocketAddress::Inet(address) => self.policy.network_access().check(direction, || protocol(socket), *address, &self.resolved),
            SocketAddress::Unix(_) if self.policy.grants_unix_sockets() && matches!(self.view, View::Host(_)) => Ok(()),
            SocketAddress::Unix(path) if self.policy.granted_unix_path(path).is_some() => Ok(()),
            SocketAddress::Unix(_) => Err(Errno::EACCES),
        };
        self.tell_socket(call, direction, || protocol(socket), address, answer);
        answer
    }

    /// `sock_bind`.
    ///
    /// # Errors
    /// `EACCES` (policy, or a low port), `EADDRINUSE`, `EADDRNOTAVAIL`, `EINVAL`, `ENOENT`.
    pub fn sock_bind(&self, fd: Fd, address: &SocketAddress) -> Result<()> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        self.sock_check("bind", Direction::Bind, socket, address)?;
        let (address, _folder) = self.placed(Direction::Bind, address)?;
        retry_as(Call::Listen, || rustix::net::bind(socket, &address))
    }

    /// An address for the system: a relative name of a local socket is one in the kernel's folder, which after a `chdir` is not the host
    /// process's. It is reached through the folder's descriptor, which must live as long as the call: a path may be too long.
    fn placed(&self, direction: Direction, address: &SocketAddress) -> Result<(SocketAddrAny, Option<Arc<OwnedFd>>)> {
        if let (SocketAddress::Unix(name), View::Mounts(_)) = (address, &self.view) {
            let place = place(direction, self.policy.granted_unix_path(name).ok_or(Errno::EACCES)?)?;
            return Ok((to_any(&SocketAddress::Unix(place.path))?, Some(Arc::new(place.holder))));
        }
        let (SocketAddress::Unix(name), View::Host(root)) = (address, &self.view) else { return Ok((to_any(address)?, None)) };
        let relative = name.first().is_some_and(|&first| first != b'/' && first != 0);
        let Some(folder) = root.cwd_fd().filter(|_| relative) else { return Ok((to_any(address)?, None)) };
        let mut path = format!("/proc/self/fd/{}/", folder.as_raw_fd()).into_bytes();
        path.extend_from_slice(name);
        Ok((to_any(&SocketAddress::Unix(path))?, Some(folder)))
    }

    /// `sock_connect`: begins; `EINPROGRESS` says that writability will tell the end, and [`Kernel::sock_error`] how it ended.
    ///
    /// # Errors
    /// `EACCES`, `EINPROGRESS`, `ECONNREFUSED`, `ENETUNREACH`, `EISCONN`…
    pub fn sock_connect(&self, fd: Fd, address: &SocketAddress) -> Result<()> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        self.sock_check("connect", Direction::Connect, socket, address)?;
        let (address, _folder) = self.placed(Direction::Connect, address)?;
        retry_as(Call::Connect, || rustix::net::connect(socket, &address))
    }

    /// `sock_listen`.
    ///
    /// # Errors
    /// `EADDRINUSE`, `EOPNOTSUPP`; `EACCES` for a socket that has no address yet, when the policy does not let it have any.
    pub fn sock_listen(&self, fd: Fd, backlog: i32) -> Result<()> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        // Listening without bind binds to any address and a free port.
        if let SocketAddress::Inet(local) = from_any(retry(|| rustix::net::getsockname(socket))?)?
            && local.port() == 0
        {
            self.sock_check("listen", Direction::Bind, socket, &SocketAddress::Inet(local))?;
        }
        retry_as(Call::Listen, || rustix::net::listen(socket, backlog))?;
        // Which port the system chose is known by now.
        if self.tells_all()
            && let Ok(SocketAddress::Inet(local)) = from_any(retry(|| rustix::net::getsockname(socket))?)
        {
            self.tell_socket("listening", Direction::Bind, || protocol(socket), &SocketAddress::Inet(local), Ok(()));
        }
        Ok(())
    }

    /// `sock_accept`: the first connection that waits, as a new non-blocking socket.
    ///
    /// # Errors
    /// `EAGAIN` when none waits, `EMFILE`, `ENFILE`, `ECONNABORTED`.
    pub fn sock_accept(&self, fd: Fd) -> Result<Fd> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        let accepted = retry_as(Call::Accept, || rustix::net::accept_with(socket, FLAGS))?;
        // Over the limit the connection is closed by this drop.
        self.fds.insert(Arc::new(Socket::new(accepted)))
    }

    /// Closes all connections that wait at a listener, with the help of a spare descriptor.
    ///
    /// # Errors
    /// `EBADF`, `ENOTSOCK`.
    pub fn sock_shed(&self, fd: Fd, spare: &mut SpareFd) -> Result<bool> {
        let file = self.fds.get(fd)?;
        Ok(spare.shed(host(&file)?))
    }

    /// `sock_shutdown`: ends the reading half, the writing half, or both.
    ///
    /// # Errors
    /// `ENOTCONN`, `ENOTSOCK`.
    pub fn sock_shutdown(&self, fd: Fd, read: bool, write: bool) -> Result<()> {
        let file = self.fds.get(fd)?;
        let how = match (read, write) {
            (true, true) => Shutdown::Both,
            (true, false) => Shutdown::Read,
            (false, true) => Shutdown::Write,
            (false, false) => return Ok(()),
        };
        let socket = host(&file)?;
        retry_as(Call::Shutdown, || rustix::net::shutdown(socket, how))
    }

    /// `sock_addr_local`.
    ///
    /// # Errors
    /// `EBADF`, `ENOTSOCK`.
    pub fn sock_addr_local(&self, fd: Fd) -> Result<SocketAddress> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        from_any(retry(|| rustix::net::getsockname(socket))?)
    }

    /// `sock_addr_peer`.
    ///
    /// # Errors
    /// `ENOTCONN`, `EBADF`, `ENOTSOCK`.
    pub fn sock_addr_peer(&self, fd: Fd) -> Result<SocketAddress> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        // A peer without a name answers no address at all.
        match retry(|| rustix::net::getpeername(socket))? {
            Some(address) => from_any(address),
            None => Ok(SocketAddress::Unix(Vec::new())),
        }
    }
}
