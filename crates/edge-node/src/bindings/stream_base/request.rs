//! Requests on streams: writes, shutdowns and connects that wait for their end.

use super::Done;
use crate::{ActiveRequest, AsyncWrap, Environment};
use edge_napi::{Env, Result, Value};
use edge_wasix::Errno;
use std::rc::Rc;

/// A write, shutdown or connect under way. Dropped without an end (the call failed, the loop was abandoned) it is never answered.
pub struct StreamRequest {
    request: Rc<AsyncWrap>,
    stream: Rc<AsyncWrap>,
    /// Keeps the request's object.
    _active: ActiveRequest,
    /// Who is told in the place of the object's `oncomplete`.
    done: Option<Done>,
}

impl StreamRequest {
    /// Makes `object` a request on the stream `stream`. `class` is Node's name of it, `provider` that of its resources.
    pub fn begin(
        environment: &Rc<Environment>,
        stream: &Rc<AsyncWrap>,
        object: Value,
        class: &'static str,
        provider: &'static str,
    ) -> Result<Self> {
        let request = AsyncWrap::new(environment, object, class, provider, Rc::new(()))?;
        Ok(Self { request, stream: stream.clone(), _active: ActiveRequest::begin(environment, class, object)?, done: None })
    }

    /// A write of native code's: `done` is told how it ended.
    pub fn native_write(environment: &Rc<Environment>, stream: &Rc<AsyncWrap>, done: Done) -> Result<Self> {
        let object = environment.env().construct(environment.expect_root("stream_wrap.WriteWrap")?, &[])?;
        Ok(Self { done: Some(done), ..Self::begin(environment, stream, object, "WriteWrap", "WRITEWRAP")? })
    }

    /// A shutdown of native code's.
    pub fn native_shutdown(environment: &Rc<Environment>, stream: &Rc<AsyncWrap>, done: Done) -> Result<Self> {
        let object = environment.env().construct(environment.expect_root("stream_wrap.ShutdownWrap")?, &[])?;
        Ok(Self { done: Some(done), ..Self::begin(environment, stream, object, "ShutdownWrap", "SHUTDOWNWRAP")? })
    }

    /// The request's async id.
    #[must_use]
    pub fn id(&self) -> f64 {
        self.request.ids().async_id
    }

    /// The request's object.
    pub fn object(&self) -> Result<Option<Value>> {
        self.request.object()
    }

    /// Calls `oncomplete(status, handle, undefined)`.
    pub fn complete(self, result: edge_wasix::Result<()>) {
        self.complete_status(result.map_or_else(Errno::uv, |()| 0));
    }

    /// Calls `oncomplete(status, handle, undefined)` with any number; native code hears it as an errno.
    pub fn complete_status(mut self, status: i32) {
        if let Some(done) = self.done.take() {
            let result = if status == 0 { Ok(()) } else { Err(Errno::from_raw(status.saturating_neg())) };
            return self.tell(done, result);
        }
        self.complete_with(|env, handle, _| Ok(vec![env.int32(status)?, handle, env.undefined()?]));
    }

    /// Calls `oncomplete` with what `args` makes of the handle's and the request's object. Native code hears `EPIPE`.
    pub fn complete_with(mut self, args: impl FnOnce(Env, Value, Value) -> Result<Vec<Value>>) {
        if let Some(done) = self.done.take() {
            return self.tell(done, Err(Errno::EPIPE));
        }
        self.request.make_callback("oncomplete", |env| {
            let undefined = env.undefined()?;
            let handle = self.stream.object()?.unwrap_or(undefined);
            let request = self.request.object()?.unwrap_or(undefined);
            args(env, handle, request)
        });
        self.request.emit_destroy();
    }

    fn tell(self, done: Done, result: edge_wasix::Result<()>) {
        self.request.emit_destroy();
        if let Some(environment) = self.stream.environment()
            && let Ok(_scope) = environment.env().scope()
        {
            done(&environment, result);
        }
    }
}
