//! The runtime's half of Node-API: every function of `node_api.h` up to version 10, as one table. It needs an event loop, so not the
//! engine provides it but the runtime, over the engine's two tables; native modules use both halves.
//!
//! Each function follows Node's documentation ("Node-API", nodejs.org/docs/v24). The functions that take an environment refuse one
//! that is none of the calling thread's with `napi_invalid_arg`; those of thread-safe functions may be called on any thread.

use crate::types::*;
use std::ffi::{c_char, c_void};

macro_rules! node_table {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?);)*) => {
        /// One pointer for each function of `node_api.h`.
        #[repr(C)]
        #[allow(missing_docs)]
        pub struct NodeTable {
            $($(#[$doc])* pub $name: unsafe extern "C" fn($($arg: $ty),*) -> napi_status,)*
            /// Takes a module into the process's list, for `process._linkedBinding(name)`.
            pub napi_module_register: unsafe extern "C" fn(module: *mut napi_module),
            /// Ends the environment of the calling thread; never returns, but unwinds where the process is not the program's own.
            pub napi_fatal_error:
                unsafe extern "C-unwind" fn(location: *const c_char, location_len: usize, message: *const c_char, message_len: usize) -> !,
        }
        /// The names in the table's order, for the test that compares it with Node's header.
        pub const NODE_TABLE_NAMES: &[&str] = &[$(stringify!($name),)* "napi_module_register", "napi_fatal_error"];
        /// Expands to a [`NodeTable`] of the functions of the same names that are in scope where it is used.
        #[macro_export]
        macro_rules! node_table_of_functions_in_scope {
            () => { $crate::NodeTable { $($name,)* napi_module_register, napi_fatal_error } };
        }
    };
}

node_table! {
    fn napi_async_init(env: napi_env, async_resource: napi_value, async_resource_name: napi_value, result: *mut napi_async_context);
    fn napi_async_destroy(env: napi_env, async_context: napi_async_context);
    fn napi_make_callback(env: napi_env, async_context: napi_async_context, recv: napi_value, func: napi_value, argc: usize, argv: *const napi_value, result: *mut napi_value);
    fn napi_open_callback_scope(env: napi_env, resource_object: napi_value, context: napi_async_context, result: *mut napi_callback_scope);
    fn napi_close_callback_scope(env: napi_env, scope: napi_callback_scope);
    fn napi_create_buffer(env: napi_env, length: usize, data: *mut *mut c_void, result: *mut napi_value);
    fn napi_create_external_buffer(env: napi_env, length: usize, data: *mut c_void, finalize_cb: napi_finalize, finalize_hint: *mut c_void, result: *mut napi_value);
    fn node_api_create_buffer_from_arraybuffer(env: napi_env, arraybuffer: napi_value, byte_offset: usize, byte_length: usize, result: *mut napi_value);
    fn napi_create_buffer_copy(env: napi_env, length: usize, data: *const c_void, result_data: *mut *mut c_void, result: *mut napi_value);
    fn napi_is_buffer(env: napi_env, value: napi_value, result: *mut bool);
    fn napi_get_buffer_info(env: napi_env, value: napi_value, data: *mut *mut c_void, length: *mut usize);
    fn napi_create_async_work(env: napi_env, async_resource: napi_value, async_resource_name: napi_value, execute: napi_async_execute_callback, complete: napi_async_complete_callback, data: *mut c_void, result: *mut napi_async_work);
    fn napi_delete_async_work(env: napi_env, work: napi_async_work);
    fn napi_queue_async_work(env: napi_env, work: napi_async_work);
    fn napi_cancel_async_work(env: napi_env, work: napi_async_work);
    fn napi_get_node_version(env: napi_env, version: *mut *const napi_node_version);
    fn napi_get_uv_event_loop(env: napi_env, uv_loop: *mut *mut uv_loop_s);
    fn napi_fatal_exception(env: napi_env, err: napi_value);
    fn napi_add_env_cleanup_hook(env: napi_env, fun: napi_cleanup_hook, arg: *mut c_void);
    fn napi_remove_env_cleanup_hook(env: napi_env, fun: napi_cleanup_hook, arg: *mut c_void);
    fn napi_create_threadsafe_function(env: napi_env, func: napi_value, async_resource: napi_value, async_resource_name: napi_value, max_queue_size: usize, initial_thread_count: usize, thread_finalize_data: *mut c_void, thread_finalize_cb: napi_finalize, context: *mut c_void, call_js_cb: napi_threadsafe_function_call_js, result: *mut napi_threadsafe_function);
    fn napi_get_threadsafe_function_context(func: napi_threadsafe_function, result: *mut *mut c_void);
    fn napi_call_threadsafe_function(func: napi_threadsafe_function, data: *mut c_void, is_blocking: napi_threadsafe_function_call_mode);
    fn napi_acquire_threadsafe_function(func: napi_threadsafe_function);
    fn napi_release_threadsafe_function(func: napi_threadsafe_function, mode: napi_threadsafe_function_release_mode);
    fn napi_unref_threadsafe_function(env: napi_env, func: napi_threadsafe_function);
    fn napi_ref_threadsafe_function(env: napi_env, func: napi_threadsafe_function);
    fn napi_add_async_cleanup_hook(env: napi_env, hook: napi_async_cleanup_hook, arg: *mut c_void, remove_handle: *mut napi_async_cleanup_hook_handle);
    fn napi_remove_async_cleanup_hook(remove_handle: napi_async_cleanup_hook_handle);
    fn node_api_get_module_file_name(env: napi_env, result: *mut *const c_char);
}
