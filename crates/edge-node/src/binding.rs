//! What an `internalBinding` is, and what its `init` has at hand.

use crate::{Aliased, AliasedElement, Environment};
use edge_napi::types::{napi_configurable, napi_enumerable};
use edge_napi::{Class, ClassBuilder, Env, Native, NativeTable, Result, Value};
use std::rc::Rc;
use std::sync::OnceLock;

/// One `internalBinding(name)`.
pub struct Binding {
    /// Its name, as Node's library asks for it.
    pub name: &'static str,
    /// Its native functions; see [`natives!`](crate::natives).
    pub natives: &'static [Native],
    /// Fills the binding's object; runs once, at the first `internalBinding(name)` (before the image is taken, for most).
    pub init: fn(&Target<'_>) -> Result<()>,
}

/// The natives of a binding: `natives!("fs"; "open" => open, "FileHandle" => new_file_handle, "FileHandle#close" => close)`.
///
/// `name` is a function of the binding, `Class` a constructor, `Class#method` a prototype method, `Class#get name` and
/// `Class#set name` the halves of an accessor, `Class.name` a static method.
#[macro_export]
macro_rules! natives {
    ($binding:literal; $($name:literal => $function:expr),* $(,)?) => {
        &[$(edge_napi::Native { name: concat!($binding, ".", $name), call: $function }),*]
    };
}

/// The object that a binding's `init` fills.
pub struct Target<'a> {
    /// The environment.
    pub environment: &'a Rc<Environment>,
    /// Its engine.
    pub env: Env,
    /// The binding's object (`exports` of `internalBinding(name)`).
    pub object: Value,
    /// The binding.
    pub binding: &'static Binding,
}

impl Target<'_> {
    /// Sets every native of the binding whose name is a plain lower-case function name.
    pub fn methods(&self) -> Result<()> {
        for native in self.binding.natives {
            let name = &native.name[self.binding.name.len() + 1..];
            let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && !name.contains(['#', '.', ' ']);
            if plain {
                self.env.set_method(self.object, native.name, name)?;
            }
        }
        Ok(())
    }
    /// Begins the class `name` over the natives `binding.name`, `binding.name#…`.
    pub fn class(&self, registered: &'static str) -> Result<ClassBuilder> {
        self.env.class(registered)
    }
    /// A class without parent and with these methods, set on the binding's object.
    pub fn plain_class(&self, registered: &'static str, methods: &[&str]) -> Result<Class> {
        self.env.class(registered)?.methods(methods)?.install(self.object)
    }
    /// `object[name] = value`.
    pub fn value(&self, name: &str, value: Value) -> Result<()> {
        self.env.set(self.object, name, value)
    }
    /// A number.
    pub fn number(&self, name: &str, value: f64) -> Result<()> {
        self.value(name, self.env.number(value)?)
    }
    /// A boolean.
    pub fn boolean(&self, name: &str, value: bool) -> Result<()> {
        self.value(name, self.env.boolean(value)?)
    }
    /// A string.
    pub fn string(&self, name: &str, value: &str) -> Result<()> {
        self.value(name, self.env.string(value)?)
    }
    /// Constants as read-only properties (Node's `NODE_DEFINE_CONSTANT`).
    pub fn constants(&self, constants: &[(&str, i32)]) -> Result<()> {
        define_constants(self.env, self.object, constants)
    }
    /// A typed array shared with native code, as `object[name]`, kept under the root `binding.name`.
    pub fn aliased<T: AliasedElement>(&self, name: &str, length: usize) -> Result<Aliased<T>> {
        let key = format!("{}.{name}", self.binding.name);
        let (value, aliased) = self.environment.create_aliased::<T>(&key, length)?;
        self.value(name, value)?;
        Ok(aliased)
    }
    /// Keeps a value alive under a name, in images too.
    pub fn root(&self, name: &str, value: Value) -> Result<()> {
        self.environment.set_root(name, value)
    }
    /// An accessor over natives of this binding.
    pub fn accessor(&self, name: &str, getter: &str, setter: Option<&str>) -> Result<()> {
        let key = self.env.key(name)?;
        let id = |n: &str| self.env.native_id(&format!("{}.{n}", self.binding.name));
        let setter = setter.map(id).transpose()?;
        self.env.define_accessor(self.object, key, Some(id(getter)?), setter, napi_enumerable | napi_configurable)
    }
}

/// Read-only, listed number properties.
pub fn define_constants(env: Env, object: Value, constants: &[(&str, i32)]) -> Result<()> {
    for (name, value) in constants {
        env.define_constant(object, name, env.int32(*value)?)?;
    }
    Ok(())
}

/// The native functions of all bindings, in a fixed order: made once per process.
#[must_use]
pub fn native_table() -> &'static NativeTable {
    static TABLE: OnceLock<NativeTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let bindings = crate::bindings::ALL.iter().flat_map(|binding| binding.natives.iter().copied());
        NativeTable::new(
            bindings
                .chain(crate::audit::NATIVES.iter().copied())
                .chain(crate::env_proxy::NATIVES.iter().copied())
                .chain(crate::async_wrap::NATIVES.iter().copied())
                .chain(crate::intl::NATIVES.iter().copied())
                .chain(crate::session::NATIVES.iter().copied())
                .collect(),
        )
    })
}
