//! `internalBinding('v8')`: heap figures and switches of the engine, in the shape that `node:v8` reads.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, JsHook, Result, Str, Value};
use std::cell::Cell;
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "v8",
    natives: natives!("v8";
        "cachedDataVersionTag" => cached_data_version_tag,
        "setHeapSnapshotNearHeapLimit" => unavailable_snapshot,
        "updateHeapStatisticsBuffer" => update_heap_statistics,
        "updateHeapCodeStatisticsBuffer" => update_heap_code_statistics,
        "updateHeapSpaceStatisticsBuffer" => update_heap_space_statistics,
        "getCppHeapStatistics" => unavailable_cpp_heap,
        "setFlagsFromString" => set_flags_from_string,
        "startCpuProfile" => unavailable_cpu_profile,
        "stopCpuProfile" => unavailable_cpu_profile,
        "isStringOneByteRepresentation" => is_string_one_byte_representation,
        "getHashSeed" => get_hash_seed,
        "GCProfiler" => new_gc_profiler,
        "GCProfiler#start" => gc_profiler_start,
        "GCProfiler#stop" => gc_profiler_stop,
        "natives#call" => call_native_syntax,
    ),
    init,
};

/// V8's heap spaces. The engine has one heap, shown as `old_space`; the others are empty.
const HEAP_SPACES: &[&str] = &[
    "read_only_space",
    "new_space",
    "old_space",
    "code_space",
    "shared_space",
    "trusted_space",
    "shared_trusted_space",
    "new_large_object_space",
    "large_object_space",
    "code_large_object_space",
    "shared_large_object_space",
    "shared_trusted_large_object_space",
    "trusted_large_object_space",
];
const OLD_SPACE: usize = 2;

const STATISTICS: &[(&str, i32)] = &[
    ("kTotalHeapSizeIndex", 0),
    ("kTotalHeapSizeExecutableIndex", 1),
    ("kTotalPhysicalSizeIndex", 2),
    ("kTotalAvailableSize", 3),
    ("kUsedHeapSizeIndex", 4),
    ("kHeapSizeLimitIndex", 5),
    ("kMallocedMemoryIndex", 6),
    ("kPeakMallocedMemoryIndex", 7),
    ("kDoesZapGarbageIndex", 8),
    ("kNumberOfNativeContextsIndex", 9),
    ("kNumberOfDetachedContextsIndex", 10),
    ("kTotalGlobalHandlesSizeIndex", 11),
    ("kUsedGlobalHandlesSizeIndex", 12),
    ("kExternalMemoryIndex", 13),
    ("kCodeAndMetadataSizeIndex", 0),
    ("kBytecodeAndMetadataSizeIndex", 1),
    ("kExternalScriptSourceSizeIndex", 2),
    ("kCPUProfilerMetaDataSizeIndex", 3),
    ("kSpaceSizeIndex", 0),
    ("kSpaceUsedSizeIndex", 1),
    ("kSpaceAvailableSizeIndex", 2),
    ("kPhysicalSpaceSizeIndex", 3),
];

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    target.aliased::<f64>("heapStatisticsBuffer", 14)?;
    target.aliased::<f64>("heapCodeStatisticsBuffer", 4)?;
    target.aliased::<f64>("heapSpaceStatisticsBuffer", 4)?;
    target.constants(STATISTICS)?;
    let spaces: Result<Vec<Value>> = HEAP_SPACES.iter().map(|name| env.string(name)).collect();
    target.value("kHeapSpaces", env.array_from(&spaces?)?)?;
    let levels = env.object()?;
    crate::binding::define_constants(env, levels, &[("DETAILED", 1), ("BRIEF", 0)])?;
    target.value("detailLevel", levels)?;
    target.plain_class("v8.GCProfiler", &["start", "stop"])?;
    Ok(())
}

/// Changes with every build of the engine, whose bytecode is not understood by another.
fn cached_data_version_tag(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let (name, version) = environment.options().engine;
    let hash = name
        .bytes()
        .chain(version.bytes())
        .chain(env!("CARGO_PKG_VERSION").bytes())
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // Bytecode may depend on the flags.
    env.uint32(hash ^ environment.state::<EngineFlags>().noted.get())
}

fn update_heap_statistics(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let heap = env.heap_statistics()?;
    let (total, used, limit) = (heap.total as f64, heap.used as f64, heap.limit as f64);
    let external = heap.array_buffers as f64;
    Environment::of(env)?.aliased::<f64>("v8.heapStatisticsBuffer")?.set_all(&[
        total,
        0.0,
        total,
        (limit - used).max(0.0),
        used,
        limit,
        used,
        total,
        0.0,
        heap.contexts as f64,
        0.0,
        0.0,
        0.0,
        external,
    ]);
    Ok(info.undefined())
}

/// The engine does not tell code from other blocks: zero.
fn update_heap_code_statistics(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.aliased::<f64>("v8.heapCodeStatisticsBuffer")?.set_all(&[0.0; 4]);
    Ok(info.undefined())
}

/// `updateHeapSpaceStatisticsBuffer(index)`.
fn update_heap_space_statistics(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let heap = env.heap_statistics()?;
    let is_heap = env.get_u32(info.arg(0))? as usize == OLD_SPACE;
    let figures =
        [heap.total, heap.used, heap.total.saturating_sub(heap.used), heap.total].map(|figure| if is_heap { figure as f64 } else { 0.0 });
    Environment::of(env)?.aliased::<f64>("v8.heapSpaceStatisticsBuffer")?.set_all(&figures);
    Ok(info.undefined())
}

/// `setFlagsFromString(flags)`: V8 ignores flags that it does not know, and so all of them are ignored here but `--allow-natives-syntax`.
fn set_flags_from_string(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let flags = env.get_string(info.arg(0))?;
    let environment = Environment::of(env)?;
    environment.state::<EngineFlags>().note(&flags);
    for flag in flags.split_ascii_whitespace() {
        match flag.trim_start_matches('-').replace('_', "-").as_str() {
            "allow-natives-syntax" => set_natives_syntax(&environment, true)?,
            "no-allow-natives-syntax" | "noallow-natives-syntax" => set_natives_syntax(&environment, false)?,
            _ => {}
        }
    }
    Ok(info.undefined())
}

/// Whether texts compiled from now on may say `%Name(…)`.
pub fn set_natives_syntax(environment: &Rc<Environment>, on: bool) -> Result<()> {
    let env = environment.env();
    let _scope = env.scope()?;
    let hook = if on { env.native_function("v8.natives#call", "")? } else { env.undefined()? };
    env.set_js_hook(JsHook::NativesSyntax, hook)
}

/// `%name(...args)`. The requests of V8's tests to its compiler have nothing to ask for here; other natives are not there, and say so.
fn call_native_syntax(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let name = env.get_string(info.arg(0))?;
    match name.as_str() {
        "PrepareFunctionForOptimization"
        | "OptimizeFunctionOnNextCall"
        | "OptimizeMaglevOnNextCall"
        | "CompileBaseline"
        | "EnsureFeedbackVectorForFunction"
        | "NeverOptimizeFunction"
        | "DeoptimizeFunction"
        | "ClearFunctionFeedback" => Ok(info.undefined()),
        "CollectGarbage" => {
            env.collect_garbage()?;
            Ok(info.undefined())
        }
        _ => Err(Error::unavailable(&format!("%{name}()"))),
    }
}

/// Flags given to `setFlagsFromString`: all but one have no effect on this engine; `cachedDataVersionTag` depends on them, as in V8.
#[derive(Default)]
pub struct EngineFlags {
    /// Hash of all flags set.
    noted: Cell<u32>,
}

impl EngineFlags {
    fn note(&self, flags: &str) {
        self.noted.set(flags.bytes().fold(self.noted.get(), |hash, byte| hash.rotate_left(5) ^ u32::from(byte)));
    }
}

fn is_string_one_byte_representation(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let narrow = env.with_str(info.arg(0), |text| matches!(text, Str::Latin1(_)))?;
    env.boolean(narrow)
}

/// The engine's hashes of strings are not seeded; programs cannot see them.
fn get_hash_seed(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.bigint_u64(0)
}

/// Collections since `start`, as `GCProfiler#stop` reports them.
struct GcProfiler {
    start_ms: Cell<Option<f64>>,
}

fn now_ms() -> f64 {
    (edge_wasix::clock::realtime_ns() / 1_000_000) as f64
}

fn new_gc_profiler(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("GCProfiler")?;
    env.wrap(info.this(), Rc::new(GcProfiler { start_ms: Cell::new(None) }))?;
    Ok(info.this())
}

fn gc_profiler_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let profiler = env.unwrap::<GcProfiler>(info.this())?;
    if profiler.start_ms.get().is_none() {
        profiler.start_ms.set(Some(now_ms()));
    }
    Ok(info.undefined())
}

/// JSON text. Reference counting leaves no pauses to list, so `statistics` is empty.
fn gc_profiler_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(start) = env.unwrap::<GcProfiler>(info.this())?.start_ms.take() else { return Ok(info.undefined()) };
    env.string(&format!("{{\"version\":1,\"startTime\":{start},\"statistics\":[],\"endTime\":{}}}", now_ms()))
}

fn unavailable_snapshot(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Heap snapshots"))
}

fn unavailable_cpp_heap(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("v8.getCppHeapStatistics"))
}

fn unavailable_cpu_profile(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("v8.startCpuProfile"))
}
