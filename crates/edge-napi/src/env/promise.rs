//! Promises.

use super::{call, value};
use crate::ext_table::PromiseState;
use crate::types::*;
use crate::{Env, Result, Value};

impl Env {
    /// A promise and the way to settle it.
    pub fn promise(self) -> Result<(napi_deferred, Value)> {
        let mut deferred = napi_deferred::NULL;
        let mut promise = napi_value::NULL;
        // SAFETY: a live environment; both out pointers live for the call.
        super::check(unsafe { (self.js().napi_create_promise)(self.raw(), &mut deferred, &mut promise) })?;
        Ok((deferred, Value(promise)))
    }
    /// Resolves.
    pub fn resolve(self, deferred: napi_deferred, v: Value) -> Result<()> {
        call!(self, js.napi_resolve_deferred(deferred, v.0));
        Ok(())
    }
    /// Rejects.
    pub fn reject(self, deferred: napi_deferred, v: Value) -> Result<()> {
        call!(self, js.napi_reject_deferred(deferred, v.0));
        Ok(())
    }
    /// Whether it is a promise.
    pub fn is_promise(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_promise(v.0), -> false))
    }
    /// State and result (undefined while pending).
    pub fn promise_details(self, v: Value) -> Result<(PromiseState, Value)> {
        let mut state = PromiseState::Pending;
        let mut result = napi_value::NULL;
        // SAFETY: a live environment; both out pointers live for the call.
        super::check(unsafe { (self.ext().get_promise_details)(self.raw(), v.0, &mut state, &mut result) })?;
        Ok((state, Value(result)))
    }
    /// A rejection of this promise is no longer reported.
    pub fn mark_promise_as_handled(self, v: Value) -> Result<()> {
        call!(self, ext.mark_promise_as_handled(v.0));
        Ok(())
    }
    /// Runs queued jobs until none is left; an exception of one of them ends the run (call again to go on).
    pub fn run_microtasks(self) -> Result<()> {
        call!(self, ext.run_microtasks());
        Ok(())
    }
    /// Queues a function as a job.
    pub fn enqueue_microtask(self, function: Value) -> Result<()> {
        call!(self, ext.enqueue_microtask(function.0));
        Ok(())
    }
    /// The async-context slot.
    pub fn continuation_data(self) -> Result<Value> {
        value!(self, ext.get_continuation_data())
    }
    /// Sets the async-context slot.
    pub fn set_continuation_data(self, v: Value) -> Result<()> {
        call!(self, ext.set_continuation_data(v.0));
        Ok(())
    }
}
