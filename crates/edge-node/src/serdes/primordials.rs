//! JavaScript's own functions as they were before any program ran, by the library's names for them.

use crate::Environment;
use edge_napi::{Env, Result, Value};

/// The library's `primordials`.
#[derive(Clone, Copy)]
pub struct Primordials {
    env: Env,
    object: Value,
    undefined: Value,
}

impl Primordials {
    /// Those of the environment.
    pub fn of(environment: &Environment) -> Result<Self> {
        let env = environment.env();
        Ok(Self { env, object: environment.expect_root("primordials")?, undefined: env.undefined()? })
    }
    /// A constructor or function by name.
    pub fn get(&self, name: &str) -> Result<Value> {
        self.env.get(self.object, name)
    }
    /// Calls a function; for `MapPrototypeGet` and the like the first argument is the receiver.
    pub fn call(&self, name: &str, args: &[Value]) -> Result<Value> {
        self.env.call(self.get(name)?, self.undefined, args)
    }
    /// Constructs.
    pub fn construct(&self, name: &str, args: &[Value]) -> Result<Value> {
        let mut constructor = self.get(name)?;
        if self.env.is_undefined(constructor)? {
            // Newer than the library's list.
            constructor = self.env.get(self.get("globalThis")?, name)?;
        }
        self.env.construct(constructor, args)
    }
    /// Calls a function got before.
    pub fn apply(&self, function: Value, args: &[Value]) -> Result<Value> {
        self.env.call(function, self.undefined, args)
    }
}
