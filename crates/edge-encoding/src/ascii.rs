//! ASCII: the test every other decoder begins with.

use std::borrow::Cow;

use crate::Decoded;

/// Whether every byte is below 0x80.
#[must_use]
pub fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

/// The number of leading bytes below 0x80.
#[must_use]
pub fn prefix_len(bytes: &[u8]) -> usize {
    encoding_rs::Encoding::ascii_valid_up_to(bytes)
}

/// Decodes as `buf.toString('ascii')` does: the eighth bit of each byte is dropped.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    Decoded::Latin1(if bytes.is_ascii() { Cow::Borrowed(bytes) } else { Cow::Owned(bytes.iter().map(|byte| byte & 0x7f).collect()) })
}
