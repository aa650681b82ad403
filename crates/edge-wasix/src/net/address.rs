//! Where a socket is.

use std::net::SocketAddr;

use rustix::net::{SocketAddrAny, SocketAddrUnix};

use crate::{Errno, Result};

/// An address of any of the families there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketAddress {
    /// IPv4 or IPv6, with flow label and scope.
    Inet(SocketAddr),
    /// A path, an abstract name (a zero byte first), or nothing for a socket without a name.
    Unix(Vec<u8>),
}

/// For the system call.
///
/// # Errors
/// `EINVAL` for a path that is too long or has a zero byte in it.
pub(crate) fn to_any(address: &SocketAddress) -> Result<SocketAddrAny> {
    Ok(match address {
        SocketAddress::Inet(address) => SocketAddrAny::from(*address),
        SocketAddress::Unix(path) => unix(path)?.into(),
    })
}

fn unix(path: &[u8]) -> Result<SocketAddrUnix> {
    let made = match path {
        [] => return Err(Errno::EINVAL),
        [0, name @ ..] => SocketAddrUnix::new_abstract_name(name),
        path => SocketAddrUnix::new(path),
    };
    made.map_err(|_| Errno::EINVAL)
}

/// From the system call; other families are `EAFNOSUPPORT`.
pub(crate) fn from_any(address: SocketAddrAny) -> Result<SocketAddress> {
    if let Ok(inet) = SocketAddr::try_from(address.clone()) {
        return Ok(SocketAddress::Inet(inet));
    }
    let unix = SocketAddrUnix::try_from(address).map_err(|_| Errno::EAFNOSUPPORT)?;
    Ok(SocketAddress::Unix(if let Some(name) = unix.abstract_name() {
        [&[0], name].concat()
    } else {
        unix.path_bytes().map(<[u8]>::to_vec).unwrap_or_default()
    }))
}
