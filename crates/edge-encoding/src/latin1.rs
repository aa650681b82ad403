//! Latin-1: one byte is one character.

use crate::{Decoded, Progress, Text};

/// Latin-1 bytes as UTF-16 code units.
#[must_use]
pub fn widen(bytes: &[u8]) -> Vec<u16> {
    bytes.iter().map(|&byte| u16::from(byte)).collect()
}

/// The low bytes of UTF-16 code units; what does not fit is cut off, as `buf.write(s, 'latin1')` does.
#[must_use]
pub fn narrow(units: &[u16]) -> Vec<u8> {
    units.iter().map(|&unit| unit as u8).collect()
}

/// Writes the low byte of each character into `dst`, as many as fit.
pub fn encode_into(text: Text<'_>, dst: &mut [u8]) -> Progress {
    let count = text.len().min(dst.len());
    match text {
        Text::Latin1(bytes) => dst[..count].copy_from_slice(&bytes[..count]),
        Text::Utf16(units) => {
            for (to, &unit) in dst[..count].iter_mut().zip(units) {
                *to = unit as u8;
            }
        }
    }
    Progress { read: count, written: count }
}

/// Decodes as `buf.toString('latin1')` does. Never copies.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    Decoded::Latin1(bytes.into())
}
