//! Strings and symbols. A new string is allocated in the engine and filled in place; reading borrows the engine's own units.

use crate::inner::{Inner, Res, array, check, put, put_optional, run};
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::{CStr, c_char, c_void};

/// The longest string that Node-API makes (`INT_MAX`; the engine throws below that already).
const LONGEST: usize = i32::MAX as usize;

/// A string of Latin-1 bytes.
pub(crate) fn new_latin1(e: &Inner, bytes: &[u8]) -> Res<napi_value> {
    let made = e.engine.edge_new_string(length(bytes.len())?, 0)?;
    let made = e.made(made)?;
    e.engine.write(e.out32(0), bytes).ok_or(napi_generic_failure)?;
    Ok(made)
}

/// A string of UTF-16 units; one byte a unit where that is enough.
pub(crate) fn new_utf16(e: &Inner, units: &[u16]) -> Res<napi_value> {
    let wide = units.iter().any(|&unit| unit > 0xff);
    let made = e.engine.edge_new_string(length(units.len())?, u32::from(wide))?;
    let made = e.made(made)?;
    let bytes = units.len() * if wide { 2 } else { 1 };
    // SAFETY: no engine code runs while the slice lives; the string is new, so nobody else looks at it.
    let to = unsafe { e.engine.bytes_mut(e.out32(0), bytes) }.ok_or(napi_generic_failure)?;
    if wide {
        for (pair, unit) in to.chunks_exact_mut(2).zip(units) {
            pair.copy_from_slice(&unit.to_le_bytes());
        }
    } else {
        for (byte, unit) in to.iter_mut().zip(units) {
            *byte = *unit as u8;
        }
    }
    Ok(made)
}

/// A string of UTF-8; bad sequences become U+FFFD.
pub(crate) fn new_utf8(e: &Inner, bytes: &[u8]) -> Res<napi_value> {
    if bytes.is_ascii() {
        return new_latin1(e, bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let units: Vec<u16> = text.encode_utf16().collect();
    new_utf16(e, &units)
}

fn length(units: usize) -> Res<u32> {
    u32::try_from(units).map_err(|_| napi_invalid_arg)
}

/// The caller's text: `length` units, or up to the NUL.
fn text<'a>(str: *const c_char, length: usize) -> Res<&'a [u8]> {
    if str.is_null() {
        return if length == 0 { Ok(&[]) } else { Err(napi_invalid_arg) };
    }
    if length == NAPI_AUTO_LENGTH {
        // SAFETY: Node-API's contract for NAPI_AUTO_LENGTH: the string ends with a NUL and lives for the call.
        return Ok(unsafe { CStr::from_ptr(str) }.to_bytes());
    }
    if length > LONGEST {
        return Err(napi_invalid_arg);
    }
    array(str.cast(), length)
}

fn text16<'a>(str: *const u16, mut length: usize) -> Res<&'a [u16]> {
    if str.is_null() {
        return if length == 0 { Ok(&[]) } else { Err(napi_invalid_arg) };
    }
    if length == NAPI_AUTO_LENGTH {
        length = 0;
        // SAFETY: Node-API's contract for NAPI_AUTO_LENGTH: the units end with a NUL.
        while unsafe { *str.add(length) } != 0 {
            length += 1;
        }
    }
    if length > LONGEST {
        return Err(napi_invalid_arg);
    }
    array(str, length)
}

/// Text of a NUL-terminated name.
pub(crate) fn name<'a>(utf8name: *const c_char) -> Res<&'a [u8]> {
    check(utf8name)?;
    text(utf8name, NAPI_AUTO_LENGTH)
}

/// Text of a name with a length.
pub(crate) fn name_of_length<'a>(utf8name: *const c_char, length: usize) -> Res<&'a [u8]> {
    text(utf8name, length)
}

/// An interned string: what property look-ups are fast with.
pub(crate) fn new_key(e: &Inner, utf8: &[u8]) -> Res<napi_value> {
    if utf8.is_ascii() && utf8.len() < crate::slots::SCRATCH_SIZE / 2 {
        let made = e.with_bytes(utf8, |at| Ok(e.engine.edge_key_ascii(at, utf8.len() as u32)?))?;
        return e.made(made);
    }
    intern(e, new_utf8(e, utf8)?)
}

/// Makes a string a property key.
fn intern(e: &Inner, key: napi_value) -> Res<napi_value> {
    e.done(e.engine.edge_intern(e.slot(key)?)?)?;
    Ok(key)
}

/// What every function that makes a string does around `make`.
fn create(env: napi_env, result: *mut napi_value, make: impl FnOnce(&Inner) -> Res<napi_value>) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, make(e)?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_string_latin1(
    env: napi_env,
    str: *const c_char,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    create(env, result, |e| new_latin1(e, text(str, length)?))
}

pub(crate) unsafe extern "C" fn napi_create_string_utf8(
    env: napi_env,
    str: *const c_char,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    create(env, result, |e| new_utf8(e, text(str, length)?))
}

pub(crate) unsafe extern "C" fn napi_create_string_utf16(
    env: napi_env,
    str: *const u16,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    create(env, result, |e| new_utf16(e, text16(str, length)?))
}

/// The engine's strings lie in linear memory: an external string is always copied, and its memory given back at once.
pub(crate) unsafe extern "C" fn node_api_create_external_string_latin1(
    env: napi_env,
    str: *mut c_char,
    length: usize,
    finalize_callback: napi_finalize,
    finalize_hint: *mut c_void,
    result: *mut napi_value,
    copied: *mut bool,
) -> napi_status {
    let status = create(env, result, |e| {
        let made = new_latin1(e, text(str, length)?)?;
        put_optional(copied, true);
        Ok(made)
    });
    give_back(status, env, finalize_callback, str.cast(), finalize_hint)
}

pub(crate) unsafe extern "C" fn node_api_create_external_string_utf16(
    env: napi_env,
    str: *mut u16,
    length: usize,
    finalize_callback: napi_finalize,
    finalize_hint: *mut c_void,
    result: *mut napi_value,
    copied: *mut bool,
) -> napi_status {
    let status = create(env, result, |e| {
        let made = new_utf16(e, text16(str, length)?)?;
        put_optional(copied, true);
        Ok(made)
    });
    give_back(status, env, finalize_callback, str.cast(), finalize_hint)
}

/// Calls the finaliser of an external string that was copied; answers `status`.
fn give_back(status: napi_status, env: napi_env, finalize: napi_finalize, data: *mut c_void, hint: *mut c_void) -> napi_status {
    if let (napi_ok, Some(finalize)) = (status, finalize) {
        // SAFETY: the caller's own finaliser with the caller's own pointers, once.
        unsafe { finalize(env, data, hint) };
    }
    status
}

pub(crate) unsafe extern "C" fn node_api_create_property_key_latin1(
    env: napi_env,
    str: *const c_char,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    create(env, result, |e| intern(e, new_latin1(e, text(str, length)?)?))
}

pub(crate) unsafe extern "C" fn node_api_create_property_key_utf8(
    env: napi_env,
    str: *const c_char,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    create(env, result, |e| new_key(e, text(str, length)?))
}

pub(crate) unsafe extern "C" fn node_api_create_property_key_utf16(
    env: napi_env,
    str: *const u16,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    create(env, result, |e| intern(e, new_utf16(e, text16(str, length)?)?))
}

/// A string's units in place.
#[derive(Clone, Copy)]
pub(crate) enum Units<'a> {
    Latin1(&'a [u8]),
    /// Pairs of bytes, little-endian.
    Wide(&'a [[u8; 2]]),
}

impl Units<'_> {
    fn len(&self) -> usize {
        match self {
            Units::Latin1(s) => s.len(),
            Units::Wide(s) => s.len(),
        }
    }
    /// As Rust text; lone surrogates become U+FFFD.
    pub(crate) fn to_string_lossy(self) -> String {
        match self {
            Units::Latin1(s) => s.iter().map(|&b| char::from(b)).collect(),
            Units::Wide(s) => char::decode_utf16(s.iter().map(|unit| u16::from_le_bytes(*unit))).map(|c| c.unwrap_or('\u{fffd}')).collect(),
        }
    }
    fn unit(&self, index: usize) -> u16 {
        match self {
            Units::Latin1(s) => u16::from(s[index]),
            Units::Wide(s) => u16::from_le_bytes(s[index]),
        }
    }
}

/// Address, units and width of a string's text. Not a string: `napi_string_expected`.
pub(crate) fn raw(e: &Inner, value: napi_value) -> Res<(u32, u32, bool)> {
    match e.engine.edge_string_raw(e.slot(value)?)? {
        0 => Ok((e.out32(0), e.out32(1), e.out32(2) != 0)),
        -2 => Err(napi_string_expected),
        _ => Err(napi_pending_exception),
    }
}

/// Lends the units of a string to `f`, which must not call the engine.
pub(crate) fn with_units<T>(e: &Inner, value: napi_value, f: impl FnOnce(Units<'_>) -> T) -> Res<T> {
    let (address, len, wide) = raw(e, value)?;
    let bytes = len as usize * if wide { 2 } else { 1 };
    // SAFETY: `f` gets no way to the engine's environment that it could use meanwhile (its callers below only copy).
    let bytes = unsafe { e.engine.bytes(address, bytes) }.ok_or(napi_generic_failure)?;
    Ok(f(if wide { Units::Wide(bytes.as_chunks().0) } else { Units::Latin1(bytes) }))
}

/// A code point from units at `index`, and how many units it took; a lone surrogate is U+FFFD.
fn code_point(units: &Units<'_>, index: usize) -> (char, usize) {
    let unit = units.unit(index);
    if let Some(c) = char::from_u32(u32::from(unit)) {
        return (c, 1);
    }
    if (0xd800..0xdc00).contains(&unit) && index + 1 < units.len() {
        let low = units.unit(index + 1);
        if (0xdc00..0xe000).contains(&low) {
            let c = 0x1_0000 + ((u32::from(unit) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
            return (char::from_u32(c).unwrap_or('\u{fffd}'), 2);
        }
    }
    ('\u{fffd}', 1)
}

/// The string's length in UTF-8.
fn utf8_length(units: &Units<'_>) -> usize {
    let (mut index, mut total) = (0, 0);
    while index < units.len() {
        let (c, used) = code_point(units, index);
        total += c.len_utf8();
        index += used;
    }
    total
}

/// As much of the string as fits, whole characters only; the count of bytes.
fn write_utf8(units: &Units<'_>, to: &mut [u8]) -> usize {
    if let Units::Latin1(bytes) = units
        && bytes.is_ascii()
    {
        let count = bytes.len().min(to.len());
        to[..count].copy_from_slice(&bytes[..count]);
        return count;
    }
    let (mut index, mut at) = (0, 0);
    while index < units.len() {
        let (c, used) = code_point(units, index);
        if at + c.len_utf8() > to.len() {
            break;
        }
        c.encode_utf8(&mut to[at..]);
        at += c.len_utf8();
        index += used;
    }
    at
}

/// Node-API's protocol for reading strings: a null buffer asks for the length; else up to `bufsize - 1` units and a NUL.
fn get_string<T: Copy + Default>(
    env: napi_env,
    value: napi_value,
    buf: *mut T,
    bufsize: usize,
    result: *mut usize,
    measure: impl Fn(&Units<'_>) -> usize,
    write: impl Fn(&Units<'_>, &mut [T]) -> usize,
) -> napi_status {
    run(env, |e| {
        if e.kind(value)? != Kind::String {
            return Err(napi_string_expected);
        }
        if buf.is_null() {
            check(result)?;
            return put(result, with_units(e, value, |units| measure(&units))?);
        }
        if bufsize == 0 {
            put_optional(result, 0);
            return Ok(());
        }
        let copied = with_units(e, value, |units| {
            // No more than the string can need: the buffer is the caller's, and `bufsize` may be any large number.
            let room = (bufsize - 1).min(units.len().saturating_mul(3));
            // SAFETY: Node-API's contract: the buffer has `bufsize` units.
            let to = unsafe { std::slice::from_raw_parts_mut(buf, room + 1) };
            let copied = write(&units, &mut to[..room]);
            to[copied] = T::default();
            copied
        })?;
        put_optional(result, copied);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_string_latin1(
    env: napi_env,
    value: napi_value,
    buf: *mut c_char,
    bufsize: usize,
    result: *mut usize,
) -> napi_status {
    get_string(
        env,
        value,
        buf.cast::<u8>(),
        bufsize,
        result,
        |units| units.len(),
        |units, to| {
            let count = units.len().min(to.len());
            for (index, byte) in to[..count].iter_mut().enumerate() {
                *byte = units.unit(index) as u8;
            }
            count
        },
    )
}

pub(crate) unsafe extern "C" fn napi_get_value_string_utf8(
    env: napi_env,
    value: napi_value,
    buf: *mut c_char,
    bufsize: usize,
    result: *mut usize,
) -> napi_status {
    get_string(env, value, buf.cast::<u8>(), bufsize, result, utf8_length, write_utf8)
}

pub(crate) unsafe extern "C" fn napi_get_value_string_utf16(
    env: napi_env,
    value: napi_value,
    buf: *mut u16,
    bufsize: usize,
    result: *mut usize,
) -> napi_status {
    get_string(
        env,
        value,
        buf,
        bufsize,
        result,
        |units| units.len(),
        |units, to| {
            let count = units.len().min(to.len());
            for (index, unit) in to[..count].iter_mut().enumerate() {
                *unit = units.unit(index);
            }
            count
        },
    )
}

pub(crate) unsafe extern "C" fn napi_create_symbol(env: napi_env, description: napi_value, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        let description = if description.is_null() {
            0
        } else {
            if e.kind(description)? != Kind::String {
                return Err(napi_string_expected);
            }
            e.slot(description)?
        };
        let made = e.engine.edge_new_symbol(description, 0)?;
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe extern "C" fn node_api_symbol_for(
    env: napi_env,
    utf8description: *const c_char,
    length: usize,
    result: *mut napi_value,
) -> napi_status {
    run(env, |e| {
        check(result)?;
        let description = new_utf8(e, text(utf8description, length)?)?;
        let made = e.engine.edge_new_symbol(e.slot(description)?, 1)?;
        put(result, e.made(made)?)
    })
}
