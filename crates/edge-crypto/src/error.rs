//! OpenSSL's error queue, as values.

use crate::ffi;
use std::ffi::{CStr, c_char, c_ulong};

/// One entry of OpenSSL's error queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSslError {
    packed: c_ulong,
    text: String,
}

impl OpenSslError {
    /// `error:1C800064:Provider routines::bad decrypt`
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of OpenSSL: `Provider routines`.
    #[must_use]
    pub fn library(&self) -> Option<String> {
        // SAFETY: the function answers null or a static string.
        unsafe { static_text(openssl_sys::ERR_lib_error_string(self.packed)) }
    }

    /// What went wrong: `bad decrypt`.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        // SAFETY: the function answers null or a static string.
        unsafe { static_text(openssl_sys::ERR_reason_error_string(self.packed)) }
    }

    /// Node's `code` for it: `ERR_OSSL_BAD_DECRYPT`. `None` where OpenSSL has no text for the reason.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let reason = self.reason()?.to_ascii_uppercase().replace(' ', "_");
        // Numbers of openssl/err.h.
        let library = match openssl_sys::ERR_GET_LIB(self.packed) {
            2 => "SYS_",
            3 => "BN_",
            4 => "RSA_",
            5 => "DH_",
            6 => "EVP_",
            7 => "BUF_",
            8 => "OBJ_",
            9 => "PEM_",
            10 => "DSA_",
            11 => "X509_",
            13 => "ASN1_",
            14 => "CONF_",
            15 => "CRYPTO_",
            16 => "EC_",
            // No `OSSL_` before it either.
            20 => return Some(format!("ERR_SSL_{reason}")),
            32 => "BIO_",
            33 => "PKCS7_",
            34 => "X509V3_",
            35 => "PKCS12_",
            36 => "RAND_",
            37 => "DSO_",
            38 => "ENGINE_",
            39 => "OCSP_",
            40 => "UI_",
            41 => "COMP_",
            42 => "ECDSA_",
            43 => "ECDH_",
            44 => "OSSL_STORE_",
            45 => "FIPS_",
            46 => "CMS_",
            47 => "TS_",
            48 => "HMAC_",
            50 => "CT_",
            51 => "ASYNC_",
            52 => "KDF_",
            53 => "SM2_",
            128 => "USER_",
            _ => "",
        };
        Some(format!("ERR_OSSL_{library}{reason}"))
    }
}

/// What OpenSSL said when a call failed, oldest first; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenSslErrors(pub Vec<OpenSslError>);

impl OpenSslErrors {
    /// Empties the queue of this thread.
    #[must_use]
    pub(crate) fn take() -> Self {
        let mut errors = Vec::new();
        loop {
            // SAFETY: takes the oldest entry of this thread's queue; 0 when there is none.
            let packed = unsafe { openssl_sys::ERR_get_error() };
            if packed == 0 {
                return Self(errors);
            }
            errors.push(OpenSslError { packed, text: text_of(packed) });
        }
    }

    /// OpenSSL's text for no error at all, which is what Node says of a failure without reason.
    pub const NO_REASON: &'static str = "error:00000000:lib(0)::reason(0)";

    /// What OpenSSL says when a digest is asked for a length that it does not have.
    #[must_use]
    pub fn invalid_digest_length() -> Self {
        // ERR_LIB_EVP, EVP_R_NOT_XOF_OR_INVALID_LENGTH
        let packed = (6 << 23) | 178;
        Self(vec![OpenSslError { packed, text: text_of(packed) }])
    }

    /// Empties the queue of this thread and forgets what was in it.
    pub(crate) fn clear() {
        // SAFETY: no arguments.
        unsafe { openssl_sys::ERR_clear_error() };
    }
}

/// `error:030000B2:digital envelope routines::not XOF or invalid length`
fn text_of(packed: c_ulong) -> String {
    let mut buffer = [0; 256];
    // SAFETY: the buffer lives for the call, which writes at most its length and ends the text with a zero.
    unsafe { ffi::ERR_error_string_n(packed, buffer.as_mut_ptr(), buffer.len()) };
    // SAFETY: see above.
    unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned()
}

/// # Safety
/// `text` is null or a string that is never freed.
unsafe fn static_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}
