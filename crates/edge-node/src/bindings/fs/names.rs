//! `rename`, `link`, `symlink`, `readlink`, `unlink`, `realpath`, `copyFile`.

use super::{Operation, args};
use crate::bindings::encode_bytes::encode_bytes_as;
use crate::text::parse_encoding;
use crate::{Environment, Face};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Result, Value};

/// `rename(oldPath, newPath, req)`.
pub fn rename(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::between("rename", args::path(env, info.arg(0))?, args::path(env, info.arg(1))?);
    op.run_void(&environment, Face::of(&environment, info.arg(2))?, |kernel, op| kernel.rename(op.path(), op.dest()))
}

/// `link(existingPath, newPath, req)`.
pub fn link(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::between("link", args::path(env, info.arg(0))?, args::path(env, info.arg(1))?);
    op.run_void(&environment, Face::of(&environment, info.arg(2))?, |kernel, op| kernel.link(op.path(), op.dest()))
}

/// `symlink(target, path, flags, req)`; the flags are Windows's.
pub fn symlink(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::between("symlink", args::path(env, info.arg(0))?, args::path(env, info.arg(1))?);
    op.run_void(&environment, Face::of(&environment, info.arg(3))?, |kernel, op| kernel.symlink(op.path(), op.dest()))
}

/// `copyFile(source, destination, mode, req)`.
pub fn copy_file(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let mode = args::small_mode(env, info.arg(2))?;
    let op = Operation::between("copyfile", args::path(env, info.arg(0))?, args::path(env, info.arg(1))?);
    op.run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, op| kernel.copy_file(op.path(), op.dest(), mode))
}

/// `unlink(path, req)`.
pub fn unlink(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("unlink", args::path(env, info.arg(0))?);
    op.run_void(&environment, Face::of(&environment, info.arg(1))?, |kernel, op| kernel.unlink(op.path()))
}

/// `readlink(path, encoding, req)` → the link's target.
pub fn readlink(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("readlink", args::path(env, info.arg(0))?);
    let encoding = parse_encoding(env, info.arg(1), Encoding::Utf8)?;
    op.run(
        &environment,
        Face::of(&environment, info.arg(2))?,
        |kernel, op| kernel.readlink(op.path()),
        move |environment, target| encode_bytes_as(environment, &target, encoding),
    )
}

/// `realpath(path, encoding, req)` → absolute path.
pub fn realpath(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let op = Operation::on("realpath", args::path(env, info.arg(0))?);
    let encoding = parse_encoding(env, info.arg(1), Encoding::Utf8)?;
    op.run(
        &environment,
        Face::of(&environment, info.arg(2))?,
        |kernel, op| kernel.realpath(op.path()),
        move |environment, path| encode_bytes_as(environment, &path, encoding),
    )
}
