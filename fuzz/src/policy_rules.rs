//! `policy_rules`: rules of the network, as texts, against the addresses that the system says sockets really have: what a kernel lets be
//! bound or connected is what a rule names, read a second time in another way; and texts that are no rules are errors.

use super::input::Input;
use edge_policy::parse_rule;
use edge_wasix::net::{
    Direction, NamePattern, NetworkAccess, NetworkRule, NetworkRules, Peer, Protocol, Resolved, SocketAddress, normal_name,
};
use edge_wasix::{Errno, Kernel, Policy, SocketFamily, SocketKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const HOSTS: &[&str] = &[
    "*",
    "127.0.0.1",
    "127.0.0.0/8",
    "0.0.0.0",
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "169.254.169.254",
    "1.1.1.1",
    "1.0.0.0/8",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "[::1]",
    "[::]",
    "::/0",
    "[fe80::]/10",
    "[fd00::/8]",
    "[2606::/16]",
    "[::ffff:127.0.0.1]",
    "[::ffff:0:0]/96",
    "api.example.com",
    "*.example.org",
    "example.org",
    "EXAMPLE.net.",
    "localhost",
    "127.1",
    "0x7f.1",
    "*.*",
    "a..b",
    "",
];
const PORTS: &[&str] = &["", ":*", ":80", ":443", ":0", ":1-65535", ":8000-8010", ":5-1", ":99999", ":", ":80:80", "/8"];
const ADDRESSES: &[&str] = &[
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "10.200.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "1.1.1.1",
    "8.8.8.8",
    "172.16.0.1",
    "255.255.255.255",
    "224.0.0.1",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:1.1.1.1",
    "::ffff:0.0.0.0",
    "::127.0.0.1",
    "fe80::1",
    "fd00:ec2::254",
    "2606:4700::1111",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
];
const NAMES: &[&[u8]] = &[
    b"api.example.com",
    b"API.example.com.",
    b"a.example.org",
    b"b.a.Example.ORG",
    b"example.org",
    b"evilexample.org",
    b"example.org.evil.net",
    b"example.net",
    b"localhost",
    b"a\0.example.org",
    b"",
    b".",
    b".example.org",
    b"xn--a.example.org",
    b"a..example.org",
];

fn rule_text(input: &mut Input<'_>) -> String {
    if input.byte() % 8 == 0 {
        let n = input.below(40);
        return String::from_utf8_lossy(input.bytes(n)).into_owned();
    }
    let protocol = input.of(&["", "", "tcp://", "udp://", "http://"]);
    format!("{protocol}{}{}", input.of(HOSTS), input.of(PORTS))
}

fn address(input: &mut Input<'_>) -> SocketAddr {
    let ip = match input.byte() % 8 {
        0 => IpAddr::V4(Ipv4Addr::from_bits(input.word())),
        1 => IpAddr::V6(Ipv6Addr::from_bits((0..4).fold(0, |all, _| all << 32 | u128::from(input.word())))),
        2 => IpAddr::V6(Ipv4Addr::from_bits(input.word()).to_ipv6_mapped()),
        _ => input.of(ADDRESSES).parse().expect("an address"),
    };
    SocketAddr::new(ip, input.of(&[0, 80, 443, 8005, 65535, 40_000]))
}

/// The bits of an address, as text.
fn bits(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("{:032b}", ip.to_bits()),
        IpAddr::V6(ip) => format!("{:0128b}", ip.to_bits()),
    }
}

fn lies_in(ip: IpAddr, network: IpAddr, prefix: u8) -> bool {
    ip.is_ipv4() == network.is_ipv4() && bits(ip)[..prefix.into()] == bits(network)[..prefix.into()]
}

/// What the standard library says is no public address, by its kind.
fn kind(ip: IpAddr) -> u8 {
    match ip {
        IpAddr::V4(ip) if ip.is_loopback() => 1,
        IpAddr::V4(ip) if ip.is_private() => 2,
        IpAddr::V4(ip) if ip.is_link_local() => 3,
        IpAddr::V4(ip) if ip.octets()[0] == 0 => 4,
        IpAddr::V4(ip) if ip.is_multicast() || ip.octets()[0] >= 240 => 5,
        IpAddr::V6(ip) if ip.to_bits() >> 32 == 0 => 6,
        IpAddr::V6(ip) if ip.is_unicast_link_local() => 7,
        IpAddr::V6(ip) if ip.is_unique_local() => 8,
        IpAddr::V6(ip) if ip.is_multicast() => 9,
        _ => 0,
    }
}

/// Whether a network has only addresses of one kind that is not public.
fn is_special(network: IpAddr, prefix: u8) -> bool {
    let last = match network {
        IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() | u32::MAX.checked_shr(prefix.into()).unwrap_or(0))),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() | u128::MAX.checked_shr(prefix.into()).unwrap_or(0))),
    };
    kind(network) != 0 && kind(network) == kind(last)
}

/// Whether a rule may have let this happen. `asked` is the port that was asked for: the system chooses one in 0's place.
fn explains(rule: &NetworkRule, direction: Direction, protocol: Protocol, real: SocketAddr, asked: u16) -> bool {
    let ip = real.ip().to_canonical();
    let for_sending = direction == Direction::Bind && protocol == Protocol::Udp && asked == 0 && ip.is_unspecified();
    if for_sending && rule.direction == Direction::Connect {
        return rule.protocol != Some(Protocol::Tcp);
    }
    if rule.direction != direction || rule.protocol.is_some_and(|wanted| wanted != protocol) || !rule.ports.contains(&asked) {
        return false;
    }
    match (&rule.peer, direction) {
        (Peer::Network { network, prefix }, Direction::Connect) => {
            lies_in(ip, *network, *prefix) && (kind(ip) == 0 || is_special(*network, *prefix))
        }
        (Peer::Network { network, prefix }, Direction::Bind) => {
            (network.is_unspecified() && (network.is_ipv6() || ip.is_ipv4())) || (!ip.is_unspecified() && lies_in(ip, *network, *prefix))
        }
        (Peer::Name(pattern), Direction::Bind) => *pattern == NamePattern::Any,
        // No name was resolved.
        (Peer::Name(pattern), Direction::Connect) => *pattern == NamePattern::Any && kind(ip) == 0,
    }
}

fn names(rules: &NetworkRules, access: &NetworkAccess, input: &mut Input<'_>) {
    let raw = if input.byte() % 4 == 0 { input.bytes(30) } else { input.of(NAMES) };
    let Some(name) = normal_name(raw) else { return };
    assert_eq!(normal_name(name.as_bytes()).as_ref(), Some(&name), "one spelling");
    let parts: Vec<&str> = name.split('.').collect();
    let meant = rules.rules.iter().any(|rule| match &rule.peer {
        Peer::Name(NamePattern::Any) => rule.direction == Direction::Connect,
        Peer::Name(NamePattern::Exactly(wanted)) => wanted.split('.').eq(parts.iter().copied()),
        Peer::Name(NamePattern::Below(wanted)) => {
            let wanted: Vec<&str> = wanted.split('.').collect();
            parts.len() > wanted.len() && parts.ends_with(&wanted)
        }
        Peer::Network { .. } => false,
    });
    assert_eq!(access.may_resolve(&name), meant || name == "localhost", "{name:?}");
}

/// Some rules, then sockets.
pub fn policy_rules(data: &[u8]) {
    let mut input = Input::new(data);
    let mut rules = NetworkRules::default();
    for _ in 0..input.below(7) {
        let direction = if input.byte() % 2 == 0 { Direction::Connect } else { Direction::Bind };
        let text = rule_text(&mut input);
        match parse_rule(direction, &text) {
            Ok(rule) => rules.rules.push(rule),
            Err(why) => assert!(!why.is_empty()),
        }
    }
    let access = NetworkAccess::Rules(rules.clone());
    let policy = Policy::closed().network(access.clone());
    let kernel = Kernel::builder().policy(policy).build().expect("a kernel needs nothing");
    for _ in 0..30 {
        if input.is_empty() {
            return;
        }
        let asked = address(&mut input);
        let to = SocketAddress::Inet(asked);
        match input.byte() % 4 {
            // A connected datagram socket has sent nothing.
            0 | 1 => {
                let Ok(fd) = kernel.sock_open(SocketFamily::of(&to), SocketKind::Datagram) else { continue };
                if kernel.sock_connect(fd, &to).is_ok()
                    && let Ok(SocketAddress::Inet(real)) = kernel.sock_addr_peer(fd)
                {
                    let explained = rules.rules.iter().any(|rule| explains(rule, Direction::Connect, Protocol::Udp, real, asked.port()));
                    assert!(explained, "connected to {real} for {asked} under {rules:?}");
                }
                kernel.close(fd).expect("it is open");
            }
            2 => {
                let (kind, protocol) = input.of(&[(SocketKind::Stream, Protocol::Tcp), (SocketKind::Datagram, Protocol::Udp)]);
                let Ok(fd) = kernel.sock_open(SocketFamily::of(&to), kind) else { continue };
                if kernel.sock_bind(fd, &to).is_ok()
                    && let Ok(SocketAddress::Inet(real)) = kernel.sock_addr_local(fd)
                {
                    let explained = rules.rules.iter().any(|rule| explains(rule, Direction::Bind, protocol, real, asked.port()));
                    assert!(explained, "bound {real} for {asked} under {rules:?}");
                }
                kernel.close(fd).expect("it is open");
            }
            _ => names(&rules, &access, &mut input),
        }
        // What names exactly this address opens it, whatever kind it is.
        let exact = NetworkRule {
            direction: Direction::Connect,
            protocol: None,
            peer: Peer::Network { network: asked.ip().to_canonical(), prefix: if asked.ip().to_canonical().is_ipv4() { 32 } else { 128 } },
            ports: asked.port()..=asked.port(),
        };
        let only = NetworkAccess::Rules(NetworkRules { rules: vec![exact], names: Vec::new() });
        let decided = only.check(Direction::Connect, || Protocol::Tcp, asked, &Resolved::default());
        let expected = if asked.ip().to_canonical().is_unspecified() { Err(Errno::EACCES) } else { Ok(()) };
        assert_eq!(decided, expected, "{asked}");
        assert_eq!(NetworkAccess::Closed.check(Direction::Connect, || Protocol::Tcp, asked, &Resolved::default()), Err(Errno::EACCES));
    }
}
