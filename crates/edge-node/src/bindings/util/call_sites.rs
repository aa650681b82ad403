//! Who called: from the engine's call sites.

use edge_napi::{CallInfo, Env, Result, Value};

/// One frame, read from a CallSite object.
struct Frame {
    function: String,
    script: String,
    line: f64,
    column: f64,
}

/// JavaScript frames, innermost first; frames of native functions have no place and are left out, as V8 leaves them out.
fn frames(env: Env, limit: u32) -> Result<Vec<Frame>> {
    let sites = env.call_sites(limit)?;
    let mut frames = Vec::new();
    for site in env.array_values(sites)? {
        let _scope = env.scope()?;
        let text = |method: &str| -> Result<String> {
            let v = env.call_method(site, method, &[])?;
            if env.is_string(v)? { env.get_string(v) } else { Ok(String::new()) }
        };
        let number = |method: &str| -> Result<f64> {
            let v = env.call_method(site, method, &[])?;
            if env.is_number(v)? { env.get_f64(v) } else { Ok(0.0) }
        };
        if env.truthy(env.call_method(site, "isNative", &[])?)? {
            continue;
        }
        frames.push(Frame {
            function: text("getFunctionName")?,
            script: text("getScriptNameOrSourceURL")?,
            line: number("getLineNumber")?,
            column: number("getColumnNumber")?,
        });
    }
    Ok(frames)
}

/// `getCallSites(count)` → array of `{ functionName, scriptId, scriptName, lineNumber, columnNumber, column }`, the caller first.
pub fn get_call_sites(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let count = env.get_u32(info.arg(0))?;
    let result = env.array()?;
    // The innermost frame is `util.getCallSites` itself.
    for frame in frames(env, count.saturating_add(1))?.into_iter().skip(1).take(count as usize) {
        let _scope = env.scope()?;
        let object = env.null_object()?;
        env.set(object, "functionName", env.string(&frame.function)?)?;
        env.set(object, "scriptId", env.string("0")?)?;
        env.set(object, "scriptName", env.string(&frame.script)?)?;
        env.set(object, "lineNumber", env.number(frame.line)?)?;
        env.set(object, "columnNumber", env.number(frame.column)?)?;
        env.set(object, "column", env.number(frame.column)?)?;
        env.push(result, object)?;
    }
    Ok(result)
}

/// `getCallerLocation()` → `[line, column, file]` of the caller's caller, or undefined.
pub fn get_caller_location(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match frames(env, 2)?.into_iter().nth(1) {
        Some(frame) => env.array_from(&[env.number(frame.line)?, env.number(frame.column)?, env.string(&frame.script)?]),
        None => Ok(info.undefined()),
    }
}

/// `isInsideNodeModules(frameLimit = 10)`: whether the innermost frame that is not Node's own lies in a `node_modules` folder.
pub fn is_inside_node_modules(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let limit = if env.is_number(info.arg(0))? { env.get_u32(info.arg(0))? } else { 10 };
    let user = frames(env, limit)?.into_iter().find(|frame| !frame.script.is_empty() && !frame.script.starts_with("node:"));
    env.boolean(user.is_some_and(|frame| frame.script.contains("/node_modules/") || frame.script.contains("\\node_modules\\")))
}
