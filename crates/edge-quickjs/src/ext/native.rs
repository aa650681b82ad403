//! Functions over the isolate's native table, and definitions of properties.

use crate::inner::{Inner, Res, check, put, run_js};
use crate::slots::{Kind, UNDEFINED};
use edge_napi::NativeId;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;

fn new_native(e: &Inner, id: NativeId, name: u32, length: u32, constructor: bool) -> Res<napi_value> {
    if e.natives.get(id).is_none() {
        return Err(napi_invalid_arg);
    }
    e.made(e.engine.edge_new_native_function(id, name, length, u32::from(constructor))?)
}

pub(crate) unsafe fn create_native_function(
    env: napi_env,
    id: NativeId,
    name: napi_value,
    length: u32,
    constructor: bool,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let name = if name.is_null() { UNDEFINED as u32 } else { e.slot(name)? };
        put(result, new_native(e, id, name, length, constructor)?)
    })
}

pub(crate) unsafe fn define_native_accessor(
    env: napi_env,
    object: napi_value,
    key: napi_value,
    getter: Option<NativeId>,
    setter: Option<NativeId>,
    attributes: napi_property_attributes,
) -> napi_status {
    run_js(env, |e| {
        let object = e.object(object, napi_object_expected)?;
        let key = e.slot(key)?;
        let mark = e.state.top(&e.engine);
        let half =
            |id: Option<NativeId>, length: u32| -> Res<u32> { id.map_or(Ok(0), |id| e.slot(new_native(e, id, key, length, false)?)) };
        let (getter, setter) = (half(getter, 0)?, half(setter, 1)?);
        e.done(e.engine.edge_define_accessor(object, key, getter, setter, attributes)?)?;
        e.engine.edge_close_scope(mark)?;
        Ok(())
    })
}

pub(crate) unsafe fn define_value(
    env: napi_env,
    object: napi_value,
    key: napi_value,
    value: napi_value,
    attributes: napi_property_attributes,
) -> napi_status {
    run_js(env, |e| {
        let object = e.object(object, napi_object_expected)?;
        let (key, value) = (e.slot(key)?, e.slot(value)?);
        e.done(e.engine.edge_define_value(object, key, value, attributes)?).map(drop)
    })
}

pub(crate) unsafe fn set_prototype(env: napi_env, object: napi_value, prototype: napi_value) -> napi_status {
    run_js(env, |e| {
        let object = e.object(object, napi_object_expected)?;
        let (slot, raw) = e.value(prototype)?;
        if !matches!(raw.kind(), Kind::Object | Kind::Null) {
            return Err(napi_object_expected);
        }
        e.done(e.engine.edge_set_prototype(object, slot)?).map(drop)
    })
}

pub(crate) unsafe fn class_extends(env: napi_env, constructor: napi_value, parent: napi_value) -> napi_status {
    run_js(env, |e| {
        let constructor = e.object(constructor, napi_function_expected)?;
        let parent = e.object(parent, napi_function_expected)?;
        e.done(e.engine.edge_class_extends(constructor, parent)?).map(drop)
    })
}
