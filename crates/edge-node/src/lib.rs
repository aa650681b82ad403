//! The Node layer: the native half of Node v24's library, written against N-API ([`edge_napi`]) only, over the event loop
//! ([`edge_loop`]) and the WASIX layer ([`edge_wasix`]). It never names an engine and never calls the operating system.
//!
//! * [`Environment`]: one isolate with its loop, kernel, options and binding state.
//! * [`Binding`]: one `internalBinding(name)`; all of them are listed in `bindings/mod.rs`.
//! * [`node_api`]: the runtime's half of Node-API, for native modules.
//! * `bootstrap`: runs Node's own boot scripts, from source or from the image.
//!
//! Invariants: what a binding keeps across calls lives either in the engine's heap, reachable from a named root
//! ([`Environment::root`]), or in a state type that can be made anew ([`Environment::state`]): an image holds the heap and the names.
//! Guest input never panics; a native function answers [`edge_napi::Error`], which is thrown where it was called.
#![allow(clippy::missing_errors_doc)] // Everything that touches JavaScript may throw; what a call throws is Node's, per binding.

mod aliased;
mod async_context;
mod async_wrap;
mod audit;
mod binding;
pub mod bindings;
mod boot_image;
mod bootstrap;
mod builtin_scripts;
mod callback_scope;
mod cli;
mod env_proxy;
mod environment;
mod fatal;
mod heap_limit;
mod intl;
mod keep;
mod limits;
mod native_immediate;
pub mod node_api;
mod options;
mod package_script;
mod permission_error;
mod replaced;
mod request;
mod run;
mod runtime;
mod serdes;
mod session;
mod stack_frames;
pub mod text;
mod thread_pool_work;
mod time_zone;
mod uv_error;
mod versions;

pub use aliased::{Aliased, AliasedElement};
pub use async_context::AsyncIds;
pub use async_wrap::{AsyncWrap, UvHandle};
pub use binding::{Binding, Target, native_table};
pub(crate) use bindings::parse_env_text;
pub use boot_image::BootImage;
pub use bootstrap::{bootstrap, preload, run_main_script};
pub use callback_scope::CallbackContext;
pub use cli::{Program, run_cli};
pub use environment::{Environment, EnvironmentOptions};
pub use heap_limit::heap_limit;
pub use limits::{UnderLimits, limit_environment, limit_process, limit_status};
pub use node_api::NODE_TABLE;
pub use options::{HeapFlags, OptionError, OptionValue, Options, option_takes};
pub use request::{ActiveRequest, ActiveRequests, Face, Request};
pub use runtime::{Runtime, StartError};
pub use session::{
    Answer, Datum, Fault, Host, HostReply, Interrupt, Letter, MAX_BYTES, MAX_DEPTH, MESSAGE_SIZE_CODE, Nested, ParkedSession, Progress,
    Session, SessionImages, Text, Uncrossable, write_key,
};
pub use thread_pool_work::ThreadPoolWork;
pub use uv_error::{errno_exception, strerror, unknown_exception, uv_exception, uv_exception_two_paths};
