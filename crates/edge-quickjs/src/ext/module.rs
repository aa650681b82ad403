//! Module records.

use super::code::with_source;
use crate::inner::{Inner, Res, check, put, put_optional, run, run_js};
use crate::slots::{Kind, UNDEFINED};
use edge_napi::SourceInfo;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;

pub(crate) unsafe fn module_create_source(
    env: napi_env,
    source: *const SourceInfo,
    wrap: napi_value,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let wrap = e.optional(wrap)?;
        let made = with_source(e, source, |source| Ok(e.engine.edge_new_source_module(source, wrap)?))?;
        put(result, e.made(made)?)
    })
}

/// The elements of an array as handles.
fn elements(e: &Inner, list: napi_value) -> Res<Vec<napi_value>> {
    let slot = e.object(list, napi_array_expected)?;
    if e.engine.edge_is_array(slot)? == 0 {
        return Err(napi_array_expected);
    }
    e.done(e.engine.edge_length(slot)?)?;
    (0..e.out32(0)).map(|index| e.made(e.engine.edge_get_index(slot, index)?)).collect()
}

pub(crate) unsafe fn module_create_synthetic(
    env: napi_env,
    url: napi_value,
    context: napi_value,
    names: napi_value,
    steps: napi_value,
    wrap: napi_value,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        if e.kind(url)? != Kind::String {
            return Err(napi_string_expected);
        }
        let names = elements(e, names)?;
        let steps = if steps.is_null() { UNDEFINED as u32 } else { e.slot(steps)? };
        let (url, context, wrap) = (e.slot(url)?, e.optional(context)?, e.optional(wrap)?);
        let made =
            e.with_slots(&names, |at| Ok(e.engine.edge_new_synthetic_module(url, context, names.len() as u32, at, steps, wrap)?))?;
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe fn module_get_requests(env: napi_env, module: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_module_requests(e.slot(module)?)?)?)
    })
}

pub(crate) unsafe fn module_link(env: napi_env, module: napi_value, modules: napi_value) -> napi_status {
    run_js(env, |e| {
        let module = e.slot(module)?;
        let modules = elements(e, modules)?;
        let status = e.with_slots(&modules, |at| Ok(e.engine.edge_module_link(module, modules.len() as u32, at)?))?;
        e.done(status).map(drop)
    })
}

pub(crate) unsafe fn module_instantiate(env: napi_env, module: napi_value) -> napi_status {
    run_js(env, |e| e.done(e.engine.edge_module_instantiate(e.slot(module)?)?).map(drop))
}

pub(crate) unsafe fn module_evaluate(env: napi_env, module: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_module_evaluate(e.slot(module)?)?)?)
    })
}

pub(crate) unsafe fn module_get_namespace(env: napi_env, module: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_module_namespace(e.slot(module)?)?)?)
    })
}

pub(crate) unsafe fn module_get_status(env: napi_env, module: napi_value, result: *mut u32) -> napi_status {
    run(env, |e| put(result, e.engine.edge_module_status(e.slot(module)?)? as u32))
}

pub(crate) unsafe fn module_get_error(env: napi_env, module: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_module_error(e.slot(module)?)?)?)
    })
}

pub(crate) unsafe fn module_get_stalled_awaits(env: napi_env, module: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_module_stalled_awaits(e.slot(module)?)?)?)
    })
}

pub(crate) unsafe fn module_get_async(
    env: napi_env,
    module: napi_value,
    has_top_level_await: *mut bool,
    graph_is_async: *mut Option<bool>,
) -> napi_status {
    run(env, |e| {
        let bits = e.engine.edge_module_async(e.slot(module)?)?;
        put_optional(has_top_level_await, bits & 1 != 0);
        put_optional(graph_is_async, if bits & 4 != 0 { None } else { Some(bits & 2 != 0) });
        Ok(())
    })
}

pub(crate) unsafe fn module_set_export(env: napi_env, module: napi_value, name: napi_value, value: napi_value) -> napi_status {
    run_js(env, |e| {
        let (module, name, value) = (e.slot(module)?, e.slot(name)?, e.slot(value)?);
        e.done(e.engine.edge_module_set_export(module, name, value)?).map(drop)
    })
}
