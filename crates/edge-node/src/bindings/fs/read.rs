//! `read` and `readBuffers`.
//!
//! Synchronously the kernel reads into the program's bytes in place. A pool thread must not touch the engine's memory: it reads into
//! bytes of its own, which are copied into the program's buffers when the loop has its answer.

use super::{Operation, args};
use crate::{Environment, Face};
use edge_napi::{CallInfo, Env, Result, Value};
use std::io::IoSliceMut;

/// `read(fd, buffer, offset, length, position, req)` → bytes read.
pub fn read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let buffer = info.arg(1);
    let (offset, length) = (env.get_f64(info.arg(2))?, env.get_f64(info.arg(3))?);
    let position = args::position(env, info.arg(4))?;
    let face = Face::of(&environment, info.arg(5))?;
    let (offset, length) = args::range(offset, length, env.view_bytes(buffer)?.len)?;
    let op = Operation::new("read");
    if face.is_sync() {
        let kernel = environment.kernel();
        return match env.with_bytes(buffer, |bytes| kernel.read(fd, &mut bytes[offset..offset + length], position))? {
            Ok(count) => env.size(count),
            Err(errno) => Err(op.error(&environment, errno)),
        };
    }
    let target = env.reference(buffer)?;
    op.run(
        &environment,
        face,
        move |kernel, _| {
            let mut bytes = vec![0; length];
            let count = kernel.read(fd, &mut bytes, position)?;
            bytes.truncate(count);
            Ok(bytes)
        },
        move |environment, bytes| {
            let env = environment.env();
            copy_out(env, target, offset, &bytes)?;
            env.size(bytes.len())
        },
    )
}

/// Copies what was read into the program's buffer, as far as it still reaches, and lets go of it.
fn copy_out(env: Env, target: edge_napi::Reference, offset: usize, bytes: &[u8]) -> Result<()> {
    let buffer = env.deref(target)?;
    env.drop_reference(target);
    let Some(buffer) = buffer else { return Ok(()) };
    env.with_bytes(buffer, |into| {
        let offset = offset.min(into.len());
        let count = bytes.len().min(into.len() - offset);
        into[offset..offset + count].copy_from_slice(&bytes[..count]);
    })
}

/// `readBuffers(fd, buffers, position, req)` → bytes read.
pub fn read_buffers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let buffers = env.array_values(info.arg(1))?;
    let position = args::position(env, info.arg(2))?;
    let face = Face::of(&environment, info.arg(3))?;
    let mut lengths = Vec::new();
    let mut room = args::MAX_BYTES;
    for buffer in buffers.iter().take(args::MAX_BUFFERS) {
        lengths.push(env.view_bytes(*buffer)?.len.min(room));
        room -= lengths[lengths.len() - 1];
    }
    let op = Operation::new("read");
    let read = move |kernel: &edge_wasix::Kernel| {
        // Buffers of a program may overlap, so even the synchronous call reads beside them.
        let mut parts: Vec<Vec<u8>> = lengths.iter().map(|length| vec![0; *length]).collect();
        let mut slices: Vec<IoSliceMut<'_>> = parts.iter_mut().map(|part| IoSliceMut::new(part)).collect();
        let count = kernel.readv(fd, &mut slices, position)?;
        Ok((parts, count))
    };
    let copy = |env: Env, buffer: Value, part: &[u8], left: &mut usize| {
        env.with_bytes(buffer, |into| {
            let count = part.len().min(*left).min(into.len());
            into[..count].copy_from_slice(&part[..count]);
            *left -= part.len().min(*left);
        })
    };
    if face.is_sync() {
        return match read(environment.kernel()) {
            Ok((parts, count)) => {
                let mut left = count;
                for (buffer, part) in buffers.iter().zip(&parts) {
                    copy(env, *buffer, part, &mut left)?;
                }
                env.size(count)
            }
            Err(errno) => Err(op.error(&environment, errno)),
        };
    }
    let keep = env.reference(env.array_from(&buffers)?)?;
    op.run(
        &environment,
        face,
        move |kernel, _| read(kernel),
        move |environment, (parts, count)| {
            let env = environment.env();
            let buffers = env.deref(keep)?;
            env.drop_reference(keep);
            let mut left = count;
            if let Some(buffers) = buffers {
                for (index, part) in parts.iter().enumerate() {
                    copy(env, env.get_index(buffers, index as u32)?, part, &mut left)?;
                }
            }
            env.size(count)
        },
    )
}
