//! `ChannelWrap`: a resolver with servers of its own, and its questions.

use super::query::{Query, Settings};
use super::{address_text, answers, wire};
use crate::{ActiveRequest, AsyncWrap, Environment};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, Kernel, parse_name_servers};
use hickory_proto::rr::{Record, RecordType};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Milliseconds for a server's first answer, when the program does not say.
const DEFAULT_TIMEOUT: u64 = 2000;
const DEFAULT_TRIES: usize = 4;
const DNS_PORT: u16 = 53;
/// c-ares' `ARES_ENOTINITIALIZED`-like number of Node's for servers that are changed while questions are open.
const PENDING_QUERIES: i32 = -1000;

/// State of a `ChannelWrap`.
pub struct Channel {
    settings: RefCell<Settings>,
    /// Whether the servers were read or set; an empty list may be meant.
    has_servers: Cell<bool>,
    /// Whether the program said which.
    has_own_servers: Cell<bool>,
    open: RefCell<BTreeMap<u64, Rc<Query>>>,
    next: Cell<u64>,
}

/// The servers that the system names; c-ares' own host when it names none, or when the program may not see which.
fn system_servers(kernel: &Kernel) -> Vec<SocketAddr> {
    parse_name_servers(&kernel.read_file(b"/etc/resolv.conf", 1 << 20).unwrap_or_default())
}

/// `new ChannelWrap(timeout, tries, maxTimeout)`: -1 and 0 mean the defaults.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("ChannelWrap")?;
    let environment = Environment::of(env)?;
    let number = |index| -> Result<i32> { if env.is_number(info.arg(index))? { env.get_i32(info.arg(index)) } else { Ok(0) } };
    let (timeout, tries, max_timeout) = (number(0)?, number(1)?, number(2)?);
    let settings = Settings {
        // Read when it is first needed: one channel is made before the image is taken.
        servers: Vec::new(),
        timeout: u64::try_from(timeout).ok().filter(|&timeout| timeout > 0).unwrap_or(DEFAULT_TIMEOUT),
        max_timeout: u64::try_from(max_timeout).unwrap_or(0),
        tries: usize::try_from(tries).ok().filter(|&tries| tries > 0).unwrap_or(DEFAULT_TRIES),
        local_v4: None,
        local_v6: None,
    };
    let channel = Channel {
        settings: RefCell::new(settings),
        has_servers: Cell::new(false),
        has_own_servers: Cell::new(false),
        open: RefCell::default(),
        next: Cell::new(0),
    };
    AsyncWrap::new(&environment, info.this(), "ChannelWrap", "DNSCHANNEL", Rc::new(channel))?;
    Ok(info.this())
}

fn channel(env: Env, info: &CallInfo<'_>) -> Result<Rc<Channel>> {
    let channel = AsyncWrap::state_of::<Channel>(env, info.this())?;
    if !channel.has_servers.replace(true) {
        let servers = system_servers(Environment::of(env)?.kernel());
        channel.settings.borrow_mut().servers = servers;
    }
    Ok(channel)
}

/// `getServers()` → `[[ip, port], …]`.
pub fn get_servers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let servers = channel(env, info)?.settings.borrow().servers.clone();
    let pairs: Result<Vec<Value>> = servers
        .iter()
        .map(|server| env.array_from(&[env.string(&address_text(server.ip()))?, env.uint32(server.port().into())?]))
        .collect();
    env.array_from(&pairs?)
}

/// `setServers([[family, ip, port], …])` → 0 or an error number for `strerror`.
pub fn set_servers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let channel = channel(env, info)?;
    if !channel.open.borrow().is_empty() {
        return env.int32(PENDING_QUERIES);
    }
    let mut servers = Vec::new();
    for entry in env.array_values(info.arg(0))? {
        let ip = env.to_string_lossy(env.get_index(entry, 1)?)?;
        let port = env.get_i32(env.get_index(entry, 2)?)?;
        // c-ares' `ARES_EBADSTR`.
        let Ok(ip) = ip.split('%').next().unwrap_or_default().parse::<IpAddr>() else { return env.int32(17) };
        servers.push(SocketAddr::new(ip, u16::try_from(port).ok().filter(|&port| port != 0).unwrap_or(DNS_PORT)));
    }
    channel.settings.borrow_mut().servers = servers;
    channel.has_own_servers.set(true);
    env.int32(0)
}

/// `setLocalAddress(ip[, ip])`: one of each family at most.
pub fn set_local_address(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let channel = channel(env, info)?;
    let invalid = |message: &str| Error::error("ERR_INVALID_ARG_VALUE", message);
    let (mut v4, mut v6) = (None::<Ipv4Addr>, None::<Ipv6Addr>);
    for index in 0..2 {
        let Some(value) = info.optional(env, index)? else { continue };
        match env.to_string_lossy(value)?.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) if v4.is_some() => return Err(invalid("Cannot specify two IPv4 addresses.")),
            Ok(IpAddr::V6(_)) if v6.is_some() => return Err(invalid("Cannot specify two IPv6 addresses.")),
            Ok(IpAddr::V4(ip)) => v4 = Some(ip),
            Ok(IpAddr::V6(ip)) => v6 = Some(ip),
            Err(_) => return Err(invalid("Invalid IP address.")),
        }
    }
    let mut settings = channel.settings.borrow_mut();
    (settings.local_v4, settings.local_v6) = (v4, v6);
    Ok(info.undefined())
}

/// `cancel()`: all open questions end with `ECANCELLED`.
pub fn cancel(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let open: Vec<Rc<Query>> = AsyncWrap::state_of::<Channel>(env, info.this())?.open.borrow().values().cloned().collect();
    for query in open {
        query.fail("ECANCELLED");
    }
    Ok(info.undefined())
}

/// `new QueryReqWrap()`: a plain object until it is asked with.
pub fn construct_request(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("QueryReqWrap")?;
    Ok(info.this())
}

macro_rules! queries {
    ($($function:ident = $kind:ident;)*) => {
        $(#[doc = concat!("`query…(req, name)` for records of the kind `", stringify!($kind), "`.")]
        pub fn $function(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            let host = env.to_string_lossy(info.arg(1))?;
            ask(env, info, &host, RecordType::$kind, None)
        })*
    };
}

queries! {
    query_any = ANY;
    query_a = A;
    query_aaaa = AAAA;
    query_caa = CAA;
    query_cname = CNAME;
    query_mx = MX;
    query_naptr = NAPTR;
    query_ns = NS;
    query_ptr = PTR;
    query_srv = SRV;
    query_soa = SOA;
    query_tlsa = TLSA;
    query_txt = TXT;
}

/// `getHostByAddr(req, ip)`: the names of an address, by the hosts file, else by `PTR` records.
pub fn get_host_by_addr(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Ok(ip) = env.to_string_lossy(info.arg(1))?.parse::<IpAddr>() else { return env.int32(Errno::EINVAL.uv()) };
    let known = hosts_file_names(Environment::of(env)?.kernel(), ip);
    let reversed = match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            let mut name: String = nibbles.map(|nibble| format!("{nibble:x}.")).collect();
            name.push_str("ip6.arpa");
            name
        }
    };
    ask(env, info, &reversed, RecordType::PTR, (!known.is_empty()).then_some(known))
}

fn hosts_file_names(kernel: &Kernel, ip: IpAddr) -> Vec<String> {
    let text = kernel.read_file(b"/etc/hosts", 1 << 20).unwrap_or_default();
    let mut names = Vec::new();
    for line in String::from_utf8_lossy(&text).lines() {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        if words.next().and_then(|address| address.parse::<IpAddr>().ok()) == Some(ip) {
            names.extend(words.map(str::to_owned));
        }
    }
    // As in Node: the first is the name, the others are the aliases, and the answer is the aliases when there are any.
    if names.len() > 1 {
        names.remove(0);
    }
    names
}

/// Names of Tor, which must not be asked for (RFC 7686).
fn is_onion(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("onion"))
}

/// Asks, unless the answer is `known`; `req.oncomplete(error, answer, ttls)` is told in the loop.
fn ask(env: Env, info: &CallInfo<'_>, host: &str, kind: RecordType, known: Option<Vec<String>>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let channel = channel(env, info)?;
    // The channel must outlive its questions, whoever forgets it.
    env.set(info.arg(0), "channel", info.this())?;
    let request = AsyncWrap::new(&environment, info.arg(0), "QueryReqWrap", "QUERYWRAP", Rc::new(()))?;
    let active = ActiveRequest::begin(&environment, "QueryReqWrap", info.arg(0))?;
    let number = channel.next.get();
    channel.next.set(number + 1);
    let weak = Rc::downgrade(&channel);
    let finish = move |result: std::result::Result<Vec<Record>, wire::Code>| {
        if let Some(channel) = weak.upgrade() {
            let over = channel.open.borrow_mut().remove(&number);
            drop(over);
        }
        request.make_callback("oncomplete", |env| {
            let error = |code: &str| Ok(vec![env.string(code)?]);
            match result {
                Err(code) => error(code),
                Ok(records) => match answers::answer(env, kind, &records)? {
                    None => error(if kind == RecordType::SOA { "EBADRESP" } else { "ENODATA" }),
                    Some(answer) => Ok([vec![env.int32(0)?], answer].concat()),
                },
            }
        });
        request.emit_destroy();
        drop(active);
    };
    if let Some(names) = known {
        let name = |name: &String| wire::name(name).ok();
        let pointer = |name| {
            Record::from_rdata(hickory_proto::rr::Name::root(), 0, hickory_proto::rr::RData::PTR(hickory_proto::rr::rdata::PTR(name)))
        };
        let records = names.iter().filter_map(name).map(pointer).collect();
        environment.uv().defer(move |_| finish(Ok(records)));
        return env.int32(0);
    }
    let mut id = [0; 2];
    // Without randomness the number is 0; the connected socket still keeps strangers out.
    let _ = environment.kernel().random_fill(&mut id);
    let id = u16::from_ne_bytes(id);
    let packet = if is_onion(host) { Err("ENOTFOUND") } else { wire::name(host).and_then(|name| wire::question(id, &name, kind)) };
    let packet = match packet {
        // Servers of the program's own are asked with its own rights: a rule must allow them.
        Ok(packet) if channel.has_own_servers.get() || environment.kernel().is_question_allowed(host.as_bytes()) => packet,
        Ok(_) => {
            environment.uv().defer(move |_| finish(Err("EREFUSED")));
            return env.int32(0);
        }
        Err(code) => {
            environment.uv().defer(move |_| finish(Err(code)));
            return env.int32(0);
        }
    };
    let mut settings = channel.settings.borrow().clone();
    let mut kernel = environment.kernel().clone();
    if !channel.has_own_servers.get()
        && let Ok(Some((resolver, servers))) = kernel.name_servers()
    {
        (kernel, settings.servers) = (resolver, servers);
    }
    let query = Query::start(environment.uv(), &kernel, settings, id, packet, Box::new(finish));
    channel.open.borrow_mut().insert(number, query);
    env.int32(0)
}
