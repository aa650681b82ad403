//! `internalBinding('locks')`: the Web Locks API's constants; requests are not there yet and say so.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding { name: "locks", natives: natives!("locks"; "request" => unavailable, "query" => unavailable), init };

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.string("LOCK_MODE_SHARED", "shared")?;
    target.string("LOCK_MODE_EXCLUSIVE", "exclusive")?;
    target.string("LOCK_STOLEN_ERROR", "LOCK_STOLEN")
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("navigator.locks"))
}
