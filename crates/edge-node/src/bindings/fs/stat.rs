//! `stat`, `lstat`, `fstat`, `statfs`, and the arrays they fill.

use super::{Operation, args};
use crate::{Environment, Face, Target};
use edge_napi::types::{napi_typedarray_type, napi_valuetype};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::fs::{Stat, StatFs};
use edge_wasix::{Errno, Kernel};
use std::rc::Rc;

/// Numbers of one `Stats` (`kFsStatsFieldsNumber`).
const FIELDS: usize = 18;
/// Index of the first time among them.
const FIRST_TIME: usize = 10;
/// Numbers of one `StatFs`.
const FS_FIELDS: usize = 7;

/// Makes the shared arrays: two statuses each, the present and, for `StatWatcher`, the previous one.
pub fn init(target: &Target<'_>) -> Result<()> {
    target.number("kFsStatsFieldsNumber", FIELDS as f64)?;
    target.aliased::<f64>("statValues", 2 * FIELDS)?;
    target.aliased::<i64>("bigintStatValues", 2 * FIELDS)?;
    target.aliased::<f64>("statFsValues", FS_FIELDS)?;
    target.aliased::<i64>("bigintStatFsValues", FS_FIELDS)?;
    Ok(())
}

/// Fills the shared array for statuses from `offset`; answers the array.
pub fn fill_shared(environment: &Rc<Environment>, bigint: bool, offset: usize, stat: &Stat) -> Result<Value> {
    fill(environment, if bigint { "fs.bigintStatValues" } else { "fs.statValues" }, bigint, offset, &stat.node_fields())
}

fn fill(environment: &Rc<Environment>, key: &str, bigint: bool, offset: usize, fields: &[i64]) -> Result<Value> {
    let array = environment.expect_root(key)?;
    environment.env().with_bytes(array, |bytes| write(bytes.get_mut(8 * offset..).unwrap_or_default(), bigint, fields))?;
    Ok(array)
}

fn write(bytes: &mut [u8], bigint: bool, fields: &[i64]) {
    for (index, (slot, value)) in bytes.chunks_exact_mut(8).zip(fields).enumerate() {
        slot.copy_from_slice(&if bigint { value.to_ne_bytes() } else { as_number(index, *value).to_ne_bytes() });
    }
}

/// Numbers before the times, which may lie before the epoch, are unsigned.
fn as_number(index: usize, value: i64) -> f64 {
    if index < FIRST_TIME { value as u64 as f64 } else { value as f64 }
}

/// An array of its own, for a promise: other calls must not overwrite it before it is looked at.
fn fresh(env: Env, bigint: bool, fields: &[i64]) -> Result<Value> {
    let buffer = env.array_buffer(fields.len() * 8)?;
    env.with_bytes(buffer, |bytes| write(bytes, bigint, fields))?;
    let kind = if bigint { napi_typedarray_type::napi_bigint64_array } else { napi_typedarray_type::napi_float64_array };
    env.typed_array(kind, buffer, 0, fields.len())
}

fn stat_value(environment: &Rc<Environment>, face: Face, bigint: bool, stat: &Stat) -> Result<Value> {
    if matches!(face, Face::Promise) {
        return fresh(environment.env(), bigint, &stat.node_fields());
    }
    fill_shared(environment, bigint, 0, stat)
}

type StatCall = fn(&Kernel, &[u8]) -> edge_wasix::Result<Stat>;

/// `(path, bigint, req, throwIfNoEntry)`: with `throwIfNoEntry` false, a file that is not there is `undefined`.
fn stat_path(env: Env, info: &CallInfo<'_>, syscall: &'static str, call: StatCall) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let bigint = env.truthy(info.arg(1))?;
    let face = Face::of(&environment, info.arg(2))?;
    let op = Operation::on(syscall, path);
    if face.is_sync() {
        return match call(environment.kernel(), op.path()) {
            Ok(stat) => fill_shared(&environment, bigint, 0, &stat),
            // `lstat` tells a file in the way from a name that is not there; `stat` does not.
            Err(errno) if (errno == Errno::ENOENT || (errno == Errno::ENOTDIR && syscall == "stat")) && is_false(env, info.arg(3))? => {
                Ok(info.undefined())
            }
            Err(errno) => Err(op.error(&environment, errno)),
        };
    }
    op.run(
        &environment,
        face,
        move |kernel, op| call(kernel, op.path()),
        move |environment, stat| stat_value(environment, face, bigint, &stat),
    )
}

fn is_false(env: Env, v: Value) -> Result<bool> {
    Ok(env.type_of(v)? == napi_valuetype::napi_boolean && !env.get_bool(v)?)
}

/// `stat(path, bigint, req, throwIfNoEntry)`.
pub fn stat(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stat_path(env, info, "stat", Kernel::stat)
}

/// `lstat(path, bigint, req, throwIfNoEntry)`.
pub fn lstat(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stat_path(env, info, "lstat", Kernel::lstat)
}

/// `fstat(fd, bigint, req)`.
pub fn fstat(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = args::fd(env, info.arg(0))?;
    let bigint = env.truthy(info.arg(1))?;
    let face = Face::of(&environment, info.arg(2))?;
    if face.is_sync() {
        return match environment.kernel().fstat(fd) {
            Ok(stat) => fill_shared(&environment, bigint, 0, &stat),
            // `readFileSync` asks for no error in a fourth argument, and Node's native half throws all the same.
            Err(errno) => Err(Operation::new("fstat").error(&environment, errno)),
        };
    }
    Operation::new("fstat").run(
        &environment,
        face,
        move |kernel, _| kernel.fstat(fd),
        move |environment, stat| stat_value(environment, face, bigint, &stat),
    )
}

/// `statfs(path, bigint, req)`.
pub fn statfs(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let bigint = env.truthy(info.arg(1))?;
    let face = Face::of(&environment, info.arg(2))?;
    Operation::on("statfs", path).run(
        &environment,
        face,
        |kernel, op| kernel.statfs(op.path()),
        move |environment, stat: StatFs| {
            let fields = stat.node_fields().map(|value| value as i64);
            if matches!(face, Face::Promise) {
                return fresh(environment.env(), bigint, &fields);
            }
            fill(environment, if bigint { "fs.bigintStatFsValues" } else { "fs.statFsValues" }, bigint, 0, &fields)
        },
    )
}
