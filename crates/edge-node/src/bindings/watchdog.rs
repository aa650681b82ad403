//! `internalBinding('watchdog')`: the watchdog for interrupts, which is not there.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "watchdog",
    natives: natives!("watchdog";
        "TraceSigintWatchdog" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("watchdog.TraceSigintWatchdog", &[])?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("TraceSigintWatchdog"))
}
