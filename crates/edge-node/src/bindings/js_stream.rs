//! `internalBinding('js_stream')`: streams over JavaScript below TLS. An object can be made; its stream methods are not there yet.

use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "js_stream",
    natives: natives!("js_stream";
        "JSStream" => construct,
        "JSStream#readStart" => unavailable,
        "JSStream#readStop" => unavailable,
        "JSStream#shutdown" => unavailable,
        "JSStream#writev" => unavailable,
        "JSStream#writeBuffer" => unavailable,
        "JSStream#readBuffer" => unavailable,
        "JSStream#emitEOF" => unavailable,
        "JSStream#finishWrite" => unavailable,
        "JSStream#finishShutdown" => unavailable,
    ),
    init,
};

/// State of the class.
struct JsStream;

fn init(target: &Target<'_>) -> Result<()> {
    let methods = ["readStart", "readStop", "shutdown", "writev", "writeBuffer", "readBuffer", "emitEOF", "finishWrite", "finishShutdown"];
    target.async_class("js_stream.JSStream")?.methods(&methods)?.install(target.object)?;
    Ok(())
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("JSStream")?;
    AsyncWrap::new(&Environment::of(env)?, info.this(), "JSStream", "JSSTREAM", Rc::new(JsStream))?;
    Ok(info.this())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("JSStream"))
}
