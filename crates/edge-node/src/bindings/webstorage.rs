//! `internalBinding('webstorage')`: Web Storage, which is not there: `Storage` throws when it is made.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "webstorage",
    natives: natives!("webstorage";
        "Storage" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("webstorage.Storage", &[])?;
    target.value("kConstructorKey", target.environment.symbol("constructor_key_symbol")?)?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Web Storage"))
}
