//! The runtime's half of Node-API, used as a native module in Rust uses it: group by group, wrong arguments included. It needs an engine
//! and a booted library, so it is tested here and not in `edge-node`, which knows no engine.

mod async_contexts;
mod async_work;
mod buffers;
mod cleanup;
mod fatal;
mod host;
mod modules;
mod table;
mod threadsafe;
