//! Digests: by name, streaming and at once.

use crate::{OpenSslErrors, ffi};
use openssl_sys::{EVP_MD, EVP_MD_CTX};
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A digest algorithm. Copies are cheap; the algorithm lives as long as the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(*const EVP_MD);

// SAFETY: a fetched algorithm is never changed, and the table below never frees one.
unsafe impl Send for Digest {}
// SAFETY: see above.
unsafe impl Sync for Digest {}

/// The algorithms that were asked for, and the names they were asked for by.
#[derive(Default)]
struct Known {
    digests: Vec<Digest>,
    names: BTreeMap<String, usize>,
}

/// Names are chosen by programs: so many are remembered, the others looked up each time.
const MOST_NAMES: usize = 512;

fn known() -> &'static Mutex<Known> {
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    KNOWN.get_or_init(Mutex::default)
}

impl Digest {
    /// The algorithm of a name (any of its names, in any case), with a number for [`Self::by_number`]. A name ends at a NUL, as in C.
    #[must_use]
    pub fn find(name: &str) -> Option<(Self, usize)> {
        let name = name.split('\0').next().unwrap_or_default();
        let mut known = known().lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&number) = known.names.get(name) {
            return Some((known.digests[number], number));
        }
        let fetched = fetch(&CString::new(name).ok()?)?;
        let digest = Self(fetched);
        // A digest of nothing is no digest, as Node has it.
        if digest.is(c"NULL") {
            // SAFETY: the reference is ours to give back.
            unsafe { openssl_sys::EVP_MD_free(fetched) };
            return None;
        }
        let number = match known.digests.iter().position(|known| *known == digest) {
            Some(number) => {
                // SAFETY: one reference is kept by the table already; this one is ours to give back.
                unsafe { openssl_sys::EVP_MD_free(fetched) };
                number
            }
            None => {
                known.digests.push(digest);
                known.digests.len() - 1
            }
        };
        if known.names.len() < MOST_NAMES {
            known.names.insert(name.to_owned(), number);
        }
        Some((digest, number))
    }

    /// The algorithm of a number that [`Self::find`] or [`known_digests`] gave.
    #[must_use]
    pub fn by_number(number: usize) -> Option<Self> {
        known().lock().unwrap_or_else(PoisonError::into_inner).digests.get(number).copied()
    }

    /// Bytes of a result. SHAKE, whose length is the caller's choice, has the one Node gives it: 16 and 32.
    #[must_use]
    pub fn size(self) -> usize {
        // SAFETY: a live algorithm.
        let size = unsafe { openssl_sys::EVP_MD_get_size(self.0) };
        match usize::try_from(size) {
            Ok(0) if self.is(c"SHAKE128") => 16,
            Ok(0) if self.is(c"SHAKE256") => 32,
            Ok(size) => size,
            Err(_) => 0,
        }
    }

    /// Whether a result can be of any length.
    #[must_use]
    pub fn is_extendable(self) -> bool {
        // SAFETY: a live algorithm.
        unsafe { ffi::EVP_MD_get_flags(self.0) & ffi::EVP_MD_FLAG_XOF != 0 }
    }

    fn is(self, name: &CStr) -> bool {
        // SAFETY: a live algorithm and a string.
        unsafe { ffi::EVP_MD_is_a(self.0, name.as_ptr()) == 1 }
    }

    pub(crate) const fn as_ptr(self) -> *const EVP_MD {
        self.0
    }
}

/// The provider's algorithm of a name: one of the provider's own, or an alias such as `RSA-SHA256`.
fn fetch(name: &CStr) -> Option<*mut EVP_MD> {
    // SAFETY: the name lives for the call; the answer is null or ours.
    let fetch = |name: *const c_char| unsafe { openssl_sys::EVP_MD_fetch(std::ptr::null_mut(), name, std::ptr::null()) };
    let mut fetched = fetch(name.as_ptr());
    if fetched.is_null() {
        // SAFETY: the name lives for the call; the answer is null or static.
        let alias = unsafe { openssl_sys::EVP_get_digestbyname(name.as_ptr()) };
        if !alias.is_null() {
            // SAFETY: a static algorithm, whose name is static.
            fetched = fetch(unsafe { ffi::EVP_MD_get0_name(alias) });
        }
    }
    OpenSslErrors::clear();
    (!fetched.is_null()).then_some(fetched)
}

/// Every name that was asked for so far, with its number.
#[must_use]
pub fn known_digests() -> Vec<(String, usize)> {
    known().lock().unwrap_or_else(PoisonError::into_inner).names.iter().map(|(name, &number)| (name.clone(), number)).collect()
}

/// The names of all digests there are, sorted as OpenSSL sorts them (Node's `getHashes`).
#[must_use]
pub fn digest_names() -> Vec<String> {
    unsafe extern "C" fn each(_md: *const EVP_MD, from: *const c_char, _to: *const c_char, names: *mut c_void) {
        if !from.is_null() {
            // SAFETY: `names` is the vector below, `from` a string that lives for the call.
            unsafe { (*names.cast::<Vec<String>>()).push(CStr::from_ptr(from).to_string_lossy().into_owned()) };
        }
    }
    let mut names: Vec<String> = Vec::new();
    // SAFETY: the vector lives for the call.
    unsafe { ffi::EVP_MD_do_all_sorted(each, (&raw mut names).cast()) };
    names.retain(|name| Digest::find(name).is_some());
    names
}

/// A digest under way.
pub struct Hasher {
    context: *mut EVP_MD_CTX,
    digest: Digest,
}

// SAFETY: the context is used by its owner only.
unsafe impl Send for Hasher {}

impl Hasher {
    /// Begins a digest.
    ///
    /// # Errors
    /// When OpenSSL cannot.
    pub fn new(digest: Digest) -> Result<Self, OpenSslErrors> {
        // SAFETY: answers null or a context that is ours.
        let hasher = Self { context: unsafe { openssl_sys::EVP_MD_CTX_new() }, digest };
        // SAFETY: a live context and algorithm.
        if hasher.context.is_null() || unsafe { openssl_sys::EVP_DigestInit_ex(hasher.context, digest.0, std::ptr::null_mut()) } != 1 {
            return Err(OpenSslErrors::take());
        }
        Ok(hasher)
    }

    /// The algorithm.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// A second digest that goes on from the same state.
    ///
    /// # Errors
    /// When OpenSSL cannot: the digest was finished.
    pub fn try_clone(&self) -> Result<Self, OpenSslErrors> {
        let copy = Self::new(self.digest)?;
        // SAFETY: two live contexts.
        if unsafe { openssl_sys::EVP_MD_CTX_copy_ex(copy.context, self.context) } != 1 {
            return Err(OpenSslErrors::take());
        }
        Ok(copy)
    }

    /// Adds bytes; false when the digest was finished.
    pub fn update(&mut self, bytes: &[u8]) -> bool {
        // SAFETY: a live context; the bytes live for the call.
        let done = unsafe { openssl_sys::EVP_DigestUpdate(self.context, bytes.as_ptr().cast(), bytes.len()) } == 1;
        if !done {
            OpenSslErrors::clear();
        }
        done
    }

    /// The result, of `length` bytes, which must be [`Digest::size`] unless the digest is extendable.
    ///
    /// # Errors
    /// When OpenSSL cannot: another length, or it was finished.
    pub fn finish(&mut self, length: usize) -> Result<Vec<u8>, OpenSslErrors> {
        let mut result = vec![0; length];
        if length == 0 {
            return Ok(result);
        }
        let done = if self.digest.is_extendable() {
            // SAFETY: a live context; the buffer has `length` bytes.
            unsafe { openssl_sys::EVP_DigestFinalXOF(self.context, result.as_mut_ptr(), length) }
        } else if length == self.digest.size() {
            // SAFETY: a live context; the buffer has as many bytes as the digest writes.
            unsafe { openssl_sys::EVP_DigestFinal_ex(self.context, result.as_mut_ptr(), std::ptr::null_mut()) }
        } else {
            0
        };
        if done == 1 { Ok(result) } else { Err(OpenSslErrors::take()) }
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        // SAFETY: ours, or null.
        unsafe { openssl_sys::EVP_MD_CTX_free(self.context) };
    }
}
