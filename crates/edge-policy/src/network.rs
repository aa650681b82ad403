//! `[tcp://|udp://]HOST[:PORTS]`.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use edge_wasix::net::{Direction, NamePattern, NetworkRule, Peer, Protocol};

/// Reads a rule of the network.
///
/// `HOST` is a name (`api.example.com`, `*.example.org`, `*` for every public host), an address or a network (`10.0.0.0/8`,
/// `[fd00::/8]`; IPv6 in brackets when ports follow). `PORTS` is a port, `8000-8010`, or `*`; without them it is every port, without a
/// protocol both. Where a program may listen, `*` is every address of this host, and other names are none.
///
/// # Errors
/// What is wrong, for a person.
pub fn parse_rule(direction: Direction, text: &str) -> Result<NetworkRule, String> {
    let (protocol, rest) = match text.split_once("://") {
        Some(("tcp", rest)) => (Some(Protocol::Tcp), rest),
        Some(("udp", rest)) => (Some(Protocol::Udp), rest),
        Some((other, _)) => return Err(format!("{text:?}: {other:?} is no protocol: tcp or udp")),
        None => (None, text),
    };
    let (host, ports) = split(rest).ok_or_else(|| format!("{text:?} is not [tcp://|udp://]HOST[:PORTS]"))?;
    let ports = parse_ports(ports).ok_or_else(|| format!("{text:?}: {:?} is no port, range of ports or *", ports.unwrap_or_default()))?;
    let peer = match parse_network(host)? {
        Some((network, prefix)) => Peer::Network { network, prefix },
        None if host.eq_ignore_ascii_case("localhost") => {
            return Err(format!("{text:?}: this host is granted by its address, 127.0.0.1 or [::1]"));
        }
        None => match NamePattern::parse(host)? {
            NamePattern::Exactly(_) | NamePattern::Below(_) if direction == Direction::Bind => {
                return Err(format!("{text:?}: where to listen is an address, not a name"));
            }
            pattern => Peer::Name(pattern),
        },
    };
    Ok(NetworkRule { direction, protocol, peer, ports })
}

/// Host and ports; what follows a bracket or a prefix's slash has its own colon.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inside, after) = bracketed.split_once(']')?;
        // `[fd00::]/8:80` as well as `[fd00::/8]:80`.
        if let Some(prefix) = after.strip_prefix('/') {
            let digits = prefix.find(':').unwrap_or(prefix.len());
            let host = &text[1..1 + inside.len()];
            // Only one of the two places may have the prefix; the text with both is read by nobody.
            if host.contains('/') {
                return None;
            }
            let whole = &text[..inside.len() + 3 + digits];
            return Some((whole, prefix.get(digits + 1..)));
        }
        return match after.strip_prefix(':') {
            Some(ports) => Some((inside, Some(ports))),
            None if after.is_empty() => Some((inside, None)),
            None => None,
        };
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Some((text, None)),
        Some((host, ports)) => Some((host, Some(ports))),
        None => Some((text, None)),
    }
    .filter(|split| !split.0.is_empty())
}

fn parse_ports(text: Option<&str>) -> Option<RangeInclusive<u16>> {
    let number = |text: &str| if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse::<u16>().ok() } else { None };
    match text {
        None | Some("*") => Some(0..=u16::MAX),
        Some(text) => match text.split_once('-') {
            None => number(text).map(|port| port..=port),
            Some((first, last)) => Some(number(first)?..=number(last)?).filter(|range| !range.is_empty()),
        },
    }
}

/// An address or a network; `None` for what is a name.
fn parse_network(host: &str) -> Result<Option<(IpAddr, u8)>, String> {
    let plain = host.replace(['[', ']'], "");
    let (address, prefix) = plain.split_once('/').map_or((plain.as_str(), None), |(address, prefix)| (address, Some(prefix)));
    let Ok(ip) = address.parse::<IpAddr>() else {
        return if prefix.is_some() || address.contains(':') { Err(format!("{host:?} is no address and no network")) } else { Ok(None) };
    };
    let width = if ip.is_ipv4() { 32 } else { 128 };
    let Some(prefix) = prefix else { return Ok(Some((ip.to_canonical(), if ip.to_canonical().is_ipv4() { 32 } else { width }))) };
    let bits = prefix.parse::<u8>().ok().filter(|bits| *bits <= width && prefix.bytes().all(|byte| byte.is_ascii_digit()));
    let bits = bits.ok_or_else(|| format!("{host:?}: the part after the slash is a number from 0 to {width}"))?;
    let below = match ip {
        IpAddr::V4(ip) => ip.to_bits().checked_shl(bits.into()).unwrap_or(0) != 0,
        IpAddr::V6(ip) => ip.to_bits().checked_shl(bits.into()).unwrap_or(0) != 0,
    };
    if below {
        return Err(format!("{host:?}: the address has bits after its first {bits}"));
    }
    Ok(Some((ip, bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(text: &str) -> NetworkRule {
        parse_rule(Direction::Connect, text).unwrap()
    }

    fn network(address: &str, prefix: u8) -> Peer {
        Peer::Network { network: address.parse().unwrap(), prefix }
    }

    #[test]
    fn forms() {
        let rule = connect("tcp://API.example.com:443");
        assert_eq!(rule.peer, Peer::Name(NamePattern::Exactly("api.example.com".to_owned())));
        assert_eq!((rule.protocol, rule.ports), (Some(Protocol::Tcp), 443..=443));
        assert_eq!(connect("tcp://10.0.0.0/8:*").peer, network("10.0.0.0", 8));
        assert_eq!(connect("udp://1.1.1.1:53").protocol, Some(Protocol::Udp));
        assert_eq!(connect("1.1.1.1").ports, 0..=65535);
        assert_eq!(connect("1.1.1.1:8000-8010").ports, 8000..=8010);
        assert_eq!(connect("[::1]:80").peer, network("::1", 128));
        assert_eq!(connect("::1").peer, network("::1", 128));
        assert_eq!(connect("[fd00::/8]:80"), connect("[fd00::]/8:80"));
        assert_eq!(connect("fd00::/8").peer, network("fd00::", 8));
        assert_eq!(connect("[::ffff:1.2.3.4]:80").peer, network("1.2.3.4", 32));
        assert_eq!(connect("*:443").peer, Peer::Name(NamePattern::Any));
        assert_eq!(parse_rule(Direction::Bind, "*:80").unwrap().peer, Peer::Name(NamePattern::Any));
        assert_eq!(connect("0.0.0.0/0").peer, network("0.0.0.0", 0));
    }

    #[test]
    fn errors() {
        for bad in [
            "",
            ":80",
            "http://a.b",
            "a.b:",
            "a.b:99999",
            "a.b:5-1",
            "a.b:+1",
            "a.b:80:90",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "a.b/8",
            "[::1",
            "[::1]80",
            "[fd00::/8]/8",
            "localhost:80",
            "127.1:80",
            "0x7f000001:80",
            "a.*.b:80",
            "bücher.de:80",
            "1.2.3.4.5.6",
        ] {
            assert!(parse_rule(Direction::Connect, bad).is_err(), "{bad}: {:?}", parse_rule(Direction::Connect, bad));
        }
        assert!(parse_rule(Direction::Bind, "example.org:80").is_err());
    }
}
