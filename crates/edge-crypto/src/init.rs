//! Setting OpenSSL up, once per process.

use crate::ffi::{self, RandMethod};
use std::ffi::{CStr, c_int, c_uchar};
use std::sync::{Once, OnceLock};

/// Fills bytes with secure random ones; false when there are none to be had.
pub type FillRandom = fn(&mut [u8]) -> bool;

static FILL: OnceLock<FillRandom> = OnceLock::new();
static METHOD: RandMethod = RandMethod {
    seed: None,
    bytes: Some(random_bytes),
    cleanup: None,
    add: None,
    pseudorand: Some(random_bytes),
    status: Some(random_status),
};

/// Sets OpenSSL up: no configuration file, no environment, random bytes from `fill`. Every later call does nothing. Everything in this
/// crate that needs OpenSSL's tables or random bytes expects it to have been called.
pub fn initialise(fill: FillRandom) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        FILL.get_or_init(|| fill);
        // SAFETY: both take no memory of ours but the method table, which is static.
        unsafe {
            ffi::OPENSSL_init_crypto(ffi::INIT_OPTIONS, std::ptr::null());
            ffi::RAND_set_rand_method(&raw const METHOD);
        }
    });
}

/// OpenSSL's version: `3.5.4`.
#[must_use]
pub fn version() -> &'static str {
    // SAFETY: answers a static string.
    let text = unsafe { CStr::from_ptr(openssl_sys::OpenSSL_version(ffi::OPENSSL_VERSION_STRING)) };
    text.to_str().unwrap_or_default()
}

unsafe extern "C" fn random_bytes(buffer: *mut c_uchar, length: c_int) -> c_int {
    let (Some(fill), Ok(length)) = (FILL.get(), usize::try_from(length)) else { return 0 };
    if length == 0 {
        return 1;
    }
    // SAFETY: OpenSSL gives `length` writable bytes.
    let bytes = unsafe { std::slice::from_raw_parts_mut(buffer, length) };
    c_int::from(fill(bytes))
}

unsafe extern "C" fn random_status() -> c_int {
    1
}
