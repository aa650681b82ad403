//! [`Env`]: one environment with its two tables, and the safe calls over them. The calls are grouped by what they make or read:
//! `env/primitive.rs`, `env/string.rs`, `env/object.rs`, `env/function.rs`, `env/error.rs`, `env/bytes.rs`, `env/reference.rs`,
//! `env/scope.rs`, `env/wrap.rs`, `env/promise.rs`, `env/code.rs`, `env/module.rs`, `env/engine.rs`.
//!
//! A [`Value`] is a slot number that the provider checks at each use, so a stale or forged one gives an error or another value, never
//! undefined behaviour; that is what makes these wrappers safe without lifetimes.

mod bytes;
mod code;
mod engine;
mod error;
mod function;
mod module;
mod object;
mod primitive;
mod promise;
mod reference;
mod scope;
mod string;
mod wrap;

pub use bytes::Bytes;
pub use code::Source;
pub use reference::Reference;
pub use scope::HandleScope;
pub use string::Str;
pub use wrap::{Class, ClassBuilder, state_name};

use crate::types::*;
use crate::{Error, ExtTable, JsTable, NativeTable, Result};

/// The two tables of an engine and the native functions of its isolate.
pub struct Tables {
    /// Node-API.
    pub js: JsTable,
    /// Engine extensions.
    pub ext: ExtTable,
}

/// A JavaScript value, valid until the handle scope that it was made in closes.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Value(pub napi_value);

/// One environment. Copying it copies two pointers.
#[derive(Clone, Copy)]
pub struct Env {
    raw: napi_env,
    tables: &'static Tables,
    natives: &'static NativeTable,
}

impl Env {
    /// # Safety
    /// `raw` must be a live environment of the provider of `tables` and stay so as long as this value is used; it must be used on
    /// the environment's thread only.
    #[must_use]
    pub const unsafe fn from_raw(raw: napi_env, tables: &'static Tables, natives: &'static NativeTable) -> Self {
        Self { raw, tables, natives }
    }

    /// The environment's pointer, for calls through a table.
    #[must_use]
    pub const fn raw(self) -> napi_env {
        self.raw
    }

    /// Node-API.
    #[must_use]
    pub const fn js(self) -> &'static JsTable {
        &self.tables.js
    }

    /// Engine extensions.
    #[must_use]
    pub const fn ext(self) -> &'static ExtTable {
        &self.tables.ext
    }

    /// The isolate's native functions.
    #[must_use]
    pub const fn natives(self) -> &'static NativeTable {
        self.natives
    }
}

/// Turns a status into a result.
#[inline]
pub(crate) fn check(status: napi_status) -> Result<()> {
    if status == napi_status::napi_ok { Ok(()) } else { Err(Error::from(status)) }
}

/// Calls a table function that answers through one out pointer. `$table` is `js` or `ext`.
macro_rules! call {
    ($env:expr, $table:ident . $name:ident ( $($arg:expr),* ), -> $init:expr) => {{
        let mut out = $init;
        // SAFETY: `Env` promises a live environment on this thread; all pointers passed live for the call.
        $crate::env::check(unsafe { ($env.$table().$name)($env.raw() $(, $arg)*, &mut out) })?;
        out
    }};
    ($env:expr, $table:ident . $name:ident ( $($arg:expr),* ), $last:expr => $init:expr) => {{
        let mut out = $init;
        // SAFETY: `Env` promises a live environment on this thread; all pointers passed live for the call.
        $crate::env::check(unsafe { ($env.$table().$name)($env.raw() $(, $arg)*, &mut out, $last) })?;
        out
    }};
    ($env:expr, $table:ident . $name:ident ( $($arg:expr),* )) => {{
        // SAFETY: `Env` promises a live environment on this thread; all pointers passed live for the call.
        $crate::env::check(unsafe { ($env.$table().$name)($env.raw() $(, $arg)*) })?
    }};
}
pub(crate) use call;

/// Same, for an out handle.
macro_rules! value {
    ($env:expr, $table:ident . $name:ident ( $($arg:expr),* )) => {
        Ok($crate::Value($crate::env::call!($env, $table.$name($($arg),*), -> $crate::types::napi_value::NULL)))
    };
}
pub(crate) use value;
