//! [`Datum`]s made into JavaScript values. Objects get own properties, whatever the program did to its prototypes.

use super::datum::{Datum, Fault, Text};
use super::functions::{Functions, hold, host_function};
use super::server::{Tool, tool};
use crate::Environment;
use edge_napi::types::{napi_default_jsproperty, napi_typedarray_type};
use edge_napi::{Env, Error, Result, Value};
use std::rc::Rc;

/// Makes the value.
pub(crate) fn write(environment: &Rc<Environment>, datum: &Datum) -> Result<Value> {
    let env = environment.env();
    match datum {
        Datum::Undefined => env.undefined(),
        Datum::Null => env.null(),
        Datum::Bool(value) => env.boolean(*value),
        Datum::Number(value) => env.number(*value),
        Datum::BigInt(negative, words) => env.bigint_words(*negative, words),
        Datum::Text(value) => text(env, value),
        Datum::Bytes(bytes) => env.uint8_array_from(bytes),
        Datum::Typed(kind, bytes) => typed(env, *kind, bytes),
        Datum::Date(milliseconds) => env.date(*milliseconds),
        Datum::Array(items) => array(environment, items.iter()),
        Datum::Object(properties) => {
            let object = env.object()?;
            for (key, value) in properties {
                let _scope = env.scope()?;
                env.define(object, text(env, key)?, write(environment, value)?, napi_default_jsproperty)?;
            }
            Ok(object)
        }
        Datum::Map(pairs) => {
            let flat = array(environment, pairs.iter().flat_map(|(key, value)| [key, value]))?;
            env.call(tool(environment, Tool::MakeMap)?, env.undefined()?, &[flat])
        }
        Datum::Set(members) => {
            let members = array(environment, members.iter())?;
            env.call(tool(environment, Tool::MakeSet)?, env.undefined()?, &[members])
        }
        Datum::Error(fault) => error(environment, fault),
        Datum::Function(number) => environment
            .state::<Functions>()
            .get(environment, *number)?
            .ok_or_else(|| Error::error("ERR_EDGEJS_RELEASED", "the function was released")),
        Datum::HostFunction(number, name) => host_function(environment, *number, name),
    }
}

/// An `Error` with the embedder's name and type.
pub(crate) fn error(environment: &Rc<Environment>, fault: &Fault) -> Result<Value> {
    let env = environment.env();
    let part = |part: Option<&str>| part.map_or_else(|| env.undefined(), |part| env.string(part));
    let cause = fault.cause.as_ref().map_or_else(|| env.undefined(), |cause| write(environment, cause))?;
    let number = env.number(fault.host_error.unwrap_or(0) as f64)?;
    let args = [
        env.string(&fault.name)?,
        env.string(&fault.message)?,
        part(fault.host_type.as_deref())?,
        part(fault.code.as_deref())?,
        cause,
        number,
    ];
    let error = env.call(tool(environment, Tool::MakeError)?, env.undefined()?, &args)?;
    if let Some(number) = fault.host_error {
        hold(environment, error, number)?;
    }
    Ok(error)
}

fn text(env: Env, text: &Text) -> Result<Value> {
    match text {
        Text::Utf8(text) => env.string(text),
        Text::Utf16(units) => env.string_utf16(units),
    }
}

fn typed(env: Env, kind: napi_typedarray_type, bytes: &[u8]) -> Result<Value> {
    let buffer = env.array_buffer_from(bytes)?;
    env.typed_array(kind, buffer, 0, bytes.len() / kind.element_size())
}

fn array<'a>(environment: &Rc<Environment>, items: impl Iterator<Item = &'a Datum>) -> Result<Value> {
    let env = environment.env();
    let array = env.array()?;
    for (index, item) in items.enumerate() {
        let _scope = env.scope()?;
        let index = u32::try_from(index).map_err(|_| Error::range_error("", "Invalid array length"))?;
        env.define(array, env.uint32(index)?, write(environment, item)?, napi_default_jsproperty)?;
    }
    Ok(array)
}
