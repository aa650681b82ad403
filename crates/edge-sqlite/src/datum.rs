//! Values of SQL.

use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_int, c_uchar, c_void};

/// A value, on its way in or out. Text is UTF-8 if it came from JavaScript, anything if from a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Datum<'a> {
    /// `NULL`
    Null,
    /// `INTEGER`
    Integer(i64),
    /// `REAL`
    Float(f64),
    /// `TEXT`; as a result up to the first NUL, as Node reads it.
    Text(&'a [u8]),
    /// `BLOB`
    Blob(&'a [u8]),
}

/// # Safety
/// `pointer` has `length` bytes, or is null, that live and do not change for `'a`.
pub(crate) unsafe fn blob<'a>(pointer: *const c_void, length: c_int) -> &'a [u8] {
    match usize::try_from(length) {
        // SAFETY: the caller's promise.
        Ok(length) if !pointer.is_null() => unsafe { std::slice::from_raw_parts(pointer.cast(), length) },
        _ => &[],
    }
}

/// # Safety
/// `pointer` is null or a C string that lives and does not change for `'a`.
pub(crate) unsafe fn c_text<'a>(pointer: *const c_uchar) -> &'a [u8] {
    if pointer.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer.cast()) }.to_bytes()
}

impl<'a> Datum<'a> {
    /// # Safety
    /// `value` is a protected value of SQLite's that lives and is not converted for `'a`.
    pub(crate) unsafe fn of_value(value: *mut ffi::sqlite3_value) -> Datum<'a> {
        // SAFETY: the caller's promise. Text is asked for before its length.
        unsafe {
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => Datum::Integer(ffi::sqlite3_value_int64(value)),
                ffi::SQLITE_FLOAT => Datum::Float(ffi::sqlite3_value_double(value)),
                ffi::SQLITE_TEXT => Datum::Text(c_text(ffi::sqlite3_value_text(value))),
                ffi::SQLITE_BLOB => {
                    let bytes = ffi::sqlite3_value_blob(value);
                    Datum::Blob(blob(bytes, ffi::sqlite3_value_bytes(value)))
                }
                _ => Datum::Null,
            }
        }
    }
}
