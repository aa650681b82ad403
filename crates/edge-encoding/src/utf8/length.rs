//! `Buffer.byteLength(string)`.

use crate::Text;

/// The number of bytes that the string takes in UTF-8, with U+FFFD in place of each lone surrogate.
#[must_use]
pub fn byte_length(text: Text<'_>) -> usize {
    match text {
        Text::Latin1(bytes) => bytes.len() + count(bytes, |&byte| byte >= 0x80),
        Text::Utf16(units) => {
            let two = count(units, |&unit| unit >= 0x80);
            let three = count(units, |&unit| unit >= 0x800);
            // Counted as three bytes each above, the two halves of a pair take four together. A high surrogate followed by a low
            // one is always a pair: no unit is both.
            let pairs = units.windows(2).filter(|pair| pair[0] & 0xfc00 == 0xd800 && pair[1] & 0xfc00 == 0xdc00).count();
            units.len() + two + three - 2 * pairs
        }
    }
}

/// Sums in blocks that a byte-wide counter can hold, which is what lets the compiler use whole vector registers.
fn count<T>(items: &[T], is_counted: impl Fn(&T) -> bool) -> usize {
    items.chunks(255).map(|block| usize::from(block.iter().map(|item| u8::from(is_counted(item))).sum::<u8>())).sum()
}
