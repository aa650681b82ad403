//! What `util.inspect` needs to see.

use crate::Environment;
use edge_napi::{CallInfo, ClassKind, Env, PromiseState, Result, Value};

/// `getPromiseDetails(promise)` → `[state]` while pending, else `[state, result]`; undefined for anything else.
pub fn get_promise_details(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_promise(info.arg(0))? {
        return Ok(info.undefined());
    }
    let (state, result) = env.promise_details(info.arg(0))?;
    let number = env.uint32(state as u32)?;
    if state == PromiseState::Pending { env.array_from(&[number]) } else { env.array_from(&[number, result]) }
}

/// `getProxyDetails(value, full = true)` → `[target, handler]`, or only the target; undefined for anything but a proxy.
pub fn get_proxy_details(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let v = info.arg(0);
    let Some((target, handler)) = env.proxy_details(v)? else { return Ok(info.undefined()) };
    if Environment::of(env)?.is_env_proxy(v)? {
        return Ok(info.undefined());
    }
    let full = info.len() == 1 || env.truthy(info.arg(1))?;
    if full { env.array_from(&[target, handler]) } else { Ok(target) }
}

/// `previewEntries(collection or iterator[, true])` → flat array, or with the second argument `[array, isKeyValue]`.
pub fn preview_entries(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_object(info.arg(0))? {
        return Ok(info.undefined());
    }
    let (entries, is_key_value) = env.preview_entries(info.arg(0))?;
    if env.is_undefined(entries)? || info.len() < 2 {
        return Ok(entries);
    }
    env.array_from(&[entries, env.boolean(is_key_value)?])
}

/// `getOwnNonIndexProperties(object, filter)`.
pub fn get_own_non_index_properties(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.own_non_index_properties(info.arg(0), env.get_u32(info.arg(1))?)
}

/// `getConstructorName(object)`.
pub fn get_constructor_name(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.constructor_name(info.arg(0))
}

/// `getExternalValue(external)` → its address as a BigInt. A guest learns a number that is its own: host addresses stay hidden, so it is
/// always 0 for objects of the runtime.
pub fn get_external_value(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if env.class_kind(info.arg(0))? != ClassKind::External {
        return Ok(info.undefined());
    }
    env.bigint_u64(0)
}
