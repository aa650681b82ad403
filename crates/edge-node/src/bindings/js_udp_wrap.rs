//! `internalBinding('js_udp_wrap')`: UDP over JavaScript, which is not there yet.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "js_udp_wrap",
    natives: natives!("js_udp_wrap";
        "JSUDPWrap" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("js_udp_wrap.JSUDPWrap", &[])?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("UDP"))
}
