//! Prime numbers.

use crate::{OpenSslErrors, ffi};
use openssl_sys::BIGNUM;
use std::ffi::c_int;

struct BigNumber(*mut BIGNUM);

impl BigNumber {
    fn new() -> Result<Self, OpenSslErrors> {
        // SAFETY: answers null or a number that is ours.
        let number = unsafe { openssl_sys::BN_new() };
        if number.is_null() { Err(OpenSslErrors::take()) } else { Ok(Self(number)) }
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, OpenSslErrors> {
        let Ok(length) = c_int::try_from(bytes.len()) else { return Err(OpenSslErrors::default()) };
        // SAFETY: the bytes live for the call; the answer is null or ours.
        let number = unsafe { openssl_sys::BN_bin2bn(bytes.as_ptr(), length, std::ptr::null_mut()) };
        if number.is_null() { Err(OpenSslErrors::take()) } else { Ok(Self(number)) }
    }

    fn bits(&self) -> usize {
        // SAFETY: a live number.
        usize::try_from(unsafe { openssl_sys::BN_num_bits(self.0) }).unwrap_or(0)
    }
}

impl Drop for BigNumber {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { openssl_sys::BN_free(self.0) };
    }
}

/// What a prime is to be like.
pub struct PrimeOptions {
    /// Its size.
    pub bits: u32,
    /// (p − 1) / 2 is a prime too.
    pub safe: bool,
    /// p ≡ rem (mod add), big-endian.
    pub add: Option<Vec<u8>>,
    /// See `add`; 1 when absent.
    pub rem: Option<Vec<u8>>,
}

/// The number of bits of a big-endian number.
///
/// # Errors
/// When OpenSSL does not take a number so large.
pub fn bit_length(number: &[u8]) -> Result<usize, OpenSslErrors> {
    BigNumber::from_bytes(number).map(|number| number.bits())
}

/// Whether `a < b`, both big-endian.
#[must_use]
pub fn less_than(a: &[u8], b: &[u8]) -> bool {
    match (BigNumber::from_bytes(a), BigNumber::from_bytes(b)) {
        // SAFETY: two live numbers.
        (Ok(a), Ok(b)) => unsafe { ffi::BN_cmp(a.0, b.0) < 0 },
        _ => false,
    }
}

/// A random prime, big-endian.
///
/// # Errors
/// When OpenSSL cannot: fewer than two bits, a condition that no prime meets.
pub fn generate_prime(options: &PrimeOptions) -> Result<Vec<u8>, OpenSslErrors> {
    let number = |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|bytes| BigNumber::from_bytes(bytes)).transpose();
    let (prime, add, rem) = (BigNumber::new()?, number(&options.add)?, number(&options.rem)?);
    let pointer = |number: &Option<BigNumber>| number.as_ref().map_or(std::ptr::null(), |number| number.0.cast_const());
    let Ok(bits) = c_int::try_from(options.bits) else { return Err(OpenSslErrors::default()) };
    // SAFETY: live numbers, or null for conditions that are not made; no callback.
    let done = unsafe {
        openssl_sys::BN_generate_prime_ex(prime.0, bits, c_int::from(options.safe), pointer(&add), pointer(&rem), std::ptr::null_mut())
    };
    if done != 1 {
        return Err(OpenSslErrors::take());
    }
    let size = prime.bits().div_ceil(8);
    let mut bytes = vec![0; size];
    // SAFETY: a live number; the buffer has `size` bytes, as many as the number needs.
    unsafe { openssl_sys::BN_bn2binpad(prime.0, bytes.as_mut_ptr(), size as c_int) };
    Ok(bytes)
}

/// Whether a big-endian number is (very likely) a prime.
///
/// # Errors
/// When OpenSSL cannot say.
pub fn is_prime(number: &[u8]) -> Result<bool, OpenSslErrors> {
    let number = BigNumber::from_bytes(number)?;
    // OpenSSL chooses the number of checks by size, at least 64; it never takes fewer than asked for with up to 64 (its documentation
    // advises against choosing).
    // SAFETY: a live number; OpenSSL makes its own context.
    match unsafe { ffi::BN_check_prime(number.0, std::ptr::null_mut(), std::ptr::null_mut()) } {
        1 => Ok(true),
        0 => Ok(false),
        _ => Err(OpenSslErrors::take()),
    }
}
