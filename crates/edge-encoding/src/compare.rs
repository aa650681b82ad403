//! `Buffer.compare`.

use std::cmp::Ordering;

/// Orders two byte strings, the shorter first when it is a prefix: -1, 0 or 1.
#[must_use]
pub fn compare(a: &[u8], b: &[u8]) -> i32 {
    match a.cmp(b) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}
