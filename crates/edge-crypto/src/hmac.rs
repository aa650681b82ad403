//! HMAC.

use crate::{Digest, OpenSslErrors};
use openssl_sys::HMAC_CTX;
use std::ffi::{c_int, c_uint};

/// The largest digest there is (`EVP_MAX_MD_SIZE`).
const LARGEST: usize = 64;

/// An HMAC under way.
pub struct Hmac(*mut HMAC_CTX);

// SAFETY: the context is used by its owner only.
unsafe impl Send for Hmac {}

impl Hmac {
    /// Begins an HMAC.
    ///
    /// # Errors
    /// When OpenSSL cannot: an extendable digest, a key of 2 GB.
    pub fn new(digest: Digest, key: &[u8]) -> Result<Self, OpenSslErrors> {
        let Ok(length) = c_int::try_from(key.len()) else { return Err(OpenSslErrors::default()) };
        // SAFETY: answers null or a context that is ours.
        let hmac = Self(unsafe { openssl_sys::HMAC_CTX_new() });
        // SAFETY: a live context and algorithm; a key of no bytes has a pointer too, as OpenSSL wants.
        let done = !hmac.0.is_null()
            && unsafe { openssl_sys::HMAC_Init_ex(hmac.0, key.as_ptr().cast(), length, digest.as_ptr(), std::ptr::null_mut()) } == 1;
        if done { Ok(hmac) } else { Err(OpenSslErrors::take()) }
    }

    /// Adds bytes; false when it was finished.
    pub fn update(&mut self, bytes: &[u8]) -> bool {
        // SAFETY: a live context; the bytes live for the call.
        let done = unsafe { openssl_sys::HMAC_Update(self.0, bytes.as_ptr(), bytes.len()) } == 1;
        if !done {
            OpenSslErrors::clear();
        }
        done
    }

    /// The result.
    ///
    /// # Errors
    /// When OpenSSL cannot.
    pub fn finish(mut self) -> Result<Vec<u8>, OpenSslErrors> {
        self.finish_in_place()
    }

    fn finish_in_place(&mut self) -> Result<Vec<u8>, OpenSslErrors> {
        let mut result = vec![0; LARGEST];
        let mut length: c_uint = 0;
        // SAFETY: a live context; the buffer holds the largest result.
        if unsafe { openssl_sys::HMAC_Final(self.0, result.as_mut_ptr(), &raw mut length) } != 1 {
            return Err(OpenSslErrors::take());
        }
        result.truncate(length as usize);
        Ok(result)
    }

    /// All at once.
    ///
    /// # Errors
    /// See [`Self::new`].
    pub fn of(digest: Digest, key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, OpenSslErrors> {
        let mut hmac = Self::new(digest, key)?;
        if !parts.iter().all(|part| hmac.update(part)) {
            return Err(OpenSslErrors::default());
        }
        hmac.finish()
    }
}

impl Drop for Hmac {
    fn drop(&mut self) {
        // SAFETY: ours, or null.
        unsafe { openssl_sys::HMAC_CTX_free(self.0) };
    }
}
