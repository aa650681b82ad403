//! The histogram of the event loop's delay: a timer that counts how long it really took from one call to the next.

use super::histogram::{HistogramHandle, METHODS};
use crate::{Environment, Target};
use edge_loop::{Handle, Timer};
use edge_napi::types::{napi_configurable, napi_writable};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::rc::Rc;

/// The timer; it never keeps the loop alive.
struct Monitor {
    timer: Timer,
    resolution_ms: u64,
    counts: HistogramHandle,
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.timer.close_quietly();
    }
}

pub fn install(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    let class = target.class("performance.ELDHistogram")?.methods(&["start", "stop"])?.finish();
    for method in METHODS {
        let function = env.native_function(&format!("performance.Histogram#{method}"), method)?;
        env.define(class.prototype, env.key(method)?, function, napi_writable | napi_configurable)?;
    }
    target.root("performance.ELDHistogram", class.constructor)
}

/// Only native code makes one.
pub fn construct(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Histogram")?;
    Ok(info.this())
}

/// `createELDHistogram(resolution)`.
pub fn create(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let resolution = env.get_f64(info.arg(0))?;
    if resolution.is_nan() || resolution < 1.0 {
        return Err(Error::range_error("ERR_OUT_OF_RANGE", "resolution must be at least 1 ms"));
    }
    // One nanosecond to one hour.
    let counts = HistogramHandle::new(1, 3_600_000_000_000, 3)?;
    let object = env.construct(environment.expect_root("performance.ELDHistogram")?, &[])?;
    env.wrap(object, Rc::new(counts.clone()))?;
    let timer = Timer::new(environment.uv());
    timer.unref();
    let for_timer = counts.clone();
    timer.set_callback(move |_| for_timer.lock().record_delta(edge_wasix::clock::monotonic_ns()));
    let monitor = Rc::new(Monitor { timer, resolution_ms: resolution as u64, counts });
    // A second object carries the timer: an object has one native state, and the counts are it (clones need them).
    let carrier = env.object()?;
    env.wrap(carrier, monitor)?;
    env.set_key(object, environment.private_symbol("eld_histogram_timer")?, carrier)?;
    Ok(object)
}

fn monitor(env: Env, info: &CallInfo<'_>) -> Result<Rc<Monitor>> {
    let carrier = env.get_key(info.this(), Environment::of(env)?.private_symbol("eld_histogram_timer")?)?;
    env.unwrap::<Monitor>(carrier)
}

/// `start(reset)`.
pub fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let monitor = monitor(env, info)?;
    if env.truthy(info.arg(0))? {
        monitor.counts.lock().reset();
    }
    monitor.timer.restart(monitor.resolution_ms, monitor.resolution_ms);
    Ok(info.undefined())
}

pub fn stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    monitor(env, info)?.timer.stop();
    Ok(info.undefined())
}
