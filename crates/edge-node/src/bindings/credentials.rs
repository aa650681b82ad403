//! `internalBinding('credentials')`: user and group ids, and the environment for code that must not trust it when set-uid.

use crate::{Binding, Environment, Target, errno_exception, natives, strerror};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, Kernel};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "credentials",
    natives: natives!("credentials";
        "safeGetenv" => safe_getenv,
        "getTempDir" => get_temp_dir,
        "getuid" => |env, info| id(env, info, Kernel::uid),
        "geteuid" => |env, info| id(env, info, Kernel::euid),
        "getgid" => |env, info| id(env, info, Kernel::gid),
        "getegid" => |env, info| id(env, info, Kernel::egid),
        "getgroups" => getgroups,
        "initgroups" => initgroups,
        "setgroups" => setgroups,
        "setuid" => |env, info| set_id(env, info, "setuid", Kernel::user_id, Kernel::setuid),
        "seteuid" => |env, info| set_id(env, info, "seteuid", Kernel::user_id, Kernel::seteuid),
        "setgid" => |env, info| set_id(env, info, "setgid", Kernel::group_id, Kernel::setgid),
        "setegid" => |env, info| set_id(env, info, "setegid", Kernel::group_id, Kernel::setegid),
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.boolean("implementsPosixCredentials", true)
}

/// `safeGetenv(name)` → value, or undefined when unset or when the process runs with another user's rights.
fn safe_getenv(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let name = env.get_string(info.arg(0))?;
    if kernel.uid() != kernel.euid() || kernel.gid() != kernel.egid() {
        return Ok(info.undefined());
    }
    let value = kernel.getenv(name.as_bytes());
    kernel.tell_variable(name.as_bytes(), value.is_some());
    match value {
        Some(value) => env.string_from_utf8_lossy(&value),
        None => Ok(info.undefined()),
    }
}

/// `os.tmpdir()`'s folder: TMPDIR, TMP, TEMP, `/tmp`, without a slash at the end.
fn get_temp_dir(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let dir = ["TMPDIR", "TMP", "TEMP"]
        .iter()
        .find_map(|name| kernel.getenv(name.as_bytes()).filter(|dir| !dir.is_empty()))
        .unwrap_or_else(|| b"/tmp".to_vec());
    let trimmed = if dir.len() > 1 { dir.strip_suffix(b"/").unwrap_or(&dir) } else { &dir };
    env.string_from_utf8_lossy(trimmed)
}

fn id(env: Env, _info: &CallInfo<'_>, read: fn(&Kernel) -> u32) -> Result<Value> {
    env.uint32(read(Environment::of(env)?.kernel()))
}

/// What the system's refusal is told as.
fn refused(env: Env, errno: Errno, syscall: &str) -> Error {
    errno_exception(env, errno, syscall, &strerror(errno), None)
}

fn getgroups(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let mut groups = kernel.groups().map_err(|errno| refused(env, errno, "getgroups"))?;
    // POSIX leaves it open whether the group that counts is among them.
    if !groups.contains(&kernel.egid()) {
        groups.push(kernel.egid());
    }
    let groups = groups.into_iter().map(|group| env.uint32(group)).collect::<Result<Vec<_>>>()?;
    env.array_from(&groups)
}

/// A user or group given as number or name; `None` for a name that nobody has.
fn resolve(env: Env, kernel: &Kernel, v: Value, by_name: fn(&Kernel, &[u8]) -> edge_wasix::Result<u32>) -> Result<Option<u32>> {
    if env.is_number(v)? {
        return env.get_u32(v).map(Some);
    }
    Ok(by_name(kernel, env.get_string(v)?.as_bytes()).ok())
}

/// → 0, or 1 when the name is unknown (the library makes `ERR_UNKNOWN_CREDENTIAL` of it).
fn set_id(
    env: Env,
    info: &CallInfo<'_>,
    syscall: &str,
    by_name: fn(&Kernel, &[u8]) -> edge_wasix::Result<u32>,
    set: fn(&Kernel, u32) -> edge_wasix::Result<()>,
) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let Some(number) = resolve(env, kernel, info.arg(0), by_name)? else { return env.uint32(1) };
    set(kernel, number).map_err(|errno| refused(env, errno, syscall))?;
    env.uint32(0)
}

/// → 0, or the 1-based index of the first unknown group.
fn setgroups(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let mut groups = Vec::new();
    for (index, v) in env.array_values(info.arg(0))?.into_iter().enumerate() {
        match resolve(env, kernel, v, Kernel::group_id)? {
            Some(group) => groups.push(group),
            None => return env.size(index + 1),
        }
    }
    kernel.setgroups(&groups).map_err(|errno| refused(env, errno, "setgroups"))?;
    env.uint32(0)
}

/// `initgroups(user, extraGroup)` → 0, or 1 for a number that is nobody known, or 2 for a group that there is not.
fn initgroups(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let user = if env.is_number(info.arg(0))? {
        // Only the process's own user is known by number.
        let own = kernel.user_info().ok().filter(|_| env.get_u32(info.arg(0)).is_ok_and(|id| id == kernel.uid()));
        let Some(own) = own else { return env.int32(1) };
        own.username
    } else {
        env.get_string(info.arg(0))?.into_bytes()
    };
    let Some(group) = resolve(env, kernel, info.arg(1), Kernel::group_id)? else { return env.int32(2) };
    kernel.initgroups(&user, group).map_err(|errno| refused(env, errno, "initgroups"))?;
    env.int32(0)
}
