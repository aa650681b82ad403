//! UTF-8 from and to the engine's strings.

mod decode;
mod encode;
mod length;

pub use decode::{decode, decode_fatal};
pub use encode::{encode_into, encode_to_vec};
pub use length::byte_length;

/// Whether `bytes` is well-formed UTF-8 (`buffer.isUtf8`).
#[must_use]
pub fn is_utf8(bytes: &[u8]) -> bool {
    simdutf8::basic::from_utf8(bytes).is_ok()
}
