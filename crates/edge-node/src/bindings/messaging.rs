//! `internalBinding('messaging')`: structured clone, message channels and ports.
//!
//! * `message`: a value in transit ([`message::Message`]): its bytes, and what travels beside them.
//! * `native_clone`: objects with native state that clones share.
//! * `port_data`: the two ends of a channel, without JavaScript.
//! * `port`: the class `MessagePort` over an end.

mod message;
mod native_clone;
mod port;
mod port_data;
mod transfer_list;

use crate::{Binding, Environment, Target, natives};
use edge_napi::types::{napi_configurable, napi_writable};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use message::Message;
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "messaging",
    natives: natives!("messaging";
        "setDeserializerCreateObjectFunction" => set_deserializer_create_object_function,
        "exposeLazyDOMExceptionProperty" => expose_lazy_dom_exception_property,
        "structuredClone" => structured_clone,
        "stopMessagePort" => port::stop,
        "checkMessagePort" => port::check,
        "drainMessagePort" => port::drain,
        "receiveMessageOnPort" => port::receive,
        "moveMessagePortToContext" => port::move_to_context,
        "broadcastChannel" => port::broadcast_channel,
        "MessageChannel" => port::new_channel,
        "MessagePort" => port::construct,
        "MessagePort#postMessage" => port::post_message,
        "MessagePort#start" => port::start,
        "MessagePort#close" => port::close,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.plain_class("messaging.MessageChannel", &[])?;
    let port = target.handle_class("messaging.MessagePort")?.methods(&["postMessage", "start", "close"])?.install(target.object)?;
    target.root("messaging.MessagePort", port.constructor)?;
    let exports = target.environment.expect_root("per_context_exports")?;
    target.value("DOMException", target.env.get(exports, "DOMException")?)
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

/// `structuredClone(value, { transfer })`.
fn structured_clone(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let transfer = if env.is_object(info.arg(1))? { env.get(info.arg(1), "transfer")? } else { info.undefined() };
    let list = match transfer_list::read_iterable(env, transfer)? {
        Some(list) => list,
        None if env.is_undefined(transfer)? => env.array()?,
        None => return Err(Error::invalid_arg_type("Optional options.transfer argument must be an iterable")),
    };
    let message = Rc::new(Message::serialize(&environment, info.arg(0), list, None)?);
    message.deserialize(&environment).map(|received| received.value)
}

/// A `DataCloneError`, thrown.
fn data_clone_error(environment: &Environment, message: &str) -> Error {
    let env = environment.env();
    let make = || -> Result<Value> {
        let class = env.get(environment.expect_root("per_context_exports")?, "DOMException")?;
        env.construct(class, &[env.string(message)?, env.string("DataCloneError")?])
    };
    // At once: the value's handle does not outlive the scopes that end on the way out.
    make().map_or_else(|error| error, |error| env.throw(error))
}
