//! ArrayBuffers, typed arrays, DataViews. Their bytes lie in linear memory: the addresses given out are the host's for the same
//! bytes, good until JavaScript runs again.

use super::error::throw_error;
use crate::inner::{Inner, Res, check, put, put_optional, run, run_js};
use edge_napi::types::napi_status::*;
use edge_napi::types::napi_typedarray_type::*;
use edge_napi::types::*;
use std::ffi::c_void;

const DATA_VIEW: i32 = 12;
const ARRAY_BUFFER: i32 = 13;
const SHARED_ARRAY_BUFFER: i32 = 14;

/// The engine's numbers of the typed arrays, in its order.
const KINDS: [napi_typedarray_type; 12] = [
    napi_uint8_clamped_array,
    napi_int8_array,
    napi_uint8_array,
    napi_int16_array,
    napi_uint16_array,
    napi_int32_array,
    napi_uint32_array,
    napi_bigint64_array,
    napi_biguint64_array,
    edge_float16_array,
    napi_float32_array,
    napi_float64_array,
];

/// What a view or buffer shows.
pub(crate) struct View {
    pub(crate) kind: i32,
    pub(crate) data: *mut u8,
    pub(crate) byte_length: usize,
    pub(crate) byte_offset: usize,
    pub(crate) length: usize,
    pub(crate) max_byte_length: usize,
    pub(crate) detached: bool,
    pub(crate) resizable: bool,
    pub(crate) detachable: bool,
}

impl View {
    pub(crate) const fn is_typed_array(&self) -> bool {
        self.kind >= 0 && self.kind < DATA_VIEW
    }
    pub(crate) const fn is_array_buffer(&self) -> bool {
        self.kind == ARRAY_BUFFER
    }
    pub(crate) const fn is_any_array_buffer(&self) -> bool {
        self.kind == ARRAY_BUFFER || self.kind == SHARED_ARRAY_BUFFER
    }
}

/// Reads a view; its bytes are checked to lie in linear memory.
pub(crate) fn view(e: &Inner, value: napi_value) -> Res<View> {
    let kind = e.engine.edge_view_info(e.slot(value)?)?;
    let byte_length = e.out32(1) as usize;
    let data = if byte_length == 0 { std::ptr::null_mut() } else { e.engine.at(e.out32(0), byte_length).ok_or(napi_generic_failure)? };
    let bits = e.out32(5);
    Ok(View {
        kind,
        data,
        byte_length,
        byte_offset: e.out32(2) as usize,
        length: e.out32(3) as usize,
        max_byte_length: e.out32(4) as usize,
        detached: bits & 1 != 0,
        resizable: bits & 2 != 0,
        detachable: bits & 4 != 0,
    })
}

/// A new buffer and the host's address of its bytes.
pub(crate) fn new_buffer(e: &Inner, byte_length: usize, shared: bool) -> Res<(napi_value, *mut u8)> {
    let Some(length) = u32::try_from(byte_length).ok().filter(|&length| i32::try_from(length).is_ok()) else {
        throw_error(e, 2, b"", b"Array buffer allocation failed")?;
        return Err(napi_pending_exception);
    };
    let made = e.engine.edge_new_array_buffer(length, u32::from(shared))?;
    let made = e.made(made)?;
    let data = e.engine.at(e.out32(0), byte_length).ok_or(napi_generic_failure)?;
    Ok((made, data))
}

pub(crate) unsafe extern "C" fn napi_is_arraybuffer(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| put(result, view(e, value)?.is_array_buffer()))
}

pub(crate) unsafe extern "C" fn napi_create_arraybuffer(
    env: napi_env,
    byte_length: usize,
    data: *mut *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let (buffer, bytes) = new_buffer(e, byte_length, false)?;
        put_optional(data, bytes.cast());
        put(result, buffer)
    })
}

/// Memory outside of the engine's cannot be a buffer's.
pub(crate) unsafe extern "C" fn napi_create_external_arraybuffer(
    env: napi_env,
    _external_data: *mut c_void,
    _byte_length: usize,
    _finalize_cb: napi_finalize,
    _finalize_hint: *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    run(env, |_| {
        check(result)?;
        Err(napi_no_external_buffers_allowed)
    })
}

pub(crate) unsafe extern "C" fn napi_get_arraybuffer_info(
    env: napi_env,
    arraybuffer: napi_value,
    data: *mut *mut c_void,
    byte_length: *mut usize,
) -> napi_status {
    run(env, |e| {
        let view = view(e, arraybuffer)?;
        if !view.is_array_buffer() {
            return Err(napi_invalid_arg);
        }
        put_optional(data, view.data.cast());
        put_optional(byte_length, view.byte_length);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_is_typedarray(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| put(result, view(e, value)?.is_typed_array()))
}

/// The buffer that a new view is to look at.
fn viewed(e: &Inner, arraybuffer: napi_value, result: *mut napi_value) -> Res<(u32, View)> {
    let buffer = e.slot(arraybuffer)?;
    check(result)?;
    let bytes = view(e, arraybuffer)?;
    if bytes.is_any_array_buffer() { Ok((buffer, bytes)) } else { Err(napi_invalid_arg) }
}

pub(crate) unsafe extern "C" fn napi_create_typedarray(
    env: napi_env,
    kind: napi_typedarray_type,
    length: usize,
    arraybuffer: napi_value,
    byte_offset: usize,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        let (buffer, bytes) = viewed(e, arraybuffer, result)?;
        let size = kind.element_size();
        if !byte_offset.is_multiple_of(size) {
            let text = format!("start offset of {} should be a multiple of {size}", class_name(kind));
            throw_error(e, 2, b"ERR_NAPI_INVALID_TYPEDARRAY_ALIGNMENT", text.as_bytes())?;
            return Err(napi_invalid_arg);
        }
        let end = length.checked_mul(size).and_then(|bytes| bytes.checked_add(byte_offset));
        if end.is_none_or(|end| end > bytes.byte_length) {
            throw_error(e, 2, b"ERR_NAPI_INVALID_TYPEDARRAY_LENGTH", b"Invalid typed array length")?;
            return Err(napi_invalid_arg);
        }
        let number = KINDS.iter().position(|&other| other == kind).ok_or(napi_invalid_arg)?;
        put(result, e.made(e.engine.edge_new_typed_array(number as u32, buffer, byte_offset as u32, length as u32)?)?)
    })
}

const fn class_name(kind: napi_typedarray_type) -> &'static str {
    match kind {
        napi_int8_array => "Int8Array",
        napi_uint8_array => "Uint8Array",
        napi_uint8_clamped_array => "Uint8ClampedArray",
        napi_int16_array => "Int16Array",
        napi_uint16_array => "Uint16Array",
        napi_int32_array => "Int32Array",
        napi_uint32_array => "Uint32Array",
        napi_float32_array => "Float32Array",
        napi_float64_array => "Float64Array",
        napi_bigint64_array => "BigInt64Array",
        napi_biguint64_array => "BigUint64Array",
        edge_float16_array => "Float16Array",
    }
}

/// The buffer that a view looks at, where it is asked for.
fn put_view_buffer(e: &Inner, view: napi_value, arraybuffer: *mut napi_value) -> Res<()> {
    if arraybuffer.is_null() {
        return Ok(());
    }
    put(arraybuffer, e.made(e.engine.edge_view_buffer(e.slot(view)?)?)?)
}

pub(crate) unsafe extern "C" fn napi_get_typedarray_info(
    env: napi_env,
    typedarray: napi_value,
    kind: *mut napi_typedarray_type,
    length: *mut usize,
    data: *mut *mut c_void,
    arraybuffer: *mut napi_value,
    byte_offset: *mut usize,
) -> napi_status {
    run(env, |e| {
        let view = view(e, typedarray)?;
        if !view.is_typed_array() {
            return Err(napi_invalid_arg);
        }
        put_optional(kind, KINDS[view.kind as usize]);
        put_optional(length, view.length);
        put_optional(data, view.data.cast());
        put_view_buffer(e, typedarray, arraybuffer)?;
        put_optional(byte_offset, view.byte_offset);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_create_dataview(
    env: napi_env,
    length: usize,
    arraybuffer: napi_value,
    byte_offset: usize,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        let (buffer, bytes) = viewed(e, arraybuffer, result)?;
        if length.checked_add(byte_offset).is_none_or(|end| end > bytes.byte_length) {
            let text = b"byte_offset + byte_length should be less than or equal to the size in bytes of the array passed in";
            throw_error(e, 2, b"ERR_NAPI_INVALID_DATAVIEW_ARGS", text)?;
            return Err(napi_pending_exception);
        }
        put(result, e.made(e.engine.edge_new_data_view(buffer, byte_offset as u32, length as u32)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_is_dataview(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| put(result, view(e, value)?.kind == DATA_VIEW))
}

pub(crate) unsafe extern "C" fn napi_get_dataview_info(
    env: napi_env,
    dataview: napi_value,
    byte_length: *mut usize,
    data: *mut *mut c_void,
    arraybuffer: *mut napi_value,
    byte_offset: *mut usize,
) -> napi_status {
    run(env, |e| {
        let view = view(e, dataview)?;
        if view.kind != DATA_VIEW {
            return Err(napi_invalid_arg);
        }
        put_optional(byte_length, view.byte_length);
        put_optional(data, view.data.cast());
        put_view_buffer(e, dataview, arraybuffer)?;
        put_optional(byte_offset, view.byte_offset);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_detach_arraybuffer(env: napi_env, arraybuffer: napi_value) -> napi_status {
    run(env, |e| {
        let slot = e.object(arraybuffer, napi_object_expected)?;
        let view = view(e, arraybuffer)?;
        if !view.is_array_buffer() {
            return Err(napi_arraybuffer_expected);
        }
        if !view.detachable {
            return Err(napi_detachable_arraybuffer_expected);
        }
        e.engine.edge_detach(slot)?;
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_is_detached_arraybuffer(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| {
        let view = view(e, value)?;
        put(result, view.is_array_buffer() && view.detached)
    })
}
