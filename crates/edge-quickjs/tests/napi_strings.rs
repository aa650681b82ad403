//! Strings: both widths, lone surrogates, truncation, lengths that lie.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Str, Value};
use isolate::{eval, isolate, text};

#[test]
fn text_of_every_width_travels() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let long = "x".repeat(100_000);
    for s in ["", "a", "héllo", "Ā", "日本語", "🦀 crab", "\0middle\0", &long] {
        let v = env.string(s).unwrap();
        assert_eq!(env.get_string(v).unwrap(), *s);
        assert_eq!(env.string_length(v).unwrap(), s.encode_utf16().count());
        let units: Vec<u16> = s.encode_utf16().collect();
        let w = env.string_utf16(&units).unwrap();
        assert!(env.strict_equals(v, w).unwrap());
        assert!(env.strict_equals(v, env.key(s).unwrap()).unwrap());
    }
    let latin1 = env.string_latin1(b"\xe9\xff").unwrap();
    assert_eq!(env.get_string(latin1).unwrap(), "éÿ");
    env.with_str(latin1, |s| assert!(matches!(s, Str::Latin1(b"\xe9\xff")))).unwrap();
    let narrow = env.string_utf16(&[0x61, 0xe9]).unwrap();
    env.with_str(narrow, |s| assert!(matches!(s, Str::Latin1(_)))).unwrap();
    let bad = env.string_from_utf8_lossy(b"a\xffb\xe2\x82").unwrap();
    assert_eq!(env.get_string(bad).unwrap(), "a\u{fffd}b\u{fffd}");
}

#[test]
fn ropes_slices_and_surrogates_are_read_in_place() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let rope = eval(env, "let r = ''; for (let i = 0; i < 5000; i++) r += i % 2 ? 'ab' : 'é'; r").unwrap();
    let first = env.get_string(rope).unwrap();
    assert_eq!(first.chars().count(), 7500);
    assert_eq!(env.get_string(rope).unwrap(), first);
    assert_eq!(text(env, "r.length"), "7500");
    let slice = eval(env, "r.slice(10, 4000)").unwrap();
    assert_eq!(env.string_length(slice).unwrap(), 3990);
    let lone = eval(env, "'a\\ud800b'").unwrap();
    assert_eq!(env.get_string(lone).unwrap(), "a\u{fffd}b");
    env.with_str(lone, |s| assert!(matches!(s, Str::Utf16([0x61, 0xd800, 0x62])))).unwrap();
    let mut buffer = [0xaa_u8; 16];
    let mut written = 0;
    assert_eq!(raw!(env, napi_get_value_string_utf8(lone.0, buffer.as_mut_ptr().cast(), 16, &mut written)), napi_ok);
    assert_eq!(&buffer[..written], "a\u{fffd}b".as_bytes());
}

fn read_utf8(env: edge_napi::Env, v: Value, size: usize) -> (Vec<u8>, usize) {
    let mut buffer = vec![0xaa_u8; size + 1];
    let mut written = 77;
    assert_eq!(raw!(env, napi_get_value_string_utf8(v.0, buffer.as_mut_ptr().cast(), size, &mut written)), napi_ok);
    assert_eq!(buffer[size], 0xaa, "wrote past the end");
    (buffer, written)
}

#[test]
fn reading_truncates_at_whole_characters_and_ends_with_nul() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let v = env.string("aé日🦀").unwrap();
    assert_eq!(env.get_string(v).unwrap().len(), 10);
    for (size, want) in [(11, 10), (10, 6), (7, 6), (6, 3), (4, 3), (3, 1), (2, 1), (1, 0)] {
        let (buffer, written) = read_utf8(env, v, size);
        assert_eq!(written, want, "size {size}");
        assert_eq!(buffer[written], 0);
    }
    let mut written = 77;
    assert_eq!(raw!(env, napi_get_value_string_utf8(v.0, std::ptr::null_mut(), 0, &mut written)), napi_ok);
    assert_eq!(written, 10);
    assert_eq!(raw!(env, napi_get_value_string_utf8(v.0, std::ptr::null_mut(), 0, std::ptr::null_mut())), napi_invalid_arg);
    let mut wide = [0xaaaa_u16; 4];
    assert_eq!(raw!(env, napi_get_value_string_utf16(v.0, wide.as_mut_ptr(), 4, &mut written)), napi_ok);
    assert_eq!((written, wide[3]), (3, 0));
    let mut narrow = [0xaa_u8; 3];
    assert_eq!(raw!(env, napi_get_value_string_latin1(v.0, narrow.as_mut_ptr().cast(), 3, &mut written)), napi_ok);
    assert_eq!((written, narrow), (2, [b'a', 0xe9, 0]));
    // A size that lies is the caller's promise, but a huge one must not be computed with.
    let mut small = [0_u8; 16];
    assert_eq!(raw!(env, napi_get_value_string_utf8(v.0, small.as_mut_ptr().cast(), usize::MAX, &mut written)), napi_ok);
    assert_eq!(written, 10);
}

#[test]
fn wrong_lengths_and_types_are_refused() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let mut out = napi_value::NULL;
    let bytes = c"abc".as_ptr();
    assert_eq!(raw!(env, napi_create_string_utf8(bytes, NAPI_AUTO_LENGTH, &mut out)), napi_ok);
    assert_eq!(env.get_string(Value(out)).unwrap(), "abc");
    assert_eq!(raw!(env, napi_create_string_utf8(bytes, (i32::MAX as usize) + 1, &mut out)), napi_invalid_arg);
    assert_eq!(raw!(env, napi_create_string_utf8(std::ptr::null(), 3, &mut out)), napi_invalid_arg);
    assert_eq!(raw!(env, napi_create_string_utf8(std::ptr::null(), 0, &mut out)), napi_ok);
    assert_eq!(raw!(env, napi_create_string_latin1(bytes, 2, std::ptr::null_mut())), napi_invalid_arg);
    let number = env.int32(1).unwrap();
    let mut size = 0;
    assert_eq!(raw!(env, napi_get_value_string_utf8(number.0, std::ptr::null_mut(), 0, &mut size)), napi_string_expected);
    assert_eq!(raw!(env, napi_create_symbol(number.0, &mut out)), napi_string_expected);
    assert!(env.with_str(number, |_| ()).is_err());
}

#[test]
fn symbols() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let symbol = env.symbol("wörld").unwrap();
    env.set(env.global().unwrap(), "s", symbol).unwrap();
    assert_eq!(text(env, "s.description + typeof s + (s === Symbol.for('wörld'))"), "wörldsymbolfalse");
    env.set(env.global().unwrap(), "t", env.symbol_for("shared").unwrap()).unwrap();
    assert_eq!(text(env, "t === Symbol.for('shared')"), "true");
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_create_symbol(napi_value::NULL, &mut out)), napi_ok);
    env.set(env.global().unwrap(), "u", Value(out)).unwrap();
    assert_eq!(text(env, "String(u.description)"), "undefined");
}
