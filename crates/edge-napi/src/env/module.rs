//! Module records.

use super::{call, value};
use crate::types::napi_value;
use crate::{Env, Result, Source, Value};

impl Env {
    /// A source text module; `wrap` is what import.meta's hook gets and what keeps the module alive.
    pub fn module_source(self, source: &Source, wrap: Value) -> Result<Value> {
        value!(self, ext.module_create_source(&source.raw(), wrap.0))
    }
    /// A synthetic module with these export names; `steps` runs on evaluation with `this` = `wrap`.
    pub fn module_synthetic(self, url: Value, context: Option<Value>, names: Value, steps: Value, wrap: Value) -> Result<Value> {
        value!(self, ext.module_create_synthetic(url.0, context.map_or(napi_value::NULL, |v| v.0), names.0, steps.0, wrap.0))
    }
    /// Array of `[specifier, attributes, phase]` in source order.
    pub fn module_requests(self, module: Value) -> Result<Value> {
        value!(self, ext.module_get_requests(module.0))
    }
    /// Sets what the requests resolved to.
    pub fn module_link(self, module: Value, modules: Value) -> Result<()> {
        call!(self, ext.module_link(module.0, modules.0));
        Ok(())
    }
    /// Instantiates the graph.
    pub fn module_instantiate(self, module: Value) -> Result<()> {
        call!(self, ext.module_instantiate(module.0));
        Ok(())
    }
    /// Evaluates the graph; a promise.
    pub fn module_evaluate(self, module: Value) -> Result<Value> {
        value!(self, ext.module_evaluate(module.0))
    }
    /// The namespace object.
    pub fn module_namespace(self, module: Value) -> Result<Value> {
        value!(self, ext.module_get_namespace(module.0))
    }
    /// V8's status number.
    pub fn module_status(self, module: Value) -> Result<u32> {
        Ok(call!(self, ext.module_get_status(module.0), -> 0))
    }
    /// The error of an errored module.
    pub fn module_error(self, module: Value) -> Result<Value> {
        value!(self, ext.module_get_error(module.0))
    }
    /// Array of Errors whose places are the awaits that an unfinished graph stands at.
    pub fn module_stalled_awaits(self, module: Value) -> Result<Value> {
        value!(self, ext.module_get_stalled_awaits(module.0))
    }
    /// Own top-level await; whether the graph is async (`None` before instantiation).
    pub fn module_async(self, module: Value) -> Result<(bool, Option<bool>)> {
        let mut own = false;
        let mut graph = None;
        // SAFETY: a live environment; both out pointers live for the call.
        super::check(unsafe { (self.ext().module_get_async)(self.raw(), module.0, &mut own, &mut graph) })?;
        Ok((own, graph))
    }
    /// Sets an export of a synthetic module.
    pub fn module_set_export(self, module: Value, name: Value, v: Value) -> Result<()> {
        call!(self, ext.module_set_export(module.0, name.0, v.0));
        Ok(())
    }
}
