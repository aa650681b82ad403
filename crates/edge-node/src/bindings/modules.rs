//! `internalBinding('modules')`: package.json for the loaders, and the compile cache's switches.

mod package_json;

use crate::binding::define_constants;
use crate::{Binding, Environment, Target, natives};
use edge_napi::types::napi_default_jsproperty;
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "modules",
    natives: natives!("modules";
        "readPackageJSON" => package_json::read_package_json,
        "getNearestParentPackageJSON" => package_json::get_nearest_parent_package_json,
        "getNearestParentPackageJSONType" => package_json::get_nearest_parent_package_json_type,
        "getPackageScopeConfig" => package_json::get_package_scope_config,
        "getPackageType" => package_json::get_package_type,
        "enableCompileCache" => enable_compile_cache,
        "getCompileCacheDir" => nothing,
        "flushCompileCache" => nothing,
        "getCompileCacheEntry" => nothing,
        "saveCompileCacheEntry" => nothing,
        "setLazyPathHelpers" => set_lazy_path_helpers,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    let status = ["FAILED", "ENABLED", "ALREADY_ENABLED", "DISABLED"].iter().map(|name| env.string(name)).collect::<Result<Vec<_>>>()?;
    target.value("compileCacheStatus", env.array_from(&status)?)?;
    let types = env.null_object()?;
    define_constants(
        env,
        types,
        &[
            ("kCommonJS", 0),
            ("kESM", 1),
            ("kStrippedTypeScript", 2),
            ("kTransformedTypeScript", 3),
            ("kTransformedTypeScriptWithSourceMaps", 4),
        ],
    )?;
    target.value("cachedCodeTypes", types)
}

/// The engine has no code cache, so enabling one answers DISABLED.
fn enable_compile_cache(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.array_from(&[env.int32(3)?, env.string("Edge.js has no compile cache: its library starts from an image")?])
}

fn nothing(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

/// `setLazyPathHelpers(meta, url)`: `dirname` and `filename` of `import.meta`.
fn set_lazy_path_helpers(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let require = Environment::of(env)?.expect_root("builtins.require")?;
    let url_module = env.call(require, info.undefined(), &[env.string("internal/url")?])?;
    let filename = env.call_method(url_module, "fileURLToPath", &[info.arg(1)])?;
    let path = env.get_string(filename)?;
    let directory = match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => ".",
    };
    for (name, v) in [("dirname", env.string(directory)?), ("filename", filename)] {
        env.define(info.arg(0), env.key(name)?, v, napi_default_jsproperty)?;
    }
    Ok(info.undefined())
}
