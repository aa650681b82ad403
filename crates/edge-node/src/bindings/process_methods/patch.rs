//! `patchProcessObject(process)`: what differs from run to run, put on `process` after the image.

use crate::Environment;
use edge_napi::types::{napi_configurable, napi_enumerable};
use edge_napi::{CallInfo, Env, Result, Value};

/// Sets title, argv, execArgv, versions, pid, ppid, execPath, debugPort (Node's `PatchProcessObject`).
pub fn patch_process_object(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    patch(&*Environment::of(env)?, info.arg(0))?;
    Ok(info.undefined())
}

/// What the library's preparation does with `process` beyond it: `argv0` keeps the name, `argv[0]` becomes the executable. For an
/// environment whose image has been prepared; no JavaScript runs.
pub fn patch_prepared(environment: &Environment) -> Result<()> {
    let env = environment.env();
    let process = environment.expect_root("process")?;
    let argv = patch(environment, process)?;
    let options = environment.options();
    env.define(process, env.key("argv0")?, env.string(&options.argv0)?, napi_enumerable)?;
    env.set_index(argv, 0, env.string(&options.exec_path)?)
}

/// Answers `process.argv`.
fn patch(environment: &Environment, process: Value) -> Result<Value> {
    let env = environment.env();
    let options = environment.options();
    let title = options.cli.text("--title");
    if !title.is_empty() {
        environment.kernel().set_title(title.as_bytes());
    }
    let accessor = |name: &str, setter: bool| -> Result<()> {
        let get = env.native_id(&format!("process_methods.{name}#get"))?;
        let set = if setter { Some(env.native_id(&format!("process_methods.{name}#set"))?) } else { None };
        env.define_accessor(process, env.key(name)?, Some(get), set, napi_enumerable | napi_configurable)
    };
    accessor("title", true)?;
    accessor("ppid", false)?;
    accessor("debugPort", true)?;
    let mut argv = vec![env.string(&options.argv0)?];
    for arg in &options.cli.args {
        argv.push(env.string(arg)?);
    }
    let argv = env.array_from(&argv)?;
    env.set(process, "argv", argv)?;
    let exec_argv = options.cli.exec_args.iter().map(|arg| env.string(arg)).collect::<Result<Vec<_>>>()?;
    env.set(process, "execArgv", env.array_from(&exec_argv)?)?;
    env.define_read_only(process, "pid", env.int32(environment.kernel().pid())?)?;
    env.set(process, "execPath", env.string(&options.exec_path)?)?;
    Ok(argv)
}

pub fn get_title(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let title = environment.kernel().title();
    if title.is_empty() { env.string(&environment.options().argv0) } else { env.string_from_utf8_lossy(&title) }
}
pub fn set_title(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let title = env.to_string_lossy(info.arg(0))?;
    Environment::of(env)?.kernel().set_title(title.as_bytes());
    Ok(info.undefined())
}
pub fn get_ppid(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.int32(Environment::of(env)?.kernel().ppid())
}
/// No inspector listens; the number is kept because programs copy it.
pub fn get_debug_port(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    match Environment::of(env)?.root("process.debug_port")? {
        Some(port) => Ok(port),
        None => env.int32(9229),
    }
}
pub fn set_debug_port(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let port = env.get_f64(env.to_number(info.arg(0))?)?;
    if !(port == 0.0 || (1024.0..=65535.0).contains(&port)) {
        return Err(edge_napi::Error::range_error("ERR_OUT_OF_RANGE", "process.debugPort must be 0 or in range 1024 to 65535"));
    }
    Environment::of(env)?.set_root("process.debug_port", env.number(port.trunc())?)?;
    Ok(info.undefined())
}
