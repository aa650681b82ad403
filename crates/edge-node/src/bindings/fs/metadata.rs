//! `access`, `chmod`, `chown`, `utimes`, `ftruncate`, `fsync`.

use super::{Operation, args};
use crate::{Environment, Face};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::fs::SetTime;

/// `access(path, mode, req)`.
pub fn access(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let mode = args::small_mode(env, info.arg(1))?;
    let path = args::path(env, info.arg(0))?;
    Operation::on("access", path)
        .run_void(&environment, Face::of(&environment, info.arg(2))?, move |kernel, op| kernel.access(op.path(), mode))
}

/// `existsSync(path)` → boolean.
pub fn exists_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    env.boolean(environment.kernel().access(&path, 0).is_ok())
}

/// `chmod(path, mode, req)`.
pub fn chmod(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let mode = env.get_u32(info.arg(1))?;
    Operation::on("chmod", path)
        .run_void(&environment, Face::of(&environment, info.arg(2))?, move |kernel, op| kernel.chmod(op.path(), mode))
}

/// `fchmod(fd, mode, req)`.
pub fn fchmod(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let (fd, mode) = (args::fd(env, info.arg(0))?, env.get_u32(info.arg(1))?);
    Operation::new("fchmod").run_void(&environment, Face::of(&environment, info.arg(2))?, move |kernel, _| kernel.fchmod(fd, mode))
}

/// `chown(path, uid, gid, req)`.
pub fn chown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let (uid, gid) = (args::id(env, info.arg(1))?, args::id(env, info.arg(2))?);
    Operation::on("chown", path)
        .run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, op| kernel.chown(op.path(), uid, gid))
}

/// `lchown(path, uid, gid, req)`.
pub fn lchown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let (uid, gid) = (args::id(env, info.arg(1))?, args::id(env, info.arg(2))?);
    Operation::on("lchown", path)
        .run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, op| kernel.lchown(op.path(), uid, gid))
}

/// `fchown(fd, uid, gid, req)`.
pub fn fchown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let (uid, gid) = (args::id(env, info.arg(1))?, args::id(env, info.arg(2))?);
    Operation::new("fchown").run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, _| kernel.fchown(fd, uid, gid))
}

/// Access and modification time, in seconds.
fn times(env: Env, info: &CallInfo<'_>) -> Result<(SetTime, SetTime)> {
    Ok((SetTime::from_secs_f64(env.get_f64(info.arg(1))?), SetTime::from_secs_f64(env.get_f64(info.arg(2))?)))
}

/// `utimes(path, atime, mtime, req)`.
pub fn utimes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let (atime, mtime) = times(env, info)?;
    Operation::on("utime", path)
        .run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, op| kernel.utimes(op.path(), atime, mtime))
}

/// `lutimes(path, atime, mtime, req)`.
pub fn lutimes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let (atime, mtime) = times(env, info)?;
    Operation::on("lutime", path)
        .run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, op| kernel.lutimes(op.path(), atime, mtime))
}

/// `futimes(fd, atime, mtime, req)`.
pub fn futimes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let (atime, mtime) = times(env, info)?;
    Operation::new("futime").run_void(&environment, Face::of(&environment, info.arg(3))?, move |kernel, _| kernel.futimes(fd, atime, mtime))
}

/// `ftruncate(fd, length, req)`.
pub fn ftruncate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let (fd, length) = (args::fd(env, info.arg(0))?, env.get_i64(info.arg(1))?);
    Operation::new("ftruncate").run_void(&environment, Face::of(&environment, info.arg(2))?, move |kernel, _| kernel.ftruncate(fd, length))
}

/// `fsync(fd, req)`.
pub fn fsync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    Operation::new("fsync").run_void(&environment, Face::of(&environment, info.arg(1))?, move |kernel, _| kernel.fsync(fd))
}

/// `fdatasync(fd, req)`.
pub fn fdatasync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    Operation::new("fdatasync").run_void(&environment, Face::of(&environment, info.arg(1))?, move |kernel, _| kernel.fdatasync(fd))
}
