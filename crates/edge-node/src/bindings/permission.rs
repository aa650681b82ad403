//! `internalBinding('permission')`: what `process.permission.has()` answers. The library asks with `--permission`; in a sandbox the program
//! has `process.permission` always.

use crate::{Binding, Environment, natives};
use edge_napi::types::napi_enumerable;
use edge_napi::{CallInfo, Env, Result, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding { name: "permission", natives: natives!("permission"; "has" => has), init: |target| target.methods() };

/// `has(scope[, reference])`: the reference is a text or a buffer; the library has seen to that.
fn has(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    if !kernel.is_confined() {
        return env.boolean(!environment.cli().flag("--permission"));
    }
    let scope = env.to_string_lossy(info.arg(0))?;
    let reference = match info.optional(env, 1)? {
        None => None,
        Some(text) if env.is_string(text)? => Some(env.get_string(text)?.into_bytes()),
        Some(buffer) => Some(env.with_bytes(buffer, |bytes| bytes.to_vec())?),
    };
    env.boolean(kernel.has_permission(&scope, reference.as_deref()))
}

/// Gives a confined program `process.permission`, as `--permission` does.
pub fn install(environment: &Rc<Environment>) -> Result<()> {
    if !environment.kernel().is_confined() || environment.cli().flag("--permission") {
        return Ok(());
    }
    let env = environment.env();
    let _scope = env.scope()?;
    let process = environment.expect_root("process")?;
    // A snapshot of a confined program has it.
    if env.has_own_key(process, env.key("permission")?)? {
        return Ok(());
    }
    let require = environment.expect_root("builtins.require")?;
    let module = env.call(require, env.undefined()?, &[env.string("internal/process/permission")?])?;
    let permission = env.object()?;
    env.set(permission, "has", env.get(module, "has")?)?;
    env.define(process, env.key("permission")?, permission, napi_enumerable)
}
