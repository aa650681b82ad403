//! `internalBinding('udp_wrap')`: the shapes that `dgram` reads when it is loaded; there are no UDP sockets yet.

use crate::binding::define_constants;
use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "udp_wrap",
    natives: natives!("udp_wrap";
        "UDP" => unavailable,
        "SendWrap" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("udp_wrap.UDP", &[])?;
    target.plain_class("udp_wrap.SendWrap", &[])?;
    let constants = target.env.null_object()?;
    define_constants(target.env, constants, &[("UV_UDP_IPV6ONLY", 1), ("UV_UDP_REUSEADDR", 4), ("UV_UDP_REUSEPORT", 64)])?;
    target.value("constants", constants)?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("UDP"))
}
