//! `internalBinding('stream_pipe')`: native pipes from stream to stream, which are not there yet.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "stream_pipe",
    natives: natives!("stream_pipe";
        "StreamPipe" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("stream_pipe.StreamPipe", &[])?;
    Ok(())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("StreamPipe"))
}
