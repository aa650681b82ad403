//! BigInts and dates.

mod isolate;

use edge_napi::Value;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use isolate::{eval, isolate};

#[test]
fn bigints_of_every_size() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    for v in [0, 1, -1, i64::MAX, i64::MIN, 1 << 31, -(1 << 31), 1 << 32] {
        let made = env.bigint_i64(v).unwrap();
        assert_eq!(env.to_string_lossy(made).unwrap(), v.to_string());
        assert_eq!(env.get_bigint_i64(made).unwrap(), (v, true));
        assert!(env.strict_equals(made, eval(env, &format!("{v}n")).unwrap()).unwrap(), "{v} is in normal form");
    }
    let large = env.bigint_u64(u64::MAX).unwrap();
    assert_eq!(env.to_string_lossy(large).unwrap(), u64::MAX.to_string());
    assert_eq!(env.get_bigint_u64(large).unwrap(), (u64::MAX, true));
    assert_eq!(env.get_bigint_i64(large).unwrap(), (-1, false));
    assert_eq!(env.get_bigint_u64(env.bigint_i64(-1).unwrap()).unwrap(), (u64::MAX, false));
    for (source, negative, words) in [
        ("0n", false, vec![]),
        ("-1n", true, vec![1]),
        ("2n**64n", false, vec![0, 1]),
        ("-(2n**127n)", true, vec![0, 1 << 63]),
        ("2n**128n - 1n", false, vec![u64::MAX; 2]),
    ] {
        let v = eval(env, source).unwrap();
        assert_eq!(env.get_bigint_words(v).unwrap(), (negative, words.clone()), "{source}");
        if !words.is_empty() {
            assert!(env.strict_equals(env.bigint_words(negative, &words).unwrap(), v).unwrap(), "{source}");
        }
    }
}

#[test]
fn wrong_arguments() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let number = env.int32(1).unwrap();
    let (mut v, mut lossless, mut out, mut count) = (0, false, napi_value::NULL, 0);
    assert_eq!(raw!(env, napi_get_value_bigint_int64(number.0, &mut v, &mut lossless)), napi_bigint_expected);
    assert_eq!(
        raw!(env, napi_get_value_bigint_words(number.0, std::ptr::null_mut(), &mut count, std::ptr::null_mut())),
        napi_bigint_expected
    );
    let words = [1_u64];
    assert_eq!(raw!(env, napi_create_bigint_words(0, usize::MAX, words.as_ptr(), &mut out)), napi_invalid_arg);
    assert_eq!(raw!(env, napi_create_bigint_words(0, (1 << 24) + 1, words.as_ptr(), &mut out)), napi_pending_exception);
    assert_eq!(env.to_string_lossy(env.take_exception().unwrap()).unwrap(), "RangeError: Maximum BigInt size exceeded");
    assert_eq!(raw!(env, napi_create_bigint_words(0, 1, std::ptr::null(), &mut out)), napi_invalid_arg);
    let large = vec![u64::MAX; 20_000];
    assert_eq!(raw!(env, napi_create_bigint_words(0, large.len(), large.as_ptr(), &mut out)), napi_pending_exception);
    env.take_exception().unwrap();
    let some = env.bigint_words(true, &[7; 100]).unwrap();
    let (mut sign, mut room, mut small) = (0, 2, [0_u64; 3]);
    assert_eq!(raw!(env, napi_get_value_bigint_words(some.0, &mut sign, &mut room, small.as_mut_ptr())), napi_ok);
    assert_eq!((sign, room, small), (1, 100, [7, 7, 0]));
}

#[test]
fn dates() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let date = env.date(1_700_000_000_123.0).unwrap();
    assert_eq!(env.get_date(date).unwrap(), 1_700_000_000_123.0);
    assert_eq!(env.get_date(eval(env, "new Date(5)").unwrap()).unwrap(), 5.0);
    assert!(env.get_date(env.date(f64::NAN).unwrap()).unwrap().is_nan());
    let mut flag = true;
    assert_eq!(raw!(env, napi_is_date(env.object().unwrap().0, &mut flag)), napi_ok);
    assert!(!flag);
    let mut time = 0.0;
    assert_eq!(raw!(env, napi_get_date_value(env.object().unwrap().0, &mut time)), napi_date_expected);
    assert!(env.instance_of(date, eval(env, "Date").unwrap()).unwrap());
    let _ = Value(napi_value::NULL);
}
