//! `internalBinding('builtins')`: the list of Node's own library files and how to compile them.

use crate::{Binding, Environment, Target, builtin_scripts, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "builtins",
    natives: natives!("builtins";
        "compileFunction" => compile_function,
        "setInternalLoaders" => set_internal_loaders,
        "hasCachedBuiltins" => has_cached_builtins,
        "getCacheUsage" => get_cache_usage,
        "Natives#natives" => natives_object,
        // The loaders that the realm script is called with, and the class of `process`; not on the binding's object.
        "process" => new_process,
        "getInternalBinding" => get_internal_binding,
        "getLinkedBinding" => get_linked_binding,
        "gc#collect" => gc,
    ),
    init,
};

/// `process.config` of this build, `@ARCH@` being Node's name of the processor: what programs and Node's tests read of it.
const CONFIG: &str = r#"{"target_defaults":{"cflags":[],"default_configuration":"Release","defines":[],"include_dirs":[],"libraries":[]},
"variables":{"asan":0,"coverage":false,"dcheck_always_on":0,"debug_nghttp2":false,"debug_node":false,"enable_lto":false,"enable_pgo_generate":false,
"enable_pgo_use":false,"error_on_warn":false,"force_dynamic_crt":0,"host_arch":"@ARCH@","napi_build_version":"10","node_builtin_shareable_builtins":[],
"node_byteorder":"little","node_debug_lib":false,"node_enable_d8":false,"node_enable_v8_vtunejit":false,"node_install_corepack":false,
"node_install_npm":false,"node_module_version":137,"node_no_browser_globals":false,"node_prefix":"/usr/local","node_quic":false,
"node_release_urlbase":"https://nodejs.org/download/release/","node_shared":false,"node_use_amaro":true,"node_use_bundled_v8":false,
"node_use_node_snapshot":true,"node_use_openssl":true,"node_use_v8_platform":false,"node_with_ltcg":false,"node_without_node_options":false,
"shlib_suffix":"so.137","single_executable_application":false,"target_arch":"@ARCH@","ubsan":0,"use_prefix_to_find_headers":false,
"v8_enable_i18n_support":0,"v8_enable_inspector":0,"v8_enable_webassembly":0,"v8_use_siphash":1}}"#;

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    for name in ["compileFunction", "setInternalLoaders", "hasCachedBuiltins", "getCacheUsage"] {
        env.set_method(target.object, &format!("builtins.{name}"), name)?;
    }
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    target.string("config", &CONFIG.replace("@ARCH@", arch))?;
    let ids = env.array()?;
    let (can, cannot) = (env.array()?, env.array()?);
    for (index, id) in edge_node_lib::ids().enumerate() {
        let value = env.key(id)?;
        env.set_index(ids, index as u32, value)?;
        env.push(if can_be_required(id) { can } else { cannot }, value)?;
    }
    target.value("builtinIds", ids)?;
    let categories = env.object()?;
    env.set(categories, "canBeRequired", can)?;
    env.set(categories, "cannotBeRequired", cannot)?;
    target.value("builtinCategories", categories)?;
    let key = env.key("natives")?;
    let getter = env.native_id("builtins.Natives#natives")?;
    env.define_accessor(target.object, key, Some(getter), None, edge_napi::types::napi_configurable)
}

/// Node's `BuiltinLoader::GetBuiltinCategories`, for a build without inspector.
fn can_be_required(id: &str) -> bool {
    const PREFIXES: &[&str] = &["internal/bootstrap/", "internal/per_context/", "internal/deps/v8/tools/", "internal/main/"];
    const WITHOUT_INSPECTOR: &[&str] = &["inspector", "internal/util/inspector", "internal/inspector/", "internal/inspector_async_hook"];
    const NEVER: &[&str] = &["internal/v8_prof_polyfill", "internal/v8_prof_processor", "sqlite_unavailable"];
    let named = |list: &[&str]| list.iter().any(|name| if name.ends_with('/') { id.starts_with(name) } else { id == *name });
    !PREFIXES.iter().any(|prefix| id.starts_with(prefix)) && !named(WITHOUT_INSPECTOR) && !named(NEVER)
}

/// `compileFunction(id)`.
fn compile_function(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let id = env.get_string(info.arg(0))?;
    builtin_scripts::compile(&environment, &id)
}

/// `setInternalLoaders(internalBinding, requireBuiltin)`: what main scripts are called with.
fn set_internal_loaders(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    environment.set_root("builtins.internal_binding_loader", info.arg(0))?;
    environment.set_root("builtins.require", info.arg(1))?;
    Ok(info.undefined())
}

fn has_cached_builtins(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(true)
}

/// Which files were compiled with and without a code cache; here the image is the cache.
fn get_cache_usage(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let usage = env.object()?;
    for name in ["compiledWithCache", "compiledWithoutCache", "compiledInSnapshot"] {
        env.set(usage, name, env.array()?)?;
    }
    Ok(usage)
}

/// `process.binding('natives')`: every source by id.
fn natives_object(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let natives = env.object()?;
    for id in edge_node_lib::ids() {
        if let Some(text) = crate::replaced::source(id) {
            let _scope = env.scope()?;
            env.set(natives, id, env.string(&text)?)?;
        }
    }
    Ok(natives)
}

fn new_process(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.this())
}

/// The realm's door to the bindings.
fn get_internal_binding(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let name = env.get_string(info.arg(0))?;
    environment.internal_binding(&name)?.ok_or_else(|| Error::error("ERR_INVALID_MODULE", format!("No such binding: {name}")))
}

/// `process._linkedBinding`: the native modules that were linked into the process.
fn get_linked_binding(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let name = env.get_string(info.arg(0))?;
    crate::node_api::linked_binding(&Environment::of(env)?, &name)
}

/// `gc(options)` of `--expose-gc`: collects now; with `{ execution: 'async' }` answers a promise.
fn gc(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.collect_garbage()?;
    env.run_finalizers()?;
    let is_async = env.is_object(info.arg(0))? && {
        let execution = env.get(info.arg(0), "execution")?;
        env.is_string(execution)? && env.get_string(execution)? == "async"
    };
    if !is_async {
        return Ok(info.undefined());
    }
    let (deferred, promise) = env.promise()?;
    env.resolve(deferred, info.undefined())?;
    Ok(promise)
}
