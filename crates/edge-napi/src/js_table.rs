//! The engine's half of Node-API: every function of `js_native_api.h` up to version 10, as one table.
//!
//! An engine is a provider of this table and of [`crate::ExtTable`]. The other half, `node_api.h` (buffers, async work, thread-safe
//! functions, cleanup hooks, callback scopes), needs an event loop and is built over this table by `edge-node`.
//!
//! Each function follows Node's documentation ("Node-API", nodejs.org/docs/v24): checks its environment, then its arguments, answers
//! [`napi_status`], and records it for `napi_get_last_error_info`. A poisoned environment answers `napi_closing` to all of them.

use crate::types::*;
use std::ffi::{c_char, c_void};

macro_rules! js_table {
    ($(fn $name:ident($($arg:ident: $ty:ty),* $(,)?);)*) => {
        /// One pointer for each function of `js_native_api.h`.
        #[repr(C)]
        #[allow(missing_docs)]
        pub struct JsTable {
            $(pub $name: unsafe extern "C" fn(env: napi_env $(, $arg: $ty)*) -> napi_status,)*
        }
        /// The names in the table's order, for the tests that compare it with Node's list.
        pub const JS_TABLE_NAMES: &[&str] = &[$(stringify!($name)),*];
        /// Expands to a [`JsTable`] of the functions of the same names that are in scope where it is used.
        #[macro_export]
        macro_rules! js_table_of_functions_in_scope {
            () => { $crate::JsTable { $($name,)* } };
        }
    };
}

js_table! {
    fn napi_get_last_error_info(result: *mut *const napi_extended_error_info);
    fn napi_get_undefined(result: *mut napi_value);
    fn napi_get_null(result: *mut napi_value);
    fn napi_get_global(result: *mut napi_value);
    fn napi_get_boolean(value: bool, result: *mut napi_value);
    fn napi_create_object(result: *mut napi_value);
    fn napi_create_array(result: *mut napi_value);
    fn napi_create_array_with_length(length: usize, result: *mut napi_value);
    fn napi_create_double(value: f64, result: *mut napi_value);
    fn napi_create_int32(value: i32, result: *mut napi_value);
    fn napi_create_uint32(value: u32, result: *mut napi_value);
    fn napi_create_int64(value: i64, result: *mut napi_value);
    fn napi_create_string_latin1(str: *const c_char, length: usize, result: *mut napi_value);
    fn napi_create_string_utf8(str: *const c_char, length: usize, result: *mut napi_value);
    fn napi_create_string_utf16(str: *const u16, length: usize, result: *mut napi_value);
    fn node_api_create_external_string_latin1(str: *mut c_char, length: usize, finalize_callback: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_value, copied: *mut bool);
    fn node_api_create_external_string_utf16(str: *mut u16, length: usize, finalize_callback: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_value, copied: *mut bool);
    fn node_api_create_property_key_latin1(str: *const c_char, length: usize, result: *mut napi_value);
    fn node_api_create_property_key_utf8(str: *const c_char, length: usize, result: *mut napi_value);
    fn node_api_create_property_key_utf16(str: *const u16, length: usize, result: *mut napi_value);
    fn napi_create_symbol(description: napi_value, result: *mut napi_value);
    fn node_api_symbol_for(utf8description: *const c_char, length: usize, result: *mut napi_value);
    fn napi_create_function(utf8name: *const c_char, length: usize, cb: napi_callback, data: *mut c_void, result: *mut napi_value);
    fn napi_create_error(code: napi_value, msg: napi_value, result: *mut napi_value);
    fn napi_create_type_error(code: napi_value, msg: napi_value, result: *mut napi_value);
    fn napi_create_range_error(code: napi_value, msg: napi_value, result: *mut napi_value);
    fn node_api_create_syntax_error(code: napi_value, msg: napi_value, result: *mut napi_value);
    fn napi_typeof(value: napi_value, result: *mut napi_valuetype);
    fn napi_get_value_double(value: napi_value, result: *mut f64);
    fn napi_get_value_int32(value: napi_value, result: *mut i32);
    fn napi_get_value_uint32(value: napi_value, result: *mut u32);
    fn napi_get_value_int64(value: napi_value, result: *mut i64);
    fn napi_get_value_bool(value: napi_value, result: *mut bool);
    fn napi_get_value_string_latin1(value: napi_value, buf: *mut c_char, bufsize: usize, result: *mut usize);
    fn napi_get_value_string_utf8(value: napi_value, buf: *mut c_char, bufsize: usize, result: *mut usize);
    fn napi_get_value_string_utf16(value: napi_value, buf: *mut u16, bufsize: usize, result: *mut usize);
    fn napi_coerce_to_bool(value: napi_value, result: *mut napi_value);
    fn napi_coerce_to_number(value: napi_value, result: *mut napi_value);
    fn napi_coerce_to_object(value: napi_value, result: *mut napi_value);
    fn napi_coerce_to_string(value: napi_value, result: *mut napi_value);
    fn napi_get_prototype(object: napi_value, result: *mut napi_value);
    fn napi_get_property_names(object: napi_value, result: *mut napi_value);
    fn napi_set_property(object: napi_value, key: napi_value, value: napi_value);
    fn napi_has_property(object: napi_value, key: napi_value, result: *mut bool);
    fn napi_get_property(object: napi_value, key: napi_value, result: *mut napi_value);
    fn napi_delete_property(object: napi_value, key: napi_value, result: *mut bool);
    fn napi_has_own_property(object: napi_value, key: napi_value, result: *mut bool);
    fn napi_set_named_property(object: napi_value, utf8name: *const c_char, value: napi_value);
    fn napi_has_named_property(object: napi_value, utf8name: *const c_char, result: *mut bool);
    fn napi_get_named_property(object: napi_value, utf8name: *const c_char, result: *mut napi_value);
    fn napi_set_element(object: napi_value, index: u32, value: napi_value);
    fn napi_has_element(object: napi_value, index: u32, result: *mut bool);
    fn napi_get_element(object: napi_value, index: u32, result: *mut napi_value);
    fn napi_delete_element(object: napi_value, index: u32, result: *mut bool);
    fn napi_define_properties(object: napi_value, property_count: usize, properties: *const napi_property_descriptor);
    fn napi_is_array(value: napi_value, result: *mut bool);
    fn napi_get_array_length(value: napi_value, result: *mut u32);
    fn napi_strict_equals(lhs: napi_value, rhs: napi_value, result: *mut bool);
    fn napi_call_function(recv: napi_value, func: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
    fn napi_new_instance(constructor: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
    fn napi_instanceof(object: napi_value, constructor: napi_value, result: *mut bool);
    fn napi_get_cb_info(cbinfo: napi_callback_info, argc: *mut usize, argv: *mut napi_value, this_arg: *mut napi_value, data: *mut *mut c_void);
    fn napi_get_new_target(cbinfo: napi_callback_info, result: *mut napi_value);
    fn napi_define_class(utf8name: *const c_char, length: usize, constructor: napi_callback, data: *mut c_void, property_count: usize, properties: *const napi_property_descriptor, result: *mut napi_value);
    fn napi_wrap(js_object: napi_value, native_object: *mut c_void, finalize_cb: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_ref);
    fn napi_unwrap(js_object: napi_value, result: *mut *mut c_void);
    fn napi_remove_wrap(js_object: napi_value, result: *mut *mut c_void);
    fn napi_create_external(data: *mut c_void, finalize_cb: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_value);
    fn napi_get_value_external(value: napi_value, result: *mut *mut c_void);
    fn napi_create_reference(value: napi_value, initial_refcount: u32, result: *mut napi_ref);
    fn napi_delete_reference(reference: napi_ref);
    fn napi_reference_ref(reference: napi_ref, result: *mut u32);
    fn napi_reference_unref(reference: napi_ref, result: *mut u32);
    fn napi_get_reference_value(reference: napi_ref, result: *mut napi_value);
    fn napi_open_handle_scope(result: *mut napi_handle_scope);
    fn napi_close_handle_scope(scope: napi_handle_scope);
    fn napi_open_escapable_handle_scope(result: *mut napi_escapable_handle_scope);
    fn napi_close_escapable_handle_scope(scope: napi_escapable_handle_scope);
    fn napi_escape_handle(scope: napi_escapable_handle_scope, escapee: napi_value, result: *mut napi_value);
    fn napi_throw(error: napi_value);
    fn napi_throw_error(code: *const c_char, msg: *const c_char);
    fn napi_throw_type_error(code: *const c_char, msg: *const c_char);
    fn napi_throw_range_error(code: *const c_char, msg: *const c_char);
    fn node_api_throw_syntax_error(code: *const c_char, msg: *const c_char);
    fn napi_is_error(value: napi_value, result: *mut bool);
    fn napi_is_exception_pending(result: *mut bool);
    fn napi_get_and_clear_last_exception(result: *mut napi_value);
    fn napi_is_arraybuffer(value: napi_value, result: *mut bool);
    fn napi_create_arraybuffer(byte_length: usize, data: *mut *mut c_void, result: *mut napi_value);
    fn napi_create_external_arraybuffer(external_data: *mut c_void, byte_length: usize, finalize_cb: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_value);
    fn napi_get_arraybuffer_info(arraybuffer: napi_value, data: *mut *mut c_void, byte_length: *mut usize);
    fn napi_is_typedarray(value: napi_value, result: *mut bool);
    fn napi_create_typedarray(kind: napi_typedarray_type, length: usize, arraybuffer: napi_value, byte_offset: usize, result: *mut napi_value);
    fn napi_get_typedarray_info(typedarray: napi_value, kind: *mut napi_typedarray_type, length: *mut usize, data: *mut *mut c_void, arraybuffer: *mut napi_value, byte_offset: *mut usize);
    fn napi_create_dataview(length: usize, arraybuffer: napi_value, byte_offset: usize, result: *mut napi_value);
    fn napi_is_dataview(value: napi_value, result: *mut bool);
    fn napi_get_dataview_info(dataview: napi_value, byte_length: *mut usize, data: *mut *mut c_void, arraybuffer: *mut napi_value, byte_offset: *mut usize);
    fn napi_get_version(result: *mut u32);
    fn napi_create_promise(deferred: *mut napi_deferred, promise: *mut napi_value);
    fn napi_resolve_deferred(deferred: napi_deferred, resolution: napi_value);
    fn napi_reject_deferred(deferred: napi_deferred, rejection: napi_value);
    fn napi_is_promise(value: napi_value, is_promise: *mut bool);
    fn napi_run_script(script: napi_value, result: *mut napi_value);
    fn napi_adjust_external_memory(change_in_bytes: i64, adjusted_value: *mut i64);
    fn napi_create_date(time: f64, result: *mut napi_value);
    fn napi_is_date(value: napi_value, is_date: *mut bool);
    fn napi_get_date_value(value: napi_value, result: *mut f64);
    fn napi_add_finalizer(js_object: napi_value, finalize_data: *mut c_void, finalize_cb: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_ref);
    fn node_api_post_finalizer(finalize_cb: napi_finalize, finalize_data: *mut c_void, finalize_hint: *mut c_void);
    fn napi_create_bigint_int64(value: i64, result: *mut napi_value);
    fn napi_create_bigint_uint64(value: u64, result: *mut napi_value);
    fn napi_create_bigint_words(sign_bit: i32, word_count: usize, words: *const u64, result: *mut napi_value);
    fn napi_get_value_bigint_int64(value: napi_value, result: *mut i64, lossless: *mut bool);
    fn napi_get_value_bigint_uint64(value: napi_value, result: *mut u64, lossless: *mut bool);
    fn napi_get_value_bigint_words(value: napi_value, sign_bit: *mut i32, word_count: *mut usize, words: *mut u64);
    fn napi_get_all_property_names(object: napi_value, key_mode: napi_key_collection_mode, key_filter: napi_key_filter, key_conversion: napi_key_conversion, result: *mut napi_value);
    fn napi_set_instance_data(data: *mut c_void, finalize_cb: napi_finalize, finalize_hint: *mut c_void);
    fn napi_get_instance_data(data: *mut *mut c_void);
    fn napi_detach_arraybuffer(arraybuffer: napi_value);
    fn napi_is_detached_arraybuffer(value: napi_value, result: *mut bool);
    fn napi_type_tag_object(value: napi_value, type_tag: *const napi_type_tag);
    fn napi_check_object_type_tag(value: napi_value, type_tag: *const napi_type_tag, result: *mut bool);
    fn napi_object_freeze(object: napi_value);
    fn napi_object_seal(object: napi_value);
}
