//! References, scopes, wraps, externals, type tags; stale and forged ones.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Error, Reference, Value};
use isolate::{eval, isolate, native, text};
use std::cell::Cell;
use std::rc::Rc;

#[test]
fn strong_references_hold_and_weak_ones_do_not() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let (strong, weak, cycle) = {
        let _scope = env.scope().unwrap();
        let cyclic = eval(env, "(() => { const c = { s: 's' }; c.self = c; return c })()").unwrap();
        (
            env.reference(env.object().unwrap()).unwrap(),
            env.weak_reference(env.object().unwrap()).unwrap(),
            env.weak_reference(cyclic).unwrap(),
        )
    };
    assert!(env.deref(weak).unwrap().is_none());
    {
        let _scope = env.scope().unwrap();
        assert!(env.deref(strong).unwrap().is_some());
        assert!(env.deref(cycle).unwrap().is_some());
    }
    env.collect_garbage().unwrap();
    assert!(env.deref(cycle).unwrap().is_none());
    assert_eq!(env.reference_ref(strong).unwrap(), 2);
    assert_eq!(env.reference_unref(strong).unwrap(), 1);
    assert_eq!(env.reference_unref(strong).unwrap(), 0);
    assert!(env.deref(strong).unwrap().is_none());
    assert!(env.reference_unref(strong).is_err());
    assert_eq!(env.reference_ref(strong).unwrap(), 0, "nothing left to hold");
    for reference in [strong, weak, cycle] {
        env.drop_reference(reference);
        assert!(matches!(env.deref(reference), Err(Error::Status(napi_invalid_arg))), "stale");
    }
    let again = env.reference(env.object().unwrap()).unwrap();
    assert_ne!(again, cycle);
    for forged in [napi_ref(0), napi_ref(1), napi_ref(usize::MAX), napi_ref(0xffff_ffff), napi_ref(again.0.0 & 0xffff_ffff)] {
        assert!(env.deref(Reference(forged)).is_err() || forged == again.0);
        assert_ne!(raw!(env, napi_delete_reference(forged)), napi_ok);
    }
}

#[test]
fn references_to_primitives() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let text = env.reference(env.string("kept").unwrap()).unwrap();
    assert_eq!(env.get_string(env.deref(text).unwrap().unwrap()).unwrap(), "kept");
    assert!(env.deref(env.weak_reference(env.int32(1).unwrap()).unwrap()).unwrap().is_none());
    let symbol = env.symbol("weak").unwrap();
    let weak = env.weak_reference(symbol).unwrap();
    assert!(env.strict_equals(env.deref(weak).unwrap().unwrap(), symbol).unwrap());
}

#[test]
fn scopes_free_what_they_made() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let outer = env.object().unwrap();
    let inner = {
        let _scope = env.scope().unwrap();
        env.object().unwrap()
    };
    let mut kind = napi_valuetype::napi_undefined;
    assert_eq!(raw!(env, napi_typeof(inner.0, &mut kind)), napi_invalid_arg);
    assert_eq!(raw!(env, napi_typeof(outer.0, &mut kind)), napi_ok);
    let escaped = env.escape(|| env.string("out")).unwrap();
    assert_eq!(env.get_string(escaped).unwrap(), "out");
    let mut scope = napi_escapable_handle_scope(0);
    assert_eq!(raw!(env, napi_open_escapable_handle_scope(&mut scope)), napi_ok);
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_escape_handle(scope, outer.0, &mut out)), napi_ok);
    assert_eq!(raw!(env, napi_escape_handle(scope, outer.0, &mut out)), napi_escape_called_twice);
    assert_eq!(raw!(env, napi_close_handle_scope(napi_handle_scope(scope.0))), napi_handle_scope_mismatch);
    assert_eq!(raw!(env, napi_close_escapable_handle_scope(scope)), napi_ok);
    assert_eq!(raw!(env, napi_close_escapable_handle_scope(scope)), napi_handle_scope_mismatch);
    for forged in [0, 1, 77, usize::MAX] {
        assert_ne!(raw!(env, napi_close_handle_scope(napi_handle_scope(forged))), napi_ok);
    }
    assert!(env.strict_equals(Value(out), outer).unwrap());
}

#[test]
fn a_native_cannot_close_its_callers_scopes() {
    let isolate = isolate(&[native("thief", |env, info| {
        for id in 0..4 {
            assert_ne!(raw!(env, napi_close_handle_scope(napi_handle_scope(id))), napi_ok);
        }
        // Left open on purpose: the end of the call closes it.
        let mut scope = napi_handle_scope(0);
        assert_eq!(raw!(env, napi_open_handle_scope(&mut scope)), napi_ok);
        env.object()?;
        Ok(info.arg(0))
    })]);
    let env = isolate.env();
    let _a = env.scope().unwrap();
    let _b = env.scope().unwrap();
    let kept = env.object().unwrap();
    let thief = env.native_function("thief", "thief").unwrap();
    let result = env.call(thief, kept, &[kept]).unwrap();
    assert!(env.strict_equals(result, kept).unwrap());
    assert!(env.is_object(kept).unwrap());
}

struct Noisy(Rc<Cell<u32>>);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn wraps_end_with_their_object_or_the_environment() {
    let drops = Rc::new(Cell::new(0));
    let isolate = isolate(&[]);
    let env = isolate.env();
    {
        let _scope = env.scope().unwrap();
        let object = env.object().unwrap();
        env.wrap(object, Rc::new(Noisy(drops.clone()))).unwrap();
        assert_eq!(env.unwrap::<Noisy>(object).unwrap().0.get(), 0);
        assert!(env.try_unwrap::<String>(object).unwrap().is_none());
        assert!(env.try_unwrap::<Noisy>(env.object().unwrap()).unwrap().is_none());
        assert!(env.try_unwrap::<Noisy>(env.int32(1).unwrap()).unwrap().is_none());
        assert!(env.wrap(object, Rc::new(Noisy(drops.clone()))).is_err(), "wrapped already");
        assert_eq!(drops.get(), 1);
        let frozen = eval(env, "Object.freeze(new Proxy({}, { defineProperty() { throw 1 } }))").unwrap();
        env.wrap(frozen, Rc::new(Noisy(drops.clone()))).unwrap();
    }
    assert_eq!(drops.get(), 1, "queued, not run");
    env.run_finalizers().unwrap();
    assert_eq!(drops.get(), 3);
    let kept = env.object().unwrap();
    env.wrap(kept, Rc::new(Noisy(drops.clone()))).unwrap();
    let external = {
        let mut out = napi_value::NULL;
        assert_eq!(raw!(env, napi_create_external(5 as _, None, std::ptr::null_mut(), &mut out)), napi_ok);
        out
    };
    let mut data = std::ptr::null_mut();
    assert_eq!(raw!(env, napi_get_value_external(external, &mut data)), napi_ok);
    assert_eq!(data as usize, 5);
    assert_eq!(raw!(env, napi_get_value_external(kept.0, &mut data)), napi_invalid_arg);
    assert_eq!(env.type_of(Value(external)).unwrap(), napi_valuetype::napi_external);
    drop(isolate);
    assert_eq!(drops.get(), 4);
}

#[test]
fn wraps_are_removed_and_tagged() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let object = env.object().unwrap();
    let mut reference = napi_ref::NULL;
    assert_eq!(raw!(env, napi_wrap(object.0, 9 as _, None, std::ptr::null_mut(), &mut reference)), napi_ok);
    assert_eq!(env.reference_ref(Reference(reference)).unwrap(), 1);
    assert_eq!(env.reference_unref(Reference(reference)).unwrap(), 0);
    let mut data = std::ptr::null_mut();
    assert_eq!(raw!(env, napi_unwrap(object.0, &mut data)), napi_ok);
    assert_eq!(raw!(env, napi_remove_wrap(object.0, &mut data)), napi_ok);
    assert_eq!(data as usize, 9);
    assert_eq!(raw!(env, napi_unwrap(object.0, &mut data)), napi_invalid_arg);
    assert_eq!(raw!(env, napi_remove_wrap(object.0, &mut data)), napi_invalid_arg);
    assert!(env.deref(Reference(reference)).unwrap().is_some());
    assert_eq!(raw!(env, napi_delete_reference(reference)), napi_ok);
    assert_eq!(raw!(env, napi_unwrap(env.int32(1).unwrap().0, &mut data)), napi_object_expected);
    let tag = napi_type_tag { lower: 1, upper: u64::MAX };
    let mut has = true;
    assert_eq!(raw!(env, napi_check_object_type_tag(object.0, &tag, &mut has)), napi_ok);
    assert!(!has);
    assert_eq!(raw!(env, napi_type_tag_object(object.0, &tag)), napi_ok);
    assert_eq!(raw!(env, napi_check_object_type_tag(object.0, &tag, &mut has)), napi_ok);
    assert!(has);
    assert_eq!(raw!(env, napi_check_object_type_tag(object.0, &napi_type_tag { lower: 2, upper: u64::MAX }, &mut has)), napi_ok);
    assert!(!has);
    assert_eq!(raw!(env, napi_type_tag_object(object.0, &tag)), napi_invalid_arg);
    assert_eq!(text(env, "1"), "1");
}
