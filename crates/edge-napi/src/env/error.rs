//! Errors: making, throwing, catching.

use super::{call, value};
use crate::{Env, Error, ErrorKind, Result, Value};

impl Env {
    /// An error object; `code` becomes its `code` property unless empty.
    pub fn create_error(self, kind: ErrorKind, code: &str, message: &str) -> Result<Value> {
        let message = self.string(message)?;
        let null = crate::types::napi_value::NULL;
        let code = if code.is_empty() { null } else { self.string(code)?.0 };
        match kind {
            ErrorKind::Error => value!(self, js.napi_create_error(code, message.0)),
            ErrorKind::TypeError => value!(self, js.napi_create_type_error(code, message.0)),
            ErrorKind::RangeError => value!(self, js.napi_create_range_error(code, message.0)),
            ErrorKind::SyntaxError => value!(self, js.node_api_create_syntax_error(code, message.0)),
        }
    }
    /// Makes `value` the pending exception; answers the error to return.
    pub fn throw(self, v: Value) -> Error {
        // SAFETY: a live environment on its thread.
        match unsafe { (self.js().napi_throw)(self.raw(), v.0) } {
            crate::types::napi_status::napi_ok => Error::Pending,
            other => Error::from(other),
        }
    }
    /// Takes the pending exception.
    pub fn take_exception(self) -> Result<Value> {
        value!(self, js.napi_get_and_clear_last_exception())
    }
    /// Whether it is an Error object (also of another context, also with another prototype).
    pub fn is_error(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_error(v.0), -> false))
    }
    /// The value that an error would throw, and nothing pending any more; `None` when the environment is closing or the exception
    /// is a termination, which cannot be caught.
    pub fn error_value(self, error: Error) -> Option<Value> {
        match error {
            Error::Closing => None,
            Error::Value(v) => Some(v),
            Error::Pending => {
                if self.is_terminating() {
                    return None;
                }
                self.take_exception().ok()
            }
            Error::Js { kind, code, message } => self.create_error(kind, code, &message).ok(),
            Error::Status(status) => {
                let (kind, code, message) = describe_status(status);
                self.create_error(kind, code, &message).ok()
            }
        }
    }
    /// Makes any error pending. For the provider, after a native returned one.
    pub fn raise(self, error: Error) {
        if matches!(error, Error::Pending | Error::Closing) {
            return;
        }
        if let Some(v) = self.error_value(error) {
            let _ = self.throw(v);
        }
    }
    /// Runs `f` and takes what it throws as a value: `Ok(Err(exception))`. Closing and termination pass through as errors.
    pub fn catch<T>(self, f: impl FnOnce() -> Result<T>) -> Result<std::result::Result<T, Value>> {
        match f() {
            Ok(v) => Ok(Ok(v)),
            Err(Error::Closing) => Err(Error::Closing),
            Err(Error::Pending) if self.is_terminating() => Err(Error::Pending),
            Err(error) => match self.error_value(error) {
                Some(v) => Ok(Err(v)),
                None => Err(Error::Closing),
            },
        }
    }
    /// Whether the pending exception is a termination.
    pub fn is_terminating(self) -> bool {
        let mut result = false;
        // SAFETY: a live environment on its thread.
        let status = unsafe { (self.ext().check_termination)(self.raw(), false, &mut result) };
        status == crate::types::napi_status::napi_ok && result
    }
    /// Takes a pending termination away; whether there was one.
    pub fn clear_termination(self) -> Result<bool> {
        Ok(call!(self, ext.check_termination(true), -> false))
    }
}

/// A wrong-typed argument is an exception, never a crash: what it says.
fn describe_status(status: crate::types::napi_status) -> (ErrorKind, &'static str, String) {
    use crate::types::napi_status::*;
    let expected = match status {
        napi_object_expected => "an object",
        napi_string_expected => "a string",
        napi_name_expected => "a property name",
        napi_function_expected => "a function",
        napi_number_expected => "a number",
        napi_boolean_expected => "a boolean",
        napi_array_expected => "an array",
        napi_bigint_expected => "a bigint",
        napi_date_expected => "a Date",
        napi_arraybuffer_expected => "an ArrayBuffer or a view of one",
        napi_detachable_arraybuffer_expected => "a detachable ArrayBuffer",
        _ => return (ErrorKind::Error, "ERR_INTERNAL_ASSERTION", format!("{status:?}")),
    };
    (ErrorKind::TypeError, "ERR_INVALID_ARG_TYPE", format!("The argument must be {expected}"))
}
