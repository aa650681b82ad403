//! Hexadecimal.

use hex_simd::{AsOut, AsciiCase};

use crate::{Decoded, Text};

/// Two lower-case digits per byte.
#[must_use]
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    hex_simd::encode_type(bytes, AsciiCase::Lower)
}

/// Decodes as `buf.toString('hex')` does.
#[must_use]
pub fn decode_bytes(bytes: &[u8]) -> Decoded<'static> {
    Decoded::Latin1(encode(bytes).into())
}

/// Writes the bytes that pairs of digits spell, up to the first pair that is none, the end of `dst` or an odd last digit.
///
/// Returns the number of bytes written. As in Node, only the low byte of a character is looked at.
pub fn write(text: Text<'_>, dst: &mut [u8]) -> usize {
    let count = (text.len() / 2).min(dst.len());
    let dst = &mut dst[..count];
    match text {
        Text::Latin1(digits) => write_digits(&digits[..count * 2], dst),
        Text::Utf16(units) => {
            let mut written = 0;
            let mut digits = [0; BLOCK * 2];
            for (block, out) in units.chunks(BLOCK * 2).zip(dst.chunks_mut(BLOCK)) {
                let digits = &mut digits[..out.len() * 2];
                for (digit, &unit) in digits.iter_mut().zip(block) {
                    *digit = unit as u8;
                }
                let done = write_digits(digits, out);
                written += done;
                if done < out.len() {
                    break;
                }
            }
            written
        }
    }
}

const BLOCK: usize = 512;

/// `digits.len() == dst.len() * 2`.
fn write_digits(digits: &[u8], dst: &mut [u8]) -> usize {
    // The vector decoder scribbles over `dst` before it finds a wrong digit, which the program would see: checked first.
    if hex_simd::check(digits).is_ok() && hex_simd::decode(digits, dst.as_out()).is_ok() {
        return dst.len();
    }
    let (pairs, _) = digits.as_chunks::<2>();
    let mut written = 0;
    for (to, &[high, low]) in dst.iter_mut().zip(pairs) {
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { break };
        *to = high << 4 | low;
        written += 1;
    }
    written
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
