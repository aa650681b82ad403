//! Who may be talked to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

use crate::{Errno, Result};

/// Which way a rule looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To connect to, or send datagrams to.
    Connect,
    /// To listen on, or receive datagrams at.
    Bind,
}

/// One permission: these addresses, these ports, this way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRule {
    pub direction: Direction,
    /// The network's address; its bits after the prefix do not matter.
    pub network: IpAddr,
    /// How many bits of it count.
    pub prefix: u8,
    pub ports: RangeInclusive<u16>,
}

/// What of the network a kernel's programs may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NetworkAccess {
    /// Everything.
    Open,
    /// Nothing, name resolution and local sockets included.
    #[default]
    Closed,
    /// What one of the rules names. Link-local addresses (`169.254.0.0/16`, where clouds keep their secrets, and `fe80::/10`) only by a
    /// rule of their own, never by a wider one.
    Rules(Vec<NetworkRule>),
}

impl NetworkAccess {
    /// Checks an address.
    ///
    /// # Errors
    /// `EACCES`.
    pub fn check(&self, direction: Direction, address: SocketAddr) -> Result<()> {
        let allowed = match self {
            NetworkAccess::Open => true,
            NetworkAccess::Closed => false,
            NetworkAccess::Rules(rules) => {
                let ip = canonical(direction, address.ip());
                rules.iter().any(|rule| rule.direction == direction && rule.ports.contains(&address.port()) && rule.covers(ip))
            }
        };
        if allowed { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// Whether names may be resolved.
    pub fn may_resolve(&self) -> bool {
        *self != NetworkAccess::Closed
    }
}

impl NetworkRule {
    fn covers(&self, ip: IpAddr) -> bool {
        let (network, address, width) = match (self.network, ip) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => (u128::from(network.to_bits()) << 96, u128::from(ip.to_bits()) << 96, 32),
            (IpAddr::V6(network), IpAddr::V6(ip)) => (network.to_bits(), ip.to_bits(), 128),
            _ => return false,
        };
        let prefix = u32::from(self.prefix.min(width));
        let least = match ip {
            IpAddr::V4(ip) if ip.is_link_local() => 16,
            IpAddr::V6(ip) if ip.is_unicast_link_local() => 10,
            _ => 0,
        };
        let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
        prefix >= least && network & mask == address & mask
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
        NetworkRule { direction, network: network.parse().unwrap(), prefix, ports: 0..=u16::MAX }
    }

    #[test]
    fn rules_are_asked_about_the_canonical_address() {
        let access = NetworkAccess::Rules(vec![rule(Direction::Connect, "10.0.0.0", 8), rule(Direction::Bind, "127.0.0.1", 32)]);
        let check = |direction, address: &str| access.check(direction, address.parse().unwrap());
        assert_eq!(check(Direction::Connect, "10.1.2.3:80"), Ok(()));
        assert_eq!(check(Direction::Connect, "[::ffff:10.1.2.3]:80"), Ok(()));
        assert_eq!(check(Direction::Connect, "[::ffff:127.0.0.1]:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Connect, "0.0.0.0:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Bind, "127.0.0.1:80"), Ok(()));
        assert_eq!(check(Direction::Bind, "0.0.0.0:80"), Err(Errno::EACCES));
        assert_eq!(check(Direction::Bind, "10.1.2.3:80"), Err(Errno::EACCES));
    }

    #[test]
    fn any_address_as_a_target_is_this_host() {
        let access = NetworkAccess::Rules(vec![rule(Direction::Connect, "127.0.0.0", 8)]);
        assert_eq!(access.check(Direction::Connect, "0.0.0.0:1".parse().unwrap()), Ok(()));
        assert_eq!(access.check(Direction::Connect, "[::]:1".parse().unwrap()), Err(Errno::EACCES));
    }

    #[test]
    fn a_wildcard_does_not_open_the_link_local_addresses() {
        let wide = NetworkAccess::Rules(vec![rule(Direction::Connect, "0.0.0.0", 0), rule(Direction::Connect, "::", 0)]);
        assert_eq!(wide.check(Direction::Connect, "1.2.3.4:80".parse().unwrap()), Ok(()));
        assert_eq!(wide.check(Direction::Connect, "169.254.169.254:80".parse().unwrap()), Err(Errno::EACCES));
        assert_eq!(wide.check(Direction::Connect, "[::ffff:169.254.169.254]:80".parse().unwrap()), Err(Errno::EACCES));
        assert_eq!(wide.check(Direction::Connect, "[fe80::1]:80".parse().unwrap()), Err(Errno::EACCES));
        let own = NetworkAccess::Rules(vec![rule(Direction::Connect, "169.254.169.254", 32)]);
        assert_eq!(own.check(Direction::Connect, "169.254.169.254:80".parse().unwrap()), Ok(()));
    }
}
