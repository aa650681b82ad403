//! The class `Histogram`: the handle of `perf_hooks.createHistogram()` and of clones of it, which all show the same counts.

use super::integer;
use super::recorder::Recorder;
use crate::{Environment, Target};
use edge_napi::{CallInfo, Class, ClassBuilder, Env, Error, Result, Value};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts shared by a histogram, its clones, and the timer of an event-loop delay histogram.
#[derive(Clone)]
pub struct HistogramHandle(Arc<Mutex<Recorder>>);

impl HistogramHandle {
    /// A new histogram.
    ///
    /// # Errors
    /// `ERR_OUT_OF_RANGE` for bounds that make none.
    pub fn new(lowest: i64, highest: i64, figures: u8) -> Result<Self> {
        let out_of_range = |message: String| Error::range_error("ERR_OUT_OF_RANGE", message);
        let bound = |value: i64| u64::try_from(value).map_err(|_| out_of_range("The bounds of a histogram must be positive".to_owned()));
        let recorder = Recorder::new(bound(lowest)?, bound(highest)?, figures).map_err(out_of_range)?;
        Ok(Self(Arc::new(Mutex::new(recorder))))
    }
    /// The counts. A thread that panicked with them in hand left plain numbers behind, so they are still good.
    pub(super) fn lock(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A new object over the same counts.
    pub fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
        let env = environment.env();
        let object = env.construct(environment.expect_root("performance.Histogram")?, &[env.null()?])?;
        env.wrap(object, Rc::new(self.clone()))?;
        Ok(object)
    }
}

/// What both histogram classes can do.
pub const METHODS: &[&str] = &[
    "count",
    "countBigInt",
    "exceeds",
    "exceedsBigInt",
    "min",
    "minBigInt",
    "max",
    "maxBigInt",
    "mean",
    "stddev",
    "percentile",
    "percentileBigInt",
    "percentiles",
    "percentilesBigInt",
    "reset",
];

pub fn install(target: &Target<'_>) -> Result<()> {
    let builder: ClassBuilder = target.class("performance.Histogram")?;
    let class: Class = builder.methods(METHODS)?.methods(&["record", "recordDelta", "add"])?.install(target.object)?;
    target.root("performance.Histogram", class.constructor)
}

/// `new Histogram(lowest, highest, figures)`; with `null` an object that native code ties to counts.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Histogram")?;
    if env.is_null(info.arg(0))? {
        return Ok(info.this());
    }
    let bound = |index: usize| -> Result<i64> {
        integer(env, info.arg(index))?.ok_or_else(|| Error::range_error("ERR_OUT_OF_RANGE", "value is out of range"))
    };
    let lowest = if info.is_empty() { 1 } else { bound(0)? };
    let highest = if info.len() < 2 { i64::MAX } else { bound(1)? };
    let figures = if info.len() < 3 { 3 } else { u8::try_from(bound(2)?).unwrap_or(u8::MAX) };
    env.wrap(info.this(), Rc::new(HistogramHandle::new(lowest, highest, figures)?))?;
    Ok(info.this())
}

fn with<R>(env: Env, info: &CallInfo<'_>, f: impl FnOnce(&mut Recorder) -> R) -> Result<R> {
    let handle = env.unwrap::<HistogramHandle>(info.this())?;
    let mut recorder = handle.lock();
    Ok(f(&mut recorder))
}

macro_rules! figures {
    ($($number:ident $bigint:ident: $read:expr;)*) => {$(
        pub fn $number(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            env.number(with(env, info, |recorder| $read(recorder))? as f64)
        }
        pub fn $bigint(env: Env, info: &CallInfo<'_>) -> Result<Value> {
            env.bigint_u64(with(env, info, |recorder| $read(recorder))?)
        }
    )*};
}
figures! {
    count count_bigint: |recorder: &Recorder| recorder.count();
    exceeds exceeds_bigint: |recorder: &Recorder| recorder.exceeds();
    min min_bigint: |recorder: &Recorder| recorder.min();
    max max_bigint: |recorder: &Recorder| recorder.max();
}

pub fn mean(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(with(env, info, |recorder| recorder.mean())?)
}

pub fn stddev(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(with(env, info, |recorder| recorder.stddev())?)
}

pub fn percentile(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let percentile = env.get_f64(info.arg(0))?;
    env.number(with(env, info, |recorder| recorder.percentile(percentile))? as f64)
}

pub fn percentile_bigint(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let percentile = env.get_f64(info.arg(0))?;
    env.bigint_u64(with(env, info, |recorder| recorder.percentile(percentile))?)
}

/// `percentiles(map)`: fills a Map.
pub fn percentiles(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    fill(env, info, |value| env.number(value as f64))
}

pub fn percentiles_bigint(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    fill(env, info, |value| env.bigint_u64(value))
}

fn fill(env: Env, info: &CallInfo<'_>, value_of: impl Fn(u64) -> Result<Value>) -> Result<Value> {
    let entries = with(env, info, |recorder| recorder.percentiles())?;
    // The primordial, so that a changed `Map.prototype.set` is not called.
    let set = env.get(Environment::of(env)?.expect_root("primordials")?, "MapPrototypeSet")?;
    for (percentile, value) in entries {
        env.call(set, info.undefined(), &[info.arg(0), env.number(percentile)?, value_of(value)?])?;
    }
    Ok(info.undefined())
}

pub fn reset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    with(env, info, Recorder::reset)?;
    Ok(info.undefined())
}

/// `record(value)`: a number or BigInt of at least 1.
pub fn record(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let value = integer(env, info.arg(0))?.and_then(|value| u64::try_from(value).ok()).filter(|value| *value >= 1);
    let value = value.ok_or_else(|| Error::range_error("ERR_OUT_OF_RANGE", "value is out of range"))?;
    with(env, info, |recorder| recorder.record(value))?;
    Ok(info.undefined())
}

pub fn record_delta(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    with(env, info, |recorder| recorder.record_delta(edge_wasix::clock::monotonic_ns()))?;
    Ok(info.undefined())
}

/// `add(other)`: adding a histogram to itself doubles its counts.
pub fn add(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let handle = env.unwrap::<HistogramHandle>(info.this())?;
    let other = env.unwrap::<HistogramHandle>(info.arg(0))?;
    // A copy first: the two may be one, and locks are not taken twice.
    let copy = other.lock().clone();
    handle.lock().add(&copy);
    Ok(info.undefined())
}
