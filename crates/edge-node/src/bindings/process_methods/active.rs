//! What keeps the loop alive, by name.

use crate::Environment;
use edge_loop::RequestKind;
use edge_napi::{CallInfo, Env, Result, Value};

/// Objects of requests under way. They are native until their callback runs, so there are none to show.
pub fn get_active_requests(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.array()
}

/// Objects of active handles: those that registered themselves.
pub fn get_active_handles(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let result = env.array()?;
    for (_, object) in environment.active_handle_objects()? {
        env.push(result, object)?;
    }
    Ok(result)
}

/// `getActiveResourcesInfo()` → names: requests, then handles. The library adds timers and immediates.
pub fn get_active_resources_info(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let result = env.array()?;
    for request in environment.uv().active_requests() {
        env.push(result, env.string(resource_name(request.kind))?)?;
    }
    for (name, _) in environment.active_handle_objects()? {
        env.push(result, env.string(&name)?)?;
    }
    Ok(result)
}

/// The async resource that a request of the loop belongs to.
fn resource_name(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Connect => "TCPConnectWrap",
        RequestKind::Fs => "FSReqCallback",
        RequestKind::GetAddrInfo => "GetAddrInfoReqWrap",
        RequestKind::GetNameInfo => "GetNameInfoReqWrap",
        RequestKind::Shutdown => "ShutdownWrap",
        RequestKind::UdpSend => "UDPSendWrap",
        RequestKind::Write => "WriteWrap",
        _ => "Work",
    }
}
