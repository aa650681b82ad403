//! Promises, scripts, and what else `js_native_api.h` has.

use crate::inner::{check, put, run, run_js};
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;

pub(crate) unsafe extern "C" fn napi_create_promise(env: napi_env, deferred: *mut napi_deferred, promise: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(deferred)?;
        check(promise)?;
        let made = e.made(e.engine.edge_new_promise()?)?;
        put(deferred, napi_deferred(((e.out32(1) as usize) << 32) | e.out32(0) as usize))?;
        put(promise, made)
    })
}

fn settle(env: napi_env, deferred: napi_deferred, reject: bool, value: napi_value) -> napi_status {
    run_js(env, |e| {
        let value = e.slot(value)?;
        if deferred.is_null() {
            return Err(napi_invalid_arg);
        }
        match e.engine.edge_settle(deferred.0 as u32, (deferred.0 >> 32) as u32, u32::from(reject), value)? {
            0 => Ok(()),
            -2 => Err(napi_invalid_arg),
            _ => Err(napi_pending_exception),
        }
    })
}

pub(crate) unsafe extern "C" fn napi_resolve_deferred(env: napi_env, deferred: napi_deferred, resolution: napi_value) -> napi_status {
    settle(env, deferred, false, resolution)
}

pub(crate) unsafe extern "C" fn napi_reject_deferred(env: napi_env, deferred: napi_deferred, rejection: napi_value) -> napi_status {
    settle(env, deferred, true, rejection)
}

pub(crate) unsafe extern "C" fn napi_is_promise(env: napi_env, value: napi_value, is_promise: *mut bool) -> napi_status {
    run(env, |e| {
        let slot = e.slot(value)?;
        put(is_promise, e.engine.edge_is_promise(slot)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_run_script(env: napi_env, script: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        let (slot, raw) = e.value(script)?;
        check(result)?;
        if raw.kind() != Kind::String {
            return Err(napi_string_expected);
        }
        put(result, e.made(e.engine.edge_run_text(slot)?)?)
    })
}

/// The engine's own memory is limited as a whole; what native code reports is only counted.
pub(crate) unsafe extern "C" fn napi_adjust_external_memory(env: napi_env, change_in_bytes: i64, adjusted_value: *mut i64) -> napi_status {
    run(env, |e| {
        check(adjusted_value)?;
        let sum = e.external_memory.get().saturating_add(change_in_bytes);
        e.external_memory.set(sum);
        put(adjusted_value, sum)
    })
}
