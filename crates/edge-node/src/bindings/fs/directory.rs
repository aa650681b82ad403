//! `mkdir`, `mkdtemp`, `rmdir`, `readdir`.

use super::{Operation, args};
use crate::bindings::encode_bytes::encode_bytes_as;
use crate::text::{decode_bytes, parse_encoding};
use crate::{Environment, Face};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Result, Value};

/// `mkdir(path, mode, recursive, req)`; recursive: → the first directory made, or `undefined`.
pub fn mkdir(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("mkdir", args::path(env, info.arg(0))?);
    let mode = env.get_u32(info.arg(1))?;
    let recursive = env.truthy(info.arg(2))?;
    op.run(
        &environment,
        Face::of(&environment, info.arg(3))?,
        move |kernel, op| if recursive { kernel.mkdir_all(op.path(), mode) } else { kernel.mkdir(op.path(), mode).map(|()| None) },
        |environment, first| match first {
            Some(path) => decode_bytes(environment.env(), &path, Encoding::Utf8),
            None => environment.env().undefined(),
        },
    )
}

/// `mkdtemp(prefix, encoding, req)` → the directory's path.
pub fn mkdtemp(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let mut template = args::path(env, info.arg(0))?;
    template.extend_from_slice(b"XXXXXX");
    let encoding = parse_encoding(env, info.arg(1), Encoding::Utf8)?;
    Operation::on("mkdtemp", template).run(
        &environment,
        Face::of(&environment, info.arg(2))?,
        |kernel, op| kernel.mkdtemp(op.path()),
        move |environment, path| encode_bytes_as(environment, &path, encoding),
    )
}

/// `rmdir(path, req)`.
pub fn rmdir(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("rmdir", args::path(env, info.arg(0))?);
    op.run_void(&environment, Face::of(&environment, info.arg(1))?, |kernel, op| kernel.rmdir(op.path()))
}

/// `readdir(path, encoding, withFileTypes, req)` → names, or `[names, types]`.
pub fn readdir(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("scandir", args::path(env, info.arg(0))?);
    let encoding = parse_encoding(env, info.arg(1), Encoding::Utf8)?;
    let with_types = env.truthy(info.arg(2))?;
    op.run(
        &environment,
        Face::of(&environment, info.arg(3))?,
        |kernel, op| kernel.readdir(op.path()),
        move |environment, entries| {
            let env = environment.env();
            let names = env.array()?;
            for (index, entry) in entries.iter().enumerate() {
                let _scope = env.scope()?;
                env.set_index(names, index as u32, encode_bytes_as(environment, &entry.name, encoding)?)?;
            }
            if !with_types {
                return Ok(names);
            }
            let types = env.array()?;
            for (index, entry) in entries.iter().enumerate() {
                let _scope = env.scope()?;
                env.set_index(types, index as u32, env.int32(entry.kind as i32)?)?;
            }
            env.array_from(&[names, types])
        },
    )
}
