//! Functions: making natives, calling, constructing.

use super::{call, value};
use crate::{Env, Error, NativeId, Result, Value};

impl Env {
    /// The id of a registered native.
    ///
    /// # Errors
    /// A plain error that names it: a mistake of the host.
    pub fn native_id(self, registered: &str) -> Result<NativeId> {
        self.natives().id(registered).ok_or_else(|| Error::error("ERR_INTERNAL_ASSERTION", format!("no native function {registered}")))
    }
    /// A function over the native registered as `registered`, with `name` as its `name`.
    pub fn native_function(self, registered: &str, name: &str) -> Result<Value> {
        let id = self.native_id(registered)?;
        let name = self.key(name)?;
        value!(self, ext.create_native_function(id, name.0, 0, false))
    }
    /// Makes `object[name]` the native registered as `registered` (writable, enumerable, configurable, as Node's `SetMethod`).
    pub fn set_method(self, object: Value, registered: &str, name: &str) -> Result<()> {
        let function = self.native_function(registered, name)?;
        self.set(object, name, function)
    }
    /// Calls a function.
    pub fn call(self, function: Value, this: Value, args: &[Value]) -> Result<Value> {
        value!(self, js.napi_call_function(this.0, function.0, args.len(), args.as_ptr().cast()))
    }
    /// Calls `object[name](...args)`.
    pub fn call_method(self, object: Value, name: &str, args: &[Value]) -> Result<Value> {
        let function = self.get(object, name)?;
        self.call(function, object, args)
    }
    /// `new constructor(...args)`.
    pub fn construct(self, constructor: Value, args: &[Value]) -> Result<Value> {
        value!(self, js.napi_new_instance(constructor.0, args.len(), args.as_ptr().cast()))
    }
    /// Source position and name of a function, as an object {name, scriptName, line, column}.
    pub fn function_info(self, function: Value) -> Result<Value> {
        value!(self, ext.get_function_info(function.0))
    }
    /// Whether an exception is pending.
    pub fn is_exception_pending(self) -> Result<bool> {
        Ok(call!(self, js.napi_is_exception_pending(), -> false))
    }
}
