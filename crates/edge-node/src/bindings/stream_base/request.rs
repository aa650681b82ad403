//! Requests on streams: writes, shutdowns and connects that wait for their end.

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
        Ok(Self { request, stream: stream.clone(), _active: ActiveRequest::begin(environment, class, object)? })
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
        let status = result.map_or_else(Errno::uv, |()| 0);
        self.complete_with(|env, handle, _| Ok(vec![env.int32(status)?, handle, env.undefined()?]));
    }

    /// Calls `oncomplete` with what `args` makes of the handle's and the request's object.
    pub fn complete_with(self, args: impl FnOnce(Env, Value, Value) -> Result<Vec<Value>>) {
        self.request.make_callback("oncomplete", |env| {
            let undefined = env.undefined()?;
            let handle = self.stream.object()?.unwrap_or(undefined);
            let request = self.request.object()?.unwrap_or(undefined);
            args(env, handle, request)
        });
        self.request.emit_destroy();
    }
}
