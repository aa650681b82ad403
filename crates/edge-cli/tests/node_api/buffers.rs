//! Buffers.

use crate::host::{FORGED, last_error, text, thrown, with_environment};
use crate::node;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, Value};
use std::ffi::c_void;
use std::ptr::null_mut;

fn keep(env: Env, value: napi_value) {
    env.set(env.global().unwrap(), "made", Value(value)).unwrap();
}

#[test]
fn created_buffers_are_buffers() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        let (mut data, mut made): (*mut c_void, _) = (null_mut(), napi_value::NULL);
        assert_eq!(node!(napi_create_buffer(raw, 4, &mut data, &mut made)), napi_ok);
        // SAFETY: four bytes of the buffer just made; no JavaScript has run.
        unsafe { data.cast::<u8>().copy_from_nonoverlapping(b"abcd".as_ptr(), 4) };
        keep(env, made);
        assert_eq!(text(environment, "[Buffer.isBuffer(made), made.toString(), made.length].join()"), "true,abcd,4");
        assert_eq!(node!(napi_create_buffer(raw, 0, null_mut(), &mut made)), napi_ok);
        assert_eq!(node!(napi_create_buffer(raw, 4, &mut data, null_mut())), napi_invalid_arg);

        assert_eq!(node!(napi_create_buffer_copy(raw, 3, c"xyz".as_ptr().cast(), &mut data, &mut made)), napi_ok);
        keep(env, made);
        assert_eq!(text(environment, "made.toString()"), "xyz");
        assert_eq!(node!(napi_create_buffer_copy(raw, 3, std::ptr::null(), &mut data, &mut made)), napi_invalid_arg);
        assert_eq!(node!(napi_create_buffer_copy(raw, 0, std::ptr::null(), null_mut(), &mut made)), napi_ok);
        assert_eq!(node!(napi_create_buffer_copy(raw, 3, c"xyz".as_ptr().cast(), null_mut(), null_mut())), napi_invalid_arg);
        // More than there can be: an error, whatever it is.
        for length in [usize::MAX, 1 << 40, isize::MAX as usize] {
            assert_ne!(node!(napi_create_buffer(raw, length, &mut data, &mut made)), napi_ok);
            let _ = env.take_exception();
        }
    });
}

#[test]
fn memory_of_a_module_is_refused() {
    unsafe extern "C" fn finalize(_env: napi_env, _data: *mut c_void, _hint: *mut c_void) {
        panic!("the memory stays the caller's");
    }
    with_environment(|environment| {
        let env = environment.env();
        let (mut bytes, mut made) = ([1_u8; 8], napi_value::NULL);
        let status = node!(napi_create_external_buffer(env.raw(), 8, bytes.as_mut_ptr().cast(), Some(finalize), null_mut(), &mut made));
        assert_eq!(status, napi_no_external_buffers_allowed);
        assert_eq!(last_error(env), napi_no_external_buffers_allowed);
        assert!(made.is_null());
    });
}

#[test]
fn buffers_over_array_buffers() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        let bytes = env.array_buffer_from(b"0123456789").unwrap();
        let mut made = napi_value::NULL;
        assert_eq!(node!(node_api_create_buffer_from_arraybuffer(raw, bytes.0, 2, 5, &mut made)), napi_ok);
        keep(env, made);
        assert_eq!(text(environment, "[Buffer.isBuffer(made), made.toString(), made.buffer.byteLength].join()"), "true,23456,10");
        assert_eq!(node!(node_api_create_buffer_from_arraybuffer(raw, bytes.0, 10, 0, &mut made)), napi_ok);
        for (offset, length) in [(6, 5), (11, 0), (usize::MAX, 2)] {
            let status = node!(node_api_create_buffer_from_arraybuffer(raw, bytes.0, offset, length, &mut made));
            assert_eq!(status, napi_pending_exception);
            assert_eq!(thrown(env).unwrap(), "RangeError: The byte offset + length is out of range");
        }
        assert_eq!(node!(node_api_create_buffer_from_arraybuffer(raw, made, 0, 0, &mut made)), napi_arraybuffer_expected);
        assert_eq!(node!(node_api_create_buffer_from_arraybuffer(raw, bytes.0, 0, 0, null_mut())), napi_invalid_arg);
        for forged in FORGED {
            assert_eq!(node!(node_api_create_buffer_from_arraybuffer(raw, forged, 0, 0, &mut made)), napi_invalid_arg);
        }
    });
}

#[test]
fn what_buffers_tell() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        let mut is = false;
        for (source, expected) in [
            ("Buffer.alloc(3)", true),
            ("new Uint16Array(2)", true),
            ("new DataView(new ArrayBuffer(2))", true),
            ("({})", false),
            ("'text'", false),
        ] {
            let value = crate::host::script(environment, source).unwrap();
            assert_eq!((node!(napi_is_buffer(raw, value.0, &mut is)), is), (napi_ok, expected), "{source}");
        }
        let buffer = crate::host::script(environment, "Buffer.from('hidden').subarray(1, 4)").unwrap();
        let (mut data, mut length): (*mut c_void, usize) = (null_mut(), 0);
        assert_eq!(node!(napi_get_buffer_info(raw, buffer.0, &mut data, &mut length)), napi_ok);
        // SAFETY: the bytes of a live buffer; no JavaScript has run.
        assert_eq!(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }, b"idd");
        assert_eq!(node!(napi_get_buffer_info(raw, buffer.0, null_mut(), null_mut())), napi_ok);
        let object = env.object().unwrap();
        assert_eq!(node!(napi_get_buffer_info(raw, object.0, &mut data, &mut length)), napi_invalid_arg);
        for forged in FORGED {
            assert_eq!(node!(napi_get_buffer_info(raw, forged, &mut data, &mut length)), napi_invalid_arg);
            assert_eq!(node!(napi_is_buffer(raw, forged, &mut is)), napi_invalid_arg);
        }
        assert_eq!(node!(napi_is_buffer(raw, buffer.0, null_mut())), napi_invalid_arg);
    });
}
