//! base64 text to bytes, as `Buffer` reads it.

use base64_simd::{AsOut, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::Variant;
use crate::Text;

/// Characters that are looked at together. A multiple of four.
const BLOCK: usize = 2048;
/// Characters that are tried together in a block with garbage in it. A multiple of four, below the usual line length of 76.
const STRETCH: usize = 32;

/// What a byte means in either alphabet: 0 to 63, or one of the two marks below.
const MEANING: [u8; 256] = meanings();
/// `=`.
const PADDING: u8 = 0xfe;
/// Neither a digit nor padding.
const INVALID: u8 = 0xff;
/// Set in both marks, in no digit.
const MARK: u8 = 0x80;

const fn meanings() -> [u8; 256] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [INVALID; 256];
    let mut value = 0;
    while value < DIGITS.len() {
        table[DIGITS[value] as usize] = value as u8;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table[b'=' as usize] = PADDING;
    table
}

/// Writes what the text spells into `dst`, as much as fits, and returns the number of bytes.
///
/// Characters of neither alphabet are skipped, the first `=` ends the text, and so does its end: two digits left over are one byte,
/// three are two, one is none. As in Node, only the low byte of a character is looked at. `variant` only says which alphabet to try first.
pub fn write(text: Text<'_>, variant: Variant, dst: &mut [u8]) -> usize {
    let mut sink = Sink { dst, written: 0, group: 0, digits: 0 };
    match text {
        Text::Latin1(bytes) => {
            for block in bytes.chunks(BLOCK) {
                if !sink.push(block, variant) {
                    break;
                }
            }
        }
        Text::Utf16(units) => {
            let mut narrow = [0; BLOCK];
            for block in units.chunks(BLOCK) {
                let narrow = &mut narrow[..block.len()];
                for (byte, &unit) in narrow.iter_mut().zip(block) {
                    *byte = unit as u8;
                }
                if !sink.push(narrow, variant) {
                    break;
                }
            }
        }
    }
    sink.finish()
}

/// The room that [`write()`](fn@write) needs at most: as `Buffer.byteLength(text, 'base64')`, which counts garbage as digits.
#[must_use]
pub fn decoded_len(text: Text<'_>) -> usize {
    let last = |back: usize| -> bool {
        text.len().checked_sub(back).is_some_and(|index| match text {
            Text::Latin1(bytes) => bytes[index] == b'=',
            Text::Utf16(units) => units[index] == u16::from(b'='),
        })
    };
    let padding = if !last(1) {
        0
    } else if text.len() > 1 && last(2) {
        2
    } else {
        1
    };
    let digits = text.len() - padding;
    digits / 4 * 3 + digits % 4 * 3 / 4
}

struct Sink<'a> {
    dst: &'a mut [u8],
    written: usize,
    /// The digits of an unfinished group of four.
    group: u32,
    digits: u32,
}

impl Sink<'_> {
    /// Takes one block; false when nothing that follows matters.
    fn push(&mut self, block: &[u8], variant: Variant) -> bool {
        // The last group may end in padding, which would spoil the whole block for the vector decoder.
        let (body, tail) = block.split_at(block.len().saturating_sub(4) & !3);
        if self.push_vector(body, variant) {
            return self.push_scalar(tail);
        }
        // Garbage somewhere, most likely line ends: vectors for the clean stretches, the scalar loop for the others.
        block.chunks(STRETCH).all(|stretch| self.push_vector(stretch, variant) || self.push_scalar(stretch))
    }

    /// Takes a stretch of whole groups of one alphabet; false, with nothing taken, when it is anything else.
    fn push_vector(&mut self, stretch: &[u8], variant: Variant) -> bool {
        if self.digits != 0 || !stretch.len().is_multiple_of(4) {
            return false;
        }
        let bytes = stretch.len() / 4 * 3;
        let Some(room) = self.dst.get_mut(self.written..self.written + bytes) else { return false };
        let engine = if variant == Variant::Standard { STANDARD_NO_PAD } else { URL_SAFE_NO_PAD };
        // The vector decoder scribbles over `room` before it finds garbage, which the program would see: checked first.
        let is_clean = engine.check(stretch).is_ok() && engine.decode(stretch, room.as_out()).is_ok();
        if is_clean {
            self.written += bytes;
        }
        is_clean
    }

    fn push_scalar(&mut self, mut block: &[u8]) -> bool {
        while let [first, rest @ ..] = block {
            if self.digits == 0
                && let Some((&[a, b, c, d], after)) = block.split_first_chunk::<4>()
                && let Some(room) = self.dst.get_mut(self.written..self.written + 3)
            {
                let [a, b, c, d] = [a, b, c, d].map(|byte| MEANING[usize::from(byte)]);
                if (a | b | c | d) & MARK == 0 {
                    room.copy_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
                    self.written += 3;
                    block = after;
                    continue;
                }
            }
            block = rest;
            match MEANING[usize::from(*first)] {
                PADDING => return false,
                INVALID => {}
                digit => {
                    self.group = self.group << 6 | u32::from(digit);
                    self.digits += 1;
                    if self.digits == 4 && !self.put(3) {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// Writes the first `count` of the group's three bytes; false when `dst` is full.
    fn put(&mut self, count: usize) -> bool {
        let [_, bytes @ ..] = self.group.to_be_bytes();
        self.digits = 0;
        self.group = 0;
        let room = &mut self.dst[self.written..];
        let count = count.min(room.len());
        room[..count].copy_from_slice(&bytes[..count]);
        self.written += count;
        self.written < self.dst.len()
    }

    fn finish(mut self) -> usize {
        let bytes = match self.digits {
            2 => 1,
            3 => 2,
            _ => return self.written,
        };
        self.group <<= 6 * (4 - self.digits);
        self.put(bytes);
        self.written
    }
}
