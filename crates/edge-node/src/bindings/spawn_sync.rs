//! `internalBinding('spawn_sync')`: synchronous child processes, which are not there yet.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "spawn_sync",
    natives: natives!("spawn_sync";
        "spawn" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("child_process"))
}
