//! Objects, arrays, properties, keys.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Error, Value};
use isolate::{eval, isolate, text};

#[test]
fn properties_are_read_written_and_deleted() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let object = env.object().unwrap();
    env.set(object, "a", env.int32(1).unwrap()).unwrap();
    env.set_index(object, 7, env.int32(2).unwrap()).unwrap();
    assert_eq!(env.get_i32(env.get(object, "a").unwrap()).unwrap(), 1);
    assert_eq!(env.get_i32(env.get(object, "7").unwrap()).unwrap(), 2);
    assert!(env.has(object, "toString").unwrap());
    assert!(!env.has_own_key(object, env.key("toString").unwrap()).unwrap());
    assert!(env.delete_key(object, env.key("a").unwrap()).unwrap());
    assert!(!env.has(object, "a").unwrap());
    let mut flag = false;
    assert_eq!(raw!(env, napi_has_own_property(object.0, env.int32(7).unwrap().0, &mut flag)), napi_name_expected);
    assert_eq!(raw!(env, napi_has_element(object.0, 7, &mut flag)), napi_ok);
    assert!(flag);
    assert_eq!(raw!(env, napi_set_named_property(object.0, c"named".as_ptr(), env.null().unwrap().0)), napi_ok);
    assert_eq!(raw!(env, napi_has_named_property(object.0, c"named".as_ptr(), &mut flag)), napi_ok);
    assert!(flag);
    assert_eq!(raw!(env, napi_set_named_property(object.0, std::ptr::null(), object.0)), napi_invalid_arg);
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_get_property(env.undefined().unwrap().0, object.0, &mut out)), napi_object_expected);
    assert_eq!(raw!(env, napi_get_named_property(env.string("abc").unwrap().0, c"length".as_ptr(), &mut out)), napi_ok);
    assert_eq!(env.get_i32(Value(out)).unwrap(), 3);
}

#[test]
fn writes_fail_silently_where_sloppy_code_does() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let frozen = eval(env, "Object.freeze({ a: 1 })").unwrap();
    env.set(frozen, "a", env.int32(2).unwrap()).unwrap();
    assert_eq!(env.get_i32(env.get(frozen, "a").unwrap()).unwrap(), 1);
    let array = eval(env, "Object.freeze([1])").unwrap();
    env.set_index(array, 0, env.int32(2).unwrap()).unwrap();
    assert!(!env.delete_key(frozen, env.key("a").unwrap()).unwrap());
    let throwing = eval(env, "({ get x() { throw new Error('getter') }, set x(v) { throw new Error('setter') } })").unwrap();
    assert!(matches!(env.get(throwing, "x"), Err(Error::Pending)));
    assert_eq!(env.to_string_lossy(env.take_exception().unwrap()).unwrap(), "Error: getter");
    assert!(matches!(env.set(throwing, "x", array), Err(Error::Pending)));
    assert_eq!(env.to_string_lossy(env.take_exception().unwrap()).unwrap(), "Error: setter");
}

#[test]
fn definitions_have_the_attributes_asked_for() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let object = env.object().unwrap();
    env.set(env.global().unwrap(), "o", object).unwrap();
    env.define_constant(object, "C", env.int32(5).unwrap()).unwrap();
    assert_eq!(
        text(env, "JSON.stringify(Object.getOwnPropertyDescriptor(o, 'C'))"),
        r#"{"value":5,"writable":false,"enumerable":true,"configurable":false}"#
    );
    env.define(object, env.key("m").unwrap(), env.int32(1).unwrap(), napi_default_method).unwrap();
    assert_eq!(
        text(env, "JSON.stringify(Object.getOwnPropertyDescriptor(o, 'm'))"),
        r#"{"value":1,"writable":true,"enumerable":false,"configurable":true}"#
    );
    assert!(env.define(object, env.key("C").unwrap(), env.int32(6).unwrap(), napi_default).is_err());
    env.take_exception().unwrap();
    unsafe extern "C" fn seven(env: napi_env, info: napi_callback_info) -> napi_value {
        let mut data = std::ptr::null_mut();
        let mut out = napi_value::NULL;
        // SAFETY: called by the provider with a live environment.
        unsafe {
            let js = &edge_quickjs::TABLES.js;
            (js.napi_get_cb_info)(env, info, std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut(), &mut data);
            (js.napi_create_int32)(env, data as i32, &mut out);
        }
        out
    }
    let list = [
        napi_property_descriptor {
            utf8name: c"get".as_ptr(),
            name: napi_value::NULL,
            method: None,
            getter: Some(seven),
            setter: None,
            value: napi_value::NULL,
            attributes: napi_enumerable,
            data: 7 as _,
        },
        napi_property_descriptor {
            utf8name: c"call".as_ptr(),
            name: napi_value::NULL,
            method: Some(seven),
            getter: None,
            setter: None,
            value: napi_value::NULL,
            attributes: napi_default_method,
            data: 8 as _,
        },
    ];
    assert_eq!(raw!(env, napi_define_properties(object.0, 2, list.as_ptr())), napi_ok);
    assert_eq!(text(env, "o.get + o.call() + o.call.name"), "15call");
    assert_eq!(raw!(env, napi_define_properties(object.0, 1, std::ptr::null())), napi_invalid_arg);
    assert_eq!(raw!(env, napi_define_properties(env.int32(1).unwrap().0, 0, std::ptr::null())), napi_object_expected);
}

#[test]
fn keys_with_every_filter() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let object = eval(env, "class A { constructor() { this.own = 1; this[3] = 1; this[Symbol.for('s')] = 1; Object.defineProperty(this, 'hidden', { value: 1 }) } } Object.setPrototypeOf(A.prototype, { inherited: 1, own: 2 }); new A()").unwrap();
    let list = |mode, filter, conversion| {
        let mut out = napi_value::NULL;
        assert_eq!(raw!(env, napi_get_all_property_names(object.0, mode, filter, conversion, &mut out)), napi_ok);
        let global = env.global().unwrap();
        env.set(global, "k", Value(out)).unwrap();
        text(env, "k.map(x => typeof x == 'number' ? 'n' + x : String(x)).join()")
    };
    use napi_key_collection_mode::*;
    use napi_key_conversion::*;
    assert_eq!(list(napi_key_own_only, napi_key_all_properties, napi_key_keep_numbers), "n3,own,hidden,Symbol(s)");
    assert_eq!(list(napi_key_own_only, napi_key_enumerable | napi_key_skip_symbols, napi_key_numbers_to_strings), "3,own");
    assert_eq!(list(napi_key_own_only, napi_key_writable, napi_key_numbers_to_strings), "3,own,Symbol(s)");
    assert_eq!(list(napi_key_own_only, napi_key_skip_strings, napi_key_numbers_to_strings), "Symbol(s)");
    assert_eq!(
        list(napi_key_include_prototypes, napi_key_enumerable | napi_key_skip_symbols, napi_key_numbers_to_strings),
        "3,own,inherited"
    );
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_get_property_names(object.0, &mut out)), napi_ok);
    assert_eq!(env.to_string_lossy(Value(out)).unwrap(), "3,own,inherited");
}

#[test]
fn arrays_prototypes_and_integrity() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let array = env.array_from(&[env.int32(1).unwrap(), env.string("x").unwrap()]).unwrap();
    env.push(array, env.null().unwrap()).unwrap();
    assert_eq!(env.array_length(array).unwrap(), 3);
    assert_eq!(env.to_string_lossy(array).unwrap(), "1,x,");
    assert!(env.is_array(array).unwrap());
    assert!(!env.is_array(env.object().unwrap()).unwrap());
    assert!(!env.is_array(env.int32(1).unwrap()).unwrap());
    let mut length = 0;
    assert_eq!(raw!(env, napi_get_array_length(env.object().unwrap().0, &mut length)), napi_array_expected);
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_create_array_with_length(5, &mut out)), napi_ok);
    assert_eq!(env.array_length(Value(out)).unwrap(), 5);
    assert_eq!(raw!(env, napi_create_array_with_length(usize::MAX, &mut out)), napi_invalid_arg);
    let null_object = env.null_object().unwrap();
    assert!(env.is_null(env.get_prototype(null_object).unwrap()).unwrap());
    env.freeze(array).unwrap();
    env.set(env.global().unwrap(), "f", array).unwrap();
    assert_eq!(text(env, "Object.isFrozen(f)"), "true");
    let sealed = env.object().unwrap();
    assert_eq!(raw!(env, napi_object_seal(sealed.0)), napi_ok);
    env.set(env.global().unwrap(), "l", sealed).unwrap();
    assert_eq!(text(env, "Object.isSealed(l)"), "true");
    assert!(env.instance_of(array, eval(env, "Array").unwrap()).unwrap());
    let mut flag = false;
    assert_eq!(raw!(env, napi_instanceof(array.0, sealed.0, &mut flag)), napi_function_expected);
    assert_eq!(env.to_string_lossy(env.get(env.take_exception().unwrap(), "code").unwrap()).unwrap(), "ERR_NAPI_CONS_FUNCTION");
}

#[test]
fn many_handles_grow_the_stack() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let _scope = env.scope().unwrap();
    let handles: Vec<Value> =
        (0..200_000).map(|i| if i % 2 == 0 { env.int32(i).unwrap() } else { env.string(&i.to_string()).unwrap() }).collect();
    assert_eq!(env.get_i32(handles[100_000]).unwrap(), 100_000);
    assert_eq!(env.get_string(handles[199_999]).unwrap(), "199999");
}
