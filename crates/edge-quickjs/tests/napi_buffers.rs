//! ArrayBuffers, typed arrays, DataViews: bytes in place, bounds, detaching.

mod isolate;

use edge_napi::Value;
use edge_napi::types::napi_status::*;
use edge_napi::types::napi_typedarray_type::*;
use edge_napi::types::*;
use isolate::{eval, isolate, text};

#[test]
fn bytes_are_shared_with_javascript() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let array = env.uint8_array_from(&[1, 2, 3]).unwrap();
    env.set(env.global().unwrap(), "a", array).unwrap();
    assert_eq!(text(env, "a[1] = 9; a.join() + a.constructor.name"), "1,9,3Uint8Array");
    env.with_bytes(array, |bytes| bytes[0] = 77).unwrap();
    assert_eq!(text(env, "a[0]"), "77");
    assert_eq!(env.bytes_to_vec(eval(env, "new DataView(a.buffer, 1, 2)").unwrap()).unwrap(), [9, 3]);
    assert_eq!(env.bytes_to_vec(eval(env, "a.subarray(2)").unwrap()).unwrap(), [3]);
    assert_eq!(env.bytes_to_vec(eval(env, "new Uint16Array([258])").unwrap()).unwrap(), [2, 1]);
    assert_eq!(env.bytes_to_vec(eval(env, "new SharedArrayBuffer(4)").unwrap()).unwrap(), [0; 4]);
    assert!(env.bytes_to_vec(eval(env, "new ArrayBuffer(0)").unwrap()).unwrap().is_empty());
    assert!(env.with_bytes(env.object().unwrap(), |_| ()).is_err());
    let shared = env.shared_array_buffer(16).unwrap();
    env.with_bytes(shared, |bytes| bytes[15] = 1).unwrap();
    assert_eq!(env.copy_bytes(array, shared, 14).unwrap(), 2);
}

#[test]
fn typed_arrays_of_every_kind() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let buffer = env.array_buffer(64).unwrap();
    for kind in [
        napi_int8_array,
        napi_uint8_array,
        napi_uint8_clamped_array,
        napi_int16_array,
        napi_uint16_array,
        napi_int32_array,
        napi_uint32_array,
        napi_float32_array,
        napi_float64_array,
        napi_bigint64_array,
        napi_biguint64_array,
        edge_float16_array,
    ] {
        let size = kind.element_size();
        let view = env.typed_array(kind, buffer, 8, 56 / size).unwrap();
        let (back, length, of, offset) = env.typed_array_info(view).unwrap();
        assert_eq!((back, length, offset), (kind, 56 / size, 8));
        assert!(env.strict_equals(of, buffer).unwrap());
        let mut out = napi_value::NULL;
        if size > 1 {
            assert_eq!(raw!(env, napi_create_typedarray(kind, 1, buffer.0, 1, &mut out)), napi_invalid_arg);
            let error = env.take_exception().unwrap();
            assert_eq!(env.to_string_lossy(env.get(error, "code").unwrap()).unwrap(), "ERR_NAPI_INVALID_TYPEDARRAY_ALIGNMENT");
        }
        for length in [65 / size + 1, usize::MAX, (usize::MAX / size).wrapping_add(1).max(65)] {
            assert_eq!(raw!(env, napi_create_typedarray(kind, length, buffer.0, 0, &mut out)), napi_invalid_arg);
            env.take_exception().unwrap();
        }
    }
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_create_typedarray(napi_uint8_array, 1, env.object().unwrap().0, 0, &mut out)), napi_invalid_arg);
    assert_eq!(raw!(env, napi_create_dataview(4, buffer.0, 60, &mut out)), napi_ok);
    let (mut length, mut offset, mut data, mut of) = (0, 0, std::ptr::null_mut(), napi_value::NULL);
    assert_eq!(raw!(env, napi_get_dataview_info(out, &mut length, &mut data, &mut of, &mut offset)), napi_ok);
    assert_eq!((length, offset), (4, 60));
    assert_eq!(raw!(env, napi_create_dataview(usize::MAX, buffer.0, 2, &mut out)), napi_pending_exception);
    env.take_exception().unwrap();
    assert_eq!(raw!(env, napi_get_dataview_info(buffer.0, &mut length, &mut data, &mut of, &mut offset)), napi_invalid_arg);
}

#[test]
fn detached_buffers_have_no_bytes() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let buffer = env.array_buffer(8).unwrap();
    let view = env.typed_array(napi_uint8_array, buffer, 4, 4).unwrap();
    env.detach(buffer).unwrap();
    let mut flag = false;
    assert_eq!(raw!(env, napi_is_detached_arraybuffer(buffer.0, &mut flag)), napi_ok);
    assert!(flag);
    assert_eq!(env.view_bytes(buffer).unwrap().len, 0);
    assert_eq!(env.view_bytes(view).unwrap().len, 0);
    assert_eq!(raw!(env, napi_detach_arraybuffer(view.0)), napi_arraybuffer_expected);
    assert_eq!(raw!(env, napi_detach_arraybuffer(env.int32(1).unwrap().0)), napi_object_expected);
    let resizable = eval(env, "globalThis.r = new ArrayBuffer(4, { maxByteLength: 64 }); globalThis.v = new Uint8Array(r, 2); r").unwrap();
    assert_eq!(env.view_bytes(resizable).unwrap().len, 4);
    text(env, "r.resize(32)");
    assert_eq!(env.view_bytes(eval(env, "v").unwrap()).unwrap().len, 30);
    text(env, "r.resize(1)");
    assert_eq!(env.view_bytes(eval(env, "v").unwrap()).unwrap().len, 0);
}

#[test]
fn what_cannot_be_is_refused() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let (mut out, mut data) = (napi_value::NULL, std::ptr::null_mut());
    assert_eq!(
        raw!(env, napi_create_external_arraybuffer(8 as _, 8, None, std::ptr::null_mut(), &mut out)),
        napi_no_external_buffers_allowed
    );
    for size in [usize::MAX, 1 << 31, 1 << 40] {
        assert_eq!(raw!(env, napi_create_arraybuffer(size, &mut data, &mut out)), napi_pending_exception);
        assert_eq!(env.to_string_lossy(env.take_exception().unwrap()).unwrap(), "RangeError: Array buffer allocation failed");
    }
    assert!(env.array_buffer(1 << 30).is_err(), "beyond the limit");
    env.take_exception().unwrap();
    let mut length = 0;
    assert_eq!(raw!(env, napi_get_arraybuffer_info(env.object().unwrap().0, &mut data, &mut length)), napi_invalid_arg);
    let _ = Value(out);
}
