//! `ucs2`: UTF-16 code units as little-endian bytes, at any alignment.

use crate::{Decoded, Progress, Text};

/// Writes whole code units, little-endian, as many as fit.
pub fn encode_into(text: Text<'_>, dst: &mut [u8]) -> Progress {
    let count = text.len().min(dst.len() / 2);
    let (pairs, _) = dst.as_chunks_mut::<2>();
    match text {
        Text::Latin1(bytes) => {
            for (pair, &byte) in pairs.iter_mut().zip(bytes) {
                *pair = [byte, 0];
            }
        }
        Text::Utf16(units) => {
            for (pair, &unit) in pairs.iter_mut().zip(units) {
                *pair = unit.to_le_bytes();
            }
        }
    }
    Progress { read: count, written: count * 2 }
}

/// The code units in `bytes`; an odd last byte is left out.
#[must_use]
pub fn units(bytes: &[u8]) -> Vec<u16> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect()
}

/// Decodes as `buf.toString('ucs2')` does: an odd last byte is left out, lone surrogates stay.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded<'static> {
    let (pairs, _) = bytes.as_chunks::<2>();
    // Looked at before anything is copied: the common case, text that fits Latin-1, is then half the memory.
    if pairs.iter().fold(0, |seen, pair| seen | pair[1]) == 0 {
        Decoded::Latin1(pairs.iter().map(|pair| pair[0]).collect())
    } else {
        Decoded::Utf16(units(bytes))
    }
}

/// Whether every surrogate stands in a pair.
#[must_use]
pub fn is_well_formed(units: &[u16]) -> bool {
    encoding_rs::mem::utf16_valid_up_to(units) == units.len()
}
