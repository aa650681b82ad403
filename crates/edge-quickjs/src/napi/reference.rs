//! References, handle scopes, wraps, externals, type tags, finalisers, instance data.
//!
//! A `napi_ref` is a record's index and generation, so a stale one is refused and one kept by number survives in an image.

use crate::host_table::{Entry, Pointer};
use crate::inner::{Inner, Res, Scope, check, put, put_optional, run, run_always};
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::c_void;

fn new_ref(index: u32, generation: u64) -> napi_ref {
    napi_ref(((generation as usize & 0xffff_ffff) << 32) | index as usize)
}

fn parts(reference: napi_ref) -> Res<(u32, u32)> {
    if reference.is_null() { Err(napi_invalid_arg) } else { Ok((reference.0 as u32, (reference.0 >> 32) as u32)) }
}

pub(crate) unsafe extern "C" fn napi_create_reference(
    env: napi_env,
    value: napi_value,
    initial_refcount: u32,
    result: *mut napi_ref,
) -> napi_status {
    run(env, |e| {
        let slot = e.slot(value)?;
        check(result)?;
        let index = e.engine.edge_new_reference(slot, initial_refcount)?;
        e.made(index)?;
        put(result, new_ref(index, e.out(0)))
    })
}

pub(crate) unsafe extern "C" fn napi_delete_reference(env: napi_env, reference: napi_ref) -> napi_status {
    run(env, |e| {
        let (index, generation) = parts(reference)?;
        if e.engine.edge_delete_reference(index, generation)? < 0 { Err(napi_invalid_arg) } else { Ok(()) }
    })
}

fn count(env: napi_env, reference: napi_ref, delta: i32, result: *mut u32) -> napi_status {
    run(env, |e| {
        let (index, generation) = parts(reference)?;
        match e.engine.edge_count_reference(index, generation, delta)? {
            -1 => Err(napi_invalid_arg),
            -2 => Err(napi_generic_failure),
            -3 => Err(napi_pending_exception),
            count => {
                put_optional(result, count as u32);
                Ok(())
            }
        }
    })
}

pub(crate) unsafe extern "C" fn napi_reference_ref(env: napi_env, reference: napi_ref, result: *mut u32) -> napi_status {
    count(env, reference, 1, result)
}

pub(crate) unsafe extern "C" fn napi_reference_unref(env: napi_env, reference: napi_ref, result: *mut u32) -> napi_status {
    count(env, reference, -1, result)
}

pub(crate) unsafe extern "C" fn napi_get_reference_value(env: napi_env, reference: napi_ref, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        let (index, generation) = parts(reference)?;
        check(result)?;
        match e.engine.edge_reference_value(index, generation)? {
            -1 => Err(napi_invalid_arg),
            -2 => put(result, napi_value::NULL),
            slot => put(result, e.made(slot as u32)?),
        }
    })
}

// --- handle scopes ------------------------------------------------------------------------------------------------------------

fn open_scope(e: &Inner, escapable: bool) -> Res<usize> {
    let escape = if escapable { e.slot(e.push(crate::slots::Raw::UNDEFINED)?)? } else { 0 };
    let mut scopes = e.scopes.borrow_mut();
    scopes.push(Scope { mark: e.state.top(&e.engine), escape, escaped: false });
    Ok(scopes.len())
}

/// Closes scope `id` and those opened inside of it. Scopes of calls further out are not ours to close.
fn close_scope(e: &Inner, id: usize, escapable: bool) -> Res<()> {
    let index = id.checked_sub(1).ok_or(napi_invalid_arg)?;
    let mark = {
        let mut scopes = e.scopes.borrow_mut();
        if index < e.scope_floor.get() {
            return Err(napi_handle_scope_mismatch);
        }
        let scope = scopes.get(index).ok_or(napi_handle_scope_mismatch)?;
        if (scope.escape != 0) != escapable {
            return Err(napi_handle_scope_mismatch);
        }
        let mark = scope.mark;
        scopes.truncate(index);
        mark
    };
    let top = e.state.top(&e.engine);
    if top > mark {
        close_slots(e, mark, top)?;
    }
    Ok(())
}

/// Frees slots from `mark` up: only values with a reference count cost a call.
fn close_slots(e: &Inner, mark: u32, top: u32) -> Res<()> {
    let plain = top - mark <= 8
        && (mark..top).all(|slot| {
            matches!(
                e.state.get(&e.engine, slot).map(crate::slots::Raw::kind),
                Some(Kind::Int(_) | Kind::Double(_) | Kind::Bool(_) | Kind::Undefined | Kind::Null)
            )
        });
    if plain {
        e.state.set_top(&e.engine, mark);
    } else {
        e.engine.edge_close_scope(mark)?;
    }
    Ok(())
}

pub(crate) unsafe extern "C" fn napi_open_handle_scope(env: napi_env, result: *mut napi_handle_scope) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, napi_handle_scope(open_scope(e, false)?))
    })
}

pub(crate) unsafe extern "C" fn napi_close_handle_scope(env: napi_env, scope: napi_handle_scope) -> napi_status {
    run(env, |e| close_scope(e, scope.0, false))
}

pub(crate) unsafe extern "C" fn napi_open_escapable_handle_scope(env: napi_env, result: *mut napi_escapable_handle_scope) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, napi_escapable_handle_scope(open_scope(e, true)?))
    })
}

pub(crate) unsafe extern "C" fn napi_close_escapable_handle_scope(env: napi_env, scope: napi_escapable_handle_scope) -> napi_status {
    run(env, |e| close_scope(e, scope.0, true))
}

pub(crate) unsafe extern "C" fn napi_escape_handle(
    env: napi_env,
    scope: napi_escapable_handle_scope,
    escapee: napi_value,
    result: *mut napi_value,
) -> napi_status {
    run(env, |e| {
        let index = scope.0.checked_sub(1).ok_or(napi_invalid_arg)?;
        let from = e.slot(escapee)?;
        check(result)?;
        let to = {
            let mut scopes = e.scopes.borrow_mut();
            let scope = scopes.get_mut(index).filter(|scope| scope.escape != 0).ok_or(napi_invalid_arg)?;
            if scope.escaped {
                return Err(napi_escape_called_twice);
            }
            scope.escaped = true;
            scope.escape
        };
        e.engine.edge_assign_slot(to, from)?;
        put(result, napi_value(to as usize))
    })
}

// --- wraps ------------------------------------------------------------------------------------------------------------------------

fn tie(e: &Inner, object: u32, pointer: Pointer, is_finalizer: bool, result: *mut napi_ref) -> Res<()> {
    let host = e.pointers.add(Entry::Pointer(pointer));
    let index = e.engine.edge_new_wrap(object, host, u32::from(is_finalizer), u32::from(!result.is_null()))?;
    if index == 0 {
        e.pointers.take(host);
        return Err(napi_pending_exception);
    }
    put_optional(result, new_ref(index, e.out(0)));
    Ok(())
}

pub(crate) unsafe extern "C" fn napi_wrap(
    env: napi_env,
    js_object: napi_value,
    native_object: *mut c_void,
    finalize_cb: napi_finalize,
    finalize_hint: *mut c_void,
    result: *mut napi_ref,
) -> napi_status {
    run(env, |e| {
        let object = e.object(js_object, napi_object_expected)?;
        if e.engine.edge_wrap_host(object)? != 0 {
            return Err(napi_invalid_arg);
        }
        tie(e, object, Pointer { data: native_object, finalize: finalize_cb, hint: finalize_hint }, false, result)
    })
}

/// The pointer of an id that must be one.
fn pointer(e: &Inner, host: u32) -> Res<Pointer> {
    match e.pointers.get(host) {
        Some(Entry::Pointer(pointer)) => Ok(pointer),
        _ => Err(napi_invalid_arg),
    }
}

pub(crate) unsafe extern "C" fn napi_unwrap(env: napi_env, js_object: napi_value, result: *mut *mut c_void) -> napi_status {
    run(env, |e| {
        let object = e.object(js_object, napi_object_expected)?;
        check(result)?;
        put(result, pointer(e, e.engine.edge_wrap_host(object)?)?.data)
    })
}

pub(crate) unsafe extern "C" fn napi_remove_wrap(env: napi_env, js_object: napi_value, result: *mut *mut c_void) -> napi_status {
    run(env, |e| {
        let object = e.object(js_object, napi_object_expected)?;
        let host = e.engine.edge_remove_wrap(object)?;
        let pointer = pointer(e, host)?;
        e.pointers.take(host);
        put_optional(result, pointer.data);
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_add_finalizer(
    env: napi_env,
    js_object: napi_value,
    finalize_data: *mut c_void,
    finalize_cb: napi_finalize,
    finalize_hint: *mut c_void,
    result: *mut napi_ref,
) -> napi_status {
    run(env, |e| {
        let object = e.object(js_object, napi_invalid_arg)?;
        if finalize_cb.is_none() {
            return Err(napi_invalid_arg);
        }
        tie(e, object, Pointer { data: finalize_data, finalize: finalize_cb, hint: finalize_hint }, true, result)
    })
}

pub(crate) unsafe extern "C" fn node_api_post_finalizer(
    env: napi_env,
    finalize_cb: napi_finalize,
    finalize_data: *mut c_void,
    finalize_hint: *mut c_void,
) -> napi_status {
    run_always(env, |e| {
        if finalize_cb.is_none() {
            return Err(napi_invalid_arg);
        }
        e.posted.borrow_mut().push(Pointer { data: finalize_data, finalize: finalize_cb, hint: finalize_hint });
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_create_external(
    env: napi_env,
    data: *mut c_void,
    finalize_cb: napi_finalize,
    finalize_hint: *mut c_void,
    result: *mut napi_value,
) -> napi_status {
    run(env, |e| {
        check(result)?;
        let host = e.pointers.add(Entry::Pointer(Pointer { data, finalize: finalize_cb, hint: finalize_hint }));
        let made = e.engine.edge_new_external(host)?;
        if made == 0 {
            e.pointers.take(host);
        }
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_external(env: napi_env, value: napi_value, result: *mut *mut c_void) -> napi_status {
    run(env, |e| {
        let slot = e.slot(value)?;
        check(result)?;
        put(result, pointer(e, e.engine.edge_external_host(slot)?)?.data)
    })
}

// --- type tags ----------------------------------------------------------------------------------------------------------------------

fn tag(type_tag: *const napi_type_tag) -> Res<napi_type_tag> {
    check(type_tag)?;
    // SAFETY: Node-API's contract: the tag is null or lives for the call.
    Ok(unsafe { *type_tag })
}

pub(crate) unsafe extern "C" fn napi_type_tag_object(env: napi_env, value: napi_value, type_tag: *const napi_type_tag) -> napi_status {
    run(env, |e| {
        e.slot(value)?;
        let tag = tag(type_tag)?;
        let object = e.object(value, napi_object_expected)?;
        match e.engine.edge_set_type_tag(object, tag.lower, tag.upper)? {
            1 => Ok(()),
            0 => Err(napi_invalid_arg),
            _ => Err(napi_pending_exception),
        }
    })
}

pub(crate) unsafe extern "C" fn napi_check_object_type_tag(
    env: napi_env,
    value: napi_value,
    type_tag: *const napi_type_tag,
    result: *mut bool,
) -> napi_status {
    run(env, |e| {
        e.slot(value)?;
        let tag = tag(type_tag)?;
        check(result)?;
        let object = e.object(value, napi_object_expected)?;
        put(result, e.engine.edge_check_type_tag(object, tag.lower, tag.upper)? != 0)
    })
}

// --- instance data ---------------------------------------------------------------------------------------------------------------------

pub(crate) unsafe extern "C" fn napi_set_instance_data(
    env: napi_env,
    data: *mut c_void,
    finalize_cb: napi_finalize,
    finalize_hint: *mut c_void,
) -> napi_status {
    run(env, |e| {
        // As in Node: what was there is dropped without its finaliser.
        e.instance_data.set(Some(Pointer { data, finalize: finalize_cb, hint: finalize_hint }));
        Ok(())
    })
}

pub(crate) unsafe extern "C" fn napi_get_instance_data(env: napi_env, data: *mut *mut c_void) -> napi_status {
    run(env, |e| put(data, e.instance_data.get().map_or(std::ptr::null_mut(), |pointer| pointer.data)))
}

/// Runs every finaliser that waits; they may queue more.
pub(crate) fn run_finalizers(e: &Inner) -> Res<()> {
    loop {
        let posted = std::mem::take(&mut *e.posted.borrow_mut());
        let none_posted = posted.is_empty();
        for pointer in posted {
            finalize(e, pointer);
        }
        let host = if e.state.finalizers(&e.engine) == 0 { 0 } else { e.engine.edge_next_finalizer()? };
        if host == 0 {
            if none_posted {
                return Ok(());
            }
            continue;
        }
        if let Some(Entry::Pointer(pointer)) = e.pointers.take(host) {
            finalize(e, pointer);
        }
    }
}

/// Runs one finaliser, in a handle scope of its own.
pub(crate) fn finalize(e: &Inner, pointer: Pointer) {
    let Some(finalize) = pointer.finalize else { return };
    let mark = e.state.top(&e.engine);
    // SAFETY: the pair that the owner handed over, taken out of the table: it runs once.
    unsafe { finalize(e.raw_env(), pointer.data, pointer.hint) };
    if !e.is_closing() && e.state.top(&e.engine) > mark {
        let _ = e.engine.edge_close_scope(mark);
    }
}
