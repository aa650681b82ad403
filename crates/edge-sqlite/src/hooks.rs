//! What SQL calls back: functions and the authorizer.

use crate::Datum;
use crate::active::with_hooks;
use crate::datum::c_text;
use libsqlite3_sys as ffi;
use std::ffi::{c_char, c_int, c_void};

/// The callbacks of one connection's calls. Functions are told by the number that they were made with.
pub trait Hooks {
    /// Whether SQL may do something: `SQLITE_OK`, `SQLITE_DENY` or `SQLITE_IGNORE`. It must not use the connection.
    fn authorize(&self, action: c_int, arguments: [Option<&[u8]>; 4]) -> c_int;
    /// A scalar function.
    fn scalar(&self, id: usize, call: &Call, arguments: &[Datum<'_>]);
    /// A row of an aggregate; `inverse`: it leaves the window.
    fn step(&self, id: usize, call: &Call, arguments: &[Datum<'_>], inverse: bool);
    /// The result of an aggregate so far, or at its end, which comes exactly once for each that began.
    fn value(&self, id: usize, call: &Call, last: bool);
}

/// A call of a function of SQL: its result goes here.
pub struct Call(*mut ffi::sqlite3_context);

impl Call {
    /// The result. Text and blobs are copied; one that is too large is an error of SQL.
    pub fn set_result(&self, value: Datum<'_>) {
        // SAFETY: the context of the call under way; `SQLITE_TRANSIENT` copies.
        unsafe {
            match value {
                Datum::Null => ffi::sqlite3_result_null(self.0),
                Datum::Integer(value) => ffi::sqlite3_result_int64(self.0, value),
                Datum::Float(value) => ffi::sqlite3_result_double(self.0, value),
                Datum::Text(text) => ffi::sqlite3_result_text64(
                    self.0,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                Datum::Blob(bytes) => {
                    let pointer = if bytes.is_empty() { c"".as_ptr().cast() } else { bytes.as_ptr().cast() };
                    ffi::sqlite3_result_blob64(self.0, pointer, bytes.len() as u64, ffi::SQLITE_TRANSIENT());
                }
            }
        }
    }

    /// The call fails.
    pub fn set_error(&self, message: &str) {
        let length = c_int::try_from(message.len()).unwrap_or(0);
        // SAFETY: the context of the call under way; the text is copied.
        unsafe { ffi::sqlite3_result_error(self.0, message.as_ptr().cast(), length) };
    }

    /// A number that belongs to the aggregate under way, 0 at first; `None` without memory, or, unless it is to be made, when no row came.
    #[must_use]
    pub fn aggregate(&self, make: bool) -> Option<&std::cell::Cell<u64>> {
        let size = if make { size_of::<u64>() as c_int } else { 0 };
        // SAFETY: the context of the call under way. SQLite's block is zeroed, aligned for 8 bytes, and lives until the aggregate's end,
        // which is after this call.
        unsafe { ffi::sqlite3_aggregate_context(self.0, size).cast::<std::cell::Cell<u64>>().as_ref() }
    }
}

/// # Safety
/// SQLite's arguments of a function's call.
unsafe fn run(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
    call: impl FnOnce(&dyn Hooks, usize, &Call, &[Datum<'_>]),
) {
    let call_of = Call(context);
    // SAFETY: the context of this call; the values live until it returns.
    let (id, arguments) = unsafe {
        let values = if values.is_null() { &[] } else { std::slice::from_raw_parts(values, usize::try_from(count).unwrap_or(0)) };
        let arguments: Vec<Datum<'_>> = values.iter().map(|value| Datum::of_value(*value)).collect();
        (ffi::sqlite3_user_data(context) as usize, arguments)
    };
    if with_hooks(|hooks| call(hooks, id, &call_of, &arguments)).is_none() {
        call_of.set_error("the function is gone");
    }
}

pub(crate) unsafe extern "C" fn scalar(context: *mut ffi::sqlite3_context, count: c_int, values: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite's arguments.
    unsafe { run(context, count, values, |hooks, id, call, arguments| hooks.scalar(id, call, arguments)) };
}

pub(crate) unsafe extern "C" fn step(context: *mut ffi::sqlite3_context, count: c_int, values: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite's arguments.
    unsafe { run(context, count, values, |hooks, id, call, arguments| hooks.step(id, call, arguments, false)) };
}

pub(crate) unsafe extern "C" fn inverse(context: *mut ffi::sqlite3_context, count: c_int, values: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite's arguments.
    unsafe { run(context, count, values, |hooks, id, call, arguments| hooks.step(id, call, arguments, true)) };
}

pub(crate) unsafe extern "C" fn value(context: *mut ffi::sqlite3_context) {
    // SAFETY: SQLite's arguments.
    unsafe { run(context, 0, std::ptr::null_mut(), |hooks, id, call, _| hooks.value(id, call, false)) };
}

pub(crate) unsafe extern "C" fn last(context: *mut ffi::sqlite3_context) {
    // SAFETY: SQLite's arguments.
    unsafe { run(context, 0, std::ptr::null_mut(), |hooks, id, call, _| hooks.value(id, call, true)) };
}

/// Pragmas that change or show what the whole process shares.
const FOR_THE_PROCESS: [&[u8]; 4] = [b"temp_store_directory", b"data_store_directory", b"hard_heap_limit", b"soft_heap_limit"];

pub(crate) unsafe extern "C" fn authorize(
    _: *mut c_void,
    action: c_int,
    a: *const c_char,
    b: *const c_char,
    c: *const c_char,
    d: *const c_char,
) -> c_int {
    // SAFETY: SQLite's texts are null or C strings that live for the call.
    let arguments = [a, b, c, d].map(|text| (!text.is_null()).then(|| unsafe { c_text(text.cast()) }));
    if action == ffi::SQLITE_PRAGMA && arguments[0].is_some_and(|name| FOR_THE_PROCESS.iter().any(|other| name.eq_ignore_ascii_case(other)))
    {
        return ffi::SQLITE_DENY;
    }
    with_hooks(|hooks| hooks.authorize(action, arguments)).unwrap_or(ffi::SQLITE_OK)
}
