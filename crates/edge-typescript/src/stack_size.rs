//! How much stack a source may need.

/// Stack for one level of nesting at worst, in bytes.
const PER_LEVEL: usize = 4 << 10;
/// Stack for everything else.
const BASE: usize = 1 << 20;
/// More is not asked for: the system may refuse it, and a hostile program would fill the machine's memory.
const MOST: usize = 4 << 30;

/// Bytes of stack with which [`transform`](crate::transform) cannot overflow on this source, or `None` when the source is too big for any.
///
/// Each level of recursion in swc takes at least one token, and there are at most as many tokens as signs and beginnings of words. The
/// stack is address space: a program that does not nest touches a few pages of it.
#[must_use]
pub fn stack_size(source: &str) -> Option<usize> {
    let mut tokens = 0_usize;
    let mut in_word = false;
    for byte in source.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80;
        if !byte.is_ascii_whitespace() && !(is_word && in_word) {
            tokens += 1;
        }
        in_word = is_word;
    }
    let size = tokens.checked_mul(PER_LEVEL)?.checked_add(BASE)?;
    (size <= MOST).then_some(size)
}
