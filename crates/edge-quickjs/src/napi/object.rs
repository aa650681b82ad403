//! Objects, arrays, properties.

use super::string::{name, new_key};
use crate::inner::{Inner, Res, check, put, put_optional, run, run_js};
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::c_char;

pub(crate) unsafe extern "C" fn napi_create_object(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_new_object()?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_array(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_new_array(0)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_array_with_length(env: napi_env, length: usize, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        // V8 takes a negative int as 0; lengths past what an array can have are refused.
        let length = u32::try_from(length).map_err(|_| napi_invalid_arg)?;
        put(result, e.made(e.engine.edge_new_array(length)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_get_prototype(env: napi_env, object: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        e.slot(object)?;
        check(result)?;
        let object = e.to_object(object)?;
        put(result, e.made(e.engine.edge_get_prototype(object)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_get_property_names(env: napi_env, object: napi_value, result: *mut napi_value) -> napi_status {
    keys(
        env,
        object,
        napi_key_collection_mode::napi_key_include_prototypes as u32,
        napi_key_enumerable | napi_key_skip_symbols,
        napi_key_conversion::napi_key_numbers_to_strings as u32,
        result,
    )
}

pub(crate) unsafe extern "C" fn napi_get_all_property_names(
    env: napi_env,
    object: napi_value,
    key_mode: napi_key_collection_mode,
    key_filter: napi_key_filter,
    key_conversion: napi_key_conversion,
    result: *mut napi_value,
) -> napi_status {
    keys(env, object, key_mode as u32, key_filter, key_conversion as u32, result)
}

fn keys(env: napi_env, object: napi_value, mode: u32, filter: u32, conversion: u32, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.to_object(object)?;
        if mode > 1 || conversion > 1 {
            return Err(napi_invalid_arg);
        }
        put(result, e.made(e.engine.edge_keys(object, u32::from(mode == 0), filter, conversion)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_set_property(env: napi_env, object: napi_value, key: napi_value, value: napi_value) -> napi_status {
    run_js(env, |e| {
        let (key, value) = (e.slot(key)?, e.slot(value)?);
        let object = e.to_object(object)?;
        e.done(e.engine.edge_set(object, key, value)?).map(drop)
    })
}

pub(crate) unsafe extern "C" fn napi_has_property(env: napi_env, object: napi_value, key: napi_value, result: *mut bool) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let key = e.slot(key)?;
        let object = e.to_object(object)?;
        put(result, e.done(e.engine.edge_has(object, key)?)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_get_property(
    env: napi_env,
    object: napi_value,
    key: napi_value,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        let key = e.slot(key)?;
        check(result)?;
        let object = e.to_object(object)?;
        put(result, e.made(e.engine.edge_get(object, key)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_delete_property(env: napi_env, object: napi_value, key: napi_value, result: *mut bool) -> napi_status {
    run_js(env, |e| {
        let key = e.slot(key)?;
        let object = e.to_object(object)?;
        let gone = e.done(e.engine.edge_delete(object, key)?)? != 0;
        put_optional(result, gone);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_has_own_property(
    env: napi_env,
    object: napi_value,
    key: napi_value,
    result: *mut bool,
) -> napi_status {
    run_js(env, |e| {
        let kind = e.kind(key)?;
        check(result)?;
        let object = e.to_object(object)?;
        if !matches!(kind, Kind::String | Kind::Symbol) {
            return Err(napi_name_expected);
        }
        put(result, e.done(e.engine.edge_has_own(object, e.slot(key)?)?)? != 0)
    })
}

/// Runs `f` with the slot of a key that does not outlive it.
fn with_key<T>(e: &Inner, utf8name: *const c_char, f: impl FnOnce(u32) -> Res<T>) -> Res<T> {
    let key = e.slot(new_key(e, name(utf8name)?)?)?;
    f(key)
}

pub(crate) unsafe extern "C" fn napi_set_named_property(
    env: napi_env,
    object: napi_value,
    utf8name: *const c_char,
    value: napi_value,
) -> napi_status {
    run_js(env, |e| {
        let value = e.slot(value)?;
        let object = e.to_object(object)?;
        let mark = e.state.top(&e.engine);
        let done = with_key(e, utf8name, |key| e.done(e.engine.edge_set(object, key, value)?))?;
        e.engine.edge_close_scope(mark)?;
        let _ = done;
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_has_named_property(
    env: napi_env,
    object: napi_value,
    utf8name: *const c_char,
    result: *mut bool,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.to_object(object)?;
        let mark = e.state.top(&e.engine);
        let has = with_key(e, utf8name, |key| e.done(e.engine.edge_has(object, key)?))?;
        e.engine.edge_close_scope(mark)?;
        put(result, has != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_get_named_property(
    env: napi_env,
    object: napi_value,
    utf8name: *const c_char,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.to_object(object)?;
        let value = with_key(e, utf8name, |key| e.made(e.engine.edge_get(object, key)?))?;
        put(result, value)
    })
}

pub(crate) unsafe extern "C" fn napi_set_element(env: napi_env, object: napi_value, index: u32, value: napi_value) -> napi_status {
    run_js(env, |e| {
        let value = e.slot(value)?;
        let object = e.to_object(object)?;
        e.done(e.engine.edge_set_index(object, index, value)?).map(drop)
    })
}

pub(crate) unsafe extern "C" fn napi_has_element(env: napi_env, object: napi_value, index: u32, result: *mut bool) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.to_object(object)?;
        put(result, e.done(e.engine.edge_has_index(object, index)?)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_get_element(env: napi_env, object: napi_value, index: u32, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.to_object(object)?;
        put(result, e.made(e.engine.edge_get_index(object, index)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_delete_element(env: napi_env, object: napi_value, index: u32, result: *mut bool) -> napi_status {
    run_js(env, |e| {
        let object = e.to_object(object)?;
        let gone = e.done(e.engine.edge_delete_index(object, index)?)? != 0;
        put_optional(result, gone);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_is_array(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| {
        let (slot, raw) = e.value(value)?;
        put(result, raw.kind() == Kind::Object && e.engine.edge_is_array(slot)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_get_array_length(env: napi_env, value: napi_value, result: *mut u32) -> napi_status {
    run(env, |e| {
        let slot = e.slot(value)?;
        check(result)?;
        if e.engine.edge_is_array(slot)? == 0 {
            return Err(napi_array_expected);
        }
        e.done(e.engine.edge_length(slot)?)?;
        put(result, e.out32(0))
    })
}

pub(crate) unsafe extern "C" fn napi_object_freeze(env: napi_env, object: napi_value) -> napi_status {
    run_js(env, |e| {
        let object = e.to_object(object)?;
        e.done(e.engine.edge_freeze(object, 0)?).map(drop)
    })
}

pub(crate) unsafe extern "C" fn napi_object_seal(env: napi_env, object: napi_value) -> napi_status {
    run_js(env, |e| {
        let object = e.to_object(object)?;
        e.done(e.engine.edge_freeze(object, 1)?).map(drop)
    })
}
