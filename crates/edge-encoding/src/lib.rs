//! Text work for Node's bindings: what simdutf and nbytes are to Node's C++ half.
//!
//! **What for.** `Buffer`, `StringDecoder`, `TextEncoder`/`TextDecoder`, `fs` and the stream writers all need the same few
//! things: strings of the engine turned into bytes, bytes turned into strings, base64 and hex, byte search. They are here
//! once, as functions over slices.
//!
//! **What it may not depend on.** Nothing of ours, no operating system, no JavaScript engine. `unsafe` is forbidden.
//!
//! **The two string representations.** A JavaScript engine keeps a string as Latin-1 bytes or as UTF-16 code units; both come in
//! as [`Text`]. Results that become strings leave as [`Decoded`]: Latin-1 whenever every character fits (borrowed from the input
//! when the input is ASCII, the hot path), UTF-16 otherwise. An engine string made from [`Decoded`] is therefore always in its
//! smaller representation.
//!
//! **Invariants.**
//! - Functions that write into `dst` never write more than `dst.len()` bytes, never split a character (UTF-8: a whole sequence,
//!   UTF-16: a whole unit), and say how much they read and wrote.
//! - Lone surrogates become U+FFFD (`EF BF BD`) on the way to UTF-8; ill-formed UTF-8 becomes one U+FFFD per maximal subpart,
//!   as the WHATWG Encoding Standard asks.
//! - Every function is linear in its input (search included), so that a hostile program gains nothing by calling it.
//!
//! **How it fails.** Lenient functions (everything `Buffer` does) cannot fail. Strict ones (`atob`, fatal `TextDecoder`,
//! transcode) return an error value that names the kind; nothing here panics on any input.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod ascii;
pub mod base64;
mod compare;
mod converter;
mod encode;
mod encoding;
mod fill;
pub mod hex;
pub mod latin1;
pub mod search;
mod string_decoder;
pub mod swap;
mod text;
mod transcode;
pub mod utf16;
pub mod utf8;

pub use compare::compare;
pub use converter::{Converter, InvalidData};
pub use encode::{byte_length, decode, encode_into, encode_to_vec};
pub use encoding::Encoding;
pub use fill::fill_pattern;
pub use string_decoder::StringDecoder;
pub use text::{Decoded, Progress, Text};
pub use transcode::{TranscodeError, transcode};
