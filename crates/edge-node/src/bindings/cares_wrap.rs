//! `internalBinding('cares_wrap')`: look-ups of names by the system's resolver (`lookup.rs`), questions to name servers (`channel.rs`,
//! `query.rs`, `wire.rs`, `answers.rs`) and texts of addresses.

mod answers;
mod channel;
mod lookup;
mod query;
mod wire;

use crate::{Binding, Target, natives};
use core::net::{IpAddr, Ipv6Addr};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "cares_wrap",
    natives: natives!("cares_wrap";
        "canonicalizeIP" => canonicalize_ip,
        "convertIpv6StringToBuffer" => convert_ipv6_string_to_buffer,
        "strerror" => strerror,
        "getaddrinfo" => lookup::getaddrinfo,
        "getnameinfo" => lookup::getnameinfo,
        "GetAddrInfoReqWrap" => lookup::construct_request,
        "GetNameInfoReqWrap" => lookup::construct_request,
        "QueryReqWrap" => channel::construct_request,
        "ChannelWrap" => channel::construct,
        "ChannelWrap#getHostByAddr" => channel::get_host_by_addr,
        "ChannelWrap#queryAny" => channel::query_any,
        "ChannelWrap#queryA" => channel::query_a,
        "ChannelWrap#queryAaaa" => channel::query_aaaa,
        "ChannelWrap#queryCaa" => channel::query_caa,
        "ChannelWrap#queryCname" => channel::query_cname,
        "ChannelWrap#queryMx" => channel::query_mx,
        "ChannelWrap#queryNaptr" => channel::query_naptr,
        "ChannelWrap#queryNs" => channel::query_ns,
        "ChannelWrap#queryPtr" => channel::query_ptr,
        "ChannelWrap#querySrv" => channel::query_srv,
        "ChannelWrap#querySoa" => channel::query_soa,
        "ChannelWrap#queryTlsa" => channel::query_tlsa,
        "ChannelWrap#queryTxt" => channel::query_txt,
        "ChannelWrap#getServers" => channel::get_servers,
        "ChannelWrap#setServers" => channel::set_servers,
        "ChannelWrap#setLocalAddress" => channel::set_local_address,
        "ChannelWrap#cancel" => channel::cancel,
    ),
    init,
};

/// c-ares' texts by number.
const MESSAGES: &[&str] = &[
    "Successful completion",
    "DNS server returned answer with no data",
    "DNS server claims query was misformatted",
    "DNS server returned general failure",
    "Domain name not found",
    "DNS server does not implement requested operation",
    "DNS server refused query",
    "Misformatted DNS query",
    "Misformatted domain name",
    "Unsupported address family",
    "Misformatted DNS reply",
    "Could not contact DNS servers",
    "Timeout while contacting DNS servers",
    "End of file",
    "Error reading file",
    "Out of memory",
    "Channel is being destroyed",
    "Misformatted string",
    "Illegal flags specified",
    "Given hostname is not numeric",
    "Illegal hints flags specified",
    "c-ares library initialization not yet performed",
    "Error loading iphlpapi.dll",
    "Could not find GetNetworkParams function",
    "DNS query cancelled",
    "Invalid service name or number",
];

const CHANNEL_METHODS: [&str; 18] = [
    "getHostByAddr",
    "queryAny",
    "queryA",
    "queryAaaa",
    "queryCaa",
    "queryCname",
    "queryMx",
    "queryNaptr",
    "queryNs",
    "queryPtr",
    "querySrv",
    "querySoa",
    "queryTlsa",
    "queryTxt",
    "getServers",
    "setServers",
    "setLocalAddress",
    "cancel",
];

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.constants(&[
        ("AF_INET", 2),
        ("AF_INET6", 10),
        ("AF_UNSPEC", 0),
        ("AI_ADDRCONFIG", 32),
        ("AI_ALL", 16),
        ("AI_V4MAPPED", 8),
        ("DNS_ORDER_VERBATIM", 0),
        ("DNS_ORDER_IPV4_FIRST", 1),
        ("DNS_ORDER_IPV6_FIRST", 2),
    ])?;
    for class in ["cares_wrap.GetAddrInfoReqWrap", "cares_wrap.GetNameInfoReqWrap", "cares_wrap.QueryReqWrap"] {
        target.async_class(class)?.install(target.object)?;
    }
    target.async_class("cares_wrap.ChannelWrap")?.methods(&CHANNEL_METHODS)?.install(target.object)?;
    Ok(())
}

/// `canonicalizeIP(text)` → the address in its shortest form, undefined when it is none.
fn canonicalize_ip(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let text = env.to_string_lossy(info.arg(0))?;
    // A zone names an interface of this host and is not part of the address.
    match text.split('%').next().unwrap_or_default().parse::<IpAddr>() {
        Ok(address) => env.string(&address_text(address)),
        Err(_) => Ok(info.undefined()),
    }
}

/// An address as `inet_ntop` writes it.
pub fn address_text(address: IpAddr) -> String {
    let IpAddr::V6(v6) = address else { return address.to_string() };
    // `inet_ntop` also writes the old compatible addresses with their IPv4 part in dots.
    let segments = v6.segments();
    let compatible = segments[..6].iter().all(|segment| *segment == 0) && segments[6] != 0;
    if compatible {
        let [.., a, b, c, d] = v6.octets();
        return format!("::{a}.{b}.{c}.{d}");
    }
    v6.to_string()
}

/// `convertIpv6StringToBuffer(text)` → 16 bytes.
fn convert_ipv6_string_to_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let text = env.to_string_lossy(info.arg(0))?;
    let address: Ipv6Addr = text.parse().map_err(|_| Error::error("", "Invalid IPv6 address"))?;
    super::buffer::new_buffer(env, &address.octets())
}

/// `strerror(number)`.
fn strerror(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let index = env.get_i32(info.arg(0))?;
    // Node's own, for servers that are changed while questions are open.
    if index == -1000 {
        return env.string("There are pending queries.");
    }
    let message = usize::try_from(index).ok().and_then(|index| MESSAGES.get(index));
    env.string(message.copied().unwrap_or("unknown"))
}
