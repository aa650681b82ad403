//! `internalBinding('messaging')`: structured clone, message channels and ports.

use crate::{Binding, Environment, Target, natives};
use edge_napi::types::{napi_configurable, napi_writable};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "messaging",
    natives: natives!("messaging";
        "setDeserializerCreateObjectFunction" => set_deserializer_create_object_function,
        "exposeLazyDOMExceptionProperty" => expose_lazy_dom_exception_property,
        "structuredClone" => unavailable,
        "stopMessagePort" => unavailable,
        "checkMessagePort" => unavailable,
        "drainMessagePort" => unavailable,
        "receiveMessageOnPort" => unavailable,
        "moveMessagePortToContext" => unavailable,
        "broadcastChannel" => unavailable,
        "MessageChannel" => unavailable,
        "MessagePort" => unavailable,
        "MessagePort#postMessage" => unavailable,
        "MessagePort#start" => unavailable,
        "MessagePort#close" => unavailable,
        "MessagePort#drain" => unavailable,
        "MessagePort#ref" => unavailable,
        "MessagePort#unref" => unavailable,
        "MessagePort#hasRef" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.plain_class("messaging.MessageChannel", &[])?;
    target.plain_class("messaging.MessagePort", &["postMessage", "start"])?;
    let exports = target.environment.expect_root("per_context_exports")?;
    target.value("DOMException", target.env.get(exports, "DOMException")?)
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Messaging"))
}

/// `setDeserializerCreateObjectFunction(f)`: `f('module:Class')` makes the object that a transferred one becomes.
fn set_deserializer_create_object_function(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("messaging.deserializer_create_object", info.arg(0))?;
    Ok(info.undefined())
}

/// `exposeLazyDOMExceptionProperty(globalThis)`.
fn expose_lazy_dom_exception_property(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let exports = Environment::of(env)?.expect_root("per_context_exports")?;
    let class = env.get(exports, "DOMException")?;
    env.define(info.arg(0), env.key("DOMException")?, class, napi_writable | napi_configurable)?;
    Ok(info.undefined())
}
