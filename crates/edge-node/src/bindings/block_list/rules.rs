//! Rules of a block list. An IPv4 address and the IPv6 address that it maps to (`::ffff:1.2.3.4`) are the same.

use super::super::address_text;
use core::cmp::Ordering;
use core::net::IpAddr;

/// One rule.
pub enum Rule {
    /// This address.
    Address(IpAddr),
    /// From the first to the second, both included.
    Range(IpAddr, IpAddr),
    /// The addresses that share this many bits.
    Subnet(IpAddr, u32),
}

/// Rules, newest first.
#[derive(Default)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Adds a rule.
    pub fn add(&mut self, rule: Rule) {
        self.0.push(rule);
    }
    /// Whether a rule matches.
    pub fn matches(&self, address: IpAddr) -> bool {
        self.0.iter().any(|rule| rule.matches(address))
    }
    /// The rules as programs see them.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().rev().map(Rule::text).collect()
    }
}

impl Rule {
    fn matches(&self, address: IpAddr) -> bool {
        match *self {
            Self::Address(other) => compare(address, other) == Some(Ordering::Equal),
            Self::Range(start, end) => {
                compare(address, start).is_some_and(Ordering::is_ge) && compare(address, end).is_some_and(Ordering::is_le)
            }
            Self::Subnet(network, prefix) => {
                // Both in IPv6's space, where IPv4 has the last 32 bits.
                let prefix = if network.is_ipv4() { prefix + 96 } else { prefix };
                prefix == 0 || (bits(address) ^ bits(network)) >> (128 - prefix.min(128)) == 0
            }
        }
    }

    fn text(&self) -> String {
        let family = |address: &IpAddr| if address.is_ipv4() { "IPv4" } else { "IPv6" };
        match self {
            Self::Address(address) => format!("Address: {} {}", family(address), address_text(*address)),
            Self::Range(start, end) => format!("Range: {} {}-{}", family(start), address_text(*start), address_text(*end)),
            Self::Subnet(network, prefix) => format!("Subnet: {} {}/{prefix}", family(network), address_text(*network)),
        }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The order of two addresses; `None` for one of each family where the IPv6 one maps to none of IPv4.
pub fn compare(a: IpAddr, b: IpAddr) -> Option<Ordering> {
    let maps = |address: IpAddr| match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().is_some(),
    };
    if a.is_ipv4() != b.is_ipv4() && !(maps(a) && maps(b)) {
        return None;
    }
    Some(bits(a).cmp(&bits(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn rules() {
        let mut rules = Rules::default();
        rules.add(Rule::Address(ip("1.2.3.4")));
        rules.add(Rule::Range(ip("1.1.1.1"), ip("1.1.1.9")));
        rules.add(Rule::Subnet(ip("10.0.0.0"), 8));
        rules.add(Rule::Subnet(ip("fe80::1"), 10));
        for yes in ["1.2.3.4", "::ffff:1.2.3.4", "1.1.1.5", "::ffff:1.1.1.9", "10.200.3.4", "::ffff:10.0.0.1", "fe9f::1"] {
            assert!(rules.matches(ip(yes)), "{yes}");
        }
        for no in ["1.2.3.5", "1.1.1.10", "11.0.0.0", "fec0::", "::1", "::1.2.3.4"] {
            assert!(!rules.matches(ip(no)), "{no}");
        }
        assert_eq!(rules.texts()[0], "Subnet: IPv6 fe80::1/10");
        assert_eq!(rules.texts()[3], "Address: IPv4 1.2.3.4");
    }

    #[test]
    fn families() {
        let mut rules = Rules::default();
        rules.add(Rule::Range(ip("::"), ip("ffff::")));
        assert!(!rules.matches(ip("1.2.3.4")));
        rules.add(Rule::Subnet(ip("::"), 0));
        assert!(rules.matches(ip("1.2.3.4")));
    }
}
