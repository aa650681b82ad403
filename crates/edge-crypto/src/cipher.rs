//! Symmetric ciphers. [`CipherContext`] is a thin safe skin: what Node allows and in which order is the binding's business.

use crate::{OpenSslErrors, ffi};
use openssl_sys::{EVP_CIPHER, EVP_CIPHER_CTX};
use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// NID_chacha20_poly1305
const NID_CHACHA20_POLY1305: i32 = 1018;

/// How a cipher chains its blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum CipherMode {
    Stream,
    Ecb,
    Cbc,
    Cfb,
    Ofb,
    Ctr,
    Gcm,
    Ccm,
    Xts,
    Wrap,
    Ocb,
    Other,
}

impl CipherMode {
    /// Node's name for it (`crypto.getCipherInfo().mode`).
    #[must_use]
    pub const fn label(self) -> Option<&'static str> {
        Some(match self {
            Self::Stream => "stream",
            Self::Ecb => "ecb",
            Self::Cbc => "cbc",
            Self::Cfb => "cfb",
            Self::Ofb => "ofb",
            Self::Ctr => "ctr",
            Self::Gcm => "gcm",
            Self::Ccm => "ccm",
            Self::Xts => "xts",
            Self::Wrap => "wrap",
            Self::Ocb => "ocb",
            Self::Other => return None,
        })
    }
}

/// A cipher algorithm; lives as long as the process.
#[derive(Clone, Copy)]
pub struct Cipher(*const EVP_CIPHER);

// SAFETY: OpenSSL's algorithms are static tables, never changed.
unsafe impl Send for Cipher {}
// SAFETY: see above.
unsafe impl Sync for Cipher {}

impl Cipher {
    /// By any of its names, in any case. A name ends at a NUL, as in C.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let text = CString::new(name.split('\0').next().unwrap_or_default()).ok()?;
        // SAFETY: the name lives for the call; the answer is null or static.
        let cipher = unsafe { openssl_sys::EVP_get_cipherbyname(text.as_ptr()) };
        OpenSslErrors::clear();
        (!cipher.is_null()).then_some(Self(cipher))
    }

    /// By OpenSSL's number.
    #[must_use]
    pub fn by_nid(nid: i32) -> Option<Self> {
        // SAFETY: answers null or a static string.
        let name = unsafe { openssl_sys::OBJ_nid2sn(nid) };
        OpenSslErrors::clear();
        if name.is_null() {
            return None;
        }
        // SAFETY: see above.
        Self::find(&unsafe { CStr::from_ptr(name) }.to_string_lossy())
    }

    /// The names of all ciphers there are, sorted as OpenSSL sorts them (Node's `getCiphers`).
    #[must_use]
    pub fn names() -> Vec<String> {
        unsafe extern "C" fn each(_cipher: *const EVP_CIPHER, from: *const c_char, _to: *const c_char, names: *mut c_void) {
            if !from.is_null() {
                // SAFETY: `names` is the vector below, `from` a string that lives for the call.
                unsafe { (*names.cast::<Vec<String>>()).push(CStr::from_ptr(from).to_string_lossy().into_owned()) };
            }
        }
        let mut names: Vec<String> = Vec::new();
        // SAFETY: the vector lives for the call.
        unsafe { ffi::EVP_CIPHER_do_all_sorted(each, (&raw mut names).cast()) };
        names.retain(|name| Self::find(name).is_some_and(Self::is_there));
        names
    }

    /// Whether a provider has it; names of others are known too.
    fn is_there(self) -> bool {
        // SAFETY: a live algorithm; the name is null or lives as long as it.
        let fetched = unsafe {
            let name = ffi::EVP_CIPHER_get0_name(self.0);
            openssl_sys::EVP_CIPHER_fetch(std::ptr::null_mut(), name, std::ptr::null())
        };
        OpenSslErrors::clear();
        if fetched.is_null() {
            return false;
        }
        // SAFETY: the reference is ours to give back.
        unsafe { openssl_sys::EVP_CIPHER_free(fetched) };
        true
    }

    /// OpenSSL's short name: `id-aes128-GCM`.
    #[must_use]
    pub fn short_name(self) -> String {
        // SAFETY: answers null or a static string.
        let name = unsafe { openssl_sys::OBJ_nid2sn(self.nid()) };
        if name.is_null() {
            return String::new();
        }
        // SAFETY: see above.
        unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
    }

    /// OpenSSL's number.
    #[must_use]
    pub fn nid(self) -> i32 {
        // SAFETY: a live algorithm.
        unsafe { openssl_sys::EVP_CIPHER_get_nid(self.0) }
    }

    /// How it chains.
    #[must_use]
    pub fn mode(self) -> CipherMode {
        // SAFETY: a live algorithm.
        match unsafe { openssl_sys::EVP_CIPHER_get_flags(self.0) } & ffi::EVP_CIPH_MODE {
            0x0 => CipherMode::Stream,
            0x1 => CipherMode::Ecb,
            0x2 => CipherMode::Cbc,
            0x3 => CipherMode::Cfb,
            0x4 => CipherMode::Ofb,
            0x5 => CipherMode::Ctr,
            0x6 => CipherMode::Gcm,
            0x7 => CipherMode::Ccm,
            0x10001 => CipherMode::Xts,
            0x10002 => CipherMode::Wrap,
            0x10003 => CipherMode::Ocb,
            _ => CipherMode::Other,
        }
    }

    /// Bytes of its initialisation vector; 0 when it has none.
    #[must_use]
    pub fn iv_length(self) -> usize {
        // SAFETY: a live algorithm.
        usize::try_from(unsafe { openssl_sys::EVP_CIPHER_get_iv_length(self.0) }).unwrap_or(0)
    }

    /// Bytes of its key.
    #[must_use]
    pub fn key_length(self) -> usize {
        // SAFETY: a live algorithm.
        usize::try_from(unsafe { openssl_sys::EVP_CIPHER_key_length(self.0) }).unwrap_or(0)
    }

    /// Bytes of its block; 1 for a stream.
    #[must_use]
    pub fn block_size(self) -> usize {
        // SAFETY: a live algorithm.
        usize::try_from(unsafe { openssl_sys::EVP_CIPHER_block_size(self.0) }).unwrap_or(0)
    }

    /// ChaCha20-Poly1305, which has the mode of a stream.
    #[must_use]
    pub fn is_chacha20_poly1305(self) -> bool {
        self.nid() == NID_CHACHA20_POLY1305
    }

    /// Whether its results carry a tag that says whether they are whole.
    #[must_use]
    pub fn is_authenticated(self) -> bool {
        matches!(self.mode(), CipherMode::Gcm | CipherMode::Ccm | CipherMode::Ocb) || self.is_chacha20_poly1305()
    }
}

/// A cipher under way.
pub struct CipherContext {
    context: *mut EVP_CIPHER_CTX,
    cipher: Cipher,
    encrypt: bool,
}

impl CipherContext {
    /// Begins, without key and vector.
    ///
    /// # Errors
    /// When OpenSSL cannot.
    pub fn new(cipher: Cipher, encrypt: bool) -> Result<Self, OpenSslErrors> {
        // SAFETY: answers null or a context that is ours.
        let this = Self { context: unsafe { openssl_sys::EVP_CIPHER_CTX_new() }, cipher, encrypt };
        if this.context.is_null() {
            return Err(OpenSslErrors::take());
        }
        if cipher.mode() == CipherMode::Wrap {
            // SAFETY: a live context.
            unsafe { openssl_sys::EVP_CIPHER_CTX_set_flags(this.context, ffi::EVP_CIPHER_CTX_FLAG_WRAP_ALLOW) };
        }
        this.init(cipher.0, std::ptr::null(), std::ptr::null())?;
        Ok(this)
    }

    /// Sets key and vector, whose lengths must have been set.
    ///
    /// # Errors
    /// When their lengths are not the context's, or OpenSSL does not like them (equal halves of an XTS key).
    pub fn start(&mut self, key: &[u8], iv: Option<&[u8]>) -> Result<(), OpenSslErrors> {
        // SAFETY: a live context.
        let (key_length, iv_length) =
            unsafe { (openssl_sys::EVP_CIPHER_CTX_get_key_length(self.context), openssl_sys::EVP_CIPHER_CTX_get_iv_length(self.context)) };
        if usize::try_from(key_length) != Ok(key.len()) || iv.is_some_and(|iv| usize::try_from(iv_length).map_or(true, |n| n > iv.len())) {
            return Err(OpenSslErrors::default());
        }
        self.init(std::ptr::null(), key.as_ptr(), iv.map_or(std::ptr::null(), <[u8]>::as_ptr))
    }

    fn init(&self, cipher: *const EVP_CIPHER, key: *const u8, iv: *const u8) -> Result<(), OpenSslErrors> {
        // SAFETY: a live context; `start` has compared the lengths with what is read.
        let done =
            unsafe { openssl_sys::EVP_CipherInit_ex(self.context, cipher, std::ptr::null_mut(), key, iv, c_int::from(self.encrypt)) };
        if done == 1 { Ok(()) } else { Err(OpenSslErrors::take()) }
    }

    /// The algorithm.
    #[must_use]
    pub const fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// Whether it encrypts.
    #[must_use]
    pub const fn encrypts(&self) -> bool {
        self.encrypt
    }

    /// Sets the key's length; false when the cipher has no such key.
    pub fn set_key_length(&mut self, length: usize) -> bool {
        // SAFETY: a live context.
        c_int::try_from(length).is_ok_and(|length| cleared(unsafe { openssl_sys::EVP_CIPHER_CTX_set_key_length(self.context, length) }))
    }

    /// Sets the vector's length of an authenticated cipher; false when it cannot be that long.
    pub fn set_iv_length(&mut self, length: usize) -> bool {
        self.control(ffi::EVP_CTRL_AEAD_SET_IVLEN, length, std::ptr::null_mut())
    }

    /// Sets the tag's length of an authenticated cipher before it starts; false when it cannot be that long.
    pub fn set_tag_length(&mut self, length: usize) -> bool {
        self.control(ffi::EVP_CTRL_AEAD_SET_TAG, length, std::ptr::null_mut())
    }

    /// Sets the tag that decrypting is to find.
    pub fn set_tag(&mut self, tag: &[u8]) -> bool {
        // OpenSSL reads it only.
        self.control(ffi::EVP_CTRL_AEAD_SET_TAG, tag.len(), tag.as_ptr().cast_mut().cast())
    }

    /// The tag, after encrypting.
    ///
    /// # Errors
    /// When there is none (CCM without a text), or none so long.
    pub fn tag(&self, length: usize) -> Result<Vec<u8>, OpenSslErrors> {
        let mut tag = vec![0; length];
        let Ok(size) = c_int::try_from(length) else { return Err(OpenSslErrors::default()) };
        // SAFETY: a live context; the target has `length` bytes.
        let done = unsafe { openssl_sys::EVP_CIPHER_CTX_ctrl(self.context, ffi::EVP_CTRL_AEAD_GET_TAG, size, tag.as_mut_ptr().cast()) };
        if done == 1 { Ok(tag) } else { Err(OpenSslErrors::take()) }
    }

    fn control(&self, what: c_int, length: usize, bytes: *mut c_void) -> bool {
        // SAFETY: a live context; `bytes` is null or has `length` bytes.
        c_int::try_from(length).is_ok_and(|length| cleared(unsafe { openssl_sys::EVP_CIPHER_CTX_ctrl(self.context, what, length, bytes) }))
    }

    /// Whether the last block is filled up.
    pub fn set_padding(&mut self, padding: bool) -> bool {
        // SAFETY: a live context.
        cleared(unsafe { openssl_sys::EVP_CIPHER_CTX_set_padding(self.context, c_int::from(padding)) })
    }

    /// Says how long the text will be (CCM).
    pub fn set_text_length(&mut self, length: i32) -> bool {
        let mut out = 0;
        // SAFETY: a live context; without bytes only the length is taken.
        cleared(unsafe { openssl_sys::EVP_CipherUpdate(self.context, std::ptr::null_mut(), &raw mut out, std::ptr::null(), length) })
    }

    /// Adds bytes that are authenticated but not encrypted.
    pub fn add_associated_data(&mut self, bytes: &[u8]) -> bool {
        let mut out = 0;
        let Ok(length) = c_int::try_from(bytes.len()) else { return false };
        // SAFETY: a live context; the bytes live for the call; without a target they are taken as associated data.
        cleared(unsafe { openssl_sys::EVP_CipherUpdate(self.context, std::ptr::null_mut(), &raw mut out, bytes.as_ptr(), length) })
    }

    /// Adds bytes and answers what came of them so far.
    ///
    /// # Errors
    /// When OpenSSL cannot: it has finished, the text is of a wrong length, a tag (CCM) is wrong.
    pub fn update(&mut self, bytes: &[u8]) -> Result<Vec<u8>, OpenSslErrors> {
        let size = c_int::try_from(bytes.len()).ok().and_then(|length| length.checked_add(self.cipher.block_size() as c_int));
        let Some(mut size) = size else { return Err(OpenSslErrors::default()) };
        let length = bytes.len() as c_int;
        if self.encrypt && self.cipher.mode() == CipherMode::Wrap {
            // SAFETY: a live context; without a target it answers the size of the result.
            let done = unsafe { openssl_sys::EVP_CipherUpdate(self.context, std::ptr::null_mut(), &raw mut size, bytes.as_ptr(), length) };
            if done != 1 {
                return Err(OpenSslErrors::take());
            }
        }
        let mut out = vec![0; usize::try_from(size).unwrap_or(0)];
        // SAFETY: a live context; the target has room for the text and one block more, or what wrapping asked for.
        let done = unsafe { openssl_sys::EVP_CipherUpdate(self.context, out.as_mut_ptr(), &raw mut size, bytes.as_ptr(), length) };
        if done != 1 {
            return Err(OpenSslErrors::take());
        }
        out.truncate(usize::try_from(size).unwrap_or(0));
        Ok(out)
    }

    /// The last bytes.
    ///
    /// # Errors
    /// When OpenSSL cannot: wrong padding, wrong tag, a text of the wrong length.
    pub fn finish(&mut self) -> Result<Vec<u8>, OpenSslErrors> {
        let mut out = vec![0; self.cipher.block_size().max(32)];
        let mut size = 0;
        // SAFETY: a live context; the target has room for a block.
        if unsafe { ffi::EVP_CipherFinal_ex(self.context, out.as_mut_ptr(), &raw mut size) } != 1 {
            return Err(OpenSslErrors::take());
        }
        out.truncate(usize::try_from(size).unwrap_or(0));
        Ok(out)
    }
}

impl Drop for CipherContext {
    fn drop(&mut self) {
        // SAFETY: ours, or null.
        unsafe { openssl_sys::EVP_CIPHER_CTX_free(self.context) };
    }
}

/// Whether a call went well; its errors, if any, are forgotten.
fn cleared(done: c_int) -> bool {
    if done < 1 {
        OpenSslErrors::clear();
    }
    done >= 1
}
