//! `internalBinding('permission')`: what `process.permission.has()` answers. Without `--permission` the library does not ask.

use crate::{Binding, Environment, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding { name: "permission", natives: natives!("permission"; "has" => has), init: |target| target.methods() };

/// `has(scope[, reference])`: nothing is denied by name while the permission model is off.
fn has(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(!Environment::of(env)?.cli().flag("--permission"))
}
