//! Deriving keys.

use crate::{Digest, Hmac, OpenSslErrors};
use std::ffi::c_int;

/// PBKDF2 (RFC 8018) with HMAC.
///
/// # Errors
/// When OpenSSL cannot: an extendable digest, no iteration, no byte wanted.
pub fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32, digest: Digest, length: usize) -> Result<Vec<u8>, OpenSslErrors> {
    let mut key = vec![0; length];
    let sizes = (c_int::try_from(password.len()), c_int::try_from(salt.len()), c_int::try_from(iterations), c_int::try_from(length));
    let (Ok(password_length), Ok(salt_length), Ok(iterations), Ok(key_length)) = sizes else { return Err(OpenSslErrors::default()) };
    if length == 0 {
        return Err(OpenSslErrors::default());
    }
    // SAFETY: all slices have the lengths given and live for the call.
    let done = unsafe {
        openssl_sys::PKCS5_PBKDF2_HMAC(
            password.as_ptr().cast(),
            password_length,
            salt.as_ptr(),
            salt_length,
            iterations,
            digest.as_ptr(),
            key_length,
            key.as_mut_ptr(),
        )
    };
    if done == 1 { Ok(key) } else { Err(OpenSslErrors::take()) }
}

/// scrypt (RFC 7914). With `key` empty only the parameters are checked.
///
/// # Errors
/// When the parameters are not allowed, or need more than `most_memory` bytes.
pub fn scrypt(password: &[u8], salt: &[u8], n: u64, r: u64, p: u64, most_memory: u64, key: &mut [u8]) -> Result<(), OpenSslErrors> {
    let out = if key.is_empty() { std::ptr::null_mut() } else { key.as_mut_ptr() };
    // SAFETY: all slices have the lengths given and live for the call; a null key asks for the check of the parameters.
    let done = unsafe {
        openssl_sys::EVP_PBE_scrypt(
            password.as_ptr().cast(),
            password.len(),
            salt.as_ptr(),
            salt.len(),
            n,
            r,
            p,
            most_memory,
            out,
            key.len(),
        )
    };
    if done == 1 { Ok(()) } else { Err(OpenSslErrors::take()) }
}

/// HKDF (RFC 5869): extract, then expand. `length` is at most 255 results of the digest.
///
/// # Errors
/// When OpenSSL cannot: an extendable digest, too many bytes.
pub fn hkdf(digest: Digest, key: &[u8], salt: &[u8], info: &[u8], length: usize) -> Result<Vec<u8>, OpenSslErrors> {
    let size = digest.size();
    let zeros = vec![0; size];
    if size == 0 || length == 0 || length > 255 * size {
        return Err(OpenSslErrors::default());
    }
    let pseudorandom = Hmac::of(digest, if salt.is_empty() { &zeros } else { salt }, &[key])?;
    let mut derived = Vec::with_capacity(length + size);
    let mut block = Vec::new();
    for counter in 1..=length.div_ceil(size) {
        block = Hmac::of(digest, &pseudorandom, &[&block, info, &[counter as u8]])?;
        derived.extend_from_slice(&block);
    }
    derived.truncate(length);
    Ok(derived)
}
