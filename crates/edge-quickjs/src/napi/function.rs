//! Functions: made at run time, called, constructed; the arguments of a call; classes and property lists.

use super::error::throw_error;
use super::string::{name, name_of_length, new_key, new_utf8};
use crate::host_table::Entry;
use crate::inner::{Frame, Inner, Res, array, check, put, put_optional, run, run_js};
use crate::slots::{Kind, UNDEFINED};
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::{c_char, c_void};

/// More arguments than any engine takes.
const MOST_ARGUMENTS: usize = 65_535;

/// A function over a C callback, alive as long as the function.
fn new_function(e: &Inner, function_name: u32, callback: napi_callback, data: *mut c_void, constructor: bool) -> Res<napi_value> {
    let host = e.pointers.add(Entry::Callback { callback, data });
    let made = e.engine.edge_new_runtime_function(host, function_name, u32::from(constructor))?;
    if made == 0 {
        e.pointers.take(host);
    }
    e.made(made)
}

pub(crate) unsafe extern "C" fn napi_create_function(
    env: napi_env,
    utf8name: *const c_char,
    length: usize,
    cb: napi_callback,
    data: *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        if cb.is_none() {
            return Err(napi_invalid_arg);
        }
        let text = if utf8name.is_null() { &[] } else { name_of_length(utf8name, length)? };
        let text = e.slot(new_utf8(e, text)?)?;
        put(result, new_function(e, text, cb, data, false)?)
    })
}

/// Slot of a function, or `napi_invalid_arg` as Node's `CHECK_TO_FUNCTION` answers.
fn function(e: &Inner, v: napi_value) -> Res<u32> {
    let slot = e.object(v, napi_invalid_arg)?;
    if e.engine.edge_object_type(slot)? == 1 { Ok(slot) } else { Err(napi_invalid_arg) }
}

pub(crate) unsafe extern "C" fn napi_call_function(
    env: napi_env,
    recv: napi_value,
    func: napi_value,
    argc: usize,
    argv: *const napi_value,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        if argc > MOST_ARGUMENTS {
            return Err(napi_invalid_arg);
        }
        let args = array(argv, argc)?;
        let receiver = if recv.is_null() { UNDEFINED as u32 } else { e.slot(recv)? };
        let func = function(e, func)?;
        let made = e.with_slots(args, |at| Ok(e.engine.edge_call(func, receiver, argc as u32, at)?))?;
        let made = e.made(made)?;
        put_optional(result, made);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_new_instance(
    env: napi_env,
    constructor: napi_value,
    argc: usize,
    argv: *const napi_value,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        e.slot(constructor)?;
        if argc > MOST_ARGUMENTS {
            return Err(napi_invalid_arg);
        }
        let args = array(argv, argc)?;
        check(result)?;
        let constructor = function(e, constructor)?;
        let made = e.with_slots(args, |at| Ok(e.engine.edge_construct(constructor, argc as u32, at)?))?;
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe extern "C" fn napi_instanceof(
    env: napi_env,
    object: napi_value,
    constructor: napi_value,
    result: *mut bool,
) -> napi_status {
    run_js(env, |e| {
        let object = e.slot(object)?;
        check(result)?;
        put(result, false)?;
        let constructor = e.to_object(constructor)?;
        if e.engine.edge_object_type(constructor)? != 1 {
            throw_error(e, 1, b"ERR_NAPI_CONS_FUNCTION", b"Constructor must be a function")?;
            return Err(napi_function_expected);
        }
        put(result, e.done(e.engine.edge_instance_of(object, constructor)?)? != 0)
    })
}

/// The call that a `napi_callback_info` names.
fn frame(e: &Inner, info: napi_callback_info) -> Res<Frame> {
    let index = info.0.checked_sub(1).ok_or(napi_invalid_arg)?;
    e.frames.borrow().get(index).copied().ok_or(napi_invalid_arg)
}

pub(crate) unsafe extern "C" fn napi_get_cb_info(
    env: napi_env,
    cbinfo: napi_callback_info,
    argc: *mut usize,
    argv: *mut napi_value,
    this_arg: *mut napi_value,
    data: *mut *mut c_void,
) -> napi_status {
    run(env, |e| {
        let frame = frame(e, cbinfo)?;
        if !argv.is_null() {
            check(argc)?;
            // SAFETY: Node-API's contract: `argc` says how many values `argv` has room for.
            let room = unsafe { argc.read() };
            for index in 0..room {
                let slot = if index < frame.argc as usize { frame.base as usize + 2 + index } else { UNDEFINED };
                // SAFETY: below the room that the caller promised.
                unsafe { argv.add(index).write(napi_value(slot)) };
            }
        }
        put_optional(argc, frame.argc as usize);
        put_optional(this_arg, napi_value(frame.base as usize));
        put_optional(data, frame.data);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_get_new_target(env: napi_env, cbinfo: napi_callback_info, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        let frame = frame(e, cbinfo)?;
        check(result)?;
        let target = napi_value(frame.base as usize + 1);
        put(result, if e.kind(target)? == Kind::Undefined { napi_value::NULL } else { target })
    })
}

/// The key of a descriptor.
fn key_of(e: &Inner, property: &napi_property_descriptor) -> Res<u32> {
    if !property.utf8name.is_null() {
        return e.slot(new_key(e, name(property.utf8name)?)?);
    }
    match e.value(property.name)? {
        (slot, raw) if matches!(raw.kind(), Kind::String | Kind::Symbol) => Ok(slot),
        _ => Err(napi_name_expected),
    }
}

/// Defines one property of a descriptor on an object.
fn define(e: &Inner, object: u32, property: &napi_property_descriptor) -> Res<()> {
    let key = key_of(e, property)?;
    let status = if property.getter.is_some() || property.setter.is_some() {
        let half = |callback: napi_callback| -> Res<u32> {
            if callback.is_none() { Ok(0) } else { e.slot(new_function(e, UNDEFINED as u32, callback, property.data, false)?) }
        };
        let (getter, setter) = (half(property.getter)?, half(property.setter)?);
        e.engine.edge_define_accessor(object, key, getter, setter, property.attributes)?
    } else {
        let value = if property.method.is_some() {
            e.slot(new_function(e, key, property.method, property.data, false)?)?
        } else {
            e.slot(property.value)?
        };
        e.engine.edge_define_value(object, key, value, property.attributes)?
    };
    e.done(status).map(drop)
}

pub(crate) unsafe extern "C" fn napi_define_properties(
    env: napi_env,
    object: napi_value,
    property_count: usize,
    properties: *const napi_property_descriptor,
) -> napi_status {
    run_js(env, |e| {
        let properties = array(properties, property_count)?;
        let object = e.object(object, napi_object_expected)?;
        for property in properties {
            let mark = e.state.top(&e.engine);
            define(e, object, property)?;
            e.engine.edge_close_scope(mark)?;
        }
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_define_class(
    env: napi_env,
    utf8name: *const c_char,
    length: usize,
    constructor: napi_callback,
    data: *mut c_void,
    property_count: usize,
    properties: *const napi_property_descriptor,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        if constructor.is_none() {
            return Err(napi_invalid_arg);
        }
        let properties = array(properties, property_count)?;
        check(utf8name)?;
        let text = e.slot(new_utf8(e, name_of_length(utf8name, length)?)?)?;
        let class = new_function(e, text, constructor, data, true)?;
        let class_slot = e.slot(class)?;
        let mark = e.state.top(&e.engine);
        let key = e.slot(new_key(e, b"prototype")?)?;
        let prototype = e.slot(e.made(e.engine.edge_get(class_slot, key)?)?)?;
        for property in properties {
            let on = if property.attributes & napi_static != 0 { class_slot } else { prototype };
            define(e, on, property)?;
        }
        e.engine.edge_close_scope(mark)?;
        put(result, class)
    })
}
