//! `internalBinding('heap_utils')`: heap snapshots, which the engine does not make.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "heap_utils",
    natives: natives!("heap_utils";
        "buildEmbedderGraph" => unavailable,
        "triggerHeapSnapshot" => unavailable,
        "createHeapSnapshotStream" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Heap snapshots"))
}
