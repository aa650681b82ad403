//! SQLite's errors as JavaScript's.

use edge_napi::{Env, Error, ErrorKind, Result};
use edge_sqlite::Failure;

/// `Error` with `code`, `errcode` and `errstr`.
pub fn sqlite_error(env: Env, failure: &Failure) -> Error {
    or_error(with_code(env, failure, true))
}

/// The same without `errstr`, as where Node knows only a code.
pub fn code_error(env: Env, failure: &Failure) -> Error {
    or_error(with_code(env, failure, false))
}

fn with_code(env: Env, failure: &Failure, text: bool) -> Result<Error> {
    let error = env.create_error(ErrorKind::Error, "ERR_SQLITE_ERROR", &failure.message)?;
    env.set(error, "errcode", env.int32(failure.code)?)?;
    if text {
        env.set(error, "errstr", env.string(&failure.text)?)?;
    }
    // At once: the value's handle does not outlive the scopes that end on the way out.
    Ok(env.throw(error))
}

fn or_error(made: Result<Error>) -> Error {
    made.unwrap_or_else(|error| error)
}

/// `ERR_INVALID_STATE`
pub fn invalid_state(message: &str) -> Error {
    Error::error("ERR_INVALID_STATE", message)
}
