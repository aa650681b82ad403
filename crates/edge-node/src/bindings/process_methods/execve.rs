//! `process.execve`: another program in the place of this process.

use super::super::child_program::texts;
use crate::Environment;
use edge_napi::{CallInfo, Env, Error, ErrorKind, Result, Value};

/// `execve(file, args, envPairs)`. Does not return; when it fails, the process is aborted with Node's text, for what it was is half gone.
///
/// # Errors
/// `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM` for an environment inside of somebody else's process; `ERR_ACCESS_DENIED` with `--permission`.
pub fn execve(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    if !environment.options().owns_process {
        return Err(Error::unavailable("process.execve"));
    }
    let file = env.expect_string(info.arg(0), "execPath")?;
    crate::permission_error::check_child(env, file.as_bytes())?;
    let args = texts(env, info.arg(1))?.unwrap_or_default();
    let pairs = texts(env, info.arg(2))?.unwrap_or_default();
    let Err(errno) = environment.kernel().execve(file.as_bytes(), &args, &pairs);
    let message = format!("process.execve failed with error code {}", errno.name());
    environment.print_error(&format!("{message}\n\n----- JavaScript stack trace -----\n\n{}\n", stack(env, &message)?));
    environment.kernel().abort()
}

/// The frames of the running code, numbered.
fn stack(env: Env, message: &str) -> Result<String> {
    let error = env.create_error(ErrorKind::Error, "", message)?;
    let text = env.to_string_lossy(env.get(error, "stack")?)?;
    let frames = text.lines().filter_map(|line| line.strip_prefix("    at ")).enumerate();
    Ok(frames.map(|(index, frame)| format!("{}: {frame}\n", index + 1)).collect())
}
