//! `internalBinding('async_context_frame')`: the slot that travels with promise jobs and callbacks.

use crate::{Binding, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "async_context_frame",
    natives: natives!("async_context_frame";
        "getContinuationPreservedEmbedderData" => get,
        "setContinuationPreservedEmbedderData" => set,
    ),
    init: |target| target.methods(),
};

fn get(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.continuation_data()
}

fn set(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.set_continuation_data(info.arg(0))?;
    Ok(info.undefined())
}
