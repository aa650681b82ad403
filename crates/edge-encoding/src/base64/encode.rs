//! Bytes to base64 text.

use base64_simd::{STANDARD, URL_SAFE_NO_PAD};

use super::Variant;

/// The base64 text, which is ASCII.
#[must_use]
pub fn encode(bytes: &[u8], variant: Variant) -> Vec<u8> {
    match variant {
        Variant::Standard => STANDARD.encode_type(bytes),
        Variant::Url => URL_SAFE_NO_PAD.encode_type(bytes),
    }
}

/// The length of the text that [`encode`] makes of `len` bytes.
#[must_use]
pub fn encoded_len(len: usize, variant: Variant) -> usize {
    match variant {
        Variant::Standard => len.div_ceil(3) * 4,
        Variant::Url => len / 3 * 4 + [0, 2, 3][len % 3],
    }
}
