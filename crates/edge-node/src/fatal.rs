//! Exceptions that nobody caught: `process._fatalException`, and what is printed when it does not handle them
//! (Node's `TriggerUncaughtException`).

use crate::Environment;
use edge_napi::{Env, Result, Value};
use std::rc::Rc;

/// Node's exit codes (`lib/internal/errors` reads them from the `errors` binding).
pub mod exit_code {
    pub const GENERIC_USER_ERROR: i32 = 1;
    pub const INTERNAL_JS_PARSE_ERROR: i32 = 3;
    pub const INVALID_FATAL_EXCEPTION_MONKEY_PATCHING: i32 = 6;
    pub const EXCEPTION_IN_FATAL_EXCEPTION_HANDLER: i32 = 7;
    pub const INVALID_COMMAND_LINE_ARGUMENT: i32 = 9;
    pub const BOOTSTRAP_FAILURE: i32 = 10;
    pub const UNSETTLED_TOP_LEVEL_AWAIT: i32 = 13;
}

/// Hands the error to the library's handler; ends the program when it is not handled.
pub fn trigger_uncaught_exception(environment: &Rc<Environment>, error: Value, from_promise: bool) {
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return };
    match try_trigger(environment, env, error, from_promise) {
        Ok(()) => {}
        Err(inner) => {
            // The handler itself threw: Node's code 7, the new error printed.
            if environment.can_call_into_js() {
                if let Some(value) = env.error_value(inner) {
                    print_exception(environment, value);
                }
                environment.exit(exit_code::EXCEPTION_IN_FATAL_EXCEPTION_HANDLER);
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
    let unhandled = env.type_of(handled)? == edge_napi::types::napi_valuetype::napi_boolean && !env.get_bool(handled)?;
    if !unhandled {
        return Ok(());
    }
    print_exception(environment, error);
    let code = environment.process_exit_code()?.unwrap_or(exit_code::GENERIC_USER_ERROR);
    environment.exit(code);
    Ok(())
}

/// Prints an error as Node does before it ends: the source line with an arrow where known, the stack, and the version.
pub fn print_exception(environment: &Rc<Environment>, error: Value) {
    let env = environment.env();
    let text = exception_text(environment, env, error).unwrap_or_else(|_| "Uncaught exception\n".to_owned());
    environment.kernel().write_stderr(text.as_bytes());
}

fn exception_text(environment: &Rc<Environment>, env: Env, error: Value) -> Result<String> {
    let _ = environment;
    let text = match env.catch(|| env.get(error, "stack"))? {
        Ok(stack) if env.is_string(stack)? => env.get_string(stack)?,
        _ => match env.catch(|| env.to_string_lossy(error))? {
            Ok(text) => format!("Uncaught {text}"),
            Err(_) => "Uncaught exception".to_owned(),
        },
    };
    Ok(format!("{text}\n\nNode.js {}\n", crate::lib_source::NODE_VERSION))
}
