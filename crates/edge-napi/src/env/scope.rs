//! Handle scopes.

use super::call;
use crate::types::*;
use crate::{Env, Result, Value};

/// An open scope; closes when dropped.
pub struct HandleScope {
    env: Env,
    scope: napi_handle_scope,
}

impl Drop for HandleScope {
    fn drop(&mut self) {
        // SAFETY: a live environment on its thread; in a closing one the status says so and nothing is left to close.
        let _ = unsafe { (self.env.js().napi_close_handle_scope)(self.env.raw(), self.scope) };
    }
}

impl Env {
    /// Opens a scope: values made until it is dropped are freed with it.
    pub fn scope(self) -> Result<HandleScope> {
        Ok(HandleScope { env: self, scope: call!(self, js.napi_open_handle_scope(), -> napi_handle_scope(0)) })
    }
    /// Runs `f` in a scope of its own and keeps only its result.
    pub fn escape(self, f: impl FnOnce() -> Result<Value>) -> Result<Value> {
        let scope = call!(self, js.napi_open_escapable_handle_scope(), -> napi_escapable_handle_scope(0));
        let result = f().and_then(|v| Ok(Value(call!(self, js.napi_escape_handle(scope, v.0), -> napi_value::NULL))));
        // SAFETY: a live environment on its thread, the scope opened above.
        let _ = unsafe { (self.js().napi_close_escapable_handle_scope)(self.raw(), scope) };
        result
    }
}
