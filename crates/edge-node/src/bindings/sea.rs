//! `internalBinding('sea')`: whether the program is a single executable application. It is not.

use crate::{Binding, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "sea",
    natives: natives!("sea";
        "isSea" => no,
        "isExperimentalSeaWarningNeeded" => no,
        "getAsset" => unavailable,
        "getAssetKeys" => unavailable,
    ),
    init: |target| target.methods(),
};

fn no(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}

/// The library asks `isSea` first.
fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("node:sea"))
}
