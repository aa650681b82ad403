//! Compiling and running source, bytecode, contexts, positions.

use crate::inner::{Inner, Res, array, check, put, run, run_js};
use crate::napi::buffer;
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{ErrorPosition, SourceInfo};

/// Writes a source for the shim (`EdgeSource` in shim/code.c) and lends its address to `f`.
pub(super) fn with_source<T>(e: &Inner, source: *const SourceInfo, f: impl FnOnce(u32) -> Res<T>) -> Res<T> {
    check(source)?;
    // SAFETY: the extension table's contract: the source lives for the call.
    let source = unsafe { &*source };
    if e.kind(source.source)? != Kind::String || e.kind(source.filename)? != Kind::String {
        return Err(napi_string_expected);
    }
    let words = [
        e.slot(source.source)?,
        e.slot(source.filename)?,
        source.line_offset as u32,
        source.column_offset as u32,
        e.optional(source.host_defined_option)?,
        e.optional(source.context)?,
    ];
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    e.with_bytes(&bytes, f)
}

pub(crate) unsafe fn compile_function(
    env: napi_env,
    source: *const SourceInfo,
    params: *const napi_value,
    nparams: usize,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let params = array(params, nparams)?;
        if nparams > 65_535 {
            return Err(napi_invalid_arg);
        }
        let made = with_source(e, source, |source| {
            e.with_slots(params, |params| Ok(e.engine.edge_compile_function(source, nparams as u32, params)?))
        })?;
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe fn compile_script(env: napi_env, source: *const SourceInfo, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let made = with_source(e, source, |source| Ok(e.engine.edge_compile_script(source)?))?;
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe fn run_script_in(env: napi_env, script: napi_value, context: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let (script, context) = (e.object(script, napi_object_expected)?, e.optional(context)?);
        put(result, e.made(e.engine.edge_run_script(script, context)?)?)
    })
}

pub(crate) unsafe fn write_bytecode(env: napi_env, code: napi_value, strip_source: bool, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        e.done(e.engine.edge_write_bytecode(e.slot(code)?, u32::from(strip_source))?)?;
        let (address, size) = (e.out32(0), e.out32(1) as usize);
        let made = buffer::new_buffer(e, size, false);
        if let Ok((_, to)) = made
            && let Some(from) = e.engine.at(address, size)
        {
            // SAFETY: both ranges lie in linear memory and are different blocks; no engine code runs meanwhile.
            unsafe { to.copy_from_nonoverlapping(from, size) };
        }
        e.engine.edge_js_free(address)?;
        put(result, made?.0)
    })
}

pub(crate) unsafe fn read_bytecode(
    env: napi_env,
    bytes: *const u8,
    length: usize,
    host_defined_option: napi_value,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let bytes = array(bytes, length)?;
        let option = e.optional(host_defined_option)?;
        let made = e.with_bytes(bytes, |at| Ok(e.engine.edge_read_bytecode(at, length as u32, option)?))?;
        put(result, e.made(made)?)
    })
}

/// `allow_wasm` has nothing to allow in this engine. A context with a microtask queue of its own runs its microtasks at the end of each
/// script (`microtaskMode: 'afterEvaluate'`).
pub(crate) unsafe fn make_context(
    env: napi_env,
    sandbox: napi_value,
    allow_strings: bool,
    _allow_wasm: bool,
    own_microtask_queue: bool,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let sandbox = if sandbox.is_null() { 0 } else { e.object(sandbox, napi_object_expected)? };
        put(result, e.made(e.engine.edge_make_context(sandbox, u32::from(allow_strings) | u32::from(own_microtask_queue) << 1)?)?)
    })
}

pub(crate) unsafe fn get_error_position(env: napi_env, error: napi_value, result: *mut ErrorPosition) -> napi_status {
    run(env, |e| {
        check(result)?;
        let slot = e.engine.edge_error_position(e.slot(error)?)?;
        if slot == -2 {
            return Err(napi_invalid_arg);
        }
        let filename = e.made(slot as u32)?;
        put(
            result,
            ErrorPosition {
                filename,
                source_line: napi_value(slot as usize + 1),
                line: e.out32(0) as i32,
                start_column: (e.out32(1) as i32).saturating_sub(1),
                end_column: (e.out32(2) as i32).saturating_sub(1),
            },
        )
    })
}

pub(crate) unsafe fn get_call_sites(env: napi_env, limit: u32, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_call_sites(limit)?)?)
    })
}

pub(crate) unsafe fn get_function_info(env: napi_env, function: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        let function = e.object(function, napi_function_expected)?;
        put(result, e.made(e.engine.edge_function_info(function)?)?)
    })
}
