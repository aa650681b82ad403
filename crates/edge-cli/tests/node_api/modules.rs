//! Modules: registered once for the process, loaded by each program.

use crate::host::{script, text, with_environment};
use crate::node;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

unsafe extern "C" fn init(env: napi_env, exports: napi_value) -> napi_value {
    let js = &edge_quickjs::TABLES.js;
    let mut file: *const c_char = std::ptr::null();
    assert_eq!(node!(node_api_get_module_file_name(env, &mut file)), napi_ok);
    // SAFETY: a C string, by contract; then calls with the environment that the module was given.
    unsafe {
        assert_eq!(CStr::from_ptr(file), c"");
        let mut value = napi_value::NULL;
        (js.napi_create_int32)(env, 7, &mut value);
        (js.napi_set_named_property)(env, exports, c"seven".as_ptr(), value);
    }
    napi_value::NULL
}

unsafe extern "C" fn init_other(env: napi_env, _exports: napi_value) -> napi_value {
    let mut value = napi_value::NULL;
    // SAFETY: the environment that the module was given.
    unsafe { (edge_quickjs::TABLES.js.napi_create_string_utf8)(env, c"instead".as_ptr(), NAPI_AUTO_LENGTH, &mut value) };
    value
}

unsafe extern "C" fn init_throws(env: napi_env, _exports: napi_value) -> napi_value {
    // SAFETY: as above.
    unsafe { (edge_quickjs::TABLES.js.napi_throw_range_error)(env, c"CODE".as_ptr(), c"no".as_ptr()) };
    napi_value::NULL
}

fn register(name: &'static CStr, init: napi_addon_register_func) {
    let mut module = napi_module {
        nm_version: 1,
        nm_flags: 0,
        nm_filename: c"".as_ptr(),
        nm_register_func: init,
        nm_modname: name.as_ptr(),
        nm_priv: null_mut(),
        reserved: [null_mut(); 4],
    };
    node!(napi_module_register(&mut module));
}

#[test]
fn linked_modules_load() {
    register(c"good", Some(init));
    register(c"other", Some(init_other));
    register(c"throws", Some(init_throws));
    register(c"nothing", None);
    node!(napi_module_register(null_mut()));
    with_environment(|environment| {
        assert_eq!(text(environment, "process._linkedBinding('good').seven"), "7");
        assert_eq!(text(environment, "process._linkedBinding('good') === process._linkedBinding('good')"), "true");
        assert_eq!(text(environment, "process._linkedBinding('other')"), "instead");
        let code = "(f) => { try { f(); return 'no error' } catch (error) { return `${error.name} ${error.code} ${error.message}` } }";
        script(environment, &format!("globalThis.what = {code}")).unwrap();
        assert_eq!(text(environment, "what(() => process._linkedBinding('throws'))"), "RangeError CODE no");
        for missing in ["nothing", "absent"] {
            let expected = format!("Error ERR_INVALID_MODULE No such binding: {missing}");
            assert_eq!(text(environment, &format!("what(() => process._linkedBinding('{missing}'))")), expected);
        }
        let env = environment.env();
        assert_eq!(node!(node_api_get_module_file_name(env.raw(), null_mut())), napi_invalid_arg);
    });
}

#[test]
fn instance_data_is_the_modules() {
    with_environment(|environment| {
        let env = environment.env();
        let mut data = null_mut();
        // SAFETY: a live environment; the pointers live for the calls.
        unsafe {
            assert_eq!((env.js().napi_get_instance_data)(env.raw(), &mut data), napi_ok);
            assert!(data.is_null(), "the runtime keeps nothing there");
            assert_eq!((env.js().napi_set_instance_data)(env.raw(), 64 as *mut _, None, null_mut()), napi_ok);
            assert_eq!((env.js().napi_get_instance_data)(env.raw(), &mut data), napi_ok);
        }
        assert_eq!(data as usize, 64);
        assert_eq!(text(environment, "typeof process.pid"), "number", "natives find their environment");
    });
}
