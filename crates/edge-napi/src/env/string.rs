//! Strings in the engine's own two representations.

use super::{call, check, value};
use crate::ext_table::RawStr;
use crate::{Env, Error, Result, Value};

/// A string's text as the engine holds it, borrowed for the length of a closure.
#[derive(Clone, Copy, Debug)]
pub enum Str<'a> {
    /// Every code unit is below 256.
    Latin1(&'a [u8]),
    /// UTF-16 code units, lone surrogates possible.
    Utf16(&'a [u16]),
}

impl Str<'_> {
    /// Length in code units (JavaScript's `length`).
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Str::Latin1(s) => s.len(),
            Str::Utf16(s) => s.len(),
        }
    }
    /// Whether the string is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// As Rust text; lone surrogates become U+FFFD.
    #[must_use]
    pub fn to_string_lossy(&self) -> String {
        match self {
            Str::Latin1(s) if s.is_ascii() => String::from_utf8_lossy(s).into_owned(),
            Str::Latin1(s) => s.iter().map(|&b| char::from(b)).collect(),
            Str::Utf16(s) => String::from_utf16_lossy(s),
        }
    }
}

impl Env {
    /// A string from UTF-8.
    pub fn string(self, s: &str) -> Result<Value> {
        value!(self, js.napi_create_string_utf8(s.as_ptr().cast(), s.len()))
    }
    /// A string from bytes that are meant to be UTF-8; bad sequences become U+FFFD.
    pub fn string_from_utf8_lossy(self, s: &[u8]) -> Result<Value> {
        value!(self, js.napi_create_string_utf8(s.as_ptr().cast(), s.len()))
    }
    /// A string from Latin-1.
    pub fn string_latin1(self, s: &[u8]) -> Result<Value> {
        value!(self, js.napi_create_string_latin1(s.as_ptr().cast(), s.len()))
    }
    /// A string from UTF-16 code units.
    pub fn string_utf16(self, s: &[u16]) -> Result<Value> {
        value!(self, js.napi_create_string_utf16(s.as_ptr(), s.len()))
    }
    /// A string that will be used as a property key (interned by the engine).
    pub fn key(self, s: &str) -> Result<Value> {
        value!(self, js.node_api_create_property_key_utf8(s.as_ptr().cast(), s.len()))
    }
    /// Lends the string's text to `f`, which must not call into the environment. Not a string: `napi_string_expected`.
    pub fn with_str<R>(self, v: Value, f: impl FnOnce(Str<'_>) -> R) -> Result<R> {
        let raw = call!(self, ext.get_string_raw(v.0), -> RawStr { ptr: std::ptr::null(), len: 0, wide: false });
        if raw.len == 0 {
            return Ok(f(Str::Latin1(&[])));
        }
        // SAFETY: the provider answers a live string of `len` units of that width, and `f` does not let the engine run.
        Ok(unsafe {
            if raw.wide {
                f(Str::Utf16(std::slice::from_raw_parts(raw.ptr.cast(), raw.len)))
            } else {
                f(Str::Latin1(std::slice::from_raw_parts(raw.ptr, raw.len)))
            }
        })
    }
    /// Reads a string; lone surrogates become U+FFFD. Not a string: `napi_string_expected`.
    pub fn get_string(self, v: Value) -> Result<String> {
        self.with_str(v, |s| s.to_string_lossy())
    }
    /// `ToString` then read; may run JavaScript and throw.
    pub fn to_string_lossy(self, v: Value) -> Result<String> {
        let s = self.to_js_string(v)?;
        self.get_string(s)
    }
    /// `ToString`.
    pub fn to_js_string(self, v: Value) -> Result<Value> {
        value!(self, js.napi_coerce_to_string(v.0))
    }
    /// Reads a string where anything else is an `ERR_INVALID_ARG_TYPE` that names the argument.
    pub fn expect_string(self, v: Value, name: &str) -> Result<String> {
        if !self.is_string(v)? {
            return Err(Error::invalid_arg_type(format!("The \"{name}\" argument must be of type string")));
        }
        self.get_string(v)
    }
    /// Length in code units.
    pub fn string_length(self, v: Value) -> Result<usize> {
        let mut len = 0;
        // SAFETY: a live environment; a null buffer asks for the length only.
        check(unsafe { (self.js().napi_get_value_string_utf16)(self.raw(), v.0, std::ptr::null_mut(), 0, &mut len) })?;
        Ok(len)
    }
}
