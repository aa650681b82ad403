//! `internalBinding('sqlite')`: `node:sqlite`, which is not there: its classes throw when they are made.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "sqlite",
    natives: natives!("sqlite";
        "DatabaseSync" => unavailable,
        "StatementSync" => unavailable,
        "Session" => unavailable,
        "backup" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.plain_class("sqlite.DatabaseSync", &[])?;
    target.plain_class("sqlite.StatementSync", &[])?;
    target.plain_class("sqlite.Session", &[])?;
    target.value("constants", target.env.null_object()?)?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("node:sqlite"))
}
