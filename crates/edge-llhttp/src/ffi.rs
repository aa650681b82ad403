//! The C functions, and the one that C calls.

use std::ffi::{c_char, c_int, c_uint, c_void};

use crate::parser::dispatch;

/// `llhttp_t`, only ever behind a pointer.
#[repr(C)]
pub(crate) struct Raw {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    pub(crate) fn edge_llhttp_new() -> *mut Raw;
    pub(crate) fn edge_llhttp_drop(parser: *mut Raw);
    pub(crate) fn edge_llhttp_init(parser: *mut Raw, kind: c_int, lenient: c_uint);
    pub(crate) fn edge_llhttp_set_context(parser: *mut Raw, context: *mut c_void);
    pub(crate) fn edge_llhttp_type(parser: *const Raw) -> c_int;
    pub(crate) fn edge_llhttp_method(parser: *const Raw) -> c_int;
    pub(crate) fn edge_llhttp_status_code(parser: *const Raw) -> c_int;
    pub(crate) fn edge_llhttp_major(parser: *const Raw) -> c_int;
    pub(crate) fn edge_llhttp_minor(parser: *const Raw) -> c_int;
    pub(crate) fn edge_llhttp_upgrade(parser: *const Raw) -> c_int;
    pub(crate) fn llhttp_execute(parser: *mut Raw, data: *const c_char, length: usize) -> c_int;
    pub(crate) fn llhttp_finish(parser: *mut Raw) -> c_int;
    pub(crate) fn llhttp_should_keep_alive(parser: *const Raw) -> c_int;
    pub(crate) fn llhttp_pause(parser: *mut Raw);
    pub(crate) fn llhttp_resume(parser: *mut Raw);
    pub(crate) fn llhttp_resume_after_upgrade(parser: *mut Raw);
    pub(crate) fn llhttp_get_error_reason(parser: *const Raw) -> *const c_char;
    pub(crate) fn llhttp_set_error_reason(parser: *mut Raw, reason: *const c_char);
    pub(crate) fn llhttp_get_error_pos(parser: *const Raw) -> *const c_char;
    pub(crate) fn llhttp_errno_name(error: c_int) -> *const c_char;
}

/// An event of the parser whose `execute` or `finish` is running.
#[unsafe(no_mangle)]
extern "C" fn edge_llhttp_event(context: *mut c_void, kind: c_int, at: *const c_char, length: usize) -> c_int {
    // SAFETY: `context` is what `Parser::run` has set for this very call, or null; `at` and `length` are llhttp's: a part of the input,
    // which lives as long as the call.
    unsafe { dispatch(context, kind, at.cast(), length) }
}
