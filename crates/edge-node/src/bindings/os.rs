//! `internalBinding('os')`: the machine. Functions that fail fill the `ctx` object that the library passes, and return undefined.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::Errno;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "os",
    natives: natives!("os";
        "getHostname" => get_hostname,
        "getLoadAvg" => get_load_avg,
        "getUptime" => get_uptime,
        "getTotalMem" => get_total_mem,
        "getFreeMem" => get_free_mem,
        "getCPUs" => get_cpus,
        "getInterfaceAddresses" => get_interface_addresses,
        "getHomeDirectory" => get_home_directory,
        "getUserInfo" => get_user_info,
        "setPriority" => set_priority,
        "getPriority" => get_priority,
        "getAvailableParallelism" => get_available_parallelism,
        "getOSInformation" => get_os_information,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.boolean("isBigEndian", false)
}

/// Node's `CollectUVExceptionInfo`: errno, code, message and syscall into the library's `ctx`; the result is undefined.
fn collect(env: Env, info: &CallInfo<'_>, ctx: Value, errno: Errno, syscall: &str) -> Result<Value> {
    if env.is_object(ctx)? {
        env.set(ctx, "errno", env.int32(-errno.raw())?)?;
        env.set(ctx, "code", env.string(errno.name())?)?;
        env.set(ctx, "message", env.string(errno.message())?)?;
        env.set(ctx, "syscall", env.string(syscall)?)?;
    }
    Ok(info.undefined())
}

fn get_hostname(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.string_from_utf8_lossy(&Environment::of(env)?.kernel().hostname())
}

/// Fills a Float64Array[3].
fn get_load_avg(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let load = Environment::of(env)?.kernel().loadavg();
    env.with_bytes(info.arg(0), |bytes| {
        for (slot, value) in bytes.chunks_exact_mut(8).zip(load) {
            slot.copy_from_slice(&value.to_ne_bytes());
        }
    })?;
    Ok(info.undefined())
}

fn get_uptime(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.number(Environment::of(env)?.kernel().uptime())
}
fn get_total_mem(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.number(Environment::of(env)?.kernel().total_memory() as f64)
}
fn get_free_mem(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.number(Environment::of(env)?.kernel().free_memory() as f64)
}
fn get_available_parallelism(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.size(Environment::of(env)?.kernel().available_parallelism())
}

/// Flat: model, speed, user, nice, sys, idle, irq for each processor.
fn get_cpus(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Ok(cpus) = Environment::of(env)?.kernel().cpus() else { return Ok(info.undefined()) };
    let result = env.array()?;
    for cpu in cpus {
        let _scope = env.scope()?;
        env.push(result, env.string_from_utf8_lossy(&cpu.model)?)?;
        for number in [u64::from(cpu.speed), cpu.user, cpu.nice, cpu.sys, cpu.idle, cpu.irq] {
            env.push(result, env.number(number as f64)?)?;
        }
    }
    Ok(result)
}

/// Flat: name, address, netmask, family, mac, internal, scope id (-1 for IPv4) for each address.
fn get_interface_addresses(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let addresses = match Environment::of(env)?.kernel().network_interfaces() {
        Ok(addresses) => addresses,
        Err(errno) => return collect(env, info, info.arg(0), errno, "uv_interface_addresses"),
    };
    let result = env.array()?;
    for address in addresses {
        let _scope = env.scope()?;
        let mac = address.mac.map(|byte| format!("{byte:02x}")).join(":");
        let v6 = address.address.is_ipv6();
        env.push(result, env.string_from_utf8_lossy(&address.name)?)?;
        let family = if v6 { "IPv6" } else { "IPv4" };
        for text in [address.address.to_string(), address.netmask.to_string(), family.to_owned(), mac] {
            env.push(result, env.string(&text)?)?;
        }
        env.push(result, env.boolean(address.internal)?)?;
        env.push(result, if v6 { env.uint32(address.scope_id)? } else { env.int32(-1)? })?;
    }
    Ok(result)
}

fn get_home_directory(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match Environment::of(env)?.kernel().homedir() {
        Ok(dir) => env.string_from_utf8_lossy(&dir),
        Err(errno) => collect(env, info, info.arg(0), errno, "uv_os_homedir"),
    }
}

/// `getUserInfo(options, ctx)` → `{ uid, gid, username, homedir, shell }`, texts in `options.encoding`.
fn get_user_info(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let user = match environment.kernel().user_info() {
        Ok(user) => user,
        Err(errno) => return collect(env, info, info.arg(info.len().saturating_sub(1)), errno, "uv_os_get_passwd"),
    };
    let as_buffer = env.is_object(info.arg(0))? && {
        let encoding = env.get(info.arg(0), "encoding")?;
        env.is_string(encoding)? && env.get_string(encoding)? == "buffer"
    };
    let text = |bytes: &[u8]| if as_buffer { super::buffer::new_buffer(env, bytes) } else { env.string_from_utf8_lossy(bytes) };
    let result = env.null_object()?;
    env.set(result, "uid", env.number(f64::from(user.uid))?)?;
    env.set(result, "gid", env.number(f64::from(user.gid))?)?;
    env.set(result, "username", text(&user.username)?)?;
    env.set(result, "homedir", text(&user.homedir)?)?;
    env.set(result, "shell", text(&user.shell)?)?;
    Ok(result)
}

/// `setPriority(pid, priority, ctx)` → 0 or a negative errno.
fn set_priority(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let result = Environment::of(env)?.kernel().set_priority(env.get_i32(info.arg(0))?, env.get_i32(info.arg(1))?);
    match result {
        Ok(()) => env.int32(0),
        Err(errno) => {
            collect(env, info, info.arg(2), errno, "uv_os_setpriority")?;
            env.int32(-errno.raw())
        }
    }
}

/// `getPriority(pid, ctx)`.
fn get_priority(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match Environment::of(env)?.kernel().priority(env.get_i32(info.arg(0))?) {
        Ok(priority) => env.int32(priority),
        Err(errno) => collect(env, info, info.arg(1), errno, "uv_os_getpriority"),
    }
}

/// `[sysname, version, release, machine]`.
fn get_os_information(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let os = Environment::of(env)?.kernel().os_information();
    let parts = [&os.sysname, &os.version, &os.release, &os.machine];
    let parts = parts.into_iter().map(|part| env.string_from_utf8_lossy(part)).collect::<Result<Vec<_>>>()?;
    env.array_from(&parts)
}
