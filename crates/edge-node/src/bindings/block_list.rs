//! `internalBinding('block_list')`: socket addresses, and lists of addresses to refuse.

mod rules;

use crate::{Binding, Environment, Target, natives};
use core::net::IpAddr;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use rules::{Rule, Rules};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "block_list",
    natives: natives!("block_list";
        "BlockList" => new_block_list,
        "BlockList#addAddress" => add_address,
        "BlockList#addRange" => add_range,
        "BlockList#addSubnet" => add_subnet,
        "BlockList#check" => check,
        "BlockList#getRules" => get_rules,
        "SocketAddress" => new_socket_address,
        "SocketAddress#detail" => detail,
        "SocketAddress#legacyDetail" => legacy_detail,
        "SocketAddress#flowlabel" => flowlabel,
    ),
    init,
};

const AF_INET: i32 = 2;
const AF_INET6: i32 = 10;

fn init(target: &Target<'_>) -> Result<()> {
    let list = target.plain_class("block_list.BlockList", &["addAddress", "addRange", "addSubnet", "check", "getRules"])?;
    let address = target.plain_class("block_list.SocketAddress", &["detail", "legacyDetail", "flowlabel"])?;
    target.root("block_list.BlockList", list.constructor)?;
    target.root("block_list.SocketAddress", address.constructor)?;
    target.constants(&[("AF_INET", AF_INET), ("AF_INET6", AF_INET6)])
}

/// An address with its port; clones are equal, not shared.
#[derive(Clone)]
pub struct SocketAddress {
    address: IpAddr,
    port: u16,
    flowlabel: u32,
}

impl SocketAddress {
    /// A new object with this address.
    pub fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
        let env = environment.env();
        let object = env.construct(environment.expect_root("block_list.SocketAddress")?, &[env.null()?])?;
        env.wrap(object, Rc::new(self.clone()))?;
        Ok(object)
    }
    const fn family(&self) -> i32 {
        if self.address.is_ipv4() { AF_INET } else { AF_INET6 }
    }
}

/// A list shared by all clones of its object.
#[derive(Clone, Default)]
pub struct BlockList(Arc<Mutex<Rules>>);

impl BlockList {
    /// A new object over the same list.
    pub fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
        let env = environment.env();
        let object = env.construct(environment.expect_root("block_list.BlockList")?, &[env.null()?])?;
        env.wrap(object, Rc::new(self.clone()))?;
        Ok(object)
    }
    fn with<R>(&self, f: impl FnOnce(&mut Rules) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `new SocketAddress(address, port, family, flowlabel)`; with `null` an object that native code fills.
fn new_socket_address(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("SocketAddress")?;
    if env.is_null(info.arg(0))? {
        return Ok(info.this());
    }
    let invalid = || Error::error("ERR_INVALID_ADDRESS", "Invalid socket address");
    let text = env.get_string(info.arg(0))?;
    let port = u16::try_from(env.get_i32(info.arg(1))?).map_err(|_| invalid())?;
    let family = env.get_i32(info.arg(2))?;
    let flowlabel = env.get_u32(info.arg(3))?;
    // The zone names an interface of this host; addresses are compared without it.
    let address: IpAddr = text.split('%').next().unwrap_or_default().parse().map_err(|_| invalid())?;
    let address = SocketAddress { address, port, flowlabel };
    if address.family() != family {
        return Err(invalid());
    }
    env.wrap(info.this(), Rc::new(address))?;
    Ok(info.this())
}

/// `detail(object)` → the object, filled.
fn detail(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let address = env.unwrap::<SocketAddress>(info.this())?;
    let object = info.arg(0);
    env.set(object, "address", env.string(&super::address_text(address.address))?)?;
    env.set(object, "port", env.uint32(u32::from(address.port))?)?;
    env.set(object, "family", env.int32(address.family())?)?;
    env.set(object, "flowlabel", env.uint32(address.flowlabel)?)?;
    Ok(object)
}

/// `legacyDetail()` → as `socket.address()` has it.
fn legacy_detail(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let address = env.unwrap::<SocketAddress>(info.this())?;
    let object = env.object()?;
    env.set(object, "address", env.string(&super::address_text(address.address))?)?;
    env.set(object, "port", env.uint32(u32::from(address.port))?)?;
    env.set(object, "family", env.string(if address.address.is_ipv4() { "IPv4" } else { "IPv6" })?)?;
    Ok(object)
}

fn flowlabel(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.uint32(env.unwrap::<SocketAddress>(info.this())?.flowlabel)
}

/// `new BlockList()`; with `null` an object that native code fills.
fn new_block_list(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("BlockList")?;
    if !env.is_null(info.arg(0))? {
        env.wrap(info.this(), Rc::new(BlockList::default()))?;
    }
    Ok(info.this())
}

fn address(env: Env, value: Value) -> Result<IpAddr> {
    Ok(env.unwrap::<SocketAddress>(value)?.address)
}

fn add_address(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let rule = Rule::Address(address(env, info.arg(0))?);
    env.unwrap::<BlockList>(info.this())?.with(|rules| rules.add(rule));
    Ok(info.undefined())
}

/// `addRange(start, end)` → false when the start comes after the end.
fn add_range(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (start, end) = (address(env, info.arg(0))?, address(env, info.arg(1))?);
    let list = env.unwrap::<BlockList>(info.this())?;
    if rules::compare(start, end) == Some(std::cmp::Ordering::Greater) {
        return env.boolean(false);
    }
    list.with(|rules| rules.add(Rule::Range(start, end)));
    Ok(info.undefined())
}

fn add_subnet(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let network = address(env, info.arg(0))?;
    let bits = if network.is_ipv4() { 32 } else { 128 };
    let prefix = env.get_u32(info.arg(1))?.min(bits);
    env.unwrap::<BlockList>(info.this())?.with(|rules| rules.add(Rule::Subnet(network, prefix)));
    Ok(info.undefined())
}

fn check(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let address = address(env, info.arg(0))?;
    env.boolean(env.unwrap::<BlockList>(info.this())?.with(|rules| rules.matches(address)))
}

fn get_rules(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let texts = env.unwrap::<BlockList>(info.this())?.with(|rules| rules.texts());
    let values: Result<Vec<Value>> = texts.iter().map(|text| env.string(text)).collect();
    env.array_from(&values?)
}
