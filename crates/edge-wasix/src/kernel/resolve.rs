//! Names of hosts and services, by the system's resolver: WASIX's `resolve` and its inverse. Both block and are for pool threads.

use std::ffi::{CStr, CString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use std::sync::Arc;

use super::{Kernel, SocketFamily};
use crate::Errno;
use crate::audit::Access;
use crate::net::{Direction, NetworkAccess, NetworkRule, NetworkRules, Peer, Protocol, is_numeric, normal_name};

const DNS_PORT: u16 = 53;

/// What a look-up is to answer (`struct addrinfo`'s hints).
#[derive(Clone, Copy, Debug, Default)]
pub struct ResolveHints {
    /// Only addresses of this family.
    pub family: Option<SocketFamily>,
    /// `AI_*` flags, with the system's numbers.
    pub flags: i32,
}

/// Why there is no answer: libuv's numbers for the resolver's own errors (`UV_EAI_*`), else an errno's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolveError(i32);

impl ResolveError {
    /// libuv's negative number.
    pub fn uv(self) -> i32 {
        self.0
    }

    fn of(code: i32) -> ResolveError {
        ResolveError(match code {
            libc::EAI_SYSTEM => Errno::last().uv(),
            // glibc's; libc does not name them all.
            -9 => -3000,
            libc::EAI_AGAIN => -3001,
            libc::EAI_BADFLAGS => -3002,
            libc::EAI_FAIL => -3004,
            libc::EAI_FAMILY => -3005,
            libc::EAI_MEMORY => -3006,
            libc::EAI_NODATA => -3007,
            libc::EAI_NONAME => -3008,
            libc::EAI_OVERFLOW => -3009,
            libc::EAI_SERVICE => -3010,
            libc::EAI_SOCKTYPE => -3011,
            _ => -3004,
        })
    }
}

impl From<Errno> for ResolveError {
    fn from(errno: Errno) -> ResolveError {
        ResolveError(errno.uv())
    }
}

impl Kernel {
    /// The addresses of a host, in the system's order, each once (`uv_getaddrinfo` for stream sockets).
    ///
    /// # Errors
    /// `EACCES` for a name that no rule means; the resolver's.
    pub fn resolve(&self, host: &[u8], hints: ResolveHints) -> Result<Vec<IpAddr>, ResolveError> {
        let access = self.policy.network_access();
        if *access == NetworkAccess::Open {
            self.tell_name("getaddrinfo", host, Ok(()));
            return resolve_unchecked(host, hints).inspect(|addresses| self.remember(host, addresses));
        }
        // An odd spelling of an address is an address, which no rule of names means.
        let name = normal_name(host).filter(|name| !is_numeric(name) && access.may_resolve(name)).ok_or(Errno::EACCES);
        self.tell_name("getaddrinfo", host, name.as_ref().map(|_| ()).map_err(|errno| *errno));
        let name = name?;
        let addresses = resolve_unchecked(name.as_bytes(), hints)?;
        self.resolved.record(&name, &addresses);
        Ok(addresses)
    }

    /// Whether a question about this name may be asked of the system's name servers.
    pub fn may_resolve(&self, host: &[u8]) -> bool {
        let access = self.policy.network_access();
        *access == NetworkAccess::Open || normal_name(host).is_some_and(|name| access.may_resolve(&name))
    }

    /// As [`Kernel::may_resolve`] for a question that is about to be asked.
    pub fn is_question_allowed(&self, host: &[u8]) -> bool {
        let allowed = self.may_resolve(host);
        self.tell_name("query", host, if allowed { Ok(()) } else { Err(Errno::EACCES) });
        allowed
    }

    /// A kernel that may talk to the host's name servers and to nothing else, and those servers: for questions about names that
    /// [`Kernel::may_resolve`] allows. `None` under an open policy, where this kernel may itself.
    ///
    /// # Errors
    /// What building a kernel answers.
    pub fn name_servers(&self) -> crate::Result<Option<(Arc<Kernel>, Vec<SocketAddr>)>> {
        if *self.policy.network_access() == NetworkAccess::Open {
            return Ok(None);
        }
        let servers = parse_name_servers(&std::fs::read("/etc/resolv.conf").unwrap_or_default());
        let rule = |server: &SocketAddr| NetworkRule {
            direction: Direction::Connect,
            protocol: None,
            peer: Peer::Network { network: server.ip(), prefix: 128 },
            ports: server.port()..=server.port(),
        };
        let rules = NetworkRules { rules: servers.iter().map(rule).collect(), names: Vec::new() };
        let policy = crate::Policy::closed().network(NetworkAccess::Rules(rules));
        Ok(Some((Kernel::builder().policy(policy).stdio(super::Stdio::None).build()?, servers)))
    }

    /// The names of an address and a port (`uv_getnameinfo`): a host without a name is an error.
    ///
    /// # Errors
    /// `EACCES` for an address that no rule covers; the resolver's.
    pub fn resolve_names(&self, address: SocketAddr) -> Result<(Vec<u8>, Vec<u8>), ResolveError> {
        let allowed = self.policy.network_access().may_name(address.ip(), &self.resolved);
        let answer = if allowed { Ok(()) } else { Err(Errno::EACCES) };
        self.tell_address("getnameinfo", Access::Resolve, || Protocol::Tcp, address, Some("connect"), answer);
        answer?;
        let mut host = [0u8; 1025];
        let mut service = [0u8; 32];
        // SAFETY: all zero is a valid socket address of either family.
        let (mut v4, mut v6): (libc::sockaddr_in, libc::sockaddr_in6) = unsafe { std::mem::zeroed() };
        let (raw, len) = match address {
            SocketAddr::V4(address) => {
                v4.sin_family = libc::AF_INET as libc::sa_family_t;
                v4.sin_port = address.port().to_be();
                v4.sin_addr.s_addr = u32::from(*address.ip()).to_be();
                ((&raw const v4).cast::<libc::sockaddr>(), size_of::<libc::sockaddr_in>())
            }
            SocketAddr::V6(address) => {
                v6.sin6_family = libc::AF_INET6 as libc::sa_family_t;
                v6.sin6_port = address.port().to_be();
                v6.sin6_addr.s6_addr = address.ip().octets();
                v6.sin6_scope_id = address.scope_id();
                ((&raw const v6).cast::<libc::sockaddr>(), size_of::<libc::sockaddr_in6>())
            }
        };
        // SAFETY: an initialised address with its length, and two live buffers with theirs.
        let code = unsafe {
            libc::getnameinfo(
                raw,
                len as libc::socklen_t,
                host.as_mut_ptr().cast(),
                host.len() as libc::socklen_t,
                service.as_mut_ptr().cast(),
                service.len() as libc::socklen_t,
                libc::NI_NAMEREQD,
            )
        };
        if code != 0 {
            return Err(ResolveError::of(code));
        }
        let text = |buffer: &[u8]| CStr::from_bytes_until_nul(buffer).map(|text| text.to_bytes().to_vec()).unwrap_or_default();
        Ok((text(&host), text(&service)))
    }
}

fn resolve_unchecked(host: &[u8], hints: ResolveHints) -> Result<Vec<IpAddr>, ResolveError> {
    let host = CString::new(host).map_err(|_| Errno::EINVAL)?;
    // SAFETY: all zero is a valid `addrinfo`: numbers and null pointers.
    let mut wanted: libc::addrinfo = unsafe { std::mem::zeroed() };
    wanted.ai_family = match hints.family {
        None => libc::AF_UNSPEC,
        Some(SocketFamily::Inet4) => libc::AF_INET,
        Some(SocketFamily::Inet6) => libc::AF_INET6,
        Some(SocketFamily::Unix) => return Err(Errno::EINVAL.into()),
    };
    wanted.ai_socktype = libc::SOCK_STREAM;
    wanted.ai_flags = hints.flags;
    let mut head = std::ptr::null_mut();
    // SAFETY: the name is a C string, the hints are initialised, the result goes to a live local.
    let code = unsafe { libc::getaddrinfo(host.as_ptr(), std::ptr::null(), &wanted, &mut head) };
    if code != 0 {
        return Err(ResolveError::of(code));
    }
    let list = List(head);
    let mut addresses = Vec::new();
    let mut at = list.0;
    while !at.is_null() {
        // SAFETY: `at` is a node of the list, which lives until `list` is dropped.
        let node = unsafe { &*at };
        at = node.ai_next;
        // SAFETY: the address is null or of the family it says.
        if let Some(ip) = unsafe { ip(node.ai_addr) } {
            addresses.push(ip);
        }
    }
    Ok(addresses)
}

/// The servers that a `resolv.conf` names; c-ares' own host when it names none.
pub fn parse_name_servers(text: &[u8]) -> Vec<SocketAddr> {
    let text = String::from_utf8_lossy(text);
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next())?.and_then(|address| address.split('%').next()?.parse::<IpAddr>().ok())
    });
    let mut servers: Vec<SocketAddr> = named.map(|ip| SocketAddr::new(ip, DNS_PORT)).collect();
    if servers.is_empty() {
        servers.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), DNS_PORT));
    }
    servers
}

/// The resolver's list, freed when dropped.
struct List(*mut libc::addrinfo);

impl Drop for List {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the list came from `getaddrinfo` and is freed once.
            unsafe { libc::freeaddrinfo(self.0) }
        }
    }
}

/// The IP address in a socket address.
///
/// # Safety
/// `address` is null or points to a socket address as large as its family's.
unsafe fn ip(address: *const libc::sockaddr) -> Option<IpAddr> {
    if address.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; every socket address starts with its family.
    match i32::from(unsafe { (*address).sa_family }) {
        libc::AF_INET => {
            // SAFETY: the family says it is a `sockaddr_in`.
            let v4 = unsafe { address.cast::<libc::sockaddr_in>().read_unaligned() };
            Some(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says it is a `sockaddr_in6`.
            let v6 = unsafe { address.cast::<libc::sockaddr_in6>().read_unaligned() };
            Some(Ipv6Addr::from(v6.sin6_addr.s6_addr).into())
        }
        _ => None,
    }
}
