//! What `openssl-sys` does not declare, and the few constants that are macros in OpenSSL's headers.

use openssl_sys::{BIGNUM, BN_CTX, BN_GENCB, EVP_CIPHER, EVP_CIPHER_CTX, EVP_MD};
use std::ffi::{c_char, c_int, c_uchar, c_ulong, c_void};

/// `EVP_MD_FLAG_XOF`
pub const EVP_MD_FLAG_XOF: c_ulong = 0x2;
/// `OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_CONFIG`
pub const INIT_OPTIONS: u64 = 0x4 | 0x8 | 0x2 | 0x80;
/// `EVP_CIPH_MODE`
pub const EVP_CIPH_MODE: c_ulong = 0xF0007;
/// `EVP_CIPHER_CTX_FLAG_WRAP_ALLOW`
pub const EVP_CIPHER_CTX_FLAG_WRAP_ALLOW: c_int = 0x1;
/// `EVP_CTRL_AEAD_SET_IVLEN`
pub const EVP_CTRL_AEAD_SET_IVLEN: c_int = 0x9;
/// `EVP_CTRL_AEAD_GET_TAG`
pub const EVP_CTRL_AEAD_GET_TAG: c_int = 0x10;
/// `EVP_CTRL_AEAD_SET_TAG`
pub const EVP_CTRL_AEAD_SET_TAG: c_int = 0x11;
/// `OPENSSL_VERSION_STRING`, for `OpenSSL_version`
pub const OPENSSL_VERSION_STRING: c_int = 6;

/// `RAND_METHOD`, in the order of rand.h.
#[repr(C)]
pub struct RandMethod {
    pub seed: Option<unsafe extern "C" fn(*const c_void, c_int) -> c_int>,
    pub bytes: Option<unsafe extern "C" fn(*mut c_uchar, c_int) -> c_int>,
    pub cleanup: Option<unsafe extern "C" fn()>,
    pub add: Option<unsafe extern "C" fn(*const c_void, c_int, f64) -> c_int>,
    pub pseudorand: Option<unsafe extern "C" fn(*mut c_uchar, c_int) -> c_int>,
    pub status: Option<unsafe extern "C" fn() -> c_int>,
}

/// `EC_builtin_curve`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EcBuiltinCurve {
    pub nid: c_int,
    pub comment: *const c_char,
}

pub type EachDigest = unsafe extern "C" fn(*const EVP_MD, *const c_char, *const c_char, *mut c_void);
pub type EachCipher = unsafe extern "C" fn(*const EVP_CIPHER, *const c_char, *const c_char, *mut c_void);

unsafe extern "C" {
    pub fn OPENSSL_init_crypto(options: u64, settings: *const c_void) -> c_int;
    pub fn RAND_set_rand_method(method: *const RandMethod) -> c_int;
    pub fn ERR_error_string_n(error: c_ulong, buffer: *mut c_char, length: usize);
    pub fn EVP_MD_get_flags(md: *const EVP_MD) -> c_ulong;
    pub fn EVP_MD_get0_name(md: *const EVP_MD) -> *const c_char;
    pub fn EVP_MD_is_a(md: *const EVP_MD, name: *const c_char) -> c_int;
    pub fn EVP_MD_do_all_sorted(each: EachDigest, argument: *mut c_void);
    pub fn EVP_CIPHER_do_all_sorted(each: EachCipher, argument: *mut c_void);
    pub fn EVP_CIPHER_get0_name(cipher: *const EVP_CIPHER) -> *const c_char;
    pub fn EVP_CipherFinal_ex(context: *mut EVP_CIPHER_CTX, out: *mut c_uchar, length: *mut c_int) -> c_int;
    pub fn BN_cmp(a: *const BIGNUM, b: *const BIGNUM) -> c_int;
    pub fn BN_check_prime(p: *const BIGNUM, context: *mut BN_CTX, callback: *mut BN_GENCB) -> c_int;
    pub fn EC_get_builtin_curves(curves: *mut EcBuiltinCurve, count: usize) -> usize;
}
