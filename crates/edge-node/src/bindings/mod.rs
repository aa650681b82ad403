//! One file (or folder) per `internalBinding`, named as Node names it.

use crate::Binding;

mod async_context_frame;
mod async_wrap;
mod blob;
mod block_list;
pub mod buffer;
mod builtins;
mod cares_wrap;
mod child_program;
mod config;
mod constants;
mod contextify;
mod credentials;
mod crypto;
mod encode_bytes;
mod encoding_binding;
mod errors;
mod fs;
mod fs_dir;
mod fs_event_wrap;
mod heap_utils;
mod http2;
mod http_parser;
mod icu;
mod internal_only_v8;
mod js_stream;
mod js_udp_wrap;
mod locks;
mod messaging;
mod mksnapshot;
mod module_wrap;
mod modules;
mod options;
mod os;
mod performance;
mod permission;
mod pipe_wrap;
mod process_methods;
mod process_wrap;
mod profiler;
mod report;
mod sea;
mod serdes;
mod signal_wrap;
mod spawn_sync;
mod sqlite;
mod stream_base;
mod stream_pipe;
mod stream_wrap;
mod string_decoder;
mod symbols;
mod task_queue;
mod tcp_wrap;
mod timers;
mod tls_wrap;
mod trace_events;
mod tty_wrap;
mod types;
mod typescript;
mod udp_wrap;
mod undici_llhttp;
mod url;
mod url_pattern;
mod util;
mod uv;
mod v8;
mod wasi;
mod wasm_web_api;
mod watchdog;
mod webstorage;
mod worker;
mod zlib;

pub use async_wrap::{provider_index, queue_destroy};
pub use cares_wrap::address_text;
pub use encode_bytes::encode_bytes;
pub use module_wrap::stalled_awaits;
pub use performance::{Milestone, forget_milestones, mark_bootstrap_complete, mark_milestone, recall_milestones};
pub use permission::install as install_permission;
pub use process_methods::patch_prepared;
pub use symbols::per_isolate_symbols;
pub use timers::{ensure_check, immediates, limit_timers};
pub use util::{parse_env_text, private_symbols};
pub use v8::set_natives_syntax;
pub use webstorage::Storage;
pub use zlib::zlib_version;

/// Every binding. One line each, in alphabetical order: merges stay easy.
pub const ALL: &[&Binding] = &[
    &async_context_frame::BINDING,
    &async_wrap::BINDING,
    &blob::BINDING,
    &block_list::BINDING,
    &buffer::BINDING,
    &builtins::BINDING,
    &cares_wrap::BINDING,
    &config::BINDING,
    &constants::BINDING,
    &contextify::BINDING,
    &credentials::BINDING,
    &crypto::BINDING,
    &encoding_binding::BINDING,
    &errors::BINDING,
    &fs::BINDING,
    &fs_dir::BINDING,
    &fs_event_wrap::BINDING,
    &heap_utils::BINDING,
    &http2::BINDING,
    &http_parser::BINDING,
    &icu::BINDING,
    &internal_only_v8::BINDING,
    &js_stream::BINDING,
    &js_udp_wrap::BINDING,
    &locks::BINDING,
    &messaging::BINDING,
    &mksnapshot::BINDING,
    &module_wrap::BINDING,
    &modules::BINDING,
    &options::BINDING,
    &os::BINDING,
    &performance::BINDING,
    &permission::BINDING,
    &pipe_wrap::BINDING,
    &process_methods::BINDING,
    &process_wrap::BINDING,
    &profiler::BINDING,
    &report::BINDING,
    &sea::BINDING,
    &serdes::BINDING,
    &signal_wrap::BINDING,
    &spawn_sync::BINDING,
    &sqlite::BINDING,
    &stream_pipe::BINDING,
    &stream_wrap::BINDING,
    &string_decoder::BINDING,
    &symbols::BINDING,
    &task_queue::BINDING,
    &tcp_wrap::BINDING,
    &timers::BINDING,
    &tls_wrap::BINDING,
    &trace_events::BINDING,
    &tty_wrap::BINDING,
    &types::BINDING,
    &typescript::BINDING,
    &udp_wrap::BINDING,
    &undici_llhttp::BINDING,
    &url::BINDING,
    &url_pattern::BINDING,
    &util::BINDING,
    &uv::BINDING,
    &v8::BINDING,
    &wasi::BINDING,
    &wasm_web_api::BINDING,
    &watchdog::BINDING,
    &webstorage::BINDING,
    &worker::BINDING,
    &zlib::BINDING,
];
