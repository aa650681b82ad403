//! `readFileUtf8` and `writeFileUtf8`: a whole file in one call.

use super::{Operation, args};
use crate::text::{decode_bytes, encode_string};
use crate::{Environment, uv_exception};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;
use edge_wasix::fs::File;
use std::sync::Arc;

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
    let by_descriptor = env.is_number(info.arg(0))?;
    let failed = |errno| uv_exception(env, errno, "read", None);
    let flags = env.get_i32(info.arg(1))?;
    let file = file(env, &environment, info.arg(0), flags, 0o666, "read")?;
    let contents = read_to_end(&*file, by_descriptor).map_err(failed)?;
    decode_bytes(env, &contents, Encoding::Utf8)
}

/// Reads from the file's position to its end. The size of a regular file is only a hint.
fn read_to_end(file: &dyn File, from_position: bool) -> edge_wasix::Result<Vec<u8>> {
    let hint = match file.stat() {
        Ok(stat) if stat.is_file() && !from_position => usize::try_from(stat.size).map_err(|_| Errno::EFBIG)?,
        _ => 0,
    };
    let mut contents: Vec<u8> = Vec::new();
    let mut length = 0;
    // One byte more than there should be: the read that fills all but it is followed by one that finds the end.
    let mut room = hint.min(1 << 30) + 1;
    if hint == 0 {
        room = 8192;
    }
    loop {
        contents.try_reserve(length + room - contents.len()).map_err(|_| Errno::ENOMEM)?;
        contents.resize(length + room, 0);
        let count = file.read(&mut contents[length..], None)?;
        length += count;
        if count == 0 {
            contents.truncate(length);
            return Ok(contents);
        }
        room = if length == contents.len() { length.clamp(8192, 1 << 26) } else { contents.len() - length };
    }
}

/// `writeFileUtf8(path or fd, string, flags, mode)`.
pub fn write_file_utf8(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let text = encode_string(env, info.arg(1), Encoding::Utf8)?;
    let (flags, mode) = (env.get_i32(info.arg(2))?, env.get_u32(info.arg(3))?);
    let failed = |errno| -> Error { uv_exception(env, errno, "write", None) };
    let file = file(env, &environment, info.arg(0), flags, mode, "write")?;
    let mut rest = &text[..];
    while !rest.is_empty() {
        match file.write(rest, None).map_err(failed)? {
            0 => return Err(failed(Errno::EIO)),
            count => rest = &rest[count..],
        }
    }
    Ok(info.undefined())
}
