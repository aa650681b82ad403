//! `internalBinding('tcp_wrap')`: TCP sockets and servers.

use super::address_text;
use super::stream_base::{StreamBase, StreamRequest, after_connect, client_of, status};
use crate::async_context::uid_fields;
use crate::binding::define_constants;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use edge_loop::{BindFlags, Tcp};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, Kernel};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "tcp_wrap",
    natives: natives!("tcp_wrap";
        "TCP" => construct,
        "TCP#open" => open,
        "TCP#bind" => bind,
        "TCP#listen" => listen,
        "TCP#connect" => connect,
        "TCP#bind6" => bind6,
        "TCP#connect6" => connect6,
        "TCP#getsockname" => getsockname,
        "TCP#getpeername" => getpeername,
        "TCP#setNoDelay" => set_no_delay,
        "TCP#setKeepAlive" => set_keep_alive,
        "TCP#reset" => reset,
        "TCPConnectWrap" => construct_connect,
    ),
    init,
};

const METHODS: [&str; 11] =
    ["open", "bind", "listen", "connect", "bind6", "connect6", "getsockname", "getpeername", "setNoDelay", "setKeepAlive", "reset"];
/// Node's names of a socket and a server.
const CLASSES: [&str; 2] = ["TCPSocketWrap", "TCPServerWrap"];
/// `constants`.
const SOCKET: i32 = 0;
const SERVER: i32 = 1;
const UV_TCP_IPV6ONLY: u32 = 1;
const UV_TCP_REUSEPORT: u32 = 2;

fn init(target: &Target<'_>) -> Result<()> {
    let class = target.stream_class("tcp_wrap.TCP")?.methods(&METHODS)?.install(target.object)?;
    target.root("tcp_wrap.TCP", class.constructor)?;
    target.async_class("tcp_wrap.TCPConnectWrap")?.install(target.object)?;
    let constants = target.env.null_object()?;
    define_constants(
        target.env,
        constants,
        &[
            ("SOCKET", SOCKET),
            ("SERVER", SERVER),
            ("UV_TCP_IPV6ONLY", UV_TCP_IPV6ONLY as i32),
            ("UV_TCP_REUSEPORT", UV_TCP_REUSEPORT as i32),
        ],
    )?;
    target.value("constants", constants)
}

/// `new TCP(type)`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("TCP")?;
    let (class, provider) = match env.get_i32(info.arg(0))? {
        SOCKET => (CLASSES[0], "TCPWRAP"),
        SERVER => (CLASSES[1], "TCPSERVERWRAP"),
        _ => return Err(Error::invalid_arg_type("The \"type\" argument must be one of tcp_wrap.constants")),
    };
    let environment = Environment::of(env)?;
    let tcp = Tcp::new(environment.uv(), environment.kernel());
    StreamBase::create(&environment, info.this(), class, provider, tcp.stream().clone())?;
    Ok(info.this())
}

/// `new TCPConnectWrap()`: a plain object until it is connected with.
fn construct_connect(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("TCPConnectWrap")?;
    Ok(info.this())
}

/// Runs a method of a TCP object: `EBADF` once it is closed.
fn method(
    env: Env,
    info: &CallInfo<'_>,
    body: impl FnOnce(&Rc<Environment>, &Rc<AsyncWrap>, &Rc<StreamBase>, &Tcp) -> Result<edge_wasix::Result<()>>,
) -> Result<Value> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let base = wrap.state::<StreamBase>()?;
    if !CLASSES.contains(&wrap.class()) {
        return Err(Error::type_error("", "Illegal invocation"));
    }
    if base.is_closed() {
        return status(env, Err(Errno::EBADF));
    }
    status(env, body(&Environment::of(env)?, &wrap, &base, &Tcp::of(base.stream().clone()))?)
}

/// `open(fd)`.
fn open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, base, _| Ok(base.stream().open(env.get_i32(info.arg(0))?, true)))
}

/// A number as Node's bindings take it: what is none is 0.
pub fn integer(env: Env, value: Value) -> Result<i32> {
    if env.is_number(value)? { env.get_i32(value) } else { Ok(0) }
}

/// `uv_ip4_addr` of a text and a port.
pub fn ip4_address(env: Env, text: Value, port: Value) -> Result<edge_wasix::Result<SocketAddr>> {
    let (text, port) = (env.to_string_lossy(text)?, integer(env, port)? as u16);
    Ok(text.parse::<Ipv4Addr>().map(|ip| SocketAddr::new(ip.into(), port)).map_err(|_| Errno::EINVAL))
}

/// `uv_ip6_addr` of a text, perhaps with a zone, and a port.
pub fn ip6_address(env: Env, kernel: &Kernel, text: Value, port: Value) -> Result<edge_wasix::Result<SocketAddr>> {
    let (text, port) = (env.to_string_lossy(text)?, integer(env, port)? as u16);
    let (ip, zone) = text.split_once('%').map_or((text.as_str(), None), |(ip, zone)| (ip, Some(zone)));
    let Ok(ip) = ip.parse::<Ipv6Addr>() else { return Ok(Err(Errno::EINVAL)) };
    // A zone that is no interface is none, as in libuv.
    let scope = zone.map_or(0, |zone| kernel.interface_index(zone.as_bytes()).unwrap_or_else(|| zone.parse().unwrap_or(0)));
    Ok(Ok(SocketAddr::V6(SocketAddrV6::new(ip, port, 0, scope))))
}

/// `bind(ip, port, flags)`.
fn bind(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, _, tcp| {
        let flags = flags(env, info.arg(2))?;
        Ok(ip4_address(env, info.arg(0), info.arg(1))?.and_then(|address| tcp.bind(address, flags)))
    })
}

/// `bind6(ip, port, flags)`.
fn bind6(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, _, tcp| {
        let flags = flags(env, info.arg(2))?;
        Ok(ip6_address(env, environment.kernel(), info.arg(0), info.arg(1))?.and_then(|address| tcp.bind(address, flags)))
    })
}

fn flags(env: Env, value: Value) -> Result<BindFlags> {
    let bits = if env.is_number(value)? { env.get_u32(value)? } else { 0 };
    Ok(BindFlags { only_v6: bits & UV_TCP_IPV6ONLY != 0, reuse_port: bits & UV_TCP_REUSEPORT != 0 })
}

/// `listen(backlog)`: `onconnection(status, client)` for each connection from now on.
fn listen(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, wrap, _, tcp| {
        let backlog = integer(env, info.arg(0))?;
        let server = Rc::downgrade(wrap);
        Ok(tcp.listen(backlog, move |_, fd| {
            let Some(server) = server.upgrade() else { return };
            if let Some(environment) = server.environment() {
                client_of(&environment, &server, "tcp_wrap.TCP", fd);
            }
        }))
    })
}

/// `connect(req, ip, port)`.
fn connect(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, base, tcp| {
        let address = ip4_address(env, info.arg(1), info.arg(2))?;
        connect_to(environment, wrap, base, tcp, info.arg(0), address)
    })
}

/// `connect6(req, ip, port)`.
fn connect6(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, base, tcp| {
        let address = ip6_address(env, environment.kernel(), info.arg(1), info.arg(2))?;
        connect_to(environment, wrap, base, tcp, info.arg(0), address)
    })
}

fn connect_to(
    environment: &Rc<Environment>,
    wrap: &Rc<AsyncWrap>,
    base: &Rc<StreamBase>,
    tcp: &Tcp,
    req: Value,
    address: edge_wasix::Result<SocketAddr>,
) -> Result<edge_wasix::Result<()>> {
    let address = match address {
        Ok(address) => address,
        Err(errno) => return Ok(Err(errno)),
    };
    let ids = &environment.async_hooks()?.ids;
    let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, wrap.ids().async_id);
    let request = StreamRequest::begin(environment, wrap, req, "TCPConnectWrap", "TCPCONNECTWRAP");
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
    let (request, base) = (request?, base.clone());
    Ok(tcp.connect(address, move |_, result| after_connect(request, &base, result)).map(|_| ()))
}

/// `getsockname(object)`.
fn getsockname(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, _, tcp| fill_address(environment, info.arg(0), tcp.local_address()))
}

/// `getpeername(object)`.
fn getpeername(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, _, tcp| fill_address(environment, info.arg(0), tcp.peer_address()))
}

/// Puts an address into an object as `address`, `family` and `port` (Node's `AddressToJS`).
pub fn fill_address(
    environment: &Rc<Environment>,
    object: Value,
    address: edge_wasix::Result<SocketAddr>,
) -> Result<edge_wasix::Result<()>> {
    let address = match address {
        Ok(address) => address,
        Err(errno) => return Ok(Err(errno)),
    };
    let env = environment.env();
    let mut text = address_text(address.ip());
    if let SocketAddr::V6(v6) = address
        && v6.ip().is_unicast_link_local()
        && v6.scope_id() != 0
        && let Some(name) = environment.kernel().interface_name(v6.scope_id())
    {
        text.push('%');
        text.push_str(&String::from_utf8_lossy(&name));
    }
    env.set(object, "address", env.string(&text)?)?;
    let family = if matches!(address.ip(), IpAddr::V4(_)) { "IPv4" } else { "IPv6" };
    env.set(object, "family", env.string(family)?)?;
    env.set(object, "port", env.int32(address.port().into())?)?;
    Ok(Ok(()))
}

/// `setNoDelay(on)`.
fn set_no_delay(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, _, tcp| Ok(tcp.set_no_delay(env.truthy(info.arg(0))?)))
}

/// `setKeepAlive(on, seconds)`.
fn set_keep_alive(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, _, tcp| {
        let on = env.truthy(info.arg(0))?;
        let seconds = if env.is_number(info.arg(1))? { env.get_u32(info.arg(1))? } else { 0 };
        Ok(tcp.set_keep_alive(on.then_some(seconds)))
    })
}

/// `reset([callback])`: closes the connection with a reset.
fn reset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, _, tcp| {
        if wrap.handle().is_none_or(|handle| handle.is_closing()) {
            return Ok(Ok(()));
        }
        let prepared = tcp.prepare_reset();
        if prepared.is_ok() {
            if env.is_function(info.arg(0))? {
                env.set_key(info.this(), environment.symbol("handle_onclose")?, info.arg(0))?;
            }
            wrap.close();
        }
        Ok(prepared)
    })
}
