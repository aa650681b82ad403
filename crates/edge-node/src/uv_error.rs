//! Errno values become Node's error objects here, and only here.

use edge_napi::{Env, Error, ErrorKind, Value};
use edge_wasix::Errno;

/// Node's `UVException`: `ENOENT: no such file or directory, open 'path'` with `errno`, `code`, `syscall`, `path`.
#[must_use]
pub fn uv_exception(env: Env, errno: Errno, syscall: &str, path: Option<&[u8]>) -> Error {
    uv_exception_two_paths(env, errno, syscall, path, None)
}

/// The same with a second path (`rename`, `link`, …): `… 'path' -> 'dest'`.
#[must_use]
pub fn uv_exception_two_paths(env: Env, errno: Errno, syscall: &str, path: Option<&[u8]>, dest: Option<&[u8]>) -> Error {
    match make(env, errno, syscall, path, dest) {
        Ok(value) => Error::Value(value),
        Err(error) => error,
    }
}

/// The error object alone, for callbacks and promises.
pub fn make(env: Env, errno: Errno, syscall: &str, path: Option<&[u8]>, dest: Option<&[u8]>) -> edge_napi::Result<Value> {
    if let Some(denied) = crate::permission_error::denied_path(env, errno, syscall, path, dest)? {
        return Ok(denied);
    }
    let code = errno.name();
    let mut message = format!("{code}: {}, {syscall}", errno.message());
    for (before, text) in [(" ", path), (" -> ", dest)] {
        if let Some(text) = text {
            message.push_str(&format!("{before}'{}'", String::from_utf8_lossy(text)));
        }
    }
    let error = env.create_error(ErrorKind::Error, "", &message)?;
    env.set(error, "errno", env.int32(-errno.raw())?)?;
    env.set(error, "code", env.string(code)?)?;
    env.set(error, "syscall", env.string(syscall)?)?;
    for (key, text) in [("path", path), ("dest", dest)] {
        if let Some(text) = text {
            env.set(error, key, env.string_from_utf8_lossy(text)?)?;
        }
    }
    Ok(error)
}

/// Node's `ErrnoException`: `EPERM, Operation not permitted 'path'`, with the positive number. What `rmSync`, `cpSync` and `setuid` throw.
#[must_use]
pub fn errno_exception(env: Env, errno: Errno, syscall: &str, message: &str, path: Option<&[u8]>) -> Error {
    numbered_exception(env, errno.name(), errno.raw(), syscall, message, path)
}

/// The same for an error that Node has no name of: libuv's `UV_UNKNOWN`, with the C library's text.
#[must_use]
pub fn unknown_exception(env: Env, errno: Errno, syscall: &str, path: &[u8]) -> Error {
    const UV_UNKNOWN: i32 = -4094;
    numbered_exception(env, "", UV_UNKNOWN, syscall, &format!("Unknown error: {}", strerror(errno)), Some(path))
}

fn numbered_exception(env: Env, code: &str, number: i32, syscall: &str, message: &str, path: Option<&[u8]>) -> Error {
    let made = (|| {
        let path = path.map(String::from_utf8_lossy);
        let place = path.as_ref().map_or_else(String::new, |path| format!(" '{path}'"));
        let error = env.create_error(ErrorKind::Error, "", &format!("{code}, {message}{place}"))?;
        env.set(error, "errno", env.int32(number)?)?;
        env.set(error, "code", env.string(code)?)?;
        if let Some(path) = path {
            env.set(error, "path", env.string(&path)?)?;
        }
        env.set(error, "syscall", env.string(syscall)?)?;
        Ok(error)
    })();
    match made {
        Ok(value) => Error::Value(value),
        Err(error) => error,
    }
}

/// The C library's text of an error: libuv's, with a capital, but for those that libuv says otherwise.
#[must_use]
pub fn strerror(errno: Errno) -> String {
    let text = match errno {
        Errno::EBUSY => "device or resource busy",
        Errno::EIO => "input/output error",
        Errno::EISDIR => "is a directory",
        Errno::ELOOP => "too many levels of symbolic links",
        Errno::ENAMETOOLONG => "file name too long",
        Errno::ENFILE => "too many open files in system",
        Errno::EXDEV => "invalid cross-device link",
        _ => errno.message(),
    };
    let first = text.chars().next().map_or(0, char::len_utf8);
    format!("{}{}", text[..first].to_uppercase(), &text[first..])
}
