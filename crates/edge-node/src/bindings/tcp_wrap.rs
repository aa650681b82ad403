//! `internalBinding('tcp_wrap')`: the shapes that `net` reads when it is loaded; there are no TCP sockets yet.

use crate::binding::define_constants;
use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "tcp_wrap",
    natives: natives!("tcp_wrap";
        "TCP" => unavailable,
        "TCPConnectWrap" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("tcp_wrap.TCP", &[])?;
    target.plain_class("tcp_wrap.TCPConnectWrap", &[])?;
    let constants = target.env.null_object()?;
    define_constants(target.env, constants, &[("SOCKET", 0), ("SERVER", 1), ("UV_TCP_IPV6ONLY", 1), ("UV_TCP_REUSEPORT", 2)])?;
    target.value("constants", constants)?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("TCP"))
}
