//! Details of values.

use crate::inner::{check, put, put_optional, run, run_js};
use crate::napi::{buffer, string};
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{ClassKind, PromiseState, RawStr};

pub(crate) unsafe fn get_string_raw(env: napi_env, value: napi_value, result: *mut RawStr) -> napi_status {
    run(env, |e| {
        check(result)?;
        let (address, len, wide) = string::raw(e, value)?;
        let bytes = len as usize * if wide { 2 } else { 1 };
        let ptr = e.engine.at(address, bytes).ok_or(napi_generic_failure)?;
        put(result, RawStr { ptr, len: len as usize, wide })
    })
}

/// The engine's numbers (`JSEdgeClassKind` in shim/engine_hooks.h), in its order.
const KINDS: [ClassKind; 62] = [
    ClassKind::Primitive,
    ClassKind::Object,
    ClassKind::Array,
    ClassKind::Error,
    ClassKind::NumberObject,
    ClassKind::StringObject,
    ClassKind::BooleanObject,
    ClassKind::SymbolObject,
    ClassKind::BigIntObject,
    ClassKind::Arguments,
    ClassKind::Date,
    ClassKind::RegExp,
    ClassKind::ModuleNamespace,
    ClassKind::Function,
    ClassKind::BoundFunction,
    ClassKind::GeneratorFunction,
    ClassKind::AsyncFunction,
    ClassKind::AsyncGeneratorFunction,
    ClassKind::ClassConstructor,
    ClassKind::GeneratorObject,
    ClassKind::AsyncGeneratorObject,
    ClassKind::Promise,
    ClassKind::Proxy,
    ClassKind::Map,
    ClassKind::Set,
    ClassKind::WeakMap,
    ClassKind::WeakSet,
    ClassKind::WeakRef,
    ClassKind::FinalizationRegistry,
    ClassKind::MapIterator,
    ClassKind::SetIterator,
    ClassKind::ArrayIterator,
    ClassKind::StringIterator,
    ClassKind::RegExpStringIterator,
    ClassKind::IteratorHelper,
    ClassKind::ArrayBuffer,
    ClassKind::SharedArrayBuffer,
    ClassKind::DataView,
    ClassKind::Uint8ClampedArray,
    ClassKind::Int8Array,
    ClassKind::Uint8Array,
    ClassKind::Int16Array,
    ClassKind::Uint16Array,
    ClassKind::Int32Array,
    ClassKind::Uint32Array,
    ClassKind::BigInt64Array,
    ClassKind::BigUint64Array,
    ClassKind::Float16Array,
    ClassKind::Float32Array,
    ClassKind::Float64Array,
    ClassKind::Object, // DisposableStack
    ClassKind::Object, // AsyncDisposableStack
    ClassKind::Object, // rawJSON
    ClassKind::Object, // call site
    ClassKind::Object, // module record
    ClassKind::Object, // context
    ClassKind::External,
    ClassKind::Object, // other classes of the host
    ClassKind::Object,
    ClassKind::Object,
    ClassKind::Object,
    ClassKind::Object,
];

pub(crate) unsafe fn get_class_kind(env: napi_env, value: napi_value, result: *mut ClassKind) -> napi_status {
    run(env, |e| {
        let (slot, raw) = e.value(value)?;
        if raw.kind() != Kind::Object {
            return put(result, ClassKind::Primitive);
        }
        let kind = e.engine.edge_class_kind(slot)?;
        put(result, KINDS.get(kind as usize).copied().unwrap_or(ClassKind::Object))
    })
}

pub(crate) unsafe fn get_constructor_name(env: napi_env, object: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.object(object, napi_object_expected)?;
        put(result, e.made(e.engine.edge_constructor_name(object)?)?)
    })
}

pub(crate) unsafe fn get_own_non_index_properties(env: napi_env, object: napi_value, filter: u32, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let object = e.object(object, napi_object_expected)?;
        put(result, e.made(e.engine.edge_own_non_index_properties(object, filter)?)?)
    })
}

pub(crate) unsafe fn preview_entries(env: napi_env, object: napi_value, result: *mut napi_value, is_key_value: *mut bool) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let entries = e.engine.edge_preview_entries(e.slot(object)?)?;
        let entries = e.made(entries)?;
        put_optional(is_key_value, e.out32(0) != 0);
        put(result, entries)
    })
}

pub(crate) unsafe fn get_promise_details(
    env: napi_env,
    promise: napi_value,
    state: *mut PromiseState,
    result: *mut napi_value,
) -> napi_status {
    run(env, |e| {
        check(state)?;
        check(result)?;
        let slot = e.engine.edge_promise_details(e.slot(promise)?)?;
        if slot == -2 {
            return Err(napi_invalid_arg);
        }
        let value = e.made(slot as u32)?;
        let now = match e.out32(0) {
            0 => PromiseState::Pending,
            1 => PromiseState::Fulfilled,
            _ => PromiseState::Rejected,
        };
        put(state, now)?;
        put(result, value)
    })
}

pub(crate) unsafe fn get_proxy_details(env: napi_env, proxy: napi_value, target: *mut napi_value, handler: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(target)?;
        check(handler)?;
        let slot = e.engine.edge_proxy_details(e.slot(proxy)?)?;
        if slot == -2 {
            return Err(napi_invalid_arg);
        }
        put(target, e.made(slot as u32)?)?;
        put(handler, napi_value(slot as usize + 1))
    })
}

pub(crate) unsafe fn mark_promise_as_handled(env: napi_env, promise: napi_value) -> napi_status {
    run(env, |e| if e.engine.edge_mark_promise_as_handled(e.slot(promise)?)? < 0 { Err(napi_invalid_arg) } else { Ok(()) })
}

pub(crate) unsafe fn create_private_symbol(env: napi_env, description: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        if e.kind(description)? != Kind::String {
            return Err(napi_string_expected);
        }
        put(result, e.made(e.engine.edge_new_private_symbol(e.slot(description)?)?)?)
    })
}

pub(crate) unsafe fn create_shared_arraybuffer(
    env: napi_env,
    byte_length: usize,
    data: *mut *mut u8,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let (made, bytes) = buffer::new_buffer(e, byte_length, true)?;
        put_optional(data, bytes);
        put(result, made)
    })
}

pub(crate) unsafe fn get_any_arraybuffer_info(
    env: napi_env,
    value: napi_value,
    data: *mut *mut u8,
    byte_length: *mut usize,
    max_byte_length: *mut usize,
    resizable: *mut bool,
) -> napi_status {
    run(env, |e| {
        let view = buffer::view(e, value)?;
        if !view.is_any_array_buffer() {
            return Err(napi_arraybuffer_expected);
        }
        put_optional(data, view.data);
        put_optional(byte_length, view.byte_length);
        put_optional(max_byte_length, view.max_byte_length);
        put_optional(resizable, view.resizable);
        Ok(())
    })
}

pub(crate) unsafe fn get_view_bytes(env: napi_env, value: napi_value, data: *mut *mut u8, byte_length: *mut usize) -> napi_status {
    run(env, |e| {
        let view = buffer::view(e, value)?;
        if view.kind < 0 {
            return Err(napi_arraybuffer_expected);
        }
        put_optional(data, view.data);
        put_optional(byte_length, view.byte_length);
        Ok(())
    })
}

pub(crate) unsafe fn same_value(env: napi_env, a: napi_value, b: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| {
        let (a, b) = (e.slot(a)?, e.slot(b)?);
        put(result, e.engine.edge_same_value(a, b)? != 0)
    })
}

pub(crate) unsafe fn create_regexp(env: napi_env, source: napi_value, flags: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        if e.kind(source)? != Kind::String || e.kind(flags)? != Kind::String {
            return Err(napi_string_expected);
        }
        put(result, e.made(e.engine.edge_new_regexp(e.slot(source)?, e.slot(flags)?)?)?)
    })
}
