//! UTF-8 bytes to a string.

use std::borrow::Cow;

use encoding_rs::mem;

use crate::{Decoded, InvalidData, ascii};

/// Decodes as `buf.toString('utf8')` does: each maximal ill-formed subpart becomes U+FFFD, a byte order mark stays.
///
/// ASCII input is borrowed; input without a character above U+00FF becomes Latin-1.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    if bytes.is_ascii() {
        return Decoded::Latin1(Cow::Borrowed(bytes));
    }
    let ascii = ascii::prefix_len(bytes);
    if mem::is_utf8_latin1(&bytes[ascii..]) {
        let mut latin1 = vec![0; bytes.len()];
        latin1[..ascii].copy_from_slice(&bytes[..ascii]);
        let written = mem::convert_utf8_to_latin1_lossy(&bytes[ascii..], &mut latin1[ascii..]);
        latin1.truncate(ascii + written);
        return Decoded::Latin1(Cow::Owned(latin1));
    }
    // One unit per byte is the worst case, and `convert_utf8_to_utf16` asks for one more.
    let mut units = vec![0; bytes.len() + 1];
    for (unit, &byte) in units.iter_mut().zip(&bytes[..ascii]) {
        *unit = u16::from(byte);
    }
    let written = mem::convert_utf8_to_utf16(&bytes[ascii..], &mut units[ascii..]);
    units.truncate(ascii + written);
    Decoded::Utf16(units)
}

/// Decodes as [`decode`] does, but refuses ill-formed input (`TextDecoder` with `fatal`).
///
/// # Errors
/// [`InvalidData`] when `bytes` is not well-formed UTF-8.
pub fn decode_fatal(bytes: &[u8]) -> Result<Decoded<'_>, InvalidData> {
    if super::is_utf8(bytes) { Ok(decode(bytes)) } else { Err(InvalidData) }
}
