//! Errors that end the program.

use super::enter_js;
use crate::{Environment, fatal};
use edge_napi::Value;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::{CStr, c_char};

/// An exception that nobody caught: `process.on('uncaughtException')`, else the program's end.
pub(super) unsafe extern "C" fn napi_fatal_exception(env: napi_env, err: napi_value) -> napi_status {
    enter_js(env, |environment, env| {
        if err.is_null() || env.type_of(Value(err)).is_err() {
            return Err(napi_invalid_arg);
        }
        fatal::trigger_uncaught_exception(environment, Value(err), false);
        Ok(())
    })
}

/// # Safety
/// Null, or text of that many bytes (up to its NUL for `NAPI_AUTO_LENGTH`).
unsafe fn text(text: *const c_char, length: usize) -> String {
    if text.is_null() {
        return String::new();
    }
    let bytes = if length == NAPI_AUTO_LENGTH {
        // SAFETY: the caller's promise.
        unsafe { CStr::from_ptr(text) }.to_bytes()
    } else {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) }
    };
    String::from_utf8_lossy(bytes).into_owned()
}

/// Prints `FATAL ERROR: location message` and aborts, where the program owns its process. Where it does not, the host must live: the
/// environment's program ends with 134 and the stack unwinds (a panic that poisons the environment, or ends the pool's work).
pub(super) unsafe extern "C-unwind" fn napi_fatal_error(
    location: *const c_char,
    location_len: usize,
    message: *const c_char,
    message_len: usize,
) -> ! {
    // SAFETY: Node-API's contract for the two texts.
    let (location, message) = unsafe { (text(location, location_len), text(message, message_len)) };
    let line = format!("FATAL ERROR: {location} {message}\n");
    if let Some(environment) = Environment::of_thread().first() {
        environment.print_error(&line);
        if environment.options().owns_process {
            environment.kernel().abort();
        }
        let _ = environment.exit(134);
    }
    std::panic::resume_unwind(Box::new(line))
}
