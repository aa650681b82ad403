//! `buf.indexOf`, `lastIndexOf`, `includes`: byte search and, for `ucs2`, search on whole code units.
//!
//! All searches are linear in the haystack whatever the needle: memchr's two-way search for bytes, and for code units either a byte
//! search whose false (odd) hits are bounded by a short needle, or Knuth–Morris–Pratt.

use memchr::{memchr, memmem, memrchr};

/// Which end a search starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `indexOf`: the first match at or after the offset.
    Forward,
    /// `lastIndexOf`: the last match at or before the offset.
    Backward,
}

/// Where a search starts: `offset` resolved as `indexOf` and `lastIndexOf` do, or `None` when nothing can match.
///
/// A negative offset counts from the end. With an empty needle the answer is already the result of the search; otherwise it lies
/// inside the haystack.
#[must_use]
pub fn start(haystack_len: usize, offset: i64, needle_len: usize, direction: Direction) -> Option<usize> {
    let len = haystack_len as i128;
    let offset = i128::from(offset);
    let start = if offset < 0 {
        match offset + len {
            start if start >= 0 => start,
            _ if direction == Direction::Forward || needle_len == 0 => 0,
            _ => return None,
        }
    } else if offset + needle_len as i128 <= len {
        offset
    } else if needle_len == 0 {
        len
    } else if direction == Direction::Forward {
        return None;
    } else {
        len - 1
    };
    usize::try_from(start).ok()
}

/// The index of `needle` in `haystack`, with Node's rules for `offset`.
#[must_use]
pub fn index_of(haystack: &[u8], needle: &[u8], offset: i64, direction: Direction) -> Option<usize> {
    let start = start(haystack.len(), offset, needle.len(), direction)?;
    if needle.is_empty() {
        return Some(start);
    }
    match direction {
        Direction::Forward => {
            let rest = haystack.get(start..)?;
            let found = if let [byte] = needle { memchr(*byte, rest) } else { memmem::find(rest, needle) };
            found.map(|at| start + at)
        }
        Direction::Backward => {
            let end = start.saturating_add(needle.len()).min(haystack.len());
            let rest = &haystack[..end];
            if let [byte] = needle { memrchr(*byte, rest) } else { memmem::rfind(rest, needle) }
        }
    }
}

/// The index of one byte, with Node's rules for `offset`.
#[must_use]
pub fn index_of_byte(haystack: &[u8], byte: u8, offset: i64, direction: Direction) -> Option<usize> {
    index_of(haystack, &[byte], offset, direction)
}

/// The byte index of `needle` in `haystack`, both little-endian code units; only even indexes match.
///
/// An odd last byte of either is left out of the comparison. As in Node, `offset` counts bytes and is rounded down to a unit.
#[must_use]
pub fn index_of_ucs2(haystack: &[u8], needle: &[u8], offset: i64, direction: Direction) -> Option<usize> {
    let start = start(haystack.len(), offset, needle.len(), direction)?;
    if needle.is_empty() {
        return Some(start);
    }
    if needle.len() > haystack.len() || direction == Direction::Forward && start + needle.len() > haystack.len() {
        return None;
    }
    let (haystack, _) = haystack.as_chunks::<2>();
    let (needle, _) = needle.as_chunks::<2>();
    if needle.is_empty() {
        return None;
    }
    let start = start / 2;
    let found = match direction {
        Direction::Forward => find_units(haystack.get(start..)?, needle).map(|at| start + at),
        Direction::Backward => {
            let end = start.saturating_add(needle.len()).min(haystack.len());
            rfind_units(&haystack[..end], needle)
        }
    };
    found.map(|at| at * 2)
}

/// Longer needles go to Knuth–Morris–Pratt: each odd hit of the byte search can cost a comparison of the whole needle.
const SHORT: usize = 32;

fn find_units(haystack: &[[u8; 2]], needle: &[[u8; 2]]) -> Option<usize> {
    if needle.len() > SHORT {
        return knuth_morris_pratt(haystack.len(), |at| haystack[at], needle.len(), |at| needle[at]);
    }
    let bytes = haystack.as_flattened();
    let finder = memmem::Finder::new(needle.as_flattened());
    let mut from = 0;
    while let Some(at) = finder.find(&bytes[from..]) {
        let at = from + at;
        if at % 2 == 0 {
            return Some(at / 2);
        }
        from = at + 1;
    }
    None
}

fn rfind_units(haystack: &[[u8; 2]], needle: &[[u8; 2]]) -> Option<usize> {
    if needle.len() > SHORT {
        let (last, last_needle) = (haystack.len().wrapping_sub(1), needle.len() - 1);
        let at = knuth_morris_pratt(haystack.len(), |at| haystack[last - at], needle.len(), |at| needle[last_needle - at])?;
        return Some(haystack.len() - needle.len() - at);
    }
    let bytes = haystack.as_flattened();
    let finder = memmem::FinderRev::new(needle.as_flattened());
    let mut to = bytes.len();
    while let Some(at) = finder.rfind(&bytes[..to]) {
        if at % 2 == 0 {
            return Some(at / 2);
        }
        to = at + needle.len() * 2 - 1;
    }
    None
}

fn knuth_morris_pratt<T: PartialEq>(
    haystack_len: usize,
    haystack: impl Fn(usize) -> T,
    needle_len: usize,
    needle: impl Fn(usize) -> T,
) -> Option<usize> {
    // border[i]: the length of the longest proper prefix of the needle's first i + 1 units that is also their suffix.
    let mut border = vec![0; needle_len];
    let mut matched = 0;
    for at in 1..needle_len {
        while matched > 0 && needle(at) != needle(matched) {
            matched = border[matched - 1];
        }
        if needle(at) == needle(matched) {
            matched += 1;
        }
        border[at] = matched;
    }
    matched = 0;
    for at in 0..haystack_len {
        while matched > 0 && haystack(at) != needle(matched) {
            matched = border[matched - 1];
        }
        if haystack(at) == needle(matched) {
            matched += 1;
        }
        if matched == needle_len {
            return Some(at + 1 - needle_len);
        }
    }
    None
}
