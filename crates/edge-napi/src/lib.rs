//! N-API, the only bridge between the two silos: the types and the function table of Node-API version 10, the table of engine
//! extensions, and safe Rust wrappers over both ([`Env`], [`Value`], [`CallInfo`]).
//!
//! Node-API is two tables: the engine provides [`JsTable`] (`js_native_api.h`), the runtime [`NodeTable`] (`node_api.h`: what needs an
//! event loop).
//!
//! May use nothing of ours. An engine *provides* [`JsTable`] and [`ExtTable`] and implements [`Engine`] and [`Isolate`]; `edge-node`
//! and native modules *use* them; neither knows the other.
//!
//! Invariants: every handle, reference, length and id is checked by the provider at each use, because the guest may have forged it;
//! an error that reaches the end of a native function is thrown where the function was called; after a trap or a kill every call
//! answers `napi_closing` and Rust code unwinds with [`Error::Closing`] without touching the environment.
#![allow(clippy::missing_errors_doc)] // The wrappers fail as Node-API does; `Error` says how.

mod call;
mod env;
mod error;
mod ext_table;
mod isolate;
mod js_table;
mod native;
mod node_table;
#[allow(missing_docs)]
pub mod types;

pub use call::CallInfo;
pub use env::{Bytes, Class, ClassBuilder, Env, HandleScope, Reference, Source, Str, Tables, Value, state_name};
pub use error::{Error, ErrorKind, Result};
pub use ext_table::{
    ClassKind, EXT_TABLE_NAMES, ErrorPosition, ExtTable, HeapStatistics, JsHook, PromiseRejectEvent, PromiseState, RawStr, SourceInfo,
};
pub use isolate::{Engine, Image, ImageError, Isolate, IsolateOptions, Kill, Poison};
pub use js_table::{JS_TABLE_NAMES, JsTable};
pub use native::{Native, NativeFn, NativeId, NativeTable};
pub use node_table::{NODE_TABLE_NAMES, NodeTable};
