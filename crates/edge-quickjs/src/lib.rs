//! The engine: QuickJS-NG as WebAssembly, compiled ahead of time to machine code, and N-API over it.
//!
//! [`Engine`] is one instance with its own linear memory. The functions that cross the boundary are listed in `boundary.in`;
//! the methods `Engine::edge_*` and the trait [`Host`] are generated from it. This crate makes no system call of its own:
//! memory, signals and threads are `edge-wasix`'s.
//!
//! Invariants: an engine stays on the thread that made it; host code never runs between a trap and its landing point; slices
//! of linear memory live only while no engine code can run. It fails by *poisoning*: after a trap, a kill or a panic of a
//! host function every call answers [`Closing`], and [`Engine::poison`] says why.

mod ext;
mod host_table;
mod image;
mod inner;
mod instance;
mod isolate;
mod memory;
mod napi;
mod native_call;
mod slots;
mod time_zone;
mod trap;
mod zone_name;

pub use image::{Check, Image, ImageError, PREFAULT};
pub use instance::{Config, Engine, EngineError, Host};
pub use isolate::{QuickJs, TABLES};
pub use trap::{Closing, KillHandle, Poison};

/// What identifies the engine's code: an image is good for exactly one (hex).
pub const ENGINE_HASH: &str = env!("EDGE_ENGINE_HASH");

/// QuickJS-NG's version, of the sources that `rquickjs-sys` ships.
pub(crate) const VERSION: &str = "0.16.2";
