//! One file (or folder) per `internalBinding`, named as Node names it.

use crate::Binding;

mod async_wrap;
mod builtins;
mod config;
mod constants;
mod errors;
mod mksnapshot;
mod options;
mod symbols;
mod task_queue;
mod timers;
mod trace_events;
mod types;
mod util;

pub use async_wrap::{provider_index, queue_destroy};
pub use symbols::per_isolate_symbols;
pub use util::{parse_env_text, private_symbols};

/// Every binding. One line each, in alphabetical order: merges stay easy.
pub const ALL: &[&Binding] = &[
    &async_wrap::BINDING,
    &builtins::BINDING,
    &config::BINDING,
    &constants::BINDING,
    &errors::BINDING,
    &mksnapshot::BINDING,
    &options::BINDING,
    &symbols::BINDING,
    &task_queue::BINDING,
    &timers::BINDING,
    &trace_events::BINDING,
    &types::BINDING,
    &util::BINDING,
];
