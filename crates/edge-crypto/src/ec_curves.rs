//! The names of the elliptic curves that OpenSSL has.

use crate::ffi::{self, EcBuiltinCurve};
use std::ffi::CStr;

/// The short names, in OpenSSL's order (Node's `getCurves`).
#[must_use]
pub fn curve_names() -> Vec<String> {
    // SAFETY: asks for the count only.
    let count = unsafe { ffi::EC_get_builtin_curves(std::ptr::null_mut(), 0) };
    let mut curves = vec![EcBuiltinCurve { nid: 0, comment: std::ptr::null() }; count];
    // SAFETY: the buffer has room for `count` entries.
    let count = unsafe { ffi::EC_get_builtin_curves(curves.as_mut_ptr(), count) }.min(curves.len());
    curves[..count]
        .iter()
        .filter_map(|curve| {
            // SAFETY: answers null or a static string.
            let name = unsafe { openssl_sys::OBJ_nid2sn(curve.nid) };
            // SAFETY: see above.
            (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
        })
        .collect()
}
