//! `getaddrinfo` and `getnameinfo`: the system's resolver, on the slow lane of the thread pool.

use super::address_text;
use crate::bindings::tcp_wrap::{ip4_address, ip6_address};
use crate::{ActiveRequest, AsyncWrap, Environment};
use core::net::IpAddr;
use edge_loop::{RequestKind, WorkError, WorkLane};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, ResolveError, ResolveHints, SocketFamily};
use std::rc::Rc;

/// `DNS_ORDER_*`.
const IPV4_FIRST: u32 = 1;
const IPV6_FIRST: u32 = 2;
/// `UV_EAI_NODATA`.
const NO_DATA: i32 = -3007;

/// `new GetAddrInfoReqWrap()`, `new GetNameInfoReqWrap()`: plain objects until a call makes them requests.
pub fn construct_request(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("ReqWrap")?;
    Ok(info.this())
}

/// `getaddrinfo(req, hostname, family, hints, order)` → 0 or an error number; then `oncomplete(error, addresses)`.
pub fn getaddrinfo(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let host = env.to_string_lossy(info.arg(1))?;
    let family = match env.get_i32(info.arg(2))? {
        0 => None,
        4 => Some(SocketFamily::Inet4),
        6 => Some(SocketFamily::Inet6),
        _ => return Err(Error::error("", "bad address family")),
    };
    let flags = if env.is_number(info.arg(3))? { env.get_i32(info.arg(3))? } else { 0 };
    let order = env.get_u32(info.arg(4))?;
    // A C string to Node, and libuv's buffer for it has 256 bytes.
    let host = ada_url::Idna::ascii(host.split('\0').next().unwrap_or_default());
    if host.is_empty() || host.len() > 255 {
        return env.int32(Errno::EINVAL.uv());
    }
    let wanted = ResolveHints { family, flags };
    let kernel = environment.kernel().clone();
    queue(
        &environment,
        RequestKind::GetAddrInfo,
        info.arg(0),
        "GetAddrInfoReqWrap",
        "GETADDRINFOREQWRAP",
        move || kernel.resolve(host.as_bytes(), wanted),
        move |env, result| {
            let addresses = match result {
                Ok(addresses) => addresses,
                Err(number) => return Ok(vec![env.int32(number)?, env.null()?]),
            };
            let wanted = |v4: bool| addresses.iter().filter(move |address| address.is_ipv4() == v4);
            let sorted: Vec<&IpAddr> = match order {
                IPV4_FIRST => wanted(true).chain(wanted(false)).collect(),
                IPV6_FIRST => wanted(false).chain(wanted(true)).collect(),
                _ => addresses.iter().collect(),
            };
            let values: Result<Vec<Value>> = sorted.iter().map(|address| env.string(&address_text(**address))).collect();
            let status = if sorted.is_empty() { env.int32(NO_DATA)? } else { env.null()? };
            Ok(vec![status, env.array_from(&values?)?])
        },
    )
}

/// `getnameinfo(req, address, port)` → 0 or an error number; then `oncomplete(error, host, service)`.
pub fn getnameinfo(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel().clone();
    let address = match ip4_address(env, info.arg(1), info.arg(2))? {
        Ok(address) => Ok(address),
        Err(_) => ip6_address(env, &kernel, info.arg(1), info.arg(2))?,
    };
    let Ok(address) = address else { return env.int32(Errno::EINVAL.uv()) };
    queue(
        &environment,
        RequestKind::GetNameInfo,
        info.arg(0),
        "GetNameInfoReqWrap",
        "GETNAMEINFOREQWRAP",
        move || kernel.resolve_names(address),
        |env, result| match result {
            Ok((host, service)) => Ok(vec![env.null()?, env.string_from_utf8_lossy(&host)?, env.string_from_utf8_lossy(&service)?]),
            Err(number) => Ok(vec![env.int32(number)?, env.null()?, env.null()?]),
        },
    )
}

fn queue<R: Send + 'static>(
    environment: &Rc<Environment>,
    kind: RequestKind,
    object: Value,
    class: &'static str,
    provider: &'static str,
    work: impl FnOnce() -> Result<R, ResolveError> + Send + 'static,
    arguments: impl FnOnce(Env, Result<R, i32>) -> Result<Vec<Value>> + 'static,
) -> Result<Value> {
    let env = environment.env();
    let request = AsyncWrap::new(environment, object, class, provider, Rc::new(()))?;
    let active = ActiveRequest::begin(environment, class, object)?;
    let queued = environment.uv().queue_work(kind, WorkLane::Slow, work, move |_, answer| {
        let result = match answer {
            Ok(result) => result.map_err(ResolveError::uv),
            Err(WorkError::Cancelled) => Err(Errno::ECANCELED.uv()),
            Err(WorkError::Panicked) => Err(Errno::EIO.uv()),
        };
        request.make_callback("oncomplete", |env| arguments(env, result));
        request.emit_destroy();
        drop(active);
    });
    env.int32(queued.map_or_else(Errno::uv, |_| 0))
}
