//! `internalBinding('task_queue')`: microtasks, the tick callback, and promise rejections.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, JsHook, PromiseRejectEvent, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "task_queue",
    natives: natives!("task_queue";
        "enqueueMicrotask" => enqueue_microtask,
        "setTickCallback" => set_tick_callback,
        "runMicrotasks" => run_microtasks,
        "setPromiseRejectCallback" => set_promise_reject_callback,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.aliased::<u8>("tickInfo", 2)?;
    let events = target.env.object()?;
    crate::binding::define_constants(
        target.env,
        events,
        &[
            ("kPromiseRejectWithNoHandler", PromiseRejectEvent::RejectWithNoHandler as i32),
            ("kPromiseHandlerAddedAfterReject", PromiseRejectEvent::HandlerAddedAfterReject as i32),
            ("kPromiseResolveAfterResolved", PromiseRejectEvent::ResolveAfterResolved as i32),
            ("kPromiseRejectAfterResolved", PromiseRejectEvent::RejectAfterResolved as i32),
        ],
    )?;
    target.value("promiseRejectEvents", events)
}

fn enqueue_microtask(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"callback\" argument must be of type function"));
    }
    env.enqueue_microtask(info.arg(0))?;
    Ok(info.undefined())
}

fn set_tick_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("task_queue.tick_callback", info.arg(0))?;
    Ok(info.undefined())
}

/// Runs what is queued; re-entrant, for the library calls it from within its tick callback.
fn run_microtasks(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.run_microtasks();
    Ok(info.undefined())
}

fn set_promise_reject_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.set_js_hook(JsHook::PromiseReject, info.arg(0))?;
    Environment::of(env)?.set_root("task_queue.promise_reject_callback", info.arg(0))?;
    Ok(info.undefined())
}
