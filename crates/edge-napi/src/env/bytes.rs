//! ArrayBuffers, typed arrays, and their bytes.

use super::{call, value};
use crate::types::*;
use crate::{Env, Error, Result, Str, Value};

/// Where a view's bytes lie. Plain numbers: use [`Env::with_bytes`] to look at them.
#[derive(Clone, Copy, Debug)]
pub struct Bytes {
    /// First byte.
    pub ptr: *mut u8,
    /// Length in bytes.
    pub len: usize,
}

impl Bytes {
    /// # Safety
    /// The bytes must be alive and not written to as long as the slice is used: no JavaScript may run.
    #[must_use]
    pub unsafe fn slice<'a>(self) -> &'a [u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the caller's promise; a view with bytes has a pointer.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }
}

impl Env {
    /// An ArrayBuffer of zero bytes.
    pub fn array_buffer(self, len: usize) -> Result<Value> {
        let mut data = std::ptr::null_mut();
        value!(self, js.napi_create_arraybuffer(len, &mut data))
    }
    /// An ArrayBuffer with a copy of `bytes`.
    pub fn array_buffer_from(self, bytes: &[u8]) -> Result<Value> {
        let buffer = self.array_buffer(bytes.len())?;
        self.with_bytes(buffer, |to| to.copy_from_slice(bytes))?;
        Ok(buffer)
    }
    /// A typed array over `buffer`.
    pub fn typed_array(self, kind: napi_typedarray_type, buffer: Value, byte_offset: usize, length: usize) -> Result<Value> {
        value!(self, js.napi_create_typedarray(kind, length, buffer.0, byte_offset))
    }
    /// A plain `Uint8Array` with a copy of `bytes`.
    pub fn uint8_array_from(self, bytes: &[u8]) -> Result<Value> {
        let buffer = self.array_buffer_from(bytes)?;
        self.typed_array(napi_typedarray_type::napi_uint8_array, buffer, 0, bytes.len())
    }
    /// Where the bytes of an ArrayBuffer, SharedArrayBuffer, typed array or DataView lie now.
    pub fn view_bytes(self, v: Value) -> Result<Bytes> {
        let mut len = 0;
        let ptr = call!(self, ext.get_view_bytes(v.0), &mut len => std::ptr::null_mut());
        Ok(Bytes { ptr, len })
    }
    /// Lends the bytes of an ArrayBuffer, SharedArrayBuffer, typed array or DataView to `f`, which must not call into the
    /// environment. Anything else is `ERR_INVALID_ARG_TYPE`.
    pub fn with_bytes<R>(self, v: Value, f: impl FnOnce(&mut [u8]) -> R) -> Result<R> {
        let bytes = self.view_bytes(v)?;
        if bytes.len == 0 {
            return Ok(f(&mut []));
        }
        // SAFETY: the provider answers bytes inside live linear memory; the engine does not run while `f` does.
        Ok(f(unsafe { std::slice::from_raw_parts_mut(bytes.ptr, bytes.len) }))
    }
    /// Two views at once (they may overlap, so the target comes as a pointer and length): copies `from` into `to` at `offset`, as
    /// many bytes as fit; the count.
    pub fn copy_bytes(self, from: Value, to: Value, offset: usize) -> Result<usize> {
        let (from, to) = (self.view_bytes(from)?, self.view_bytes(to)?);
        if offset >= to.len {
            return Ok(0);
        }
        let count = from.len.min(to.len - offset);
        // SAFETY: both ranges lie in live linear memory; `copy` allows overlap; count is bounded by both.
        unsafe { std::ptr::copy(from.ptr, to.ptr.add(offset), count) };
        Ok(count)
    }
    /// Lends the bytes of two views, which may overlap and are therefore only to be read, to `f`, which must not call into the
    /// environment.
    pub fn with_two_views<R>(self, a: Value, b: Value, f: impl FnOnce(&[u8], &[u8]) -> R) -> Result<R> {
        let (a, b) = (self.view_bytes(a)?, self.view_bytes(b)?);
        // SAFETY: the provider answers bytes inside live linear memory; the engine does not run while `f` does, and shared slices
        // may overlap.
        Ok(unsafe { f(a.slice(), b.slice()) })
    }
    /// Lends a string's text and a view's bytes to `f`, which must not call into the environment.
    pub fn with_str_and_bytes<R>(self, string: Value, view: Value, f: impl FnOnce(Str<'_>, &mut [u8]) -> R) -> Result<R> {
        // Neither the bytes' place nor the text's changes while JavaScript does not run.
        self.with_str(string, |text| self.with_bytes(view, |bytes| f(text, bytes)))?
    }
    /// Copies `count` bytes at `start` of one view to `offset` of another (which may be the same), or as many as both have.
    pub fn copy_range(self, from: Value, start: usize, to: Value, offset: usize, count: usize) -> Result<usize> {
        let (from, to) = (self.view_bytes(from)?, self.view_bytes(to)?);
        let count = count.min(from.len.saturating_sub(start)).min(to.len.saturating_sub(offset));
        if count > 0 {
            // SAFETY: both ranges lie in live linear memory; `copy` allows overlap; count is bounded by both.
            unsafe { std::ptr::copy(from.ptr.add(start), to.ptr.add(offset), count) };
        }
        Ok(count)
    }
    /// A copy of a view's bytes, for a thread of the pool.
    pub fn bytes_to_vec(self, v: Value) -> Result<Vec<u8>> {
        self.with_bytes(v, |bytes| bytes.to_vec())
    }
    /// Whether it is a typed array or a DataView.
    pub fn is_array_buffer_view(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_typedarray(v.0), -> false) || call!(self, js.napi_is_dataview(v.0), -> false))
    }
    /// Whether it is a typed array.
    pub fn is_typed_array(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_typedarray(v.0), -> false))
    }
    /// Whether it is an ArrayBuffer (not a shared one).
    pub fn is_array_buffer(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_arraybuffer(v.0), -> false))
    }
    /// Kind, length in elements, buffer and byte offset of a typed array.
    pub fn typed_array_info(self, v: Value) -> Result<(napi_typedarray_type, usize, Value, usize)> {
        let mut kind = napi_typedarray_type::napi_uint8_array;
        let (mut length, mut offset, mut buffer) = (0, 0, napi_value::NULL);
        let mut data = std::ptr::null_mut();
        // SAFETY: a live environment; all out pointers live for the call.
        super::check(unsafe {
            (self.js().napi_get_typedarray_info)(self.raw(), v.0, &mut kind, &mut length, &mut data, &mut buffer, &mut offset)
        })?;
        Ok((kind, length, Value(buffer), offset))
    }
    /// A SharedArrayBuffer of zero bytes.
    pub fn shared_array_buffer(self, len: usize) -> Result<Value> {
        let mut data = std::ptr::null_mut();
        value!(self, ext.create_shared_arraybuffer(len, &mut data))
    }
    /// Whether an ArrayBuffer is detached.
    pub fn is_detached(self, buffer: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_detached_arraybuffer(buffer.0), -> false))
    }
    /// Length and greatest length in bytes of an ArrayBuffer or SharedArrayBuffer, and whether it is resizable.
    pub fn array_buffer_lengths(self, buffer: Value) -> Result<(usize, usize, bool)> {
        let (mut data, mut length, mut maximum) = (std::ptr::null_mut(), 0, 0);
        let resizable = {
            let mut resizable = false;
            // SAFETY: a live environment; all out pointers live for the call.
            super::check(unsafe {
                (self.ext().get_any_arraybuffer_info)(self.raw(), buffer.0, &mut data, &mut length, &mut maximum, &mut resizable)
            })?;
            resizable
        };
        Ok((length, maximum, resizable))
    }
    /// Detaches an ArrayBuffer.
    pub fn detach(self, buffer: Value) -> Result<()> {
        call!(self, js.napi_detach_arraybuffer(buffer.0));
        Ok(())
    }
    /// Checks `offset..offset+len` against a view of `size` bytes as Node's bindings do.
    ///
    /// # Errors
    /// `ERR_OUT_OF_RANGE`.
    pub fn check_range(self, offset: f64, len: f64, size: usize) -> Result<(usize, usize)> {
        let size_f = size as f64;
        if !(offset >= 0.0 && len >= 0.0 && offset <= size_f && len <= size_f - offset) {
            return Err(Error::range_error("ERR_OUT_OF_RANGE", "The value of \"offset\" is out of range."));
        }
        Ok((offset as usize, len as usize))
    }
}
