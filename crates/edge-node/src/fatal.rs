//! Exceptions that nobody caught: `process._fatalException`, and what is printed when it does not handle them
//! (Node's `TriggerUncaughtException` and `ReportFatalException`).

use crate::Environment;
use edge_napi::types::{napi_value, napi_valuetype};
use edge_napi::{ClassKind, Env, Result, Value};
use std::rc::Rc;

/// Node's exit codes (`lib/internal/errors` reads them from the `errors` binding).
pub mod exit_code {
    pub const GENERIC_USER_ERROR: i32 = 1;
    pub const INVALID_FATAL_EXCEPTION_MONKEY_PATCHING: i32 = 6;
    pub const EXCEPTION_IN_FATAL_EXCEPTION_HANDLER: i32 = 7;
    pub const BOOTSTRAP_FAILURE: i32 = 10;
    pub const UNSETTLED_TOP_LEVEL_AWAIT: i32 = 13;
}

/// Hands the error to the library's handler; ends the program when it is not handled.
pub fn trigger_uncaught_exception(environment: &Rc<Environment>, error: Value, from_promise: bool) {
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return };
    if !from_promise {
        abort_on_uncaught(environment, error);
        // What follows may throw too; where this error arose is known now. A failure here leaves the message without its source line.
        let _ = decorate_error(environment, error);
    }
    match try_trigger(environment, env, error, from_promise) {
        Ok(()) => {}
        Err(inner) => {
            // The handler itself threw: Node's code 7, the new error printed.
            if environment.can_call_into_js() {
                if let Some(value) = env.error_value(inner) {
                    let _ = decorate_error(environment, value);
                    print_exception(environment, value);
                }
                let code = environment.process_exit_code().ok().flatten();
                environment.exit(code.unwrap_or(exit_code::EXCEPTION_IN_FATAL_EXCEPTION_HANDLER));
            }
        }
    }
}

fn try_trigger(environment: &Rc<Environment>, env: Env, error: Value, from_promise: bool) -> Result<()> {
    let Some(process) = environment.root("process")? else {
        print_exception(environment, error);
        environment.exit(exit_code::BOOTSTRAP_FAILURE);
        return Ok(());
    };
    let handler = env.get(process, "_fatalException")?;
    if !env.is_function(handler)? {
        print_exception(environment, error);
        environment.exit(exit_code::INVALID_FATAL_EXCEPTION_MONKEY_PATCHING);
        return Ok(());
    }
    let from_promise = env.boolean(from_promise)?;
    let handled = env.call(handler, process, &[error, from_promise])?;
    let unhandled = env.type_of(handled)? == napi_valuetype::napi_boolean && !env.get_bool(handled)?;
    if !unhandled {
        return Ok(());
    }
    print_exception(environment, error);
    if aborts_on_uncaught(environment) {
        environment.kernel().abort();
    }
    let code = environment.process_exit_code()?.unwrap_or(exit_code::GENERIC_USER_ERROR);
    environment.exit(code);
    Ok(())
}

/// Whether `--abort-on-uncaught-exception` is given, for a process of our own.
fn aborts_on_uncaught(environment: &Environment) -> bool {
    environment.options().owns_process && environment.cli().flag("--abort-on-uncaught-exception")
}

/// With `--abort-on-uncaught-exception` V8 aborts where it is thrown what nobody catches, before any handler of the program's, unless
/// the library switches that off (`shouldAbortOnUncaughtToggle`, for domains and capture callbacks).
fn abort_on_uncaught(environment: &Rc<Environment>, error: Value) {
    if !aborts_on_uncaught(environment)
        || environment.aliased::<u32>("util.shouldAbortOnUncaughtToggle").is_ok_and(|toggle| toggle.get(0) == 0)
    {
        return;
    }
    let env = environment.env();
    let text = |value: Value| env.to_string_lossy(value).ok();
    // An error says so itself, in its stack; a failure leaves the message out, not the end.
    let stack = env.catch(|| env.get(error, "stack")).ok().and_then(Result::ok).filter(|stack| env.is_string(*stack).unwrap_or(false));
    let said = stack.and_then(text).or_else(|| text(error)).unwrap_or_default();
    let (head, frames) = said.split_once("\n    at ").unwrap_or((&said, ""));
    environment.print_error(&format!("Uncaught {head}\n\nFROM\n{}\n", frames.replace("\n    at ", "\n")));
    environment.kernel().abort();
}

/// The text of a script, which the engine does not keep: its name, where in a file of that name it begins, and the text.
#[derive(Clone, Debug)]
pub struct ScriptText {
    pub filename: String,
    pub line_offset: i32,
    pub column_offset: i32,
    pub source: Value,
}

impl ScriptText {
    /// A line by its number in the script's file, and how many columns of the file stand before it.
    fn line(&self, env: Env, file: &str, line: i32) -> Option<(String, i32)> {
        let index = usize::try_from(line.checked_sub(self.line_offset)?.checked_sub(1)?).ok()?;
        if file != self.filename {
            return None;
        }
        let text = env.get_string(self.source).ok()?;
        let line = text.split('\n').nth(index)?.trim_end_matches('\r').to_owned();
        Some((line, if index == 0 { self.column_offset } else { 0 }))
    }
}

/// Puts `file:line`, the source line and an arrow into the error's private `arrow_message` (Node's `AppendExceptionLine`).
pub fn decorate_error(environment: &Rc<Environment>, error: Value) -> Result<()> {
    decorate_error_of(environment, error, None)
}

fn decorate_error_of(environment: &Rc<Environment>, error: Value, script: Option<&ScriptText>) -> Result<()> {
    let env = environment.env();
    if !env.is_object(error)? || env.class_kind(error)? != ClassKind::Error {
        return Ok(());
    }
    let symbol = environment.private_symbol("arrow_message_private_symbol")?;
    if env.has_own_key(error, symbol)? {
        return Ok(());
    }
    if let Some(arrow) = arrow_message(environment, error, script)? {
        env.set_key(error, symbol, env.string(&arrow)?)?;
    }
    Ok(())
}

/// Puts what [`decorate_error`] found at the beginning of the error's `stack`, once (Node's `DecorateErrorStack`).
pub fn decorate_stack(environment: &Rc<Environment>, error: Value, script: Option<&ScriptText>) -> Result<()> {
    let env = environment.env();
    let decorated = environment.private_symbol("decorated_private_symbol")?;
    if !env.is_object(error)? || (env.has_own_key(error, decorated)? && env.truthy(env.get_key(error, decorated)?)?) {
        return Ok(());
    }
    decorate_error_of(environment, error, script)?;
    let symbol = environment.private_symbol("arrow_message_private_symbol")?;
    if !env.has_own_key(error, symbol)? {
        return Ok(());
    }
    let arrow = env.get_key(error, symbol)?;
    // A getter of the program's that throws leaves the stack as it is.
    let Ok(stack) = env.catch(|| env.get(error, "stack"))? else { return Ok(()) };
    if !env.is_string(arrow)? || !env.is_string(stack)? {
        return Ok(());
    }
    let text = format!("{}\n{}", env.get_string(arrow)?, env.get_string(stack)?);
    let _ = env.catch(|| env.set(error, "stack", env.string(&text)?))?;
    env.set_key(error, decorated, env.boolean(true)?)
}

/// `file:line`, the source line, and carets below the place; `None` where the place is not known.
pub(crate) fn arrow_message(environment: &Rc<Environment>, error: Value, script: Option<&ScriptText>) -> Result<Option<String>> {
    let env = environment.env();
    let Some(position) = env.error_position(error)? else { return Ok(None) };
    let text = |v: napi_value| -> Result<Option<String>> {
        if v.is_null() || !env.is_string(Value(v))? {
            return Ok(None);
        }
        env.get_string(Value(v)).map(Some)
    };
    let Some(file) = text(position.filename)? else { return Ok(None) };
    let of_script = || script.and_then(|script| script.line(env, &file, position.line));
    let in_file = || line_of_file(environment, &file, position.line).map(|line| (line, 0));
    // The engine keeps the texts of functions: of a line that others share with the innermost one it may know a part.
    let known = text(position.source_line)?.map(|part| match line_of_file(environment, &file, position.line) {
        Some(whole) if whole.starts_with(&part) => (whole, 0),
        _ => (part, 0),
    });
    let line = known.or_else(of_script).or_else(in_file);
    let Some((line, before)) = line else { return Ok(None) };
    // The library marks its own lines that tell nothing.
    if line.contains("node-do-not-add-exception-line") {
        return Ok(None);
    }
    let head = format!("{file}:{}\n{line}\n", position.line);
    let (Ok(start), Ok(end)) =
        (usize::try_from(position.start_column.saturating_sub(before)), usize::try_from(position.end_column.saturating_sub(before)))
    else {
        return Ok(Some(head));
    };
    // A place with more lines, or past the line's end, has no arrow; the end of the input has an empty one.
    if start > end || end > line.len() {
        return Ok(Some(head));
    }
    // Tabs stay tabs, so that the caret stands below the place whatever their width.
    let padding: String = line.chars().take(start).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let carets = "^".repeat(end - start);
    Ok(Some(format!("{head}{padding}{carets}\n")))
}

/// The line from the script's file or the code of `--eval`, where the engine kept no text that has all of it.
pub(crate) fn line_of_file(environment: &Rc<Environment>, file: &str, line: i32) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    // A script, or a module (`file:///…/[eval1]`).
    if file == "[eval]" || file.ends_with("/[eval1]") {
        return environment.cli().text("--eval").split('\n').nth(index).map(str::to_owned);
    }
    let path = file.strip_prefix("file://").unwrap_or(file);
    if !path.starts_with('/') || path.contains('%') {
        return None;
    }
    let bytes = environment.kernel().read_file(path.as_bytes(), 16 << 20).ok()?;
    String::from_utf8_lossy(&bytes).lines().nth(index).map(str::to_owned)
}

/// Prints an error as Node does before it ends: the source line with an arrow where known, the stack, and the version.
pub fn print_exception(environment: &Rc<Environment>, error: Value) {
    let text = exception_text(environment, error).unwrap_or_else(|_| "Uncaught exception\n".to_owned());
    environment.print_error(&text);
}

fn exception_text(environment: &Rc<Environment>, error: Value) -> Result<String> {
    let env = environment.env();
    let mut text = String::new();
    let mut arrow = None;
    let mut decorated = false;
    let mut stack = None;
    let is_object = env.is_object(error)?;
    if is_object {
        for enhancer in ["errors.enhance_before", "errors.enhance_after"] {
            if let Some(function) = environment.root(enhancer)? {
                if env.is_function(function)? {
                    // An enhancer that throws leaves the stack as it was.
                    if let Ok(enhanced) = env.catch(|| env.call(function, env.undefined()?, &[error]))? {
                        if env.is_string(enhanced)? {
                            stack = Some(env.get_string(enhanced)?);
                        }
                    }
                }
            }
        }
        if stack.is_none() {
            if let Ok(value) = env.catch(|| env.get(error, "stack"))? {
                if !env.is_undefined(value)? {
                    stack = env.catch(|| env.to_string_lossy(value))?.ok();
                }
            }
        }
        let symbol = environment.private_symbol("arrow_message_private_symbol")?;
        if env.has_own_key(error, symbol)? {
            let value = env.get_key(error, symbol)?;
            if env.is_string(value)? {
                arrow = Some(env.get_string(value)?);
            }
        }
        let symbol = environment.private_symbol("decorated_private_symbol")?;
        decorated = env.has_own_key(error, symbol)? && env.truthy(env.get_key(error, symbol)?)?;
    }
    let is_error = is_object && env.class_kind(error)? == ClassKind::Error;
    if !is_error {
        // Where the value was thrown, for it cannot say so itself.
        text.push('\n');
        if let Some(arrow) = arrow_message(environment, error, None)? {
            text.push_str(&arrow);
        }
    }
    match stack {
        Some(trace) if !trace.is_empty() => {
            if let (Some(arrow), false) = (&arrow, decorated) {
                text.push_str(arrow);
                text.push('\n');
            }
            text.push_str(&trace);
            text.push('\n');
        }
        _ => {
            text.push_str(&describe(env, error, is_object)?);
            text.push_str("\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n");
        }
    }
    let hint = &environment.options().missing_module_hint;
    if is_error && !hint.is_empty() {
        // A getter of the program's that throws has no code.
        let code = env.catch(|| env.get(error, "code").and_then(|code| env.to_string_lossy(code)))?.unwrap_or_default();
        if matches!(code.as_str(), "MODULE_NOT_FOUND" | "ERR_MODULE_NOT_FOUND") {
            text.push_str(&format!("\n{hint}\n"));
        }
    }
    if environment.print_version_on_fatal_exception() {
        text.push_str(&format!("\nNode.js {}\n", edge_node_lib::NODE_VERSION));
    }
    Ok(text)
}

/// `Name: message` of an error without a stack, else the value as a string.
fn describe(env: Env, error: Value, is_object: bool) -> Result<String> {
    if is_object {
        let part = |key: &str| -> Result<Option<String>> {
            match env.catch(|| env.get(error, key))? {
                Ok(value) if !env.is_undefined(value)? => Ok(env.catch(|| env.to_string_lossy(value))?.ok()),
                _ => Ok(None),
            }
        };
        if let (Some(name), Some(message)) = (part("name")?, part("message")?) {
            return Ok(format!("{name}: {message}"));
        }
    }
    Ok(env.catch(|| env.to_string_lossy(error))?.unwrap_or_else(|_| "<toString() threw exception>".to_owned()))
}

impl Environment {
    /// Writes to standard error past all of JavaScript. A closed or full stream loses the text, as Node's `fprintf` does.
    pub fn print_error(&self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            match self.kernel().write(2, rest, None) {
                Ok(0) | Err(_) => return,
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            }
        }
    }
}
