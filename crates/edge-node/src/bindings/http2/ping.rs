//! Pings that wait for the peer's answer, `Http2Ping`.

use super::session::Http2Session;
use super::{PING_CLASS, statistics};
use crate::bindings::buffer::new_buffer;
use crate::keep::Keep;
use crate::{AsyncWrap, Environment};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::rc::Rc;

/// Only native code makes them.
pub fn construct(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Http2Ping")?;
    Ok(info.this())
}

/// A ping that waits for the peer's answer.
pub struct PendingPing {
    wrap: Rc<AsyncWrap>,
    keep: Keep,
    callback: Keep,
    start: u64,
}

impl PendingPing {
    /// What one costs of a session's memory.
    pub const SIZE: u64 = 128;

    fn new(environment: &Rc<Environment>, callback: Value) -> Result<Self> {
        let class = environment.expect_root(PING_CLASS)?;
        let object = environment.env().construct(class, &[])?;
        let wrap = AsyncWrap::new(environment, object, "Http2Ping", "HTTP2PING", Rc::new(()))?;
        let keep = Keep::new(environment, object)?;
        Ok(Self { wrap, keep, callback: Keep::new(environment, callback)?, start: statistics::now() })
    }

    /// When it was sent, in nanoseconds.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Calls the library's function: `callback(ack, duration, payload)`, in milliseconds; without answer there is no payload.
    pub fn done(self, payload: Option<&[u8; 8]>) {
        let Some(environment) = self.wrap.environment() else { return };
        let env = environment.env();
        let Ok(_scope) = env.scope() else { return };
        let called = (|| {
            let (Some(object), Some(callback)) = (self.keep.object()?, self.callback.object()?) else { return Ok(()) };
            let buffer = payload.map_or_else(|| env.undefined(), |payload| new_buffer(env, payload))?;
            let args = [env.boolean(payload.is_some())?, env.number(statistics::milliseconds_since(self.start))?, buffer];
            environment.make_callback(self.wrap.context(&environment, object)?, callback, object, &args);
            Ok(())
        })();
        if let Err(error) = called {
            environment.report_uncaught(error);
        }
        self.wrap.emit_destroy();
    }
}

/// `session.ping(payload, callback)` → whether it was sent; not when too many wait for an answer. Without payload it is the time.
pub fn ping(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let session = AsyncWrap::state_of::<Http2Session>(env, info.this())?;
    let mut payload = statistics::now().to_ne_bytes();
    if env.is_array_buffer_view(info.arg(0))? {
        let bytes = env.bytes_to_vec(info.arg(0))?;
        payload = bytes.try_into().map_err(|_| Error::range_error("ERR_HTTP2_PING_LENGTH", "HTTP2 ping payload must be 8 bytes"))?;
    }
    if !env.is_function(info.arg(1))? {
        return Err(Error::invalid_arg_type("The \"callback\" argument must be of type function"));
    }
    let ping = PendingPing::new(&environment, info.arg(1))?;
    if session.outstanding_pings.borrow().len() >= session.limits.outstanding_pings {
        ping.done(None);
        return env.boolean(false);
    }
    session.outstanding_pings.borrow_mut().push_back(ping);
    session.memory.add(PendingPing::SIZE);
    session.scoped(|| {
        let _ = session.nghttp2.submit_ping(&payload);
    });
    env.boolean(true)
}
