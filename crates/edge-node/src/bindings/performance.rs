//! `internalBinding('performance')`: the clock of `performance.now()`, milestones of the start, counts of observers, histograms.

mod eld_histogram;
mod histogram;
mod recorder;

pub use histogram::HistogramHandle;

use crate::binding::define_constants;
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "performance",
    natives: natives!("performance";
        "setupObservers" => setup_observers,
        "installGarbageCollectionTracking" => install_garbage_collection_tracking,
        "removeGarbageCollectionTracking" => remove_garbage_collection_tracking,
        "notify" => notify,
        "loopIdleTime" => loop_idle_time,
        "markBootstrapComplete" => bootstrap_is_complete,
        "now" => now,
        "uvMetricsInfo" => uv_metrics_info,
        "createELDHistogram" => eld_histogram::create,
        "Histogram" => histogram::construct,
        "Histogram#count" => histogram::count,
        "Histogram#countBigInt" => histogram::count_bigint,
        "Histogram#exceeds" => histogram::exceeds,
        "Histogram#exceedsBigInt" => histogram::exceeds_bigint,
        "Histogram#min" => histogram::min,
        "Histogram#minBigInt" => histogram::min_bigint,
        "Histogram#max" => histogram::max,
        "Histogram#maxBigInt" => histogram::max_bigint,
        "Histogram#mean" => histogram::mean,
        "Histogram#stddev" => histogram::stddev,
        "Histogram#percentile" => histogram::percentile,
        "Histogram#percentileBigInt" => histogram::percentile_bigint,
        "Histogram#percentiles" => histogram::percentiles,
        "Histogram#percentilesBigInt" => histogram::percentiles_bigint,
        "Histogram#reset" => histogram::reset,
        "Histogram#record" => histogram::record,
        "Histogram#recordDelta" => histogram::record_delta,
        "Histogram#add" => histogram::add,
        "ELDHistogram" => eld_histogram::construct,
        "ELDHistogram#start" => eld_histogram::start,
        "ELDHistogram#stop" => eld_histogram::stop,
    ),
    init,
};

/// Moments of the start, as indexes of `milestones`.
#[derive(Clone, Copy, Debug)]
pub enum Milestone {
    /// Wall clock at the time origin, in microseconds.
    TimeOriginTimestamp = 0,
    /// Monotonic nanoseconds that `performance.now()` counts from.
    TimeOrigin = 1,
    /// The environment was made.
    Environment = 2,
    /// The process was made.
    NodeStart = 3,
    /// The engine was made.
    V8Start = 4,
    /// The loop began to run.
    LoopStart = 5,
    /// The loop ended.
    LoopExit = 6,
    /// The main script is about to run.
    BootstrapComplete = 7,
}

const ENTRY_TYPES: usize = 5;

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    histogram::install(target)?;
    eld_histogram::install(target)?;
    target.aliased::<u32>("observerCounts", ENTRY_TYPES)?;
    target.aliased::<f64>("milestones", 8)?.set_all(&[-1.0; 8]);
    start_milestones(target.environment)?;
    let constants = env.object()?;
    define_constants(
        env,
        constants,
        &[
            ("NODE_PERFORMANCE_GC_MAJOR", 4),
            ("NODE_PERFORMANCE_GC_MINOR", 1),
            ("NODE_PERFORMANCE_GC_INCREMENTAL", 8),
            ("NODE_PERFORMANCE_GC_WEAKCB", 16),
            ("NODE_PERFORMANCE_GC_FLAGS_NO", 0),
            ("NODE_PERFORMANCE_GC_FLAGS_CONSTRUCT_RETAINED", 2),
            ("NODE_PERFORMANCE_GC_FLAGS_FORCED", 4),
            ("NODE_PERFORMANCE_GC_FLAGS_SYNCHRONOUS_PHANTOM_PROCESSING", 8),
            ("NODE_PERFORMANCE_GC_FLAGS_ALL_AVAILABLE_GARBAGE", 16),
            ("NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY", 32),
            ("NODE_PERFORMANCE_GC_FLAGS_SCHEDULE_IDLE", 64),
        ],
    )?;
    // Listed for the library but not for programs, which see `perf_hooks.constants`.
    let hidden: &[(&str, i32)] = &[
        ("NODE_PERFORMANCE_ENTRY_TYPE_GC", 0),
        ("NODE_PERFORMANCE_ENTRY_TYPE_HTTP", 1),
        ("NODE_PERFORMANCE_ENTRY_TYPE_HTTP2", 2),
        ("NODE_PERFORMANCE_ENTRY_TYPE_NET", 3),
        ("NODE_PERFORMANCE_ENTRY_TYPE_DNS", 4),
        ("NODE_PERFORMANCE_MILESTONE_TIME_ORIGIN_TIMESTAMP", Milestone::TimeOriginTimestamp as i32),
        ("NODE_PERFORMANCE_MILESTONE_TIME_ORIGIN", Milestone::TimeOrigin as i32),
        ("NODE_PERFORMANCE_MILESTONE_ENVIRONMENT", Milestone::Environment as i32),
        ("NODE_PERFORMANCE_MILESTONE_NODE_START", Milestone::NodeStart as i32),
        ("NODE_PERFORMANCE_MILESTONE_V8_START", Milestone::V8Start as i32),
        ("NODE_PERFORMANCE_MILESTONE_LOOP_START", Milestone::LoopStart as i32),
        ("NODE_PERFORMANCE_MILESTONE_LOOP_EXIT", Milestone::LoopExit as i32),
        ("NODE_PERFORMANCE_MILESTONE_BOOTSTRAP_COMPLETE", Milestone::BootstrapComplete as i32),
    ];
    for (name, value) in hidden {
        env.define(constants, env.key(name)?, env.int32(*value)?, 0)?;
    }
    target.value("constants", constants)
}

/// Fills in the milestones that lie before this environment's first script. Also after a restore, whose array is the image's.
fn start_milestones(environment: &Environment) -> Result<()> {
    let origin = environment.time_origin_ns() as f64;
    // The wall clock at the origin: now, less what has passed since.
    let since = edge_wasix::clock::monotonic_ns().saturating_sub(environment.time_origin_ns());
    let wall = (edge_wasix::clock::realtime_ns() - i128::from(since)) / 1000;
    let milestones = environment.aliased::<f64>("performance.milestones")?;
    milestones.set(Milestone::TimeOriginTimestamp as usize, wall as f64);
    // The process, the engine and the environment are made one right after the other; programs expect them in this order.
    for (later, milestone) in
        [Milestone::TimeOrigin, Milestone::NodeStart, Milestone::V8Start, Milestone::Environment].into_iter().enumerate()
    {
        milestones.set(milestone as usize, origin + 1000.0 * later as f64);
    }
    Ok(())
}

/// Takes all moments out of the array, for an image.
pub fn forget_milestones(environment: &Environment) -> [f64; 8] {
    let Ok(milestones) = environment.aliased::<f64>("performance.milestones") else { return [-1.0; 8] };
    let known = std::array::from_fn(|index| milestones.get(index));
    milestones.set_all(&[-1.0; 8]);
    known
}

/// Puts them back.
pub fn recall_milestones(environment: &Environment, known: [f64; 8]) {
    if let Ok(milestones) = environment.aliased::<f64>("performance.milestones") {
        milestones.set_all(&known);
    }
}

/// Notes that a milestone is reached now. Nothing happens before the library asked for this binding.
pub fn mark_milestone(environment: &Environment, milestone: Milestone) {
    if let Ok(milestones) = environment.aliased::<f64>("performance.milestones") {
        milestones.set(milestone as usize, edge_wasix::clock::monotonic_ns() as f64);
    }
}

fn bootstrap_is_complete(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    mark_bootstrap_complete(&*Environment::of(env)?)?;
    Ok(info.undefined())
}

/// Fills in the milestones of this start, and notes that it is complete.
pub fn mark_bootstrap_complete(environment: &Environment) -> Result<()> {
    start_milestones(environment)?;
    mark_milestone(environment, Milestone::BootstrapComplete);
    Ok(())
}

/// Milliseconds since the time origin.
fn now(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    env.number(edge_wasix::clock::monotonic_ns().saturating_sub(environment.time_origin_ns()) as f64 / 1e6)
}

/// Milliseconds that the loop has waited for events.
fn loop_idle_time(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.number(Environment::of(env)?.uv().metrics().idle_time_ns as f64 / 1e6)
}

/// `[loopCount, events, eventsWaiting]`
fn uv_metrics_info(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let metrics = Environment::of(env)?.uv().metrics();
    env.array_from(&[
        env.number(metrics.loop_count as f64)?,
        env.number(metrics.events as f64)?,
        env.number(metrics.events_waiting as f64)?,
    ])
}

fn setup_observers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Environment::of(env)?.set_root("performance.observer", info.arg(0))?;
    Ok(info.undefined())
}

/// The engine counts references, so there are no pauses for collection to report: observers of `gc` see none.
fn install_garbage_collection_tracking(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

fn remove_garbage_collection_tracking(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

/// `notify(type, entry)`: hands an entry made by JavaScript to the observers of that type.
fn notify(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kind = match env.get_string(info.arg(0))?.as_str() {
        "gc" => 0,
        "http" => 1,
        "http2" => 2,
        "net" => 3,
        "dns" => 4,
        _ => return Ok(info.undefined()),
    };
    if environment.aliased::<u32>("performance.observerCounts")?.get(kind) == 0 {
        return Ok(info.undefined());
    }
    let Some(observer) = environment.root("performance.observer")? else { return Ok(info.undefined()) };
    env.call(observer, info.undefined(), &[info.arg(1)])?;
    Ok(info.undefined())
}

/// An integer argument: a number cut to an integer, or a BigInt that fits.
fn integer(env: Env, value: Value) -> Result<Option<i64>> {
    if env.is_bigint(value)? {
        let (value, lossless) = env.get_bigint_i64(value)?;
        return Ok(lossless.then_some(value));
    }
    // `as` saturates, so no number overflows.
    Ok(Some(env.get_f64(value)? as i64))
}
