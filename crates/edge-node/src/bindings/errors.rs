//! `internalBinding('errors')`: stack preparation, fatal exceptions, exit codes.

use crate::binding::define_constants;
use crate::{Binding, Environment, Target, fatal, natives};
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, ClassKind, Env, JsHook, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "errors",
    natives: natives!("errors";
        "setPrepareStackTraceCallback" => set_prepare_stack_trace_callback,
        "setGetSourceMapErrorSource" => set_get_source_map_error_source,
        "setSourceMapsEnabled" => set_source_maps_enabled,
        "setMaybeCacheGeneratedSourceMap" => set_maybe_cache_generated_source_map,
        "setEnhanceStackForFatalException" => set_enhance_stack_for_fatal_exception,
        "noSideEffectsToString" => no_side_effects_to_string,
        "triggerUncaughtException" => trigger_uncaught_exception,
        "getErrorSourcePositions" => get_error_source_positions,
    ),
    init,
};

/// Node's `ExitCode`.
const EXIT_CODES: &[(&str, i32)] = &[
    ("kNoFailure", 0),
    ("kGenericUserError", 1),
    ("kInternalJSParseError", 3),
    ("kInternalJSEvaluationFailure", 4),
    ("kV8FatalError", 5),
    ("kInvalidFatalExceptionMonkeyPatching", 6),
    ("kExceptionInFatalExceptionHandler", 7),
    ("kInvalidCommandLineArgument", 9),
    ("kBootstrapFailure", 10),
    ("kInvalidCommandLineArgument2", 12),
    ("kUnsettledTopLevelAwait", 13),
    ("kStartupSnapshotFailure", 14),
    ("kAbort", 134),
];

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    let codes = target.env.object()?;
    define_constants(target.env, codes, EXIT_CODES)?;
    target.value("exitCodes", codes)
}

fn set_prepare_stack_trace_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.set_js_hook(JsHook::PrepareStackTrace, info.arg(0))?;
    Ok(info.undefined())
}

fn set_get_source_map_error_source(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("errors.get_source_map_error_source", info.arg(0))?;
    Ok(info.undefined())
}

fn set_source_maps_enabled(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("errors.source_maps_enabled", info.arg(0))?;
    Ok(info.undefined())
}

fn set_maybe_cache_generated_source_map(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("errors.maybe_cache_generated_source_map", info.arg(0))?;
    Ok(info.undefined())
}

/// `(beforeInspector, afterInspector)`: both run while a fatal exception is printed.
fn set_enhance_stack_for_fatal_exception(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    environment.set_root("errors.enhance_before", info.arg(0))?;
    environment.set_root("errors.enhance_after", info.arg(1))?;
    Ok(info.undefined())
}

/// V8's `Object::NoSideEffectsToString`: text for a message that must not run guest code.
fn no_side_effects_to_string(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let v = info.arg(0);
    match env.type_of(v)? {
        napi_valuetype::napi_string => Ok(v),
        napi_valuetype::napi_symbol => {
            let symbol = env.get(env.global()?, "Symbol")?;
            let to_string = env.get(env.get(symbol, "prototype")?, "toString")?;
            env.call(to_string, v, &[])
        }
        napi_valuetype::napi_object | napi_valuetype::napi_external if env.class_kind(v)? == ClassKind::Error => {
            // The stack's first line is `Name: message` as it was when the error was made.
            let stack = env.catch(|| env.get(v, "stack"))?;
            match stack {
                Ok(stack) if env.is_string(stack)? => {
                    let text = env.get_string(stack)?;
                    env.string(text.split("\n    at ").next().unwrap_or_default())
                }
                _ => env.string("Error"),
            }
        }
        napi_valuetype::napi_object | napi_valuetype::napi_external => {
            let name = env.get_string(env.constructor_name(v)?)?;
            env.string(&format!("#<{name}>"))
        }
        _ => env.to_js_string(v),
    }
}

/// `triggerUncaughtException(error, fromPromise)`.
fn trigger_uncaught_exception(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let from_promise = env.truthy(info.arg(1))?;
    // A rejection reaches this without having been thrown here, so it keeps what it knows of its origin.
    let _ = fatal::decorate_error(&environment, info.arg(0));
    fatal::trigger_uncaught_exception(&environment, info.arg(0), from_promise);
    if environment.can_call_into_js() { Ok(info.undefined()) } else { Err(edge_napi::Error::Pending) }
}

/// `getErrorSourcePositions(error)` → `{ sourceLine, scriptResourceName, lineNumber, startColumn }`. The line is the file's where the
/// engine kept no text that has all of it, and empty where there is none.
fn get_error_source_positions(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(position) = env.error_position(info.arg(0))? else { return Ok(info.undefined()) };
    let result = env.object()?;
    let or_undefined = |v: edge_napi::types::napi_value| if v.is_null() { info.undefined() } else { Value(v) };
    let known = |v: edge_napi::types::napi_value| -> Result<bool> { Ok(!v.is_null() && env.is_string(Value(v))?) };
    let line = if known(position.source_line)? {
        Value(position.source_line)
    } else {
        let file = if known(position.filename)? { Some(env.get_string(Value(position.filename))?) } else { None };
        let environment = Environment::of(env)?;
        env.string(&file.and_then(|file| fatal::line_of_file(&environment, &file, position.line)).unwrap_or_default())?
    };
    env.set(result, "sourceLine", line)?;
    env.set(result, "scriptResourceName", or_undefined(position.filename))?;
    env.set(result, "lineNumber", env.int32(position.line)?)?;
    env.set(result, "startColumn", env.int32(position.start_column)?)?;
    Ok(result)
}
