//! `defineLazyProperties(target, id, keys, enumerable = true)`: properties that load a library module when first read.
//!
//! V8 has lazy data properties; other engines have accessors, so this one is a small script of our own over a native `require`.

use crate::Environment;
use edge_napi::{CallInfo, Env, Result, Value};
use std::rc::Rc;

const SCRIPT: &str = r"(function (require, defineProperty, getOwnPropertyDescriptor) {
  return function defineLazyProperties(target, id, keys, enumerable = true) {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      let lazy = true;
      let value;
      const accessors = {
        __proto__: null,
        get [key]() {
          if (lazy) { value = require(id)[key]; lazy = false; }
          defineProperty(target, key, { __proto__: null, enumerable, configurable: true, writable: true, value });
          return value;
        },
        set [key](next) {
          lazy = false;
          value = next;
          defineProperty(this, key, { __proto__: null, enumerable: true, configurable: true, writable: true, value: next });
        },
      };
      defineProperty(target, key, { __proto__: null, ...getOwnPropertyDescriptor(accessors, key), enumerable });
    }
  };
})";

/// The function for this environment.
pub fn define_lazy_properties(environment: &Rc<Environment>) -> Result<Value> {
    let env = environment.env();
    let make = env.run_text(SCRIPT, "node:internal/edge/lazy_properties")?;
    let require = env.native_function("util.lazy#require", "require")?;
    let object = env.get(env.global()?, "Object")?;
    let define_property = env.get(object, "defineProperty")?;
    let get_own_property_descriptor = env.get(object, "getOwnPropertyDescriptor")?;
    env.call(make, env.undefined()?, &[require, define_property, get_own_property_descriptor])
}

/// `require(id)` of the library's own loader.
pub fn require(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let require = Environment::of(env)?.expect_root("builtins.require")?;
    env.call(require, info.undefined(), &[info.arg(0)])
}
