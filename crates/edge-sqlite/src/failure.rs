//! Errors, as SQLite tells them.

use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_char, c_int};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The extended result code.
    pub code: c_int,
    /// What the code means in general (`sqlite3_errstr`).
    pub text: String,
    /// What went wrong (`sqlite3_errmsg`).
    pub message: String,
}

/// The result of calls.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A code with its general text only.
    #[must_use]
    pub fn of_code(code: c_int) -> Self {
        // SAFETY: any number has a static text.
        let text = unsafe { text(ffi::sqlite3_errstr(code)) };
        Self { code, message: text.clone(), text }
    }

    /// What a connection says about its last failed call.
    ///
    /// # Safety
    /// `db` is open, or null.
    pub(crate) unsafe fn of_connection(db: *mut ffi::sqlite3) -> Self {
        if db.is_null() {
            return Self::of_code(ffi::SQLITE_NOMEM);
        }
        // SAFETY: the caller's promise; the texts are copied before the next call.
        unsafe {
            let code = ffi::sqlite3_extended_errcode(db);
            Self { code, text: text(ffi::sqlite3_errstr(code)), message: text(ffi::sqlite3_errmsg(db)) }
        }
    }
}

/// # Safety
/// `pointer` is null or a C string that lives for the call.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}
