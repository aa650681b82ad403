//! `internalBinding('http2')`: nghttp2 over any stream of the runtime's.
//!
//! * `session.rs` is `Http2Session`'s state and life, `session_io.rs` its bytes, `session_events.rs` what nghttp2 tells it,
//!   `session_methods.rs` what the library calls.
//! * `stream.rs` is `Http2Stream`, `stream_methods.rs` what the library calls of it, `stream_io.rs` that it is a stream like others,
//!   `native.rs` that it is one for native code.
//! * `ping.rs`, `settings.rs`, `options.rs`, `headers.rs`, `transport.rs` (the stream below), `state_arrays.rs`, `statistics.rs`
//!   (performance entries).
//!
//! nghttp2 never sends inside of its own receiving: what an event of the input has sent waits for the end of that input. So no event can
//! free what nghttp2 is looking at; `edge_nghttp2` holds that line.

mod constants;
mod headers;
mod native;
mod options;
mod ping;
mod session;
mod session_events;
mod session_io;
mod session_methods;
mod settings;
mod state_arrays;
mod statistics;
mod stream;
mod stream_io;
mod stream_methods;
mod transport;

pub use native::native;

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_nghttp2::error_text;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "http2",
    natives: natives!("http2";
        "nghttp2ErrorString" => nghttp2_error_string,
        "refreshDefaultSettings" => settings::refresh_default_settings,
        "packSettings" => settings::pack_settings,
        "setCallbackFunctions" => set_callback_functions,
        "Http2Ping" => ping::construct,
        "Http2Settings" => settings::construct,
        "Http2Stream" => stream_methods::construct,
        "Http2Stream#id" => stream_methods::id,
        "Http2Stream#destroy" => stream_methods::destroy,
        "Http2Stream#priority" => stream_methods::priority,
        "Http2Stream#pushPromise" => stream_methods::push_promise,
        "Http2Stream#info" => stream_methods::info,
        "Http2Stream#trailers" => stream_methods::trailers,
        "Http2Stream#respond" => stream_methods::respond,
        "Http2Stream#rstStream" => stream_methods::rst_stream,
        "Http2Stream#refreshState" => state_arrays::refresh_stream,
        "Http2Stream#get fd" => stream_io::get_fd,
        "Http2Stream#get _externalStream" => stream_io::get_external_stream,
        "Http2Stream#get bytesRead" => stream_io::get_bytes_read,
        "Http2Stream#get bytesWritten" => stream_io::get_bytes_written,
        "Http2Stream#get onread" => stream_io::get_onread,
        "Http2Stream#set onread" => stream_io::set_onread,
        "Http2Stream#readStart" => stream_io::read_start,
        "Http2Stream#readStop" => stream_io::read_stop,
        "Http2Stream#shutdown" => stream_io::shutdown,
        "Http2Stream#useUserBuffer" => stream_io::use_user_buffer,
        "Http2Stream#writev" => stream_io::writev,
        "Http2Stream#writeBuffer" => stream_io::write_buffer,
        "Http2Stream#writeAsciiString" => stream_io::write_ascii,
        "Http2Stream#writeUtf8String" => stream_io::write_utf8,
        "Http2Stream#writeUcs2String" => stream_io::write_ucs2,
        "Http2Stream#writeLatin1String" => stream_io::write_latin1,
        "Http2Session" => session_methods::construct,
        "Http2Session#origin" => session_methods::origin,
        "Http2Session#altsvc" => session_methods::altsvc,
        "Http2Session#ping" => ping::ping,
        "Http2Session#consume" => session_methods::consume,
        "Http2Session#receive" => session_methods::receive,
        "Http2Session#destroy" => session_methods::destroy,
        "Http2Session#goaway" => session_methods::goaway,
        "Http2Session#hasPendingData" => session_methods::has_pending_data,
        "Http2Session#settings" => settings::settings,
        "Http2Session#request" => session_methods::request,
        "Http2Session#setNextStreamID" => session_methods::set_next_stream_id,
        "Http2Session#setLocalWindowSize" => session_methods::set_local_window_size,
        "Http2Session#updateChunksSent" => session_methods::update_chunks_sent,
        "Http2Session#refreshState" => state_arrays::refresh_session,
        "Http2Session#localSettings" => settings::local_settings,
        "Http2Session#remoteSettings" => settings::remote_settings,
        "Http2Session#setGracefulClose" => session_methods::set_graceful_close,
    ),
    init,
};

const STREAM_METHODS: [&str; 18] = [
    "id",
    "destroy",
    "priority",
    "pushPromise",
    "info",
    "trailers",
    "respond",
    "rstStream",
    "refreshState",
    "readStart",
    "readStop",
    "shutdown",
    "useUserBuffer",
    "writev",
    "writeBuffer",
    "writeAsciiString",
    "writeUtf8String",
    "writeUcs2String",
];
const SESSION_METHODS: [&str; 17] = [
    "origin",
    "altsvc",
    "ping",
    "consume",
    "receive",
    "destroy",
    "goaway",
    "hasPendingData",
    "settings",
    "request",
    "setNextStreamID",
    "setLocalWindowSize",
    "updateChunksSent",
    "refreshState",
    "localSettings",
    "remoteSettings",
    "setGracefulClose",
];
/// What `setCallbackFunctions` gets, in its order: the root that each is kept under.
const CALLBACKS: [&str; 11] = [
    "http2.onSessionInternalError",
    "http2.onPriority",
    "http2.onSettings",
    "http2.onPing",
    "http2.onSessionHeaders",
    "http2.onFrameError",
    "http2.onGoawayData",
    "http2.onAltSvc",
    "http2.onOrigin",
    "http2.onStreamTrailers",
    "http2.onStreamClose",
];
/// Roots of the hidden classes' constructors.
const PING_CLASS: &str = "http2.Http2Ping.class";
const SETTINGS_CLASS: &str = "http2.Http2Settings.class";
const STREAM_CLASS: &str = "http2.Http2Stream.class";

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    state_arrays::create(target)?;
    target.root(PING_CLASS, target.async_class("http2.Http2Ping")?.finish().constructor)?;
    target.root(SETTINGS_CLASS, target.async_class("http2.Http2Settings")?.finish().constructor)?;
    let mut stream = target.async_class("http2.Http2Stream")?.methods(&STREAM_METHODS)?.methods(&["writeLatin1String"])?;
    for accessor in ["fd", "_externalStream", "bytesRead", "bytesWritten", "onread"] {
        stream = stream.accessor(accessor)?;
    }
    let stream = stream.install(target.object)?;
    env.set(stream.prototype, "isStreamBase", env.boolean(true)?)?;
    target.root(STREAM_CLASS, stream.constructor)?;
    target.async_class("http2.Http2Session")?.methods(&SESSION_METHODS)?.install(target.object)?;
    constants::define(target)
}

/// `setCallbackFunctions(…)`: what sessions and streams call.
fn set_callback_functions(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    for (index, root) in CALLBACKS.iter().enumerate() {
        environment.set_root(root, info.arg(index))?;
    }
    Ok(info.undefined())
}

/// `nghttp2ErrorString(code)`.
fn nghttp2_error_string(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.string(&error_text(int32(env, info.arg(0))?))
}

/// `ToInt32` of a number; what is none is 0.
fn int32(env: Env, value: Value) -> Result<i32> {
    if env.is_number(value)? { env.get_i32(value) } else { Ok(0) }
}

/// `ToUint32` of a number; what is none is 0.
fn uint32(env: Env, value: Value) -> Result<u32> {
    if env.is_number(value)? { env.get_u32(value) } else { Ok(0) }
}
