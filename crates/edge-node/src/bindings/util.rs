//! `internalBinding('util')`: looks into values that JavaScript cannot take itself, call sites, lazy properties.

mod call_sites;
mod inspect;
mod lazy_properties;
mod parse_env;

pub use parse_env::parse_env_text;

use crate::binding::define_constants;
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, PromiseState, Result, Value};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "util",
    natives: natives!("util";
        "isInsideNodeModules" => call_sites::is_inside_node_modules,
        "getCallSites" => call_sites::get_call_sites,
        "getCallerLocation" => call_sites::get_caller_location,
        "getPromiseDetails" => inspect::get_promise_details,
        "getProxyDetails" => inspect::get_proxy_details,
        "previewEntries" => inspect::preview_entries,
        "getOwnNonIndexProperties" => inspect::get_own_non_index_properties,
        "getConstructorName" => inspect::get_constructor_name,
        "getExternalValue" => inspect::get_external_value,
        "sleep" => sleep,
        "parseEnv" => parse_env::parse_env,
        "arrayBufferViewHasBuffer" => array_buffer_view_has_buffer,
        "constructSharedArrayBuffer" => construct_shared_array_buffer,
        "guessHandleType" => guess_handle_type,
        "lazy#require" => lazy_properties::require,
    ),
    init,
};

/// Node's per-isolate private symbols, as the library names them.
const PRIVATE_SYMBOLS: &[&str] = &[
    "arrow_message_private_symbol",
    "contextify_context_private_symbol",
    "decorated_private_symbol",
    "transfer_mode_private_symbol",
    "host_defined_option_symbol",
    "js_transferable_wrapper_private_symbol",
    "entry_point_module_private_symbol",
    "entry_point_promise_private_symbol",
    "module_source_private_symbol",
    "module_export_names_private_symbol",
    "module_circular_visited_private_symbol",
    "module_export_private_symbol",
    "module_first_parent_private_symbol",
    "module_last_parent_private_symbol",
    "napi_type_tag",
    "napi_wrapper",
    "untransferable_object_private_symbol",
    "exit_info_private_symbol",
    "promise_trace_id",
    "source_map_data_private_symbol",
];

/// The object of all private symbols.
pub fn private_symbols(environment: &Rc<Environment>) -> Result<Value> {
    if let Some(object) = environment.root("util.private_symbols")? {
        return Ok(object);
    }
    let env = environment.env();
    let object = env.null_object()?;
    for name in PRIVATE_SYMBOLS {
        env.set(object, name, environment.private_symbol(name)?)?;
    }
    environment.set_root("util.private_symbols", object)?;
    Ok(object)
}

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    target.value("privateSymbols", private_symbols(target.environment)?)?;
    let constants = env.null_object()?;
    define_constants(
        env,
        constants,
        &[
            ("kPending", PromiseState::Pending as i32),
            ("kFulfilled", PromiseState::Fulfilled as i32),
            ("kRejected", PromiseState::Rejected as i32),
            ("kExiting", 0),
            ("kExitCode", 1),
            ("kHasExitCode", 2),
            ("ALL_PROPERTIES", 0),
            ("ONLY_WRITABLE", 1),
            ("ONLY_ENUMERABLE", 2),
            ("ONLY_CONFIGURABLE", 4),
            ("SKIP_STRINGS", 8),
            ("SKIP_SYMBOLS", 16),
            ("kDisallowCloneAndTransfer", 0),
            ("kTransferable", 1),
            ("kCloneable", 2),
        ],
    )?;
    target.value("constants", constants)?;
    target.aliased::<u32>("shouldAbortOnUncaughtToggle", 1)?.set(0, 1);
    target.value("defineLazyProperties", lazy_properties::define_lazy_properties(target.environment)?)
}

/// `sleep(milliseconds)`: blocks the thread.
fn sleep(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let ms = env.get_u32(info.arg(0))?;
    edge_wasix::clock::sleep(std::time::Duration::from_millis(u64::from(ms)));
    Ok(info.undefined())
}

/// Whether a view's buffer exists as an object already; every one of ours does.
fn array_buffer_view_has_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(env.is_array_buffer_view(info.arg(0))?)
}

/// `constructSharedArrayBuffer(byteLength)`.
fn construct_shared_array_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let length = env.get_f64(info.arg(0))?;
    if !(0.0..=9_007_199_254_740_991.0).contains(&length) {
        return Err(edge_napi::Error::range_error("", "Invalid array buffer length"));
    }
    env.shared_array_buffer(length as usize)
}

/// `guessHandleType(fd)` → index into TCP, TTY, UDP, FILE, PIPE, UNKNOWN.
fn guess_handle_type(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let fd = env.get_i32(info.arg(0))?;
    if fd < 0 {
        return Err(edge_napi::Error::type_error("ERR_INVALID_FD", format!("\"fd\" must be a positive integer: {fd}")));
    }
    env.uint32(environment.kernel().guess_handle_type(fd) as u32)
}
