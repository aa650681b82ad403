//! llhttp, Node's HTTP/1 parser, as a safe Rust type.
//!
//! # Invariants
//!
//! * Input is bytes that do not change during [`Parser::execute`]; what events get are parts of them.
//! * An event may call any method of its parser but `execute`, `finish` and `init`, which answer [`Busy`] then.
//! * A panic in an event ends `execute` and goes on in its caller; it never passes through C.
//!
//! It fails with llhttp's own errors ([`Failure`]) and knows nothing of JavaScript.
#![warn(missing_docs)]

mod ffi;
mod parser;

pub use parser::{Busy, Event, Failure, Kind, Parser, Stop, Verdict};

/// The version of the C sources.
pub const VERSION: &str = "9.3.0";
