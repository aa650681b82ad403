//! `writeBuffer`, `writeBuffers`, `writeString`.
//!
//! Synchronously the kernel writes the program's bytes from where they are; for the pool they are copied first.

use super::{Operation, args};
use crate::text::{encode_string, expect_string, parse_encoding};
use crate::{Environment, Face};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, Limit};
use std::io::IoSlice;
use std::rc::Rc;

/// The error of a synchronous write: thrown, or its numbers left on the `ctx` object that the library passes.
fn failed(environment: &Rc<Environment>, errno: Errno, ctx: Value) -> Result<Value> {
    let env = environment.env();
    if !env.is_object(ctx)? {
        return Err(Operation::new("write").error(environment, errno));
    }
    env.set(ctx, "errno", env.int32(errno.uv())?)?;
    env.set(ctx, "syscall", env.string("write")?)?;
    env.undefined()
}

/// `writeBuffer(fd, buffer, offset, length, position, req, ctx)` → bytes written.
pub fn write_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let buffer = info.arg(1);
    let (offset, length) = (env.get_f64(info.arg(2))?, env.get_f64(info.arg(3))?);
    let position = if env.is_number(info.arg(4))? { args::position(env, info.arg(4))? } else { None };
    let face = Face::of(&environment, info.arg(5))?;
    let (offset, length) = args::range(offset, length, env.view_bytes(buffer)?.len)?;
    if face.is_sync() {
        let kernel = environment.kernel();
        return match env.with_bytes(buffer, |bytes| kernel.write(fd, &bytes[offset..offset + length], position))? {
            Ok(count) => env.size(count),
            Err(errno) => failed(&environment, errno, info.arg(6)),
        };
    }
    let bytes = env.with_bytes(buffer, |bytes| bytes[offset..offset + length].to_vec())?;
    queue(&environment, face, fd, bytes, position)
}

fn queue(environment: &Rc<Environment>, face: Face, fd: i32, bytes: Vec<u8>, position: Option<u64>) -> Result<Value> {
    let charge = environment.kernel().meter().charge(Limit::HostMemory, bytes.len() as u64);
    Operation::new("write").run(
        environment,
        face,
        move |kernel, _| {
            // A copy that there is no room for is not made to wait.
            let _charge = charge?;
            kernel.write(fd, &bytes, position)
        },
        |environment, count| environment.env().size(count),
    )
}

/// `writeBuffers(fd, buffers, position, req)` → bytes written.
pub fn write_buffers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut room = args::MAX_BYTES;
    for buffer in env.array_values(info.arg(1))? {
        let part = env.with_bytes(buffer, |bytes| bytes[..bytes.len().min(room)].to_vec())?;
        room -= part.len();
        parts.push(part);
    }
    let position = if env.is_number(info.arg(2))? { args::position(env, info.arg(2))? } else { None };
    Operation::new("write").run(
        &environment,
        Face::of(&environment, info.arg(3))?,
        move |kernel, _| {
            let slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
            let mut written = 0;
            for some in slices.chunks(args::MAX_BUFFERS) {
                match kernel.writev(fd, some, position.map(|at| at.saturating_add(written as u64))) {
                    Ok(count) => {
                        written += count;
                        if count < some.iter().map(|slice| slice.len()).sum() {
                            break;
                        }
                    }
                    Err(errno) if written == 0 => return Err(errno),
                    Err(_) => break,
                }
            }
            Ok(written)
        },
        |environment, count| environment.env().size(count),
    )
}

/// `writeString(fd, string, position, encoding, req, ctx)` → bytes written.
pub fn write_string(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    expect_string(env, info.arg(1)).map_err(|_| Error::invalid_arg_type("The \"buffer\" argument must be of type string"))?;
    let position = if env.is_number(info.arg(2))? { args::position(env, info.arg(2))? } else { None };
    let encoding = parse_encoding(env, info.arg(3), Encoding::Utf8)?;
    let face = Face::of(&environment, info.arg(4))?;
    let bytes = encode_string(env, info.arg(1), encoding)?;
    if face.is_sync() {
        return match environment.kernel().write(fd, &bytes, position) {
            Ok(count) => env.size(count),
            Err(errno) => failed(&environment, errno, info.arg(5)),
        };
    }
    queue(&environment, face, fd, bytes, position)
}
