//! `internalBinding('uv')`: libuv's error numbers, names and texts.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::{uv_error, uv_error_map};
use std::cell::Cell;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "uv",
    natives: natives!("uv"; "errname" => errname, "getErrorMap" => get_error_map, "getErrorMessage" => get_error_message),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    for (number, name, _) in uv_error_map() {
        target.env.define_constant(target.object, &format!("UV_{name}"), target.env.int32(number)?)?;
    }
    Ok(())
}

/// `errname(-2)` → `ENOENT`; under `--pending-deprecation` with a warning, once.
fn errname(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    warn_of_errname(env)?;
    let number = env.get_i32(info.arg(0))?;
    match uv_error(number) {
        Some((name, _)) => env.string(name),
        None => env.string(&format!("Unknown system error {number}")),
    }
}

/// Whether the warning was given.
#[derive(Default)]
struct ErrnameWarned(Cell<bool>);

fn warn_of_errname(env: Env) -> Result<()> {
    let environment = Environment::of(env)?;
    if !environment.cli().flag("--pending-deprecation") || environment.state::<ErrnameWarned>().0.replace(true) {
        return Ok(());
    }
    let Some(process) = environment.root("process")? else { return Ok(()) };
    let text = "Directly calling process.binding('uv').errname(<val>) is being deprecated. \
                Please make sure to use util.getSystemErrorName() instead.";
    env.call_method(process, "emitWarning", &[env.string(text)?, env.string("DeprecationWarning")?, env.string("DEP0119")?])?;
    Ok(())
}

/// Map from number to `[name, message]`.
fn get_error_map(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let map = env.construct(env.get(env.global()?, "Map")?, &[])?;
    for (number, name, message) in uv_error_map() {
        let _scope = env.scope()?;
        let pair = env.array_from(&[env.string(name)?, env.string(message)?])?;
        env.call_method(map, "set", &[env.int32(number)?, pair])?;
    }
    Ok(map)
}

fn get_error_message(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let number = env.get_i32(info.arg(0))?;
    match uv_error(number) {
        Some((_, message)) => env.string(message),
        None => env.string(&format!("Unknown system error {number}")),
    }
}
