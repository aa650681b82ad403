//! `readFileUtf8` and `writeFileUtf8`: a whole file in one call.

use super::{Operation, args};
use crate::text::{decode_bytes, encode_string};
use crate::{Environment, uv_exception};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;
use edge_wasix::fs::File;
use std::sync::Arc;

/// The longest file that is read as text, in bytes.
const MAX_TEXT: usize = 1 << 31;
/// Bytes of the first read.
const SMALL: usize = 8192;

/// The open file that an argument names: a descriptor, or a path to be opened.
fn file(env: Env, environment: &Environment, v: Value, flags: i32, mode: u32, syscall: &str) -> Result<Arc<dyn File>> {
    let kernel = environment.kernel();
    if env.is_number(v)? {
        return kernel.file(env.get_i32(v)?).map_err(|errno| uv_exception(env, errno, syscall, None));
    }
    let op = Operation::on("open", args::path(env, v)?);
    kernel.open_file(op.path(), flags, mode).map_err(|errno| op.error(environment, errno))
}

/// `readFileUtf8(path or fd, flags)` → string.
pub fn read_file_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let failed = |errno| uv_exception(env, errno, "read", None);
    let flags = env.get_i32(info.arg(1))?;
    let file = file(env, &environment, info.arg(0), flags, 0o666, "read")?;
    let contents = read_to_end(&*file).map_err(failed)?;
    decode_bytes(env, &contents, Encoding::Utf8)
}

/// Reads from the file's position to its end. A small file takes two reads and no question for its size, which is only a hint anyway.
fn read_to_end(file: &dyn File) -> edge_wasix::Result<Vec<u8>> {
    let mut contents = vec![0; SMALL];
    let mut length = 0;
    loop {
        if length == contents.len() {
            let hint = match file.stat() {
                Ok(stat) if length == SMALL && stat.is_file() => usize::try_from(stat.size).unwrap_or(0).min(1 << 30) + 1,
                _ => 0,
            };
            let wanted = hint.max(length + length.clamp(SMALL, 1 << 26));
            contents.try_reserve_exact(wanted - length).map_err(|_| Errno::ENOMEM)?;
            contents.resize(wanted, 0);
        }
        match file.read(&mut contents[length..], None)? {
            0 => {
                contents.truncate(length);
                return Ok(contents);
            }
            count => length += count,
        }
        // A device without end must not take all memory. No such text is a string anyway.
        if length > MAX_TEXT {
            return Err(Errno::EFBIG);
        }
    }
}

/// `writeFileUtf8(path or fd, string, flags, mode)`.
pub fn write_file_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let text = encode_string(env, info.arg(1), Encoding::Utf8)?;
    let (flags, mode) = (env.get_i32(info.arg(2))?, env.get_u32(info.arg(3))?);
    let failed = |errno| -> Error { uv_exception(env, errno, "write", None) };
    let file = file(env, &environment, info.arg(0), flags, mode, "write")?;
    let fd = if env.is_number(info.arg(0))? { Some(env.get_i32(info.arg(0))?) } else { None };
    let mut rest = &text[..];
    while !rest.is_empty() {
        let written = match fd {
            Some(fd) => environment.kernel().write(fd, rest, None),
            None => environment.kernel().write_to(&*file, rest),
        };
        match written.map_err(failed)? {
            0 => return Err(failed(Errno::EIO)),
            count => rest = &rest[count..],
        }
    }
    Ok(info.undefined())
}
