//! Microtasks, hooks, the async-context slot, termination.

use crate::inner::{check, put, run, run_js};
use edge_napi::JsHook;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::sync::atomic::Ordering;

pub(crate) unsafe fn run_microtasks(env: napi_env) -> napi_status {
    run_js(env, |e| e.done(e.engine.edge_run_microtasks()?).map(drop))
}

pub(crate) unsafe fn enqueue_microtask(env: napi_env, function: napi_value) -> napi_status {
    run_js(env, |e| {
        let function = e.object(function, napi_function_expected)?;
        e.done(e.engine.edge_enqueue_microtask(function)?).map(drop)
    })
}

pub(crate) unsafe fn has_microtasks(env: napi_env, result: *mut bool) -> napi_status {
    run(env, |e| put(result, e.engine.edge_has_microtasks()? != 0))
}

pub(crate) unsafe fn set_js_hook(env: napi_env, hook: JsHook, function: napi_value) -> napi_status {
    run_js(env, |e| e.done(e.engine.edge_set_hook(hook as u32, e.slot(function)?)?).map(drop))
}

pub(crate) unsafe fn get_continuation_data(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_continuation_data()?)?)
    })
}

pub(crate) unsafe fn set_continuation_data(env: napi_env, value: napi_value) -> napi_status {
    run(env, |e| Ok(e.engine.edge_set_continuation_data(e.slot(value)?)?))
}

pub(crate) unsafe fn check_termination(env: napi_env, clear: bool, result: *mut bool) -> napi_status {
    run(env, |e| {
        let pending = e.state.terminated(&e.engine);
        if clear {
            e.terminate.store(false, Ordering::SeqCst);
            e.engine.clear_interrupt();
            e.engine.edge_clear_termination()?;
        }
        put(result, pending)
    })
}

pub(crate) unsafe fn record_status(env: napi_env, status: napi_status) -> napi_status {
    run(env, |_| if status == napi_ok { Ok(()) } else { Err(status) })
}
