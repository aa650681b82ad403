//! `internalBinding('wasi')`: WASI for guests of the program, which needs WebAssembly.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "wasi",
    natives: natives!("wasi";
        "WASI" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("wasi.WASI", &[])?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("WASI"))
}
