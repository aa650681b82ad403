//! `internalBinding('worker')`: what the main thread is told of itself. Worker threads are not there yet: `new Worker` says so.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding =
    Binding { name: "worker", natives: natives!("worker"; "Worker" => new_worker, "getEnvMessagePort" => get_env_message_port), init };

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.plain_class("worker.Worker", &[])?;
    target.boolean("isMainThread", true)?;
    target.boolean("isInternalThread", false)?;
    target.boolean("ownsProcessState", true)?;
    target.number("threadId", 0.0)?;
    target.string("threadName", "")?;
    target.value(
        "resourceLimits",
        target.env.typed_array(edge_napi::types::napi_typedarray_type::napi_float64_array, target.env.array_buffer(4 * 8)?, 0, 4)?,
    )?;
    target.constants(&[
        ("kMaxYoungGenerationSizeMb", 0),
        ("kMaxOldGenerationSizeMb", 1),
        ("kCodeRangeSizeMb", 2),
        ("kStackSizeMb", 3),
        ("kTotalResourceLimitCount", 4),
    ])
}

fn new_worker(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Worker"))
}

/// The main thread has no parent to talk to.
fn get_env_message_port(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}
