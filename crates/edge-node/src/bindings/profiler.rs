//! `internalBinding('profiler')`: coverage, which the engine does not measure.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "profiler",
    natives: natives!("profiler";
        "setCoverageDirectory" => unavailable,
        "setSourceMapCacheGetter" => unavailable,
        "takeCoverage" => unavailable,
        "stopCoverage" => unavailable,
        "endCoverage" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Coverage"))
}
