//! `internalBinding('udp_wrap')`: UDP sockets.

use super::buffer::new_buffer;
use super::stream_base::status;
use super::tcp_wrap::{fill_address, integer, ip4_address, ip6_address};
use crate::async_context::uid_fields;
use crate::binding::define_constants;
use crate::{ActiveRequest, AsyncWrap, Binding, Environment, Target, natives};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use edge_loop::{Membership, ReceiveEvent, Udp, UdpBindFlags};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::Errno;
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "udp_wrap",
    natives: natives!("udp_wrap";
        "UDP" => construct,
        "UDP#get fd" => get_fd,
        "UDP#recvStart" => recv_start,
        "UDP#recvStop" => recv_stop,
        "UDP#open" => open,
        "UDP#bind" => bind,
        "UDP#bind6" => bind6,
        "UDP#connect" => connect,
        "UDP#connect6" => connect6,
        "UDP#disconnect" => disconnect,
        "UDP#send" => send,
        "UDP#send6" => send6,
        "UDP#getpeername" => getpeername,
        "UDP#getsockname" => getsockname,
        "UDP#addMembership" => add_membership,
        "UDP#dropMembership" => drop_membership,
        "UDP#addSourceSpecificMembership" => add_source_membership,
        "UDP#dropSourceSpecificMembership" => drop_source_membership,
        "UDP#setMulticastInterface" => set_multicast_interface,
        "UDP#setMulticastTTL" => set_multicast_ttl,
        "UDP#setMulticastLoopback" => set_multicast_loop,
        "UDP#setBroadcast" => set_broadcast,
        "UDP#setTTL" => set_ttl,
        "UDP#bufferSize" => buffer_size,
        "UDP#getSendQueueSize" => get_send_queue_size,
        "UDP#getSendQueueCount" => get_send_queue_count,
        "SendWrap" => construct_send,
    ),
    init,
};

const METHODS: [&str; 24] = [
    "recvStart",
    "recvStop",
    "open",
    "bind",
    "connect",
    "send",
    "bind6",
    "connect6",
    "send6",
    "disconnect",
    "getpeername",
    "getsockname",
    "addMembership",
    "dropMembership",
    "addSourceSpecificMembership",
    "dropSourceSpecificMembership",
    "setMulticastInterface",
    "setMulticastTTL",
    "setMulticastLoopback",
    "setBroadcast",
    "setTTL",
    "bufferSize",
    "getSendQueueSize",
    "getSendQueueCount",
];
const UV_UDP_IPV6ONLY: i32 = 1;
const UV_UDP_REUSEADDR: i32 = 4;
const UV_UDP_REUSEPORT: i32 = 64;

fn init(target: &Target<'_>) -> Result<()> {
    let class = target.handle_class("udp_wrap.UDP")?.accessor("fd")?.methods(&METHODS)?.install(target.object)?;
    // For sockets that come from another process.
    target.root("udp_wrap.UDP", class.constructor)?;
    target.async_class("udp_wrap.SendWrap")?.install(target.object)?;
    let constants = target.env.null_object()?;
    define_constants(
        target.env,
        constants,
        &[("UV_UDP_IPV6ONLY", UV_UDP_IPV6ONLY), ("UV_UDP_REUSEADDR", UV_UDP_REUSEADDR), ("UV_UDP_REUSEPORT", UV_UDP_REUSEPORT)],
    )?;
    target.value("constants", constants)
}

/// State of a `UDP`.
struct UdpWrap(Udp);

/// `new UDP()`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("UDP")?;
    let environment = Environment::of(env)?;
    let udp = Udp::new(environment.uv(), environment.kernel());
    let wrap = AsyncWrap::new(&environment, info.this(), "UDPWrap", "UDPWRAP", Rc::new(UdpWrap(udp.clone())))?;
    wrap.set_handle(Rc::new(udp))?;
    Ok(info.this())
}

/// `new SendWrap()`: a plain object until it is sent with.
fn construct_send(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("SendWrap")?;
    Ok(info.this())
}

/// Runs a method: `EBADF` once the handle is closed.
fn method(
    env: Env,
    info: &CallInfo<'_>,
    body: impl FnOnce(&Rc<Environment>, &Rc<AsyncWrap>, &Udp) -> Result<edge_wasix::Result<()>>,
) -> Result<Value> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let state = wrap.state::<UdpWrap>()?;
    if wrap.handle().is_none_or(|handle| handle.is_closing()) {
        return status(env, Err(Errno::EBADF));
    }
    status(env, body(&Environment::of(env)?, &wrap, &state.0)?)
}

fn udp(env: Env, info: &CallInfo<'_>) -> Result<Udp> {
    Ok(AsyncWrap::state_of::<UdpWrap>(env, info.this())?.0.clone())
}

/// `fd`: the descriptor, or `EBADF`'s number.
fn get_fd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    // Also read on the prototype, which is no socket.
    let wrap = env.try_unwrap::<AsyncWrap>(info.this())?;
    let fd = wrap.and_then(|wrap| wrap.state::<UdpWrap>().ok()).map_or(-1, |state| state.0.fd());
    env.int32(if fd < 0 { Errno::EBADF.uv() } else { fd })
}

/// `open(fd)`.
fn open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| Ok(udp.open(env.get_i32(info.arg(0))?)))
}

fn address(environment: &Rc<Environment>, v6: bool, text: Value, port: Value) -> Result<edge_wasix::Result<SocketAddr>> {
    if v6 { ip6_address(environment.env(), environment.kernel(), text, port) } else { ip4_address(environment.env(), text, port) }
}

/// `bind(ip, port, flags)`.
fn bind(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    bind_to(env, info, false)
}
/// `bind6(ip, port, flags)`.
fn bind6(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    bind_to(env, info, true)
}
fn bind_to(env: Env, info: &CallInfo<'_>, v6: bool) -> Result<Value> {
    method(env, info, |environment, _, udp| {
        let bits = integer(env, info.arg(2))?;
        let flags = UdpBindFlags {
            only_v6: bits & UV_UDP_IPV6ONLY != 0,
            reuse_address: bits & UV_UDP_REUSEADDR != 0,
            reuse_port: bits & UV_UDP_REUSEPORT != 0,
        };
        Ok(address(environment, v6, info.arg(0), info.arg(1))?.and_then(|address| udp.bind(address, flags)))
    })
}

/// `connect(ip, port)`.
fn connect(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, udp| {
        Ok(address(environment, false, info.arg(0), info.arg(1))?.and_then(|address| udp.connect(address)))
    })
}
/// `connect6(ip, port)`.
fn connect6(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, udp| {
        Ok(address(environment, true, info.arg(0), info.arg(1))?.and_then(|address| udp.connect(address)))
    })
}
/// `disconnect()`.
fn disconnect(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| Ok(udp.disconnect()))
}

/// `send(req, list, length, port, ip, hasCallback)`, or `(req, list, length, hasCallback)` when connected → a negative error number,
/// the length and one more when it was sent at once, or 0 when `req.oncomplete(error, sent)` will tell.
fn send(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    send_to(env, info, false)
}
/// `send6`, the same for IPv6.
fn send6(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    send_to(env, info, true)
}
fn send_to(env: Env, info: &CallInfo<'_>, v6: bool) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let state = wrap.state::<UdpWrap>()?;
    if wrap.handle().is_none_or(|handle| handle.is_closing()) {
        return env.int32(Errno::EBADF.uv());
    }
    let connected = info.len() <= 4;
    let has_callback = env.truthy(info.arg(if connected { 3 } else { 5 }))?;
    let to = if connected {
        None
    } else {
        match address(&environment, v6, info.arg(4), info.arg(3))? {
            Ok(address) => Some(address),
            Err(errno) => return env.int32(errno.uv()),
        }
    };
    let mut data = Vec::new();
    for index in 0..env.array_length(info.arg(1))? {
        let _scope = env.scope()?;
        let chunk = env.get_index(info.arg(1), index)?;
        env.with_bytes(chunk, |bytes| data.extend_from_slice(bytes))?;
    }
    let size = data.len();
    if !environment.cli().flag("--test-udp-no-try-send") {
        match state.0.try_send(&data, to) {
            Ok(_) => return env.number(size as f64 + 1.0),
            Err(Errno::EAGAIN) => {}
            Err(errno) => return env.int32(errno.uv()),
        }
    }
    let ids = &environment.async_hooks()?.ids;
    let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, wrap.ids().async_id);
    let request = AsyncWrap::new(&environment, info.arg(0), "SendWrap", "UDPSENDWRAP", Rc::new(()));
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
    let request = request?;
    let active = ActiveRequest::begin(&environment, "SendWrap", info.arg(0))?;
    let sent = state.0.send(data, to, move |_, result| {
        if has_callback {
            let status = result.map_or_else(Errno::uv, |()| 0);
            request.make_callback("oncomplete", |env| Ok(vec![env.int32(status)?, env.size(size)?]));
        }
        request.emit_destroy();
        drop(active);
    });
    env.int32(sent.map_or_else(Errno::uv, |_| 0))
}

/// `recvStart()`: `onmessage(nread, handle, buffer, rinfo)` for each datagram from now on.
fn recv_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, wrap, udp| {
        let weak = Rc::downgrade(wrap);
        let started = udp.receive_start(move |_, event| {
            if let Some(wrap) = weak.upgrade() {
                on_receive(&wrap, event);
            }
        });
        Ok(if started == Err(Errno::EALREADY) { Ok(()) } else { started })
    })
}

fn on_receive(wrap: &Rc<AsyncWrap>, event: ReceiveEvent<'_>) {
    let Some(environment) = wrap.environment() else { return };
    wrap.make_callback("onmessage", |env| {
        let undefined = env.undefined()?;
        let handle = wrap.object()?.unwrap_or(undefined);
        match event {
            ReceiveEvent::Error(errno) => Ok(vec![env.int32(errno.uv())?, handle, undefined, undefined]),
            ReceiveEvent::Datagram(bytes, from) => {
                let rinfo = env.object()?;
                if let Some(from) = from {
                    // An address there is can be told.
                    let _ = fill_address(&environment, rinfo, Ok(from))?;
                }
                Ok(vec![env.size(bytes.len())?, handle, new_buffer(env, bytes)?, rinfo])
            }
        }
    });
}

/// `recvStop()`.
fn recv_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| {
        udp.receive_stop();
        Ok(Ok(()))
    })
}

/// `getsockname(object)`.
fn getsockname(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, udp| fill_address(environment, info.arg(0), udp.local_address()))
}
/// `getpeername(object)`.
fn getpeername(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, udp| fill_address(environment, info.arg(0), udp.peer_address()))
}

/// An address of either family; the number of its zone.
fn either(environment: &Rc<Environment>, text: Value) -> Result<edge_wasix::Result<(IpAddr, u32)>> {
    let env = environment.env();
    let port = env.int32(0)?;
    let address = match ip4_address(env, text, port)? {
        Ok(address) => Ok(address),
        Err(_) => ip6_address(env, environment.kernel(), text, port)?,
    };
    Ok(address.map(|address| match address {
        SocketAddr::V4(v4) => (IpAddr::V4(*v4.ip()), 0),
        SocketAddr::V6(v6) => (IpAddr::V6(*v6.ip()), v6.scope_id()),
    }))
}

fn membership(env: Env, info: &CallInfo<'_>, group: Value, interface: Value, source: Option<Value>, join: bool) -> Result<Value> {
    method(env, info, |environment, _, udp| {
        let source = source.map(|source| either(environment, source)).transpose()?.transpose();
        let group = either(environment, group)?;
        let (source, (group, _)) = match (source, group) {
            (Ok(source), Ok(group)) => (source.map(|(source, _)| source), group),
            (Err(errno), _) | (_, Err(errno)) => return Ok(Err(errno)),
        };
        let mut wanted = Membership { group, interface: Ipv4Addr::UNSPECIFIED, scope: 0, source, join };
        if env.is_string(interface)? {
            match (either(environment, interface)?, group) {
                (Ok((IpAddr::V4(interface), _)), IpAddr::V4(_)) => wanted.interface = interface,
                (Ok((IpAddr::V6(_), scope)), IpAddr::V6(_)) => wanted.scope = scope,
                _ => return Ok(Err(Errno::EINVAL)),
            }
        }
        Ok(udp.set_membership(wanted))
    })
}

/// `addMembership(group, interface)`.
fn add_membership(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    membership(env, info, info.arg(0), info.arg(1), None, true)
}
/// `dropMembership(group, interface)`.
fn drop_membership(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    membership(env, info, info.arg(0), info.arg(1), None, false)
}
/// `addSourceSpecificMembership(source, group, interface)`.
fn add_source_membership(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    membership(env, info, info.arg(1), info.arg(2), Some(info.arg(0)), true)
}
/// `dropSourceSpecificMembership(source, group, interface)`.
fn drop_source_membership(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    membership(env, info, info.arg(1), info.arg(2), Some(info.arg(0)), false)
}

/// `setMulticastInterface(address)`.
fn set_multicast_interface(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, _, udp| {
        if udp.fd() < 0 {
            return Ok(Err(Errno::EBADF));
        }
        Ok(either(environment, info.arg(0))?.and_then(|(interface, scope)| udp.set_multicast_interface(interface, scope)))
    })
}
/// `setMulticastTTL(ttl)`.
fn set_multicast_ttl(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| Ok(udp.set_multicast_ttl(integer(env, info.arg(0))?)))
}
/// `setMulticastLoopback(on)`.
fn set_multicast_loop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| Ok(udp.set_multicast_loop(env.truthy(info.arg(0))?)))
}
/// `setBroadcast(on)`.
fn set_broadcast(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| Ok(udp.set_broadcast(env.truthy(info.arg(0))?)))
}
/// `setTTL(ttl)`.
fn set_ttl(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, udp| Ok(udp.set_ttl(integer(env, info.arg(0))?)))
}

/// `bufferSize(size, receive, ctx)` → the size, which it sets first unless it is 0; a failure is told in `ctx`.
fn buffer_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let (kernel, fd) = (environment.kernel(), udp(env, info)?.fd());
    let receive = env.truthy(info.arg(1))?;
    let wanted = env.get_f64(info.arg(0))?;
    let result = if !(0.0..=f64::from(i32::MAX)).contains(&wanted) || wanted.fract() != 0.0 {
        Err(Errno::EINVAL)
    } else if wanted == 0.0 {
        kernel.sock_buffer_size(fd, !receive)
    } else {
        kernel.sock_set_buffer_size(fd, !receive, wanted as usize).map(|()| wanted as usize)
    };
    match result {
        Ok(size) => env.size(size),
        Err(errno) => {
            let ctx = info.arg(2);
            env.set(ctx, "errno", env.int32(errno.uv())?)?;
            env.set(ctx, "code", env.string(errno.name())?)?;
            env.set(ctx, "message", env.string(errno.message())?)?;
            env.set(ctx, "syscall", env.string(if receive { "uv_recv_buffer_size" } else { "uv_send_buffer_size" })?)?;
            Ok(info.undefined())
        }
    }
}

/// `getSendQueueSize()`.
fn get_send_queue_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.size(udp(env, info)?.send_queue_size())
}
/// `getSendQueueCount()`.
fn get_send_queue_count(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.size(udp(env, info)?.send_queue_count())
}
