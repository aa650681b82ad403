//! nghttp2's errors.

use libnghttp2_sys as ffi;
use std::ffi::CStr;

/// One of nghttp2's negative error numbers (`nghttp2_error`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure(pub i32);

impl Failure {
    /// The session is in the midst of a `receive` or `send` whose event called what it may not call; nghttp2's `INVALID_STATE`.
    pub const BUSY: Self = Self(ffi::NGHTTP2_ERR_INVALID_STATE);
    /// An argument that cannot be.
    pub const INVALID_ARGUMENT: Self = Self(ffi::NGHTTP2_ERR_INVALID_ARGUMENT);
    /// Memory ran out.
    pub const NO_MEMORY: Self = Self(ffi::NGHTTP2_ERR_NOMEM);

    /// The answer of one of nghttp2's functions: an error when negative.
    pub(crate) const fn check(code: i32) -> Result<i32, Self> {
        if code < 0 { Err(Self(code)) } else { Ok(code) }
    }
}

/// nghttp2's text for an error number (`nghttp2_strerror`); any number may be asked for.
#[must_use]
pub fn error_text(code: i32) -> String {
    // SAFETY: answers a constant text for every number.
    let text = unsafe { CStr::from_ptr(ffi::nghttp2_strerror(code)) };
    text.to_string_lossy().into_owned()
}

/// Whether a session cannot go on after this error (`nghttp2_is_fatal`).
#[must_use]
pub fn is_fatal(code: i32) -> bool {
    code < ffi::NGHTTP2_ERR_FATAL
}
