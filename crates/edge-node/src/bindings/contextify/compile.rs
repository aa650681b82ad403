//! Functions from text, and what scripts and functions share: offsets, source map comments, decorated errors.

use super::code_cache;
use crate::{Environment, fatal};
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Error, Result, Source, Value};
use std::rc::Rc;

/// Runs what may throw; the place of an error goes into its private `arrow_message`, to be told when nobody catches it.
pub fn with_arrow<T>(environment: &Rc<Environment>, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let env = environment.env();
    match env.catch(body)? {
        Ok(value) => Ok(value),
        Err(error) => {
            fatal::decorate_error(environment, error)?;
            Err(env.throw(error))
        }
    }
}

/// The same, and the place stands at the beginning of the error's `stack` (Node's `DecorateErrorStack`).
pub fn decorated<T>(environment: &Rc<Environment>, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let env = environment.env();
    match env.catch(body)? {
        Ok(value) => Ok(value),
        Err(error) => {
            fatal::decorate_stack(environment, error, None)?;
            Err(env.throw(error))
        }
    }
}

/// An argument that is undefined or a number.
pub fn offset(env: Env, v: Value) -> Result<i32> {
    if env.is_number(v)? { env.get_i32(v) } else { Ok(0) }
}

/// The global behind a contextified object; `None` for undefined and null.
pub fn context_global(environment: &Environment, sandbox: Value) -> Result<Option<Value>> {
    let env = environment.env();
    if env.is_nullish(sandbox)? {
        return Ok(None);
    }
    let symbol = environment.private_symbol("contextify_context_private_symbol")?;
    if !env.has_own_key(sandbox, symbol)? {
        return Err(Error::type_error("ERR_INVALID_ARG_TYPE", "The \"contextifiedObject\" argument must be an vm.Context"));
    }
    env.get_key(sandbox, symbol).map(Some)
}

/// A symbol argument, or the symbol that the library uses for code without `import()`.
pub fn host_option(env: Env, v: Value) -> Result<Option<Value>> {
    Ok((env.type_of(v)? == napi_valuetype::napi_symbol).then_some(v))
}

/// Sets `sourceURL` and `sourceMapURL` from the magic comments of a text, as V8 reports them.
pub fn set_magic_comments(env: Env, target: Value, source: Value) -> Result<()> {
    let (url, map) = env.with_str(source, |text| {
        let text = text.to_string_lossy();
        (magic_comment(&text, "sourceURL="), magic_comment(&text, "sourceMappingURL="))
    })?;
    for (name, comment) in [("sourceURL", url), ("sourceMapURL", map)] {
        let value = match comment {
            Some(text) => env.string(&text)?,
            None => env.undefined()?,
        };
        env.set(target, name, value)?;
    }
    Ok(())
}

/// The value of the last `//# name=value` (or `//@`); V8 takes no value with quotes or spaces inside.
fn magic_comment(text: &str, name: &str) -> Option<String> {
    let mut found = None;
    for (at, _) in text.match_indices(name) {
        let before = &text[..at];
        let marker = before.trim_end_matches([' ', '\t']);
        if marker.len() == before.len() || !(marker.ends_with("//#") || marker.ends_with("//@")) {
            continue;
        }
        let line = text[at + name.len()..].split(['\n', '\r', '\u{2028}', '\u{2029}']).next().unwrap_or_default();
        let value = line.trim();
        let bad = value.is_empty() || value.contains(['"', '\'', ' ', '\t']);
        found = if bad { None } else { Some(value.to_owned()) };
    }
    found
}

/// `compileFunction(code, filename, lineOffset, columnOffset, cachedData, produceCachedData, parsingContext, contextExtensions, params,
/// hostDefinedOption)` → `{ function, sourceMapURL, sourceURL, cachedDataRejected? }`.
pub fn compile_function(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let (code, filename) = (info.arg(0), info.arg(1));
    let source = Source {
        source: code,
        filename,
        line_offset: offset(env, info.arg(2))?,
        column_offset: offset(env, info.arg(3))?,
        host_defined_option: host_option(env, info.arg(9))?,
        context: context_global(&environment, info.arg(6))?,
    };
    let params = if env.is_array(info.arg(8))? { env.array_values(info.arg(8))? } else { Vec::new() };
    let extensions = if env.is_array(info.arg(7))? { env.array_values(info.arg(7))? } else { Vec::new() };
    let mut function = decorated(&environment, || env.compile_function(&source, &params))?;
    if !extensions.is_empty() {
        function = decorated(&environment, || with_extensions(env, &source, &params, &extensions))?;
    }
    if let Some(option) = source.host_defined_option {
        env.set_key(function, environment.private_symbol("host_defined_option_symbol")?, option)?;
    }
    let result = env.null_object()?;
    env.set(result, "function", function)?;
    set_magic_comments(env, result, code)?;
    code_cache::report(&environment, result, code, info.arg(4), info.arg(5))?;
    Ok(result)
}

/// The function of a text that has been found to be one, with objects in its scope chain, the last one innermost. The line in front of
/// the text is the one before it.
fn with_extensions(env: Env, source: &Source, params: &[Value], extensions: &[Value]) -> Result<Value> {
    let mut text: String = (0..extensions.len()).map(|index| format!("with (arguments[{index}]) ")).collect();
    let names = params.iter().map(|name| env.get_string(*name)).collect::<Result<Vec<_>>>()?;
    text.push_str(&format!("return function ({}) {{\n{}\n}}", names.join(","), env.get_string(source.source)?));
    let around = Source { source: env.string(&text)?, line_offset: source.line_offset.saturating_sub(1), ..*source };
    let make = env.compile_function(&around, &[])?;
    env.call(make, env.undefined()?, extensions)
}

#[cfg(test)]
mod tests {
    use super::magic_comment;

    #[test]
    fn the_last_comment_counts() {
        let text = "a\n//# sourceMappingURL=x.map\nb\n//@ sourceMappingURL=y.map\n";
        assert_eq!(magic_comment(text, "sourceMappingURL=").as_deref(), Some("y.map"));
        assert_eq!(magic_comment("//#sourceURL=a.js", "sourceURL="), None);
        assert_eq!(magic_comment("//# sourceURL=a b.js", "sourceURL="), None);
    }
}
