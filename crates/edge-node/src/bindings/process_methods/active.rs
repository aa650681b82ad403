//! What keeps the loop alive, by name.

use crate::{ActiveRequests, Environment};
use edge_loop::RequestKind;
use edge_napi::{CallInfo, Env, Result, Value};

/// Objects of requests under way.
pub fn get_active_requests(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let result = env.array()?;
    for (_, object) in ActiveRequests::list(&Environment::of(env)?)? {
        env.push(result, object)?;
    }
    Ok(result)
}

/// Objects of active handles, or their owners (the `Socket` of a `Pipe`).
pub fn get_active_handles(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let result = env.array()?;
    let owner_symbol = environment.symbol("owner_symbol")?;
    for (_, object) in environment.active_handle_objects()? {
        let owner = env.get_key(object, owner_symbol)?;
        env.push(result, if env.is_object(owner)? { owner } else { object })?;
    }
    Ok(result)
}

/// `getActiveResourcesInfo()` → names: requests, handles, referenced timers and immediates.
pub fn get_active_resources_info(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let result = env.array()?;
    for (class, _) in ActiveRequests::list(&environment)? {
        env.push(result, env.string(class)?)?;
    }
    // Requests that have no object of their own.
    for _ in environment.uv().active_requests().iter().filter(|request| request.kind == RequestKind::Work) {
        env.push(result, env.string("Work")?)?;
    }
    for (name, _) in environment.active_handle_objects()? {
        env.push(result, env.string(&name)?)?;
    }
    let timeouts = environment.aliased::<i32>("timers.timeoutInfo")?.get(0);
    let immediates = environment.aliased::<u32>("timers.immediateInfo")?.get(1);
    for (name, count) in [("Timeout", u32::try_from(timeouts).unwrap_or(0)), ("Immediate", immediates)] {
        for _ in 0..count {
            env.push(result, env.string(name)?)?;
        }
    }
    Ok(result)
}
