//! Requests: calls whose answer comes later. [`Face`] says how a caller wants it (thrown or returned at once, through
//! `req.oncomplete(error, result)`, as a promise), [`Request`] is one under way, and [`Environment::queue_request`] runs the call's
//! work on the thread pool.
//!
//! The answer always runs in a callback scope of the request's async resource. A request whose environment has ended is dropped.

use crate::Environment;
use crate::async_wrap::AsyncWrap;
use edge_loop::{RequestKind, WorkError, WorkLane};
use edge_napi::types::{napi_deferred, napi_valuetype};
use edge_napi::{Error, Reference, Result, Value};
use edge_wasix::Errno;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How a caller wants a call's answer.
#[derive(Clone, Copy, Debug)]
pub enum Face {
    /// Now: returned, or thrown.
    Sync,
    /// Through `oncomplete` of this object.
    Callback(Value),
    /// As a promise (`kUsePromises`).
    Promise,
}

impl Face {
    /// What an argument in the place of `req` means: a request object, `kUsePromises`, or nothing.
    pub fn of(environment: &Rc<Environment>, req: Value) -> Result<Self> {
        let env = environment.env();
        Ok(match env.type_of(req)? {
            napi_valuetype::napi_object => Self::Callback(req),
            napi_valuetype::napi_symbol if env.strict_equals(req, environment.symbol("fs_use_promises_symbol")?)? => Self::Promise,
            _ => {
                environment.trace_sync_io();
                Self::Sync
            }
        })
    }

    /// Whether the answer is wanted at once.
    #[must_use]
    pub const fn is_sync(&self) -> bool {
        matches!(self, Self::Sync)
    }
}

/// The objects of requests under way, for `process._getActiveRequests`.
#[derive(Default)]
pub struct ActiveRequests {
    next: Cell<u64>,
    objects: RefCell<BTreeMap<u64, (&'static str, Reference)>>,
}

impl ActiveRequests {
    /// Class and object of each, in the order they began.
    pub fn list(environment: &Rc<Environment>) -> Result<Vec<(&'static str, Value)>> {
        let listed: Vec<_> = environment.state::<Self>().objects.borrow().values().copied().collect();
        let mut objects = Vec::with_capacity(listed.len());
        for (class, reference) in listed {
            if let Some(object) = environment.env().deref(reference)? {
                objects.push((class, object));
            }
        }
        Ok(objects)
    }
}

/// One entry of [`ActiveRequests`]: keeps the request's object and lists it until dropped.
pub struct ActiveRequest {
    environment: std::rc::Weak<Environment>,
    id: u64,
}

impl ActiveRequest {
    /// Lists `object`, of Node's class `class`.
    pub fn begin(environment: &Rc<Environment>, class: &'static str, object: Value) -> Result<Self> {
        let active = environment.state::<ActiveRequests>();
        let id = active.next.get();
        active.next.set(id + 1);
        active.objects.borrow_mut().insert(id, (class, environment.env().reference(object)?));
        Ok(Self { environment: Rc::downgrade(environment), id })
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        let Some(environment) = self.environment.upgrade() else { return };
        let entry = environment.state::<ActiveRequests>().objects.borrow_mut().remove(&self.id);
        if let Some((_, reference)) = entry {
            environment.env().drop_reference(reference);
        }
    }
}

/// A request under way. Dropped without [`Request::complete`] (the loop was abandoned) it is never answered.
pub struct Request {
    environment: std::rc::Weak<Environment>,
    active: Cell<Option<ActiveRequest>>,
    wrap: Rc<AsyncWrap>,
    deferred: Option<napi_deferred>,
}

impl Request {
    /// Begins a request; answers it and what the call returns now: `undefined`, or the promise. `Face::Sync` has none.
    pub fn begin(environment: &Rc<Environment>, face: Face) -> Result<(Self, Value)> {
        let env = environment.env();
        let (wrap, object, deferred, now) = match face {
            Face::Callback(object) => (AsyncWrap::of(env, object)?, object, None, env.undefined()?),
            Face::Promise | Face::Sync => {
                let object = env.object()?;
                let wrap = AsyncWrap::new(environment, object, "FSReqPromise", "FSREQPROMISE", Rc::new(()))?;
                let (deferred, promise) = env.promise()?;
                env.set(object, "promise", promise)?;
                (wrap, object, Some(deferred), promise)
            }
        };
        let active = Cell::new(Some(ActiveRequest::begin(environment, wrap.class(), object)?));
        Ok((Self { environment: Rc::downgrade(environment), active, wrap, deferred }, now))
    }

    /// Answers the request. Called from the loop, inside a handle scope.
    pub fn complete(self, answer: std::result::Result<Value, Value>) {
        let Some(environment) = self.environment.upgrade() else { return };
        let env = environment.env();
        let result = (|| {
            let Some(object) = self.wrap.object()? else { return Ok(()) };
            // The object must live through its callback, which the handle just made sees to.
            drop(self.active.take());
            let context = self.wrap.context(&environment, object)?;
            if let Some(deferred) = self.deferred {
                environment.callback_scope(context, || match answer {
                    Ok(value) => env.resolve(deferred, value),
                    Err(error) => env.reject(deferred, error),
                });
                return Ok(());
            }
            let function = env.get(object, "oncomplete")?;
            if !env.is_function(function)? {
                return Ok(());
            }
            match answer {
                Ok(value) if env.is_undefined(value)? => environment.make_callback(context, function, object, &[env.null()?]),
                Ok(value) => environment.make_callback(context, function, object, &[env.null()?, value]),
                Err(error) => environment.make_callback(context, function, object, &[error]),
            };
            Ok(())
        })();
        if let Err(error) = result {
            environment.report_uncaught(error);
        }
        self.wrap.emit_destroy();
    }
}

impl Environment {
    /// Runs `work` on the thread pool and answers the request that `face` describes with what `finish` makes of its result. `face`
    /// must not be `Sync`.
    ///
    /// # Errors
    /// When no thread can be had, or the request object is none.
    pub fn queue_request<R: Send + 'static>(
        self: &Rc<Self>,
        face: Face,
        work: impl FnOnce() -> edge_wasix::Result<R> + Send + 'static,
        finish: impl FnOnce(&Rc<Self>, edge_wasix::Result<R>) -> Result<Value> + 'static,
    ) -> Result<Value> {
        let (request, now) = Request::begin(self, face)?;
        let weak = Rc::downgrade(self);
        let queued = self.uv().queue_work(RequestKind::Fs, WorkLane::Fast, work, move |_, answer| {
            let Some(environment) = weak.upgrade() else { return };
            let env = environment.env();
            let Ok(_scope) = env.scope() else { return };
            let answer = answer.unwrap_or_else(|error| {
                Err(match error {
                    WorkError::Cancelled => Errno::ECANCELED,
                    WorkError::Panicked => Errno::EIO,
                })
            });
            let answer = match finish(&environment, answer) {
                Ok(value) => Ok(value),
                Err(error) => match env.error_value(error) {
                    Some(value) => Err(value),
                    // Ending: nobody is left to be told.
                    None => return,
                },
            };
            request.complete(answer);
        });
        match queued {
            Ok(_) => Ok(now),
            Err(errno) => Err(Error::error("ERR_OPERATION_FAILED", format!("Operation failed: {errno}"))),
        }
    }
}
