//! `internalBinding('process_methods')`: the native half of `process`.

mod active;
mod execve;
mod patch;

pub use patch::patch_prepared;

use super::util::parse_env_text;
use crate::{Binding, Environment, Target, natives, uv_exception};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "process_methods",
    natives: natives!("process_methods";
        "hrtime" => hrtime,
        "hrtimeBigInt" => hrtime_bigint,
        "_debugProcess" => inspector_unavailable,
        "_debugEnd" => inspector_unavailable,
        "abort" => abort,
        "causeSegfault" => abort,
        "chdir" => chdir,
        "cwd" => cwd,
        "umask" => umask,
        "memoryUsage" => memory_usage,
        "constrainedMemory" => constrained_memory,
        "availableMemory" => available_memory,
        "rss" => rss,
        "cpuUsage" => cpu_usage,
        "threadCpuUsage" => thread_cpu_usage,
        "resourceUsage" => resource_usage,
        "_getActiveRequests" => active::get_active_requests,
        "_getActiveHandles" => active::get_active_handles,
        "getActiveResourcesInfo" => active::get_active_resources_info,
        "_kill" => kill,
        "_rawDebug" => raw_debug,
        "dlopen" => dlopen,
        "reallyExit" => really_exit,
        "execve" => execve::execve,
        "uptime" => uptime,
        "patchProcessObject" => patch::patch_process_object,
        "loadEnvFile" => load_env_file,
        "setEmitWarningSync" => set_emit_warning_sync,
        "title#get" => patch::get_title,
        "title#set" => patch::set_title,
        "ppid#get" => patch::get_ppid,
        "debugPort#get" => patch::get_debug_port,
        "debugPort#set" => patch::set_debug_port,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    for name in ["_debugProcess", "_debugEnd"] {
        target.env.set_method(target.object, &format!("process_methods.{name}"), name)?;
    }
    target.aliased::<u32>("hrtimeBuffer", 3)?;
    Ok(())
}

/// Milliseconds since the environment started, for `process.uptime` and `performance`.
pub fn uptime_ms(environment: &Environment) -> f64 {
    (edge_wasix::clock::monotonic_ns().saturating_sub(environment.time_origin_ns())) as f64 / 1e6
}

/// Fills `hrtimeBuffer`: seconds (high, low) and nanoseconds.
fn hrtime(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let buffer = Environment::of(env)?.aliased::<u32>("process_methods.hrtimeBuffer")?;
    let now = edge_wasix::clock::monotonic_ns();
    let seconds = now / 1_000_000_000;
    buffer.set_all(&[(seconds >> 32) as u32, seconds as u32, (now % 1_000_000_000) as u32]);
    Ok(info.undefined())
}

/// Writes nanoseconds as a u64 into the first eight bytes of `hrtimeBuffer`.
fn hrtime_bigint(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let buffer = Environment::of(env)?.aliased::<u32>("process_methods.hrtimeBuffer")?;
    let now = edge_wasix::clock::monotonic_ns();
    buffer.set(0, now as u32);
    buffer.set(1, (now >> 32) as u32);
    Ok(info.undefined())
}

fn inspector_unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::error("ERR_INSPECTOR_NOT_AVAILABLE", "Inspector is not available"))
}

/// `process.abort()`: Node ends with SIGABRT. Only a process of our own may do that; an embedded environment ends with its status.
fn abort(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    if environment.options().owns_process {
        environment.kernel().abort();
    }
    Err(environment.exit(134))
}

fn chdir(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = env.get_string(info.arg(0))?;
    // Node hands on a C string, which ends at the first NUL.
    let path = path.split('\0').next().unwrap_or_default();
    match environment.kernel().chdir(path.as_bytes()) {
        Ok(()) => Ok(info.undefined()),
        Err(errno) => {
            let from = environment.kernel().cwd().unwrap_or_default();
            Err(crate::uv_exception_two_paths(env, errno, "chdir", Some(&from), Some(path.as_bytes())))
        }
    }
}

fn cwd(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    match Environment::of(env)?.kernel().cwd() {
        Ok(path) => env.string_from_utf8_lossy(&path),
        Err(errno) => Err(uv_exception(env, errno, "uv_cwd", None)),
    }
}

/// `umask(mask or undefined)` → the previous mask.
fn umask(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let old = if env.is_undefined(info.arg(0))? { kernel.umask() } else { kernel.set_umask(env.get_u32(info.arg(0))?) };
    env.uint32(old)
}

/// Fills a Float64Array that the library passed.
fn fill(env: Env, array: Value, values: &[f64]) -> Result<()> {
    env.with_bytes(array, |bytes| {
        for (slot, value) in bytes.chunks_exact_mut(8).zip(values) {
            slot.copy_from_slice(&value.to_ne_bytes());
        }
    })
}

/// `memoryUsage(Float64Array[5])`: rss, heapTotal, heapUsed, external, arrayBuffers.
fn memory_usage(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let heap = env.heap_statistics()?;
    let rss = environment.kernel().resident_memory().map_err(|errno| uv_exception(env, errno, "uv_resident_set_memory", None))?;
    let buffers = heap.array_buffers as f64;
    fill(env, info.arg(0), &[rss as f64, heap.total as f64, heap.used as f64, buffers, buffers])?;
    Ok(info.undefined())
}

fn constrained_memory(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.number(Environment::of(env)?.kernel().constrained_memory() as f64)
}

fn available_memory(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.number(Environment::of(env)?.kernel().available_memory() as f64)
}

fn rss(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let rss = Environment::of(env)?.kernel().resident_memory();
    env.number(rss.map_err(|errno| uv_exception(env, errno, "uv_resident_set_memory", None))? as f64)
}

fn cpu_usage(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let usage = Environment::of(env)?.kernel().resource_usage().map_err(|errno| uv_exception(env, errno, "uv_getrusage", None))?;
    fill(env, info.arg(0), &[usage.user_micros as f64, usage.system_micros as f64])?;
    Ok(info.undefined())
}

fn thread_cpu_usage(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let usage =
        Environment::of(env)?.kernel().thread_resource_usage().map_err(|errno| uv_exception(env, errno, "uv_getrusage_thread", None))?;
    fill(env, info.arg(0), &[usage.user_micros as f64, usage.system_micros as f64])?;
    Ok(info.undefined())
}

fn resource_usage(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let usage = Environment::of(env)?.kernel().resource_usage().map_err(|errno| uv_exception(env, errno, "uv_getrusage", None))?;
    fill(env, info.arg(0), &usage.node_fields())?;
    Ok(info.undefined())
}

/// `_kill(pid, signal)` → 0 or a negative errno.
fn kill(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let result = environment.kernel().kill(env.get_i32(info.arg(0))?, env.get_i32(info.arg(1))?);
    env.int32(result.map_or_else(|errno| -errno.raw(), |()| 0))
}

/// `_rawDebug(text)`: a line on standard error, past every stream.
fn raw_debug(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let text = env.to_string_lossy(info.arg(0))?;
    Environment::of(env)?.print_error(&format!("{text}\n"));
    Ok(info.undefined())
}

/// `dlopen(module, filename, flags)`: native addons are not there yet. What is no addon is told apart in the C library's words.
fn dlopen(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    const ELF_HEADER: usize = 64;
    const LARGEST: usize = 1 << 30;
    if !Environment::of(env)?.cli().flag("--addons") {
        return Err(Error::error("ERR_DLOPEN_DISABLED", "Cannot load native addon because loading addons is disabled."));
    }
    if info.len() < 2 {
        return Err(Error::type_error("ERR_MISSING_ARGS", "process.dlopen needs at least 2 arguments"));
    }
    let file = env.to_string_lossy(info.arg(1))?;
    let why = match Environment::of(env)?.kernel().read_file(file.as_bytes(), LARGEST) {
        Err(Errno::ENOENT) => "cannot open shared object file: No such file or directory".to_owned(),
        Err(Errno::EACCES) => "cannot open shared object file: Permission denied".to_owned(),
        Err(Errno::EISDIR) => "cannot read file data: Is a directory".to_owned(),
        Err(errno) => format!("cannot open shared object file: {}", errno.message()),
        Ok(bytes) if bytes.len() < ELF_HEADER => "file too short".to_owned(),
        Ok(bytes) if !bytes.starts_with(b"\x7fELF") => "invalid ELF header".to_owned(),
        Ok(_) => {
            Environment::of(env)?.kernel().tell_addon(file.as_bytes());
            "native addons are not supported by this build of Edge.js".to_owned()
        }
    };
    Err(Error::error("ERR_DLOPEN_FAILED", format!("{file}: {why}")))
}

/// `reallyExit(code)`.
fn really_exit(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let code = if env.is_number(info.arg(0))? { env.get_i32(info.arg(0))? } else { 0 };
    Err(Environment::of(env)?.exit(code))
}

/// Seconds since the environment started.
fn uptime(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    env.number(uptime_ms(&environment) / 1e3)
}

/// `loadEnvFile(path = '.env')`: sets what is not set yet.
fn load_env_file(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = match info.optional(env, 0)? {
        Some(path) => env.get_string(path)?,
        None => ".env".to_owned(),
    };
    let kernel = environment.kernel();
    let bytes = kernel.read_file(path.as_bytes(), usize::MAX).map_err(|errno| uv_exception(env, errno, "open", Some(path.as_bytes())))?;
    for (name, value) in parse_env_text(&String::from_utf8_lossy(&bytes)) {
        if kernel.getenv(name.as_bytes()).is_none() {
            // A name that the system cannot hold is passed over.
            let _ = kernel.setenv(name.as_bytes(), value.as_bytes());
        }
    }
    Ok(info.undefined())
}

/// The library's `emitWarningSync`, for warnings from native code.
fn set_emit_warning_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("process.emit_warning_sync", info.arg(0))?;
    Ok(info.undefined())
}
