//! The methods of `Http2Stream` that are HTTP/2's.

use super::headers::HeaderList;
use super::session::Http2Session;
use super::session_methods::CATEGORY_HEADERS;
use super::stream::{Http2Stream, OPTION_EMPTY_PAYLOAD, OPTION_GET_TRAILERS, UnderConstruction};
use super::{int32, uint32};
use crate::{AsyncWrap, Environment};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_nghttp2::Failure;
use std::rc::Rc;

/// nghttp2's error for a stream that is gone.
const INVALID_STREAM_ID: Failure = Failure(-513);

fn stream(env: Env, info: &CallInfo<'_>) -> Result<Rc<Http2Stream>> {
    AsyncWrap::state_of(env, info.this())
}

/// The stream and its session; nothing once either is over.
fn live(env: Env, info: &CallInfo<'_>) -> Result<Option<(Rc<Http2Stream>, Rc<Http2Session>)>> {
    let stream = stream(env, info)?;
    let session = stream.session().filter(|_| !stream.is_destroyed());
    Ok(session.map(|session| (stream, session)))
}

/// Only native code makes them.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Http2Stream")?;
    let environment = Environment::of(env)?;
    let stream = environment.state::<UnderConstruction>().0.take();
    let stream = stream.ok_or_else(|| Error::type_error("ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"))?;
    stream.attach(&environment, info.this())?;
    Ok(info.this())
}

/// `id()`.
pub fn id(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.int32(stream(env, info)?.id)
}

/// `destroy()`.
pub fn destroy(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?.destroy();
    Ok(info.undefined())
}

/// `priority(…)`: HTTP/2 has none any more (RFC 9113), the library never calls it.
pub fn priority(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("HTTP/2 priorities"))
}

fn number(env: Env, result: std::result::Result<(), Failure>) -> Result<Value> {
    env.int32(result.map_or_else(|failure| failure.0, |()| 0))
}

/// `pushPromise(headers, options)` → the promised stream's handle, or nghttp2's error.
pub fn push_promise(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((stream, session)) = live(env, info)? else { return env.int32(INVALID_STREAM_ID.0) };
    let headers = HeaderList::read(env, info.arg(0))?;
    let options = int32(env, info.arg(1))?;
    let promised = session.scoped(|| match session.nghttp2.submit_push_promise(stream.id, &headers.fields()) {
        Ok(id) => Http2Stream::create(&session, id, CATEGORY_HEADERS, options).map(Ok),
        Err(failure) => Ok(Err(failure)),
    })?;
    match promised {
        Ok(object) => Ok(object),
        Err(failure) => env.int32(failure.0),
    }
}

/// `info(headers)` → 0 or nghttp2's error.
pub fn info(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((stream, session)) = live(env, info)? else { return env.int32(INVALID_STREAM_ID.0) };
    let headers = HeaderList::read(env, info.arg(0))?;
    number(env, session.scoped(|| session.nghttp2.submit_info(stream.id, &headers.fields())))
}

/// `trailers(headers)` → 0 or nghttp2's error. Without fields an empty DATA frame is the end: some browsers dislike empty trailers.
pub fn trailers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((stream, session)) = live(env, info)? else { return env.int32(INVALID_STREAM_ID.0) };
    let headers = HeaderList::read(env, info.arg(0))?;
    let result = session.scoped(|| {
        if headers.count() == 0 {
            session.nghttp2.submit_data(stream.id)
        } else {
            session.nghttp2.submit_trailer(stream.id, &headers.fields())
        }
    });
    number(env, result)
}

/// `respond(headers, options)` → 0 or nghttp2's error.
pub fn respond(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((stream, session)) = live(env, info)? else { return env.int32(INVALID_STREAM_ID.0) };
    let headers = HeaderList::read(env, info.arg(0))?;
    let options = int32(env, info.arg(1))?;
    if options & OPTION_GET_TRAILERS != 0 {
        stream.want_trailers();
    }
    let body = options & OPTION_EMPTY_PAYLOAD == 0 && stream.is_writable();
    number(env, session.scoped(|| session.nghttp2.submit_response(stream.id, &headers.fields(), body)))
}

/// `rstStream(code)`.
pub fn rst_stream(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    stream(env, info)?.reset(uint32(env, info.arg(0))?);
    Ok(info.undefined())
}
