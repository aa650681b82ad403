//! Which TCP ports the policy grants, as Landlock takes them: one by one.

use landlock::AccessNet;

use crate::net::{Direction, NetworkAccess, Protocol};

/// More ports than these are not listed: that direction is then left to the first wall.
const MOST: usize = 512;
/// A long answer of a name server comes over TCP.
const DOMAIN: u16 = 53;

/// The directions that are to be restricted, each with the ports that stay open.
pub fn granted(network: &NetworkAccess) -> Vec<(AccessNet, Vec<u16>)> {
    let rules = match network {
        NetworkAccess::Open => return Vec::new(),
        NetworkAccess::Closed => &[][..],
        NetworkAccess::Rules(rules) => &rules.rules,
    };
    let resolves = *network != NetworkAccess::Closed;
    let directions = [(AccessNet::ConnectTcp, Direction::Connect), (AccessNet::BindTcp, Direction::Bind)];
    let listed = directions.into_iter().filter_map(|(access, direction)| {
        let ranges =
            rules.iter().filter(|rule| rule.direction == direction && rule.protocol != Some(Protocol::Udp)).map(|rule| &rule.ports);
        if ranges.clone().map(|ports| ports.len()).sum::<usize>() > MOST {
            return None;
        }
        let mut ports: Vec<u16> = ranges.flat_map(Clone::clone).collect();
        if resolves && direction == Direction::Connect {
            ports.push(DOMAIN);
        }
        ports.sort_unstable();
        ports.dedup();
        Some((access, ports))
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{NamePattern, NetworkRule, NetworkRules, Peer};

    fn rule(direction: Direction, protocol: Option<Protocol>, ports: std::ops::RangeInclusive<u16>) -> NetworkRule {
        NetworkRule { direction, protocol, peer: Peer::Name(NamePattern::Any), ports }
    }

    #[test]
    fn a_closed_network_has_no_port() {
        assert_eq!(granted(&NetworkAccess::Closed), [(AccessNet::ConnectTcp, vec![]), (AccessNet::BindTcp, vec![])]);
        assert_eq!(granted(&NetworkAccess::Open), []);
    }

    #[test]
    fn ports_are_listed_by_direction_and_wide_ranges_are_not() {
        let rules = vec![
            rule(Direction::Connect, Some(Protocol::Tcp), 443..=444),
            rule(Direction::Connect, None, 444..=445),
            rule(Direction::Connect, Some(Protocol::Udp), 1..=9999),
            rule(Direction::Bind, None, 0..=65535),
        ];
        let network = NetworkAccess::Rules(NetworkRules { rules, names: Vec::new() });
        assert_eq!(granted(&network), [(AccessNet::ConnectTcp, vec![53, 443, 444, 445])]);
    }
}
