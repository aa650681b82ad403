//! One file (or folder) per `internalBinding`, named as Node names it.

use crate::Binding;

mod async_context_frame;
mod async_wrap;
pub mod buffer;
mod blob;
mod builtins;
mod config;
mod constants;
mod contextify;
mod credentials;
mod encode_bytes;
mod encoding_binding;
mod errors;
mod fs;
mod fs_dir;
mod fs_event_wrap;
mod icu;
mod messaging;
mod mksnapshot;
mod module_wrap;
mod modules;
mod options;
mod os;
mod performance;
mod permission;
mod process_methods;
mod string_decoder;
mod symbols;
mod task_queue;
mod timers;
mod trace_events;
mod types;
mod url;
mod url_pattern;
mod util;
mod uv;
mod wasm_web_api;
mod worker;

pub use async_wrap::{provider_index, queue_destroy};
pub use performance::{Milestone, mark_milestone};
pub use encode_bytes::encode_bytes;
pub use symbols::per_isolate_symbols;
pub use util::{parse_env_text, private_symbols};

/// Every binding. One line each, in alphabetical order: merges stay easy.
pub const ALL: &[&Binding] = &[
    &async_context_frame::BINDING,
    &async_wrap::BINDING,
    &blob::BINDING,
    &buffer::BINDING,
    &builtins::BINDING,
    &config::BINDING,
    &constants::BINDING,
    &contextify::BINDING,
    &credentials::BINDING,
    &encoding_binding::BINDING,
    &errors::BINDING,
    &fs::BINDING,
    &fs_dir::BINDING,
    &fs_event_wrap::BINDING,
    &icu::BINDING,
    &messaging::BINDING,
    &mksnapshot::BINDING,
    &module_wrap::BINDING,
    &modules::BINDING,
    &options::BINDING,
    &os::BINDING,
    &performance::BINDING,
    &permission::BINDING,
    &process_methods::BINDING,
    &string_decoder::BINDING,
    &symbols::BINDING,
    &task_queue::BINDING,
    &timers::BINDING,
    &trace_events::BINDING,
    &types::BINDING,
    &url::BINDING,
    &url_pattern::BINDING,
    &util::BINDING,
    &uv::BINDING,
    &wasm_web_api::BINDING,
    &worker::BINDING,
];
