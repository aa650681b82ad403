//! `open`, `openFileHandle`, `close`.

use super::{Operation, args, file_handle};
use crate::{Environment, Face};
use edge_napi::{CallInfo, Env, Result, Value};

/// `open(path, flags, mode, req)` → descriptor.
pub fn open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let (flags, mode) = (env.get_i32(info.arg(1))?, env.get_u32(info.arg(2))?);
    Operation::on("open", path).run(
        &environment,
        Face::of(&environment, info.arg(3))?,
        move |kernel, op| kernel.open(op.path(), flags, mode),
        |environment, fd| environment.env().int32(fd),
    )
}

/// `openFileHandle(path, flags, mode, req)` → `FileHandle`.
pub fn open_file_handle(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let (flags, mode) = (env.get_i32(info.arg(1))?, env.get_u32(info.arg(2))?);
    Operation::on("open", path).run(
        &environment,
        Face::of(&environment, info.arg(3))?,
        move |kernel, op| kernel.open(op.path(), flags, mode),
        file_handle::make,
    )
}

/// `close(fd, req)`.
pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    Operation::new("close").run_void(&environment, Face::of(&environment, info.arg(1))?, move |kernel, _| kernel.close(fd))
}
