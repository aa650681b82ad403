//! The types of Node-API version 10, as `js_native_api_types.h` and `node_api_types.h` name them.
#![allow(non_camel_case_types, non_upper_case_globals)]

use std::ffi::{c_char, c_void};

/// One environment of an engine. Opaque: only the provider of the table looks inside.
#[repr(C)]
pub struct napi_env__ {
    _private: [u8; 0],
}
/// Pointer to an environment.
pub type napi_env = *mut napi_env__;

macro_rules! opaque_handles {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[repr(transparent)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub struct $name(pub usize);
        impl $name {
            /// The handle that names nothing; every provider refuses it.
            pub const NULL: Self = Self(0);
            /// Whether this is [`Self::NULL`].
            #[must_use]
            pub const fn is_null(self) -> bool {
                self.0 == 0
            }
        }
    )*};
}

opaque_handles! {
    /// A JavaScript value: a slot in the engine's handle stack, checked at each use.
    napi_value,
    /// A counted or weak reference to a value.
    napi_ref,
    /// An open handle scope.
    napi_handle_scope,
    /// An open escapable handle scope.
    napi_escapable_handle_scope,
    /// The arguments of the call being made.
    napi_callback_info,
    /// The two functions of a promise made by native code.
    napi_deferred,
    /// An async context made by `napi_async_init`.
    napi_async_context,
    /// An open callback scope.
    napi_callback_scope,
    /// A unit of work for the thread pool.
    napi_async_work,
    /// A function that any thread may call.
    napi_threadsafe_function,
    /// A registered asynchronous cleanup hook.
    napi_async_cleanup_hook_handle,
}

/// What each Node-API function answers.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_status {
    napi_ok = 0,
    napi_invalid_arg,
    napi_object_expected,
    napi_string_expected,
    napi_name_expected,
    napi_function_expected,
    napi_number_expected,
    napi_boolean_expected,
    napi_array_expected,
    napi_generic_failure,
    napi_pending_exception,
    napi_cancelled,
    napi_escape_called_twice,
    napi_handle_scope_mismatch,
    napi_callback_scope_mismatch,
    napi_queue_full,
    napi_closing,
    napi_bigint_expected,
    napi_date_expected,
    napi_arraybuffer_expected,
    napi_detachable_arraybuffer_expected,
    napi_would_deadlock,
    napi_no_external_buffers_allowed,
    napi_cannot_run_js,
}

/// What `napi_typeof` answers.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_valuetype {
    napi_undefined,
    napi_null,
    napi_boolean,
    napi_number,
    napi_string,
    napi_symbol,
    napi_object,
    napi_function,
    napi_external,
    napi_bigint,
}

/// Element type of a typed array.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_typedarray_type {
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
    /// Engine extension: JavaScript's `Float16Array`, which Node-API 10 does not name.
    edge_float16_array,
}

impl napi_typedarray_type {
    /// Bytes per element.
    #[must_use]
    pub const fn element_size(self) -> usize {
        use napi_typedarray_type::*;
        match self {
            napi_int8_array | napi_uint8_array | napi_uint8_clamped_array => 1,
            napi_int16_array | napi_uint16_array | edge_float16_array => 2,
            napi_int32_array | napi_uint32_array | napi_float32_array => 4,
            napi_float64_array | napi_bigint64_array | napi_biguint64_array => 8,
        }
    }
}

/// Bit set of property attributes (`napi_property_attributes`).
pub type napi_property_attributes = u32;
pub const napi_default: u32 = 0;
pub const napi_writable: u32 = 1 << 0;
pub const napi_enumerable: u32 = 1 << 1;
pub const napi_configurable: u32 = 1 << 2;
pub const napi_static: u32 = 1 << 10;
pub const napi_default_method: u32 = napi_writable | napi_configurable;
pub const napi_default_jsproperty: u32 = napi_writable | napi_enumerable | napi_configurable;

/// Whether `napi_get_all_property_names` walks the prototype chain.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_key_collection_mode {
    napi_key_include_prototypes,
    napi_key_own_only,
}

/// Bit set: which keys `napi_get_all_property_names` lists.
pub type napi_key_filter = u32;
pub const napi_key_all_properties: u32 = 0;
pub const napi_key_writable: u32 = 1;
pub const napi_key_enumerable: u32 = 1 << 1;
pub const napi_key_configurable: u32 = 1 << 2;
pub const napi_key_skip_strings: u32 = 1 << 3;
pub const napi_key_skip_symbols: u32 = 1 << 4;

/// Whether index keys come as numbers or strings.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_key_conversion {
    napi_key_keep_numbers,
    napi_key_numbers_to_strings,
}

/// A native function as C sees it.
pub type napi_callback = Option<unsafe extern "C" fn(env: napi_env, info: napi_callback_info) -> napi_value>;
/// Called when a value with native data is collected.
pub type napi_finalize = Option<unsafe extern "C" fn(env: napi_env, finalize_data: *mut c_void, finalize_hint: *mut c_void)>;

/// One property of `napi_define_properties` or `napi_define_class`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct napi_property_descriptor {
    pub utf8name: *const c_char,
    pub name: napi_value,
    pub method: napi_callback,
    pub getter: napi_callback,
    pub setter: napi_callback,
    pub value: napi_value,
    pub attributes: napi_property_attributes,
    pub data: *mut c_void,
}

/// What `napi_get_last_error_info` points at.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct napi_extended_error_info {
    pub error_message: *const c_char,
    pub engine_reserved: *mut c_void,
    pub engine_error_code: u32,
    pub error_code: napi_status,
}

/// 128 bits that name a kind of object.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct napi_type_tag {
    pub lower: u64,
    pub upper: u64,
}

/// The work of a `napi_async_work`, on a thread of the pool: may not touch JavaScript.
pub type napi_async_execute_callback = Option<unsafe extern "C" fn(env: napi_env, data: *mut c_void)>;
/// Called on the environment's thread after the work.
pub type napi_async_complete_callback = Option<unsafe extern "C" fn(env: napi_env, status: napi_status, data: *mut c_void)>;
/// Takes one item of a thread-safe function's queue; `env` is null when the item is only to be freed.
pub type napi_threadsafe_function_call_js =
    Option<unsafe extern "C" fn(env: napi_env, js_callback: napi_value, context: *mut c_void, data: *mut c_void)>;
/// Called when the environment ends.
pub type napi_cleanup_hook = Option<unsafe extern "C" fn(arg: *mut c_void)>;
/// Called when the environment ends; the end waits until the handle is removed.
pub type napi_async_cleanup_hook = Option<unsafe extern "C" fn(handle: napi_async_cleanup_hook_handle, data: *mut c_void)>;
/// Fills in a module's exports; what it answers takes their place unless it is null.
pub type napi_addon_register_func = Option<unsafe extern "C" fn(env: napi_env, exports: napi_value) -> napi_value>;

/// How a thread lets go of a thread-safe function.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_threadsafe_function_release_mode {
    napi_tsfn_release,
    /// Nobody may call it any more.
    napi_tsfn_abort,
}

/// Whether a call of a thread-safe function waits for room in its queue.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum napi_threadsafe_function_call_mode {
    napi_tsfn_nonblocking,
    napi_tsfn_blocking,
}

/// What `napi_get_node_version` points at.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct napi_node_version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
    pub release: *const c_char,
}

/// A module, as `napi_module_register` takes it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct napi_module {
    pub nm_version: i32,
    pub nm_flags: u32,
    pub nm_filename: *const c_char,
    pub nm_register_func: napi_addon_register_func,
    pub nm_modname: *const c_char,
    pub nm_priv: *mut c_void,
    pub reserved: [*mut c_void; 4],
}

/// The event loop of an environment. Opaque: what it is, the runtime's documentation of `napi_get_uv_event_loop` says.
#[repr(C)]
pub struct uv_loop_s {
    _private: [u8; 0],
}

/// `NAPI_AUTO_LENGTH`: the string ends at its NUL.
pub const NAPI_AUTO_LENGTH: usize = usize::MAX;
/// The version of Node-API that the table implements.
pub const NAPI_VERSION: u32 = 10;
