//! Addresses that no name and no wildcard opens: this host, its network, and where clouds keep their secrets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses, and how narrow a network must be at least to open one of them.
struct Special {
    network: IpAddr,
    prefix: u8,
    least: u8,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8, least: u8) -> Special {
    Special { network: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix, least }
}

const fn v6(segments: [u16; 8], prefix: u8, least: u8) -> Special {
    let [a, b, c, d, e, f, g, h] = segments;
    Special { network: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix, least }
}

/// IANA's registries of special-purpose addresses, without the ranges for documentation, and the clouds' metadata services that are
/// elsewhere. The narrower range comes first.
const SPECIAL: &[Special] = &[
    v4(100, 100, 100, 200, 32, 32), // Alibaba's metadata
    v4(168, 63, 129, 16, 32, 32),   // Azure's host
    v4(0, 0, 0, 0, 8, 8),
    v4(10, 0, 0, 0, 8, 8),
    v4(100, 64, 0, 0, 10, 10), // behind a carrier's NAT
    v4(127, 0, 0, 0, 8, 8),
    v4(169, 254, 0, 0, 16, 16), // link-local; everyone's metadata
    v4(172, 16, 0, 0, 12, 12),
    v4(192, 0, 0, 0, 24, 24), // Oracle's metadata among others
    v4(192, 168, 0, 0, 16, 16),
    v4(198, 18, 0, 0, 15, 15),
    v4(224, 0, 0, 0, 4, 4),                        // multicast
    v4(240, 0, 0, 0, 4, 4),                        // reserved, broadcast
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32, 32), // Amazon's metadata
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96, 96),          // this host; IPv4 in its old wrapping
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, 96),  // IPv4 through NAT64
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, 48),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, 32), // IPv4 through Teredo
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, 16), // IPv4 through 6to4
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, 7),   // private
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, 10), // link-local
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, 10), // site-local
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, 8),   // multicast
];

/// Whether the first `prefix` bits of two addresses are the same; never, for two families.
pub fn is_in(ip: IpAddr, network: IpAddr, prefix: u8) -> bool {
    let (network, address, width) = match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => (u128::from(network.to_bits()) << 96, u128::from(ip.to_bits()) << 96, 32),
        (IpAddr::V6(network), IpAddr::V6(ip)) => (network.to_bits(), ip.to_bits(), 128),
        _ => return false,
    };
    let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(width))).unwrap_or(0);
    network & mask == address & mask
}

/// How narrow a network must be to open this address: 0 for a public one, which names and wildcards open too.
pub fn least_prefix(ip: IpAddr) -> u8 {
    SPECIAL.iter().find(|special| is_in(ip, special.network, special.prefix)).map_or(0, |special| special.least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_not_special() {
        for ip in ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "172.32.0.1", "100.128.0.1"] {
            assert_eq!(least_prefix(ip.parse().unwrap()), 0, "{ip}");
        }
        let special = [
            ("127.0.0.1", 8),
            ("0.0.0.0", 8),
            ("10.9.9.9", 8),
            ("172.31.0.1", 12),
            ("192.168.1.1", 16),
            ("169.254.169.254", 16),
            ("100.100.100.200", 32),
            ("168.63.129.16", 32),
            ("255.255.255.255", 4),
            ("224.0.0.1", 4),
            ("::1", 96),
            ("::", 96),
            ("::7f00:1", 96),
            ("64:ff9b::a9fe:a9fe", 96),
            ("2002:7f00:1::", 16),
            ("fd00:ec2::254", 32),
            ("fd12::1", 7),
            ("fe80::1", 10),
            ("ff02::1", 8),
        ];
        for (ip, least) in special {
            assert_eq!(least_prefix(ip.parse().unwrap()), least, "{ip}");
        }
    }
}
