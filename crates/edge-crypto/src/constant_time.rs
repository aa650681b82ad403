//! Comparing secrets.

/// Whether two byte strings of equal length are equal, in a time that says nothing about where they differ. Unequal lengths are unequal
/// at once.
#[must_use]
pub fn equal_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    // SAFETY: both slices have `a.len()` bytes.
    a.len() == b.len() && unsafe { openssl_sys::CRYPTO_memcmp(a.as_ptr().cast(), b.as_ptr().cast(), a.len()) } == 0
}
