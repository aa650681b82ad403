//! `process.env`: names and values of the kernel's environment behind a proxy whose traps are natives.
//!
//! In Node it is an object with interceptors; engines without those have proxies. `util.types.isProxy` and `util.inspect` are told that
//! it is none.

use crate::Environment;
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Error, Native, Result, Value};
use std::rc::Rc;

/// The traps.
pub const NATIVES: &[Native] = crate::natives!("env_proxy";
    "get" => get,
    "set" => set,
    "has" => has,
    "deleteProperty" => delete_property,
    "ownKeys" => own_keys,
    "getOwnPropertyDescriptor" => get_own_property_descriptor,
    "defineProperty" => define_property,
);

/// Makes `process.env`.
pub fn install(environment: &Rc<Environment>, process: Value) -> Result<()> {
    let env = environment.env();
    let handler = env.null_object()?;
    for native in NATIVES {
        env.set_method(handler, native.name, &native.name["env_proxy.".len()..])?;
    }
    let target = env.object()?;
    let proxy = env.construct(env.get(env.global()?, "Proxy")?, &[target, handler])?;
    environment.set_root("process.env", proxy)?;
    env.set(process, "env", proxy)
}

impl Environment {
    /// Whether the value is a proxy that is none in Node: `process.env`, a `Storage`.
    pub fn is_env_proxy(&self, v: Value) -> Result<bool> {
        if let Some(proxy) = self.root("process.env")?
            && self.env().same_value(proxy, v)?
        {
            return Ok(true);
        }
        Ok(self.env().try_unwrap::<crate::bindings::Storage>(v)?.is_some())
    }
}

/// The name that a property key means; `None` for a symbol.
fn name(env: Env, key: Value) -> Result<Option<Vec<u8>>> {
    if env.type_of(key)? != napi_valuetype::napi_string {
        return Ok(None);
    }
    Ok(Some(env.get_string(key)?.into_bytes()))
}

/// What follows from a variable's change: `TZ` is the zone of dates.
fn changed(env: Env, name: &[u8]) -> Result<()> {
    if name == b"TZ" { Environment::of(env)?.apply_time_zone() } else { Ok(()) }
}

/// A variable that the program looks at.
fn variable(env: Env, name: &[u8], what: &str) -> Result<Option<Vec<u8>>> {
    let environment = Environment::of(env)?;
    environment.trace_env(what, Some(name));
    let value = environment.kernel().getenv(name);
    environment.kernel().tell_variable(name, value.is_some());
    Ok(value)
}

fn get(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(name) = name(env, info.arg(1))? else { return env.get_key(info.arg(0), info.arg(1)) };
    match variable(env, &name, "get")? {
        Some(value) => env.string_from_utf8_lossy(&value),
        None => env.get_key(info.arg(0), info.arg(1)),
    }
}

fn set(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (key, value) = (info.arg(1), info.arg(2));
    for v in [key, value] {
        if env.type_of(v)? == napi_valuetype::napi_symbol {
            return Err(Error::type_error("", "Cannot convert a Symbol value to a string"));
        }
    }
    let Some(name) = name(env, key)? else { return env.boolean(false) };
    let environment = Environment::of(env)?;
    if environment.cli().flag("--pending-deprecation") && !(env.is_string(value)? || env.is_number(value)? || is_boolean(env, value)?) {
        warn_of_conversion(&environment)?;
    }
    environment.trace_env("set", Some(&name));
    let value = env.to_string_lossy(value)?;
    // A name that the system cannot hold is ignored, as Node ignores it.
    let _ = environment.kernel().setenv(&name, value.as_bytes());
    changed(env, &name)?;
    env.boolean(true)
}

fn is_boolean(env: Env, v: Value) -> Result<bool> {
    Ok(env.type_of(v)? == napi_valuetype::napi_boolean)
}

/// Node's DEP0104.
fn warn_of_conversion(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let Some(emit) = environment.root("process.emit_warning_sync")? else { return Ok(()) };
    let message = "Assigning any value other than a string, number, or boolean to a process.env property is deprecated. Please make sure to \
                   convert the value to a string before setting process.env with it.";
    let args = [env.string(message)?, env.string("DeprecationWarning")?, env.string("DEP0104")?];
    env.call(emit, env.undefined()?, &args).map(|_| ())
}

fn has(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(name) = name(env, info.arg(1))? else { return env.boolean(false) };
    let found = variable(env, &name, "query")?.is_some();
    env.boolean(found || env.has(info.arg(0), &String::from_utf8_lossy(&name))?)
}

fn delete_property(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some(name) = name(env, info.arg(1))? {
        let environment = Environment::of(env)?;
        environment.trace_env("delete", Some(&name));
        environment.kernel().unsetenv(&name);
        changed(env, &name)?;
    }
    env.boolean(true)
}

fn own_keys(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    environment.trace_env("enumerate", None);
    let names = environment.kernel().env_names();
    let keys = env.array()?;
    let mut index = 0;
    for name in names {
        let _scope = env.scope()?;
        env.set_index(keys, index, env.string_from_utf8_lossy(&name)?)?;
        index += 1;
    }
    Ok(keys)
}

fn get_own_property_descriptor(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(name) = name(env, info.arg(1))? else { return Ok(info.undefined()) };
    let Some(value) = variable(env, &name, "query")? else { return Ok(info.undefined()) };
    let descriptor = env.object()?;
    env.set(descriptor, "value", env.string_from_utf8_lossy(&value)?)?;
    for flag in ["writable", "enumerable", "configurable"] {
        env.set(descriptor, flag, env.boolean(true)?)?;
    }
    Ok(descriptor)
}

/// Node takes only plain data properties here.
fn define_property(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let descriptor = info.arg(2);
    if env.has(descriptor, "get")? || env.has(descriptor, "set")? {
        return Err(Error::type_error(
            "ERR_INVALID_OBJECT_DEFINE_PROPERTY",
            "'process.env' does not accept an accessor(getter/setter) descriptor",
        ));
    }
    for flag in ["configurable", "writable", "enumerable"] {
        if !env.truthy(env.get(descriptor, flag)?)? {
            return Err(Error::type_error(
                "ERR_INVALID_OBJECT_DEFINE_PROPERTY",
                "'process.env' only accepts a configurable, writable, and enumerable data descriptor",
            ));
        }
    }
    if !env.has(descriptor, "value")? {
        return Err(Error::type_error(
            "ERR_INVALID_OBJECT_DEFINE_PROPERTY",
            "'process.env' only accepts a configurable, writable, and enumerable data descriptor",
        ));
    }
    let Some(name) = name(env, info.arg(1))? else { return env.boolean(false) };
    let value = env.to_string_lossy(env.get(descriptor, "value")?)?;
    let environment = Environment::of(env)?;
    environment.trace_env("set", Some(&name));
    let set = environment.kernel().setenv(&name, value.as_bytes()).is_ok();
    changed(env, &name)?;
    env.boolean(set)
}
