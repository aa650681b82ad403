//! Typed arrays that the library and native code share, and what fills them on demand.

use super::session::Http2Session;
use super::stream::Http2Stream;
use crate::{AsyncWrap, Environment, Target};
use edge_napi::{CallInfo, Env, Result, Value};

/// Roots of the arrays.
pub const OPTIONS: &str = "http2.optionsBuffer";
pub const SETTINGS: &str = "http2.settingsBuffer";
const SESSION_STATE: &str = "http2.sessionState";
const STREAM_STATE: &str = "http2.streamState";

/// Makes the arrays, with the lengths that the library expects.
pub fn create(target: &Target<'_>) -> Result<()> {
    target.aliased::<f64>("sessionState", 9)?;
    target.aliased::<f64>("streamState", 6)?;
    target.aliased::<u32>("settingsBuffer", super::settings::LENGTH)?;
    target.aliased::<u32>("optionsBuffer", super::options::LENGTH)?;
    target.aliased::<f64>("streamStats", 6)?;
    target.aliased::<f64>("sessionStats", 9)?;
    Ok(())
}

/// `session.refreshState()`: fills `sessionState`.
pub fn refresh_session(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = AsyncWrap::state_of::<Http2Session>(env, info.this())?;
    let state = session.nghttp2.state();
    Environment::of(env)?.aliased::<f64>(SESSION_STATE)?.set_all(&[
        state.effective_local_window_size.into(),
        state.effective_recv_data_length.into(),
        state.next_stream_id.into(),
        state.local_window_size.into(),
        state.last_proc_stream_id.into(),
        state.remote_window_size.into(),
        state.outbound_queue_size as f64,
        state.hd_deflate_dynamic_table_size as f64,
        state.hd_inflate_dynamic_table_size as f64,
    ]);
    Ok(info.undefined())
}

/// `stream.refreshState()`: fills `streamState`; for a stream that nghttp2 has forgotten as Node does.
pub fn refresh_stream(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    /// `NGHTTP2_STREAM_STATE_IDLE`.
    const IDLE: f64 = 1.0;
    let stream = AsyncWrap::state_of::<Http2Stream>(env, info.this())?;
    let state = stream.session().and_then(|session| session.nghttp2.stream_state(stream.id));
    let values = match state {
        None => [IDLE, 0.0, 0.0, 0.0, 0.0, 0.0],
        Some(state) => [
            state.state.into(),
            state.weight.into(),
            state.sum_dependency_weight.into(),
            state.local_close.into(),
            state.remote_close.into(),
            state.local_window_size.into(),
        ],
    };
    Environment::of(env)?.aliased::<f64>(STREAM_STATE)?.set_all(&values);
    Ok(info.undefined())
}
