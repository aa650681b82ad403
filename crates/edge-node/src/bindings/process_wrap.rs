//! `internalBinding('process_wrap')`: the shape that `child_process` reads when it is loaded; there are no child processes yet.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "process_wrap",
    natives: natives!("process_wrap";
        "Process" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("process_wrap.Process", &[])?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("child_process"))
}
