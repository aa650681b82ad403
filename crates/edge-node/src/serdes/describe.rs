//! A value's text in an error message.

use super::Primordials;
use crate::Environment;
use edge_napi::types::napi_valuetype;
use edge_napi::{ClassKind, Result, Value};

/// What V8 calls a value in `… could not be cloned.`: the source of a function, `#<Class>` for most objects, `[object Tag]` for those
/// with a `toString` of their own. No trap of a proxy runs.
pub fn describe(environment: &Environment, value: Value) -> Result<String> {
    let env = environment.env();
    // A proxy is called what its target is; a revoked one has null in its place.
    let mut value = value;
    while let Some((target, _)) = env.proxy_details(value)? {
        value = target;
    }
    let primordials = Primordials::of(environment)?;
    match env.type_of(value)? {
        napi_valuetype::napi_symbol => return env.get_string(primordials.call("SymbolPrototypeToString", &[value])?),
        napi_valuetype::napi_function => return env.get_string(primordials.call("FunctionPrototypeToString", &[value])?),
        napi_valuetype::napi_object => {}
        _ => return env.to_string_lossy(value),
    }
    let kind = env.class_kind(value)?;
    if kind == ClassKind::Global {
        return Ok("#<Object>".to_owned());
    }
    // Only a proxy's target comes here: errors themselves can be cloned.
    if kind == ClassKind::Error {
        return env.get_string(primordials.call("ErrorPrototypeToString", &[value])?);
    }
    // These have `constructor` as an accessor, which is not asked.
    let is_iterator = matches!(
        kind,
        ClassKind::MapIterator
            | ClassKind::SetIterator
            | ClassKind::ArrayIterator
            | ClassKind::StringIterator
            | ClassKind::RegExpStringIterator
            | ClassKind::IteratorHelper
            | ClassKind::GeneratorObject
            | ClassKind::AsyncGeneratorObject
    );
    // Getters may throw; a message is no place to fail.
    let read = |key: Value| env.catch(|| env.get_key(value, key));
    let to_string = read(env.key("toString")?)?;
    let object_to_string = env.get(primordials.get("ObjectPrototype")?, "toString")?;
    if let Ok(to_string) = to_string {
        if !is_iterator && env.strict_equals(to_string, object_to_string)? {
            if let Ok(constructor) = read(env.key("constructor")?)? {
                if env.is_function(constructor)? {
                    let name = env.get(constructor, "name")?;
                    if env.is_string(name)? && env.string_length(name)? > 0 {
                        return Ok(format!("#<{}>", env.get_string(name)?));
                    }
                }
            }
        }
    }
    if let Ok(tag) = read(env.well_known_symbol("toStringTag")?)? {
        if env.is_string(tag)? {
            return Ok(format!("[object {}]", env.get_string(tag)?));
        }
    }
    Ok(format!("[object {}]", env.get_string(env.constructor_name(value)?)?))
}
