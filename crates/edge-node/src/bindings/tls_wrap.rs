//! `internalBinding('tls_wrap')`: TLS over a stream. The names are there, because `node:https` and `node:tls` take them when they are
//! loaded; there is no TLS yet.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "tls_wrap",
    natives: natives!("tls_wrap";
        "wrap" => unavailable,
        "TLSWrap" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.constants(&[("HAVE_SSL_TRACE", 1)])?;
    target.async_class("tls_wrap.TLSWrap")?.install(target.object)?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("tls"))
}
