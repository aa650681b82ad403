//! `internalBinding('mksnapshot')`: user-land start-up snapshots. The image of this runtime is taken natively; `--build-snapshot` is not
//! there yet and says so.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "mksnapshot",
    natives: natives!("mksnapshot";
        "setSerializeCallback" => set_serialize_callback,
        "setDeserializeCallback" => set_deserialize_callback,
        "setDeserializeMainFunction" => set_deserialize_main_function,
        "runEmbedderPreload" => unavailable,
        "compileSerializeMain" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.aliased::<u8>("isBuildingSnapshotBuffer", 1)?;
    target.string("anonymousMainPath", "__node_anonymous_main")
}

fn keep(env: Env, info: &CallInfo<'_>, name: &str) -> Result<Value> {
    Environment::of(env)?.set_root(name, info.arg(0))?;
    Ok(info.undefined())
}
fn set_serialize_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    keep(env, info, "mksnapshot.serialize")
}
fn set_deserialize_callback(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    keep(env, info, "mksnapshot.deserialize")
}
fn set_deserialize_main_function(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    keep(env, info, "mksnapshot.deserialize_main")
}
fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("--build-snapshot"))
}
