//! Primitive values: making, reading, what they are, coercions; forged handles.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use isolate::{FORGED, eval, isolate, text};

#[test]
fn numbers_read_as_node_api_says() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let number = |source: &str| eval(env, source).unwrap();
    assert_eq!(env.get_i32(number("2**31")).unwrap(), i32::MIN);
    assert_eq!(env.get_i32(number("-1.9")).unwrap(), -1);
    assert_eq!(env.get_i32(number("NaN")).unwrap(), 0);
    assert_eq!(env.get_i32(number("Infinity")).unwrap(), 0);
    assert_eq!(env.get_u32(number("-1")).unwrap(), u32::MAX);
    assert_eq!(env.get_u32(number("2**32 + 5")).unwrap(), 5);
    assert_eq!(env.get_i64(number("1e300")).unwrap(), i64::MAX);
    assert_eq!(env.get_i64(number("-1e300")).unwrap(), i64::MIN);
    assert_eq!(env.get_i64(number("-Infinity")).unwrap(), 0);
    assert_eq!(env.get_i64(number("Number.MAX_SAFE_INTEGER")).unwrap(), (1 << 53) - 1);
    assert!(env.get_f64(number("NaN")).unwrap().is_nan());
    assert!(env.get_f64(number("-0")).unwrap().is_sign_negative());
    for v in [0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, 4e9, -2_147_483_648.0] {
        let made = env.number(v).unwrap();
        let back = env.get_f64(made).unwrap();
        assert!(back.to_bits() == v.to_bits() || v.is_nan() && back.is_nan());
    }
    assert_eq!(env.to_string_lossy(env.uint32(u32::MAX).unwrap()).unwrap(), "4294967295");
    assert_eq!(env.to_string_lossy(env.int64(-(1 << 53)).unwrap()).unwrap(), "-9007199254740992");
    assert_eq!(env.to_string_lossy(env.boolean(true).unwrap()).unwrap(), "true");
}

#[test]
fn types_are_told_apart() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    use napi_valuetype::*;
    for (source, want) in [
        ("undefined", napi_undefined),
        ("null", napi_null),
        ("true", napi_boolean),
        ("1", napi_number),
        ("1.5", napi_number),
        ("'x'", napi_string),
        ("'x'.repeat(9000) + 'y'.repeat(9000)", napi_string),
        ("Symbol()", napi_symbol),
        ("({})", napi_object),
        ("[]", napi_object),
        ("new Proxy({}, {})", napi_object),
        ("(() => 1)", napi_function),
        ("(class {})", napi_function),
        ("new Proxy(() => 1, {})", napi_function),
        ("1n", napi_bigint),
        ("2n ** 100n", napi_bigint),
    ] {
        let v = eval(env, source).unwrap();
        assert_eq!(env.type_of(v).unwrap(), want, "{source}");
    }
}

#[test]
fn readers_refuse_other_types() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let s = env.string("x").unwrap();
    let (mut f, mut i, mut u, mut l, mut b) = (0.0, 0, 0, 0, false);
    assert_eq!(raw!(env, napi_get_value_double(s.0, &mut f)), napi_number_expected);
    assert_eq!(raw!(env, napi_get_value_int32(s.0, &mut i)), napi_number_expected);
    assert_eq!(raw!(env, napi_get_value_uint32(s.0, &mut u)), napi_number_expected);
    assert_eq!(raw!(env, napi_get_value_int64(s.0, &mut l)), napi_number_expected);
    assert_eq!(raw!(env, napi_get_value_bool(s.0, &mut b)), napi_boolean_expected);
    assert_eq!(raw!(env, napi_get_value_double(s.0, std::ptr::null_mut())), napi_invalid_arg);
    assert_eq!(raw!(env, napi_create_int32(1, std::ptr::null_mut())), napi_invalid_arg);
    let mut info = std::ptr::null();
    assert_eq!(raw!(env, napi_get_last_error_info(&mut info)), napi_ok);
    // SAFETY: the table answers a pointer that lives as long as the environment.
    let message = unsafe { std::ffi::CStr::from_ptr((*info).error_message) };
    assert_eq!(message.to_str().unwrap(), "Invalid argument");
}

#[test]
fn forged_handles_are_refused_everywhere() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let object = env.object().unwrap();
    for forged in FORGED {
        let mut kind = napi_valuetype::napi_undefined;
        let (mut out, mut flag, mut number, mut size) = (napi_value::NULL, false, 0.0, 0);
        let mut reference = napi_ref::NULL;
        assert_eq!(raw!(env, napi_typeof(forged, &mut kind)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_get_value_double(forged, &mut number)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_coerce_to_string(forged, &mut out)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_get_property(forged, object.0, &mut out)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_get_property(object.0, forged, &mut out)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_set_property(object.0, object.0, forged)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_call_function(forged, forged, 0, std::ptr::null(), &mut out)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_create_reference(forged, 1, &mut reference)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_is_array(forged, &mut flag)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_get_value_string_utf8(forged, std::ptr::null_mut(), 0, &mut size)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_strict_equals(object.0, forged, &mut flag)), napi_invalid_arg);
        assert_eq!(raw!(env, napi_throw(forged)), napi_invalid_arg);
    }
    assert!(!env.is_exception_pending().unwrap());
    let mut out = napi_value::NULL;
    // SAFETY: a null environment is what is tested.
    assert_eq!(unsafe { (env.js().napi_get_undefined)(std::ptr::null_mut(), &mut out) }, napi_invalid_arg);
}

#[test]
fn coercions_and_comparisons() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let v = eval(env, "({ toString() { return 'seen' }, valueOf() { return 7 } })").unwrap();
    assert_eq!(env.to_string_lossy(v).unwrap(), "seen");
    assert_eq!(env.get_f64(env.to_number(v).unwrap()).unwrap(), 7.0);
    let symbol = eval(env, "Symbol()").unwrap();
    assert!(env.to_js_string(symbol).is_err());
    assert_eq!(env.to_string_lossy(env.take_exception().unwrap()).unwrap().split(':').next(), Some("TypeError"));
    assert!(!env.truthy(eval(env, "''").unwrap()).unwrap());
    assert!(env.truthy(eval(env, "'0'").unwrap()).unwrap());
    assert!(!env.truthy(eval(env, "NaN").unwrap()).unwrap());
    assert!(!env.truthy(eval(env, "0n").unwrap()).unwrap());
    let (a, b) = (eval(env, "NaN").unwrap(), eval(env, "NaN").unwrap());
    assert!(!env.strict_equals(a, b).unwrap());
    assert!(env.same_value(a, b).unwrap());
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_coerce_to_object(env.null().unwrap().0, &mut out)), napi_object_expected);
    assert_eq!(text(env, "typeof globalThis"), "object");
}
