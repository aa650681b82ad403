//! `internalBinding('wasm_web_api')`: streaming compilation hands its implementation over at start; `WebAssembly` itself is not there yet.

use crate::{Binding, Environment, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "wasm_web_api",
    natives: natives!("wasm_web_api"; "setImplementation" => set_implementation),
    init: |target| target.methods(),
};

fn set_implementation(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("wasm_web_api.implementation", info.arg(0))?;
    Ok(info.undefined())
}
