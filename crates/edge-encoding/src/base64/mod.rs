//! base64 and base64url.
//!
//! Decoding comes in two tempers: [`write()`](fn@write), what `Buffer` does (both alphabets, garbage skipped), and [`decode_forgiving`], what
//! `atob` does (one alphabet, white space skipped, everything else an error of a certain kind).

mod decode;
mod encode;
mod forgiving;

pub use decode::{decoded_len, write};
pub use encode::{encode, encoded_len};
pub use forgiving::{ForgivingError, decode_forgiving};

/// Which of the two alphabets is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// RFC 4648 section 4: `+`, `/`, padded with `=`.
    Standard,
    /// RFC 4648 section 5: `-`, `_`, no padding.
    Url,
}
