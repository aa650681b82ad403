//! `internalBinding('internal_only_v8')`: search of the heap, which the engine does not offer.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "internal_only_v8",
    natives: natives!("internal_only_v8";
        "queryObjects" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("v8.queryObjects"))
}
