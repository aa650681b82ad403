//! Datagrams: WASIX's `sock_send_to`, `sock_recv_from` and the options that only datagram sockets have.

use std::io::IoSlice;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;

use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, sockopt};

use super::sock::host;
use super::{Fd, Kernel};
use crate::audit::Access;
use crate::faults::Call;
use crate::host::retry_as;
use crate::net::{Direction, Protocol, SocketAddress, from_any, to_any};
use crate::{Errno, Result};

impl Kernel {
    /// `sock_send_to`: sends one datagram, to `to` or to the connected peer; never waits.
    ///
    /// # Errors
    /// `EAGAIN`, `EMSGSIZE`, `EACCES` (policy, or broadcast without leave), `EDESTADDRREQ`, `ECONNREFUSED`…
    pub fn sock_send_to(&self, fd: Fd, bufs: &[IoSlice<'_>], to: Option<SocketAddr>) -> Result<usize> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let mut control = SendAncillaryBuffer::default();
        let Some(to) = to else {
            return retry_as(Call::Send, || rustix::net::sendmsg(socket, bufs, &mut control, flags));
        };
        let to = SocketAddress::Inet(to);
        self.sock_check("send", Direction::Connect, socket, &to)?;
        let to = to_any(&to)?;
        retry_as(Call::Send, || rustix::net::sendmsg_addr(socket, &to, bufs, &mut control, flags))
    }

    /// `sock_recv_from`: the next datagram's length, as far as it fits, and its sender; never waits.
    ///
    /// # Errors
    /// `EAGAIN`, `ECONNREFUSED`.
    pub fn sock_recv_from(&self, fd: Fd, buf: &mut [u8]) -> Result<(usize, Option<SocketAddr>)> {
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        let (len, _, from) = retry_as(Call::Receive, || rustix::net::recvfrom(socket, &mut *buf, RecvFlags::DONTWAIT))?;
        let from = match from.map(from_any).transpose()? {
            Some(SocketAddress::Inet(address)) => Some(address),
            _ => None,
        };
        Ok((len, from))
    }

    /// Ends the connection of a datagram socket to its peer.
    ///
    /// # Errors
    /// `EBADF`, `ENOTSOCK`.
    pub fn sock_disconnect(&self, fd: Fd) -> Result<()> {
        self.with_socket(fd, |socket| rustix::net::connect_unspec(socket))
    }

    /// `SO_BROADCAST`.
    pub fn sock_set_broadcast(&self, fd: Fd, on: bool) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::set_socket_broadcast(socket, on))
    }

    /// `IP_TTL` or `IPV6_UNICAST_HOPS`.
    pub fn sock_set_ttl(&self, fd: Fd, v6: bool, ttl: u8) -> Result<()> {
        self.with_socket(fd, |socket| match v6 {
            true => sockopt::set_ipv6_unicast_hops(socket, Some(ttl)),
            false => sockopt::set_ip_ttl(socket, ttl.into()),
        })
    }

    /// `IP_MULTICAST_TTL` or `IPV6_MULTICAST_HOPS`.
    pub fn sock_set_multicast_ttl(&self, fd: Fd, v6: bool, ttl: u8) -> Result<()> {
        self.with_socket(fd, |socket| match v6 {
            true => sockopt::set_ipv6_multicast_hops(socket, ttl.into()),
            false => sockopt::set_ip_multicast_ttl(socket, ttl.into()),
        })
    }

    /// `IP_MULTICAST_LOOP` or `IPV6_MULTICAST_LOOP`.
    pub fn sock_set_multicast_loop(&self, fd: Fd, v6: bool, on: bool) -> Result<()> {
        self.with_socket(fd, |socket| match v6 {
            true => sockopt::set_ipv6_multicast_loop(socket, on),
            false => sockopt::set_ip_multicast_loop(socket, on),
        })
    }

    /// `IP_MULTICAST_IF`: by an address of the interface.
    pub fn sock_set_multicast_interface_v4(&self, fd: Fd, interface: Ipv4Addr) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::set_ip_multicast_if(socket, &interface))
    }

    /// `IPV6_MULTICAST_IF`: by the interface's number.
    pub fn sock_set_multicast_interface_v6(&self, fd: Fd, interface: u32) -> Result<()> {
        self.with_socket(fd, |socket| sockopt::set_ipv6_multicast_if(socket, interface))
    }

    /// Who joins a group hears what others send: only with the whole network granted.
    fn may_join(&self, group: IpAddr) -> Result<()> {
        let answer = if *self.policy.network_access() == crate::net::NetworkAccess::Open { Ok(()) } else { Err(Errno::EACCES) };
        let group = SocketAddr::new(group, 0);
        self.tell_address("setMembership", Access::Listen, || Protocol::Udp, group, None, answer);
        answer
    }

    /// `sock_join_multicast_v4`, or `sock_leave_multicast_v4` when not `join`.
    ///
    /// # Errors
    /// `EACCES` unless the whole network is granted; `EADDRINUSE`, `EADDRNOTAVAIL`, `ENODEV`, `EINVAL`.
    pub fn sock_multicast_v4(&self, fd: Fd, group: Ipv4Addr, interface: Ipv4Addr, join: bool) -> Result<()> {
        self.may_join(group.into())?;
        self.with_socket(fd, |socket| match join {
            true => sockopt::set_ip_add_membership(socket, &group, &interface),
            false => sockopt::set_ip_drop_membership(socket, &group, &interface),
        })
    }

    /// `sock_join_multicast_v6`, or `sock_leave_multicast_v6` when not `join`.
    ///
    /// # Errors
    /// As [`Kernel::sock_multicast_v4`].
    pub fn sock_multicast_v6(&self, fd: Fd, group: Ipv6Addr, interface: u32, join: bool) -> Result<()> {
        self.may_join(group.into())?;
        self.with_socket(fd, |socket| match join {
            true => sockopt::set_ipv6_add_membership(socket, &group, interface),
            false => sockopt::set_ipv6_drop_membership(socket, &group, interface),
        })
    }

    /// Joins (or leaves) what `source` sends to an IPv4 group.
    ///
    /// # Errors
    /// As [`Kernel::sock_multicast_v4`].
    pub fn sock_source_multicast_v4(&self, fd: Fd, group: Ipv4Addr, interface: Ipv4Addr, source: Ipv4Addr, join: bool) -> Result<()> {
        self.may_join(group.into())?;
        self.with_socket(fd, |socket| match join {
            true => sockopt::set_ip_add_source_membership(socket, &group, &interface, &source),
            false => sockopt::set_ip_drop_source_membership(socket, &group, &interface, &source),
        })
    }

    /// Joins (or leaves) what `source` sends to an IPv6 group.
    ///
    /// # Errors
    /// As [`Kernel::sock_multicast_v4`].
    pub fn sock_source_multicast_v6(&self, fd: Fd, group: Ipv6Addr, interface: u32, source: Ipv6Addr, join: bool) -> Result<()> {
        /// `struct group_source_req`, which libc does not have.
        #[repr(C)]
        struct GroupSource {
            interface: u32,
            group: libc::sockaddr_storage,
            source: libc::sockaddr_storage,
        }
        const MCAST_JOIN_SOURCE_GROUP: i32 = 46;
        const MCAST_LEAVE_SOURCE_GROUP: i32 = 47;
        self.may_join(group.into())?;
        let file = self.fds.get(fd)?;
        let socket = host(&file)?;
        let request = GroupSource { interface, group: storage(group), source: storage(source) };
        let name = if join { MCAST_JOIN_SOURCE_GROUP } else { MCAST_LEAVE_SOURCE_GROUP };
        // SAFETY: an open socket, and a live structure of the size that is given.
        let code = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::IPPROTO_IPV6,
                name,
                (&raw const request).cast(),
                size_of::<GroupSource>() as libc::socklen_t,
            )
        };
        if code == 0 { Ok(()) } else { Err(Errno::last()) }
    }
}

/// An IPv6 address in the room for any.
fn storage(ip: Ipv6Addr) -> libc::sockaddr_storage {
    // SAFETY: all zero is a valid storage; a `sockaddr_in6` fits into it and is aligned no more strictly.
    unsafe {
        let mut storage: libc::sockaddr_storage = std::mem::zeroed();
        let v6 = &mut *(&raw mut storage).cast::<libc::sockaddr_in6>();
        v6.sin6_family = libc::AF_INET6 as libc::sa_family_t;
        v6.sin6_addr.s6_addr = ip.octets();
        storage
    }
}
