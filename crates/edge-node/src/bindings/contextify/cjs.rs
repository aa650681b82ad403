//! The CommonJS loader's compiler, and telling ES modules from CommonJS by trying.

use super::compile::{decorated, set_magic_comments};
use crate::Environment;
use edge_napi::{CallInfo, ClassKind, Env, Result, Source, Value};
use std::rc::Rc;

const PARAMETERS: &[&str] = &["exports", "require", "module", "__filename", "__dirname"];

/// The function of a CommonJS file.
fn compile_cjs(environment: &Rc<Environment>, code: Value, filename: Value) -> Result<Value> {
    let env = environment.env();
    let symbol = environment.symbol("vm_dynamic_import_default_internal")?;
    let source = Source { host_defined_option: Some(symbol), ..Source::new(code, filename) };
    let params = PARAMETERS.iter().map(|name| env.key(name)).collect::<Result<Vec<_>>>()?;
    env.compile_function(&source, &params)
}

/// Whether the text is an ES module: it fails as CommonJS with a syntax error and compiles as a module. `cjs_error` is that error.
fn compiles_as_module(environment: &Rc<Environment>, code: Value, filename: Value, cjs_error: Value) -> Result<bool> {
    let env = environment.env();
    if env.class_kind(cjs_error)? != ClassKind::Error || !mentions_module_syntax(env, code)? {
        return Ok(false);
    }
    let wrap = env.object()?;
    let source = Source::new(code, filename);
    Ok(env.catch(|| env.module_source(&source, wrap))?.is_ok())
}

/// Cheap first look: a text without any of these words cannot differ between the two goals in what it may say.
fn mentions_module_syntax(env: Env, code: Value) -> Result<bool> {
    env.with_str(code, |text| {
        let text = text.to_string_lossy();
        ["import", "export", "await"].iter().any(|word| text.contains(word)) || PARAMETERS.iter().any(|name| text.contains(name))
    })
}

/// `compileFunctionForCJSLoader(content, filename, isSeaMain, shouldDetectModule)` → `{ canParseAsESM, sourceMapURL, sourceURL,
/// function, cachedDataRejected }`.
pub fn compile_function_for_cjs_loader(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let (code, filename) = (info.arg(0), info.arg(1));
    let detect = env.truthy(info.arg(3))?;
    let mut function = info.undefined();
    let mut can_parse_as_esm = false;
    match env.catch(|| compile_cjs(&environment, code, filename))? {
        Ok(compiled) => {
            let symbol = environment.symbol("vm_dynamic_import_default_internal")?;
            env.set_key(compiled, environment.private_symbol("host_defined_option_symbol")?, symbol)?;
            function = compiled;
        }
        Err(error) => {
            can_parse_as_esm = compiles_as_module(&environment, code, filename, error)?;
            if can_parse_as_esm && !detect {
                warn_of_module(&environment, filename)?;
            }
            if !(can_parse_as_esm && detect) {
                return decorated(&environment, || Err(env.throw(error)));
            }
        }
    }
    let result = env.null_object()?;
    env.set(result, "cachedDataRejected", env.boolean(false)?)?;
    set_magic_comments(env, result, code)?;
    env.set(result, "canParseAsESM", env.boolean(can_parse_as_esm)?)?;
    env.set(result, "function", function)?;
    Ok(result)
}

/// What is to be done about an ES module in a file that can only be CommonJS.
fn warn_of_module(environment: &Environment, filename: Value) -> Result<()> {
    let env = environment.env();
    let Some(emit) = environment.root("process.emit_warning_sync")? else { return Ok(()) };
    let message = format!(
        "Failed to load the ES module: {}. Make sure to set \"type\": \"module\" in the nearest package.json file or use the .mjs extension.",
        env.get_string(filename)?
    );
    env.call(emit, env.undefined()?, &[env.string(&message)?]).map(drop)
}

/// `containsModuleSyntax(code, filename, resourceName, cjsVar)` → whether the text is ES module syntax only.
pub fn contains_module_syntax(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let code = info.arg(0);
    let filename = if env.is_string(info.arg(1))? { info.arg(1) } else { env.string("[eval1]")? };
    let result = match env.catch(|| compile_cjs(&environment, code, filename))? {
        Ok(_) => false,
        Err(error) => compiles_as_module(&environment, code, filename, error)?,
    };
    env.boolean(result)
}
