//! The methods of `Http2Session`.

use super::headers::{HeaderList, split_origins};
use super::session::Http2Session;
use super::stream::Http2Stream;
use super::transport::Transport;
use super::{int32, uint32};
use crate::keep::Keep;
use crate::text::encode_string;
use crate::{AsyncWrap, Environment};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_nghttp2::Kind;
use std::rc::Rc;

/// The category of header fields that this end begins a stream with (`NGHTTP2_HCAT_HEADERS`).
pub const CATEGORY_HEADERS: u32 = 3;
/// Bytes of an ALTSVC or ORIGIN frame.
const MOST_EXTENSION: usize = 16_382;

fn session(env: Env, info: &CallInfo<'_>) -> Result<Rc<Http2Session>> {
    AsyncWrap::state_of(env, info.this())
}

/// `new Http2Session(type)`.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Http2Session")?;
    let kind = match int32(env, info.arg(0))? {
        0 => Kind::Server,
        1 => Kind::Client,
        _ => return Err(Error::invalid_arg_type("The \"type\" argument must be one of NGHTTP2_SESSION_SERVER and NGHTTP2_SESSION_CLIENT")),
    };
    Http2Session::create(&Environment::of(env)?, info.this(), kind)?;
    Ok(info.this())
}

/// `consume(handle)`: takes the stream over.
pub fn consume(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    let transport = Transport::of(env, info.arg(0))?;
    session.release_transport();
    // While the stream may bring something, the session must be there for it.
    let keep = Keep::new(&Environment::of(env)?, info.this())?;
    let listener = Rc::downgrade(&session);
    transport.set_consumer(Some(Rc::new(move |_, bytes| {
        let _keep = &keep;
        if let Some(session) = listener.upgrade() {
            session.on_input(bytes);
        }
    })));
    *session.transport.borrow_mut() = Some(transport);
    Ok(info.undefined())
}

/// `receive(view)`: input that came before the stream was taken over.
pub fn receive(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    let bytes = env.bytes_to_vec(info.arg(0))?;
    session.on_input(&bytes);
    Ok(info.undefined())
}

/// `destroy(code, socketClosed)`.
pub fn destroy(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    session.close(uint32(env, info.arg(0))?, env.truthy(info.arg(1))?);
    Ok(info.undefined())
}

/// `goaway(code, lastStreamID, opaqueData)`.
pub fn goaway(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    if session.flags.destroyed.get() {
        return Ok(info.undefined());
    }
    session.flags.goaway.set(true);
    let code = uint32(env, info.arg(0))?;
    let mut last_stream = int32(env, info.arg(1))?;
    let data = if env.is_array_buffer_view(info.arg(2))? { env.bytes_to_vec(info.arg(2))? } else { Vec::new() };
    session.scoped(|| {
        if last_stream <= 0 {
            last_stream = session.nghttp2.last_proc_stream_id();
        }
        // One that says something else than the last one is refused.
        let _ = session.nghttp2.submit_goaway(last_stream, code, &data);
    });
    Ok(info.undefined())
}

/// `hasPendingData()`.
pub fn has_pending_data(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(session(env, info)?.has_pending_data())
}

/// `setGracefulClose()`: `ongracefulclosecomplete()` is called once nothing is left to do.
pub fn set_graceful_close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    session(env, info)?.flags.graceful_close.set(true);
    Ok(info.undefined())
}

/// `request(headers, options, …)` → the new stream's handle, or nghttp2's error. The rest is about priorities, which are no more.
pub fn request(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    let headers = HeaderList::read(env, info.arg(0))?;
    let options = int32(env, info.arg(1))?;
    let stream = session.scoped(|| {
        let submitted = session.nghttp2.submit_request(&headers.fields(), options & super::stream::OPTION_EMPTY_PAYLOAD == 0);
        match submitted {
            Ok(id) => Http2Stream::create(&session, id, CATEGORY_HEADERS, options).map(Ok),
            Err(failure) => Ok(Err(failure)),
        }
    })?;
    match stream {
        Ok(object) => Ok(object),
        Err(failure) => env.int32(failure.0),
    }
}

/// `setNextStreamID(id)` → whether it is a possible one.
pub fn set_next_stream_id(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    env.boolean(session.nghttp2.set_next_stream_id(int32(env, info.arg(0))?).is_ok())
}

/// `setLocalWindowSize(size)` → 0 or nghttp2's error.
pub fn set_local_window_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    let size = int32(env, info.arg(0))?;
    let result = session.scoped(|| session.nghttp2.set_local_window_size(size));
    env.int32(result.map_or_else(|failure| failure.0, |()| 0))
}

/// `updateChunksSent()` → how many writes went down, kept as `chunksSentSinceLastWrite` too.
pub fn update_chunks_sent(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let count = env.uint32(session(env, info)?.chunks_sent.get())?;
    env.set(info.this(), "chunksSentSinceLastWrite", count)?;
    Ok(count)
}

/// `altsvc(stream, origin, value)`.
pub fn altsvc(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    let id = int32(env, info.arg(0))?;
    let origin = encode_string(env, env.to_js_string(info.arg(1))?, Encoding::Latin1)?;
    let value = encode_string(env, env.to_js_string(info.arg(2))?, Encoding::Latin1)?;
    if origin.len() + value.len() > MOST_EXTENSION {
        return Err(Error::range_error("ERR_HTTP2_ALTSVC_LENGTH", "HTTP/2 ALTSVC frames are limited to 16382 bytes"));
    }
    session.scoped(|| {
        // On a stream without an origin, or without a stream with one; anything else has no meaning.
        let _ = session.nghttp2.submit_altsvc(id, &origin, &value);
    });
    Ok(info.undefined())
}

/// `origin(text, count)`: the text has a zero after each origin.
pub fn origin(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let session = session(env, info)?;
    let text = encode_string(env, env.to_js_string(info.arg(0))?, Encoding::Latin1)?;
    let origins = split_origins(&text, uint32(env, info.arg(1))? as usize);
    if text.len() > MOST_EXTENSION + origins.len() {
        return Err(Error::range_error("ERR_HTTP2_ORIGIN_LENGTH", "HTTP/2 ORIGIN frames are limited to 16382 bytes"));
    }
    session.scoped(|| {
        let _ = session.nghttp2.submit_origin(&origins);
    });
    Ok(info.undefined())
}
