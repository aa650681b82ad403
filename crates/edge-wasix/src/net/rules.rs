//! Who may be talked to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

use super::name_pattern::NamePattern;
use super::resolved::Resolved;
use super::special::{is_in, least_prefix};
use crate::{Errno, Result};

/// Which way a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To connect to, or send datagrams to.
    Connect,
    /// To listen on, or receive datagrams at.
    Bind,
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Tcp,
    Udp,
}

/// The other side of a [`NetworkRule`], or for [`Direction::Bind`] one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The addresses that begin with `prefix` bits of `network`.
    Network { network: IpAddr, prefix: u8 },
    /// Hosts of these names: any public address that the system's resolver answered for one. For [`Direction::Bind`] only
    /// [`NamePattern::Any`] means something: every address of this host.
    Name(NamePattern),
}

/// One permission: these addresses, these ports, this protocol, this way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRule {
    pub direction: Direction,
    /// `None`: both.
    pub protocol: Option<Protocol>,
    pub peer: Peer,
    pub ports: RangeInclusive<u16>,
}

/// The rules of a kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkRules {
    /// What one of these names is granted.
    pub rules: Vec<NetworkRule>,
    /// Names that may be resolved besides those in rules.
    pub names: Vec<NamePattern>,
}

/// What of the network a kernel's programs may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NetworkAccess {
    /// Everything.
    Open,
    /// Nothing, name resolution and local sockets included.
    #[default]
    Closed,
    /// What the rules name. Special addresses (this host, private networks, link-local ones, where clouds keep their secrets) only by a
    /// network of their own, never by a name or a wider network.
    Rules(NetworkRules),
}

impl NetworkAccess {
    /// Checks an address, as the system call gets it. `protocol` is asked for only if there are rules.
    ///
    /// # Errors
    /// `EACCES`.
    pub fn check(&self, direction: Direction, protocol: impl FnOnce() -> Protocol, address: SocketAddr, resolved: &Resolved) -> Result<()> {
        let allowed = match self {
            NetworkAccess::Open => true,
            NetworkAccess::Closed => false,
            NetworkAccess::Rules(rules) => {
                let protocol = protocol();
                let ip = canonical(direction, address.ip());
                // Whoever may send datagrams has a port to send them from, which the system chooses.
                let is_for_sending =
                    direction == Direction::Bind && protocol == Protocol::Udp && address.port() == 0 && ip.is_unspecified();
                rules.rules.iter().any(|rule| {
                    if is_for_sending && rule.direction == Direction::Connect {
                        return rule.protocol != Some(Protocol::Tcp);
                    }
                    rule.direction == direction
                        && rule.protocol.is_none_or(|wanted| wanted == protocol)
                        && rule.ports.contains(&address.port())
                        && rule.covers(ip, resolved)
                })
            }
        };
        if allowed { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// Whether a name may be resolved; `name` is normalised ([`super::normal_name`]). Names of this host (`localhost`) always, where there
    /// are rules: the answer tells nothing.
    pub fn may_resolve(&self, name: &str) -> bool {
        match self {
            NetworkAccess::Open => true,
            NetworkAccess::Closed => false,
            NetworkAccess::Rules(rules) => {
                name == "localhost"
                    || rules.names.iter().any(|pattern| pattern.matches(name))
                    || rules.rules.iter().any(|rule| {
                        rule.direction == Direction::Connect && matches!(&rule.peer, Peer::Name(pattern) if pattern.matches(name))
                    })
            }
        }
    }

    /// Whether a name, normalised, could be connected to at this port over TCP, given a public address.
    pub fn may_reach_name(&self, name: &str, port: u16) -> bool {
        match self {
            NetworkAccess::Open => true,
            NetworkAccess::Closed => false,
            NetworkAccess::Rules(rules) => rules.rules.iter().any(|rule| {
                rule.direction == Direction::Connect
                    && rule.protocol != Some(Protocol::Udp)
                    && rule.ports.contains(&port)
                    && matches!(&rule.peer, Peer::Name(pattern) if pattern.matches(name))
            }),
        }
    }

    /// Whether the names of an address may be asked for: where a rule covers it, at whatever port.
    pub fn may_name(&self, ip: IpAddr, resolved: &Resolved) -> bool {
        match self {
            NetworkAccess::Open => true,
            NetworkAccess::Closed => false,
            NetworkAccess::Rules(rules) => {
                let ip = ip.to_canonical();
                rules.rules.iter().any(|rule| rule.covers(ip, resolved))
            }
        }
    }
}

impl NetworkRule {
    fn covers(&self, ip: IpAddr, resolved: &Resolved) -> bool {
        match (&self.peer, self.direction) {
            (Peer::Network { network, prefix }, Direction::Connect) => *prefix >= least_prefix(ip) && is_in(ip, *network, *prefix),
            // Who may listen everywhere may listen at one address; IPv6's "everywhere" has IPv4's in it.
            (Peer::Network { network, .. }, Direction::Bind) if network.is_unspecified() && (network.is_ipv6() || ip.is_ipv4()) => true,
            (Peer::Network { network, prefix }, Direction::Bind) => !ip.is_unspecified() && is_in(ip, *network, *prefix),
            (Peer::Name(NamePattern::Any), Direction::Connect) => least_prefix(ip) == 0,
            (Peer::Name(pattern), Direction::Connect) => least_prefix(ip) == 0 && resolved.any(ip, |name| pattern.matches(name)),
            (Peer::Name(pattern), Direction::Bind) => *pattern == NamePattern::Any,
        }
    }
}

/// The address the system will really use.
fn canonical(direction: Direction, ip: IpAddr) -> IpAddr {
    let ip = ip.to_canonical();
    match (direction, ip) {
        (Direction::Connect, IpAddr::V4(v4)) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        (Direction::Connect, IpAddr::V6(v6)) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        _ => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(direction: Direction, network: &str, prefix: u8) -> NetworkRule {
        let peer = Peer::Network { network: network.parse().unwrap(), prefix };
        NetworkRule { direction, protocol: None, peer, ports: 0..=u16::MAX }
    }

    fn name(pattern: &str) -> NetworkRule {
        let peer = Peer::Name(NamePattern::parse(pattern).unwrap());
        NetworkRule { direction: Direction::Connect, protocol: Some(Protocol::Tcp), peer, ports: 443..=443 }
    }

    fn access(rules: Vec<NetworkRule>) -> NetworkAccess {
        NetworkAccess::Rules(NetworkRules { rules, names: Vec::new() })
    }

    fn check(access: &NetworkAccess, direction: Direction, address: &str) -> Result<()> {
        access.check(direction, || Protocol::Tcp, address.parse().unwrap(), &Resolved::default())
    }

    #[test]
    fn rules_are_asked_about_the_canonical_address() {
        let access = access(vec![rule(Direction::Connect, "10.0.0.0", 8), rule(Direction::Bind, "127.0.0.1", 32)]);
        let check = |direction, address: &str| check(&access, direction, address);
        assert_eq!(check(Direction::Connect, "10.1.2.3:80"), Ok(()));
        assert_eq!(check(Direction::Connect, "[::ffff:10.1.2.3]:80"), Ok(()));
        assert_eq!(check(Direction::Connect, "[::ffff:127.0.0.1]:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Connect, "0.0.0.0:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Bind, "127.0.0.1:80"), Ok(()));
        assert_eq!(check(Direction::Bind, "0.0.0.0:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Bind, "[::]:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Bind, "10.1.2.3:80"), Err(Errno::EACCES));
    }

    #[test]
    fn any_address_as_a_target_is_this_host() {
        let access = access(vec![rule(Direction::Connect, "127.0.0.0", 8)]);
        assert_eq!(check(&access, Direction::Connect, "0.0.0.0:1"), Ok(()));
        assert_eq!(check(&access, Direction::Connect, "[::]:1"), Err(Errno::EACCES));
    }

    #[test]
    fn a_wildcard_does_not_open_the_special_addresses() {
        let wide = access(vec![rule(Direction::Connect, "0.0.0.0", 0), rule(Direction::Connect, "::", 0), name("*")]);
        let check_all = |access: &NetworkAccess, addresses: &[&str], expected| {
            for address in addresses {
                assert_eq!(check(access, Direction::Connect, address), expected, "{address}");
            }
        };
        check_all(&wide, &["1.2.3.4:443", "[2606::1]:443"], Ok(()));
        let special = [
            "169.254.169.254:443",
            "[::ffff:169.254.169.254]:443",
            "[fe80::1]:443",
            "127.0.0.1:443",
            "0.0.0.0:443",
            "10.0.0.1:443",
            "[::1]:443",
        ];
        check_all(&wide, &special, Err(Errno::EACCES));
        let own = access(vec![rule(Direction::Connect, "169.254.169.254", 32)]);
        check_all(&own, &["169.254.169.254:80"], Ok(()));
    }

    #[test]
    fn a_name_opens_the_addresses_it_led_to() {
        let access = access(vec![name("api.example.com"), name("*.example.org")]);
        let resolved = Resolved::default();
        resolved.record("api.example.com", &["1.2.3.4".parse().unwrap(), "127.0.0.1".parse().unwrap(), "::ffff:5.6.7.8".parse().unwrap()]);
        resolved.record("example.org", &["9.9.9.9".parse().unwrap()]);
        let check = |protocol, address: &str| access.check(Direction::Connect, || protocol, address.parse().unwrap(), &resolved);
        assert_eq!(check(Protocol::Tcp, "1.2.3.4:443"), Ok(()));
        assert_eq!(check(Protocol::Tcp, "5.6.7.8:443"), Ok(()));
        assert_eq!(check(Protocol::Tcp, "1.2.3.4:80"), Err(Errno::EACCES));
        assert_eq!(check(Protocol::Udp, "1.2.3.4:443"), Err(Errno::EACCES));
        assert_eq!(check(Protocol::Tcp, "127.0.0.1:443"), Err(Errno::EACCES));
        assert_eq!(check(Protocol::Tcp, "9.9.9.9:443"), Err(Errno::EACCES));
        assert!(access.may_resolve("api.example.com") && access.may_resolve("a.example.org") && access.may_resolve("localhost"));
        assert!(!access.may_resolve("example.org") && !access.may_resolve("example.com"));
    }

    #[test]
    fn who_may_send_datagrams_has_a_port_for_it() {
        let udp = access(vec![rule(Direction::Connect, "10.0.0.0", 8)]);
        let bind = |access: &NetworkAccess, protocol, address: &str| {
            access.check(Direction::Bind, || protocol, address.parse().unwrap(), &Resolved::default())
        };
        assert_eq!(bind(&udp, Protocol::Udp, "0.0.0.0:0"), Ok(()));
        assert_eq!(bind(&udp, Protocol::Udp, "[::]:0"), Ok(()));
        assert_eq!(bind(&udp, Protocol::Udp, "0.0.0.0:53"), Err(Errno::EACCES));
        assert_eq!(bind(&udp, Protocol::Udp, "127.0.0.1:0"), Err(Errno::EACCES));
        assert_eq!(bind(&udp, Protocol::Tcp, "0.0.0.0:0"), Err(Errno::EACCES));
        assert_eq!(bind(&access(vec![name("*")]), Protocol::Udp, "0.0.0.0:0"), Err(Errno::EACCES));
    }

    #[test]
    fn who_may_listen_everywhere_may_listen_at_one_address() {
        let v4 = access(vec![rule(Direction::Bind, "0.0.0.0", 32)]);
        assert_eq!(check(&v4, Direction::Bind, "0.0.0.0:80"), Ok(()));
        assert_eq!(check(&v4, Direction::Bind, "127.0.0.1:80"), Ok(()));
        assert_eq!(check(&v4, Direction::Bind, "[::]:80"), Err(Errno::EACCES));
        let v6 = access(vec![rule(Direction::Bind, "::", 128)]);
        assert_eq!(check(&v6, Direction::Bind, "[::]:80"), Ok(()));
        assert_eq!(check(&v6, Direction::Bind, "0.0.0.0:80"), Ok(()));
        // A network that has "any address" in it is not everywhere.
        let zero = access(vec![rule(Direction::Bind, "0.0.0.1", 8)]);
        assert_eq!(check(&zero, Direction::Bind, "0.0.0.0:80"), Err(Errno::EACCES));
    }
}
