//! `ContextifyScript`: `vm.Script`'s native half.

use super::code_cache;
use super::compile::{context_global, decorated, host_option, offset, set_magic_comments};
use super::watchdog;
use crate::{Environment, fatal};
use edge_napi::{CallInfo, Env, Error, Reference, Result, Source, Value};
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// What a script object holds: the compiled code.
struct Script {
    environment: Weak<Environment>,
    code: Cell<Option<Reference>>,
}

impl Drop for Script {
    fn drop(&mut self) {
        if let (Some(environment), Some(code)) = (self.environment.upgrade(), self.code.take()) {
            environment.env().drop_reference(code);
        }
    }
}

/// `new ContextifyScript(code, filename, lineOffset, columnOffset, cachedData, produceCachedData, parsingContext)` or with a symbol in
/// place of the parsing context's options: the eighth argument is the host-defined option.
pub fn new_script(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("ContextifyScript")?;
    let environment = Environment::of(env)?;
    let this = info.this();
    let (code, filename) = (info.arg(0), info.arg(1));
    // The library passes the symbol last; without options it is the third argument.
    let long = info.len() > 3;
    let symbol = if long { info.arg(7) } else { info.arg(2) };
    let option = match host_option(env, symbol)? {
        Some(symbol) => symbol,
        None => env.symbol("script")?,
    };
    let parsing_context = if long { context_global(&environment, info.arg(6))? } else { None };
    let source = Source {
        source: code,
        filename,
        line_offset: if long { offset(env, info.arg(2))? } else { 0 },
        column_offset: if long { offset(env, info.arg(3))? } else { 0 },
        host_defined_option: Some(option),
        context: parsing_context,
    };
    let compiled = decorated(&environment, || env.compile_script(&source))?;
    env.set_key(this, environment.private_symbol("host_defined_option_symbol")?, option)?;
    if long {
        code_cache::report(&environment, this, code, info.arg(4), info.arg(5))?;
    }
    let text = env.array_from(&[filename, env.int32(source.line_offset)?, env.int32(source.column_offset)?, code])?;
    env.set_key(this, environment.private_symbol("vm_script_text")?, text)?;
    set_magic_comments(env, this, code)?;
    let script = Script { environment: Rc::downgrade(&environment), code: Cell::new(Some(env.reference(compiled)?)) };
    env.wrap(this, Rc::new(script))?;
    Ok(this)
}

/// `runInContext(contextifiedObject or null, timeout, displayErrors, breakOnSigint, breakOnFirstLine)`.
pub fn run_in_context(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let script = env.unwrap::<Script>(info.this())?;
    let context = context_global(&environment, info.arg(0))?;
    let timeout = if env.is_number(info.arg(1))? { env.get_i64(info.arg(1))? } else { -1 };
    let display_errors = env.truthy(info.arg(2))?;
    let break_on_sigint = env.truthy(info.arg(3))?;
    let Some(code) = script.code.get().map_or(Ok(None), |code| env.deref(code))? else {
        return Err(Error::error("ERR_INTERNAL_ASSERTION", "the script's code is gone"));
    };
    let run = || watchdog::limited(&environment, timeout, break_on_sigint, || env.run_script(code, context));
    if !display_errors {
        return run();
    }
    match env.catch(run)? {
        Ok(value) => Ok(value),
        Err(error) => {
            fatal::decorate_stack(&environment, error, script_text(&environment, info.this())?.as_ref())?;
            Err(env.throw(error))
        }
    }
}

/// What `new_script` kept of the script's text.
fn script_text(environment: &Environment, this: Value) -> Result<Option<fatal::ScriptText>> {
    let env = environment.env();
    let kept = env.get_key(this, environment.private_symbol("vm_script_text")?)?;
    if !env.is_array(kept)? {
        return Ok(None);
    }
    let filename = env.get_string(env.get_index(kept, 0)?)?;
    let offset = |index: u32| env.get_i32(env.get_index(kept, index)?);
    Ok(Some(fatal::ScriptText { filename, line_offset: offset(1)?, column_offset: offset(2)?, source: env.get_index(kept, 3)? }))
}

/// `createCachedData()` → Buffer.
pub fn create_cached_data(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<Script>(info.this())?;
    let environment = Environment::of(env)?;
    let text =
        script_text(&environment, info.this())?.ok_or_else(|| Error::error("ERR_INTERNAL_ASSERTION", "the script's text is gone"))?;
    code_cache::make(&environment, text.source)
}
