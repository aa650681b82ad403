//! Node's own boot order, as far as it is free of run-time state: per_context → realm → node → web → switches. Runs once per image,
//! or at each start without one.

use crate::{Environment, builtin_scripts};
use edge_napi::{Result, Value};
use std::rc::Rc;

/// Scripts that make a context usable (`primordials`, `DOMException`, message ports).
const PER_CONTEXT: &[&str] = &["internal/per_context/primordials", "internal/per_context/domexception", "internal/per_context/messageport"];

/// Globals that the engine has of its own and Node's library defines itself, or that V8 does not have.
const ENGINE_EXTRAS: &[&str] =
    &["DOMException", "atob", "btoa", "queueMicrotask", "performance", "console", "print", "InternalError", "navigator"];

/// Scripts after the realm, in Node's order for a main thread.
const MAIN_THREAD: &[&str] = &[
    "internal/bootstrap/node",
    "internal/bootstrap/web/exposed-wildcard",
    "internal/bootstrap/web/exposed-window-or-worker",
    "internal/bootstrap/switches/is_main_thread",
    "internal/bootstrap/switches/does_own_process_state",
];

/// What nearly every program loads and reads neither options nor the machine while loading: put in the image. `net` and `tty` look at
/// options when they are loaded, so they are not here.
const PRELOADED: &[&str] = &[
    "internal/process/pre_execution",
    "internal/modules/run_main",
    "internal/abort_controller",
    "string_decoder",
    "stream",
    "stream/promises",
    "internal/fs/sync_write_stream",
];

/// Runs the boot scripts in a fresh environment.
pub fn bootstrap(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let _scope = env.scope()?;
    let global = env.global()?;
    for name in ENGINE_EXTRAS {
        env.delete_key(global, env.key(name)?)?;
    }
    crate::intl::install(environment)?;
    per_context(environment)?;
    let process = create_process_object(environment)?;
    environment.set_root("process", process)?;
    // The arrays that every callback scope reads must exist before the first one.
    for name in ["async_wrap", "task_queue", "timers"] {
        environment.internal_binding(name)?;
    }
    let primordials = environment.expect_root("primordials")?;
    let linked = env.native_function("builtins.getLinkedBinding", "getLinkedBinding")?;
    let internal = env.native_function("builtins.getInternalBinding", "getInternalBinding")?;
    builtin_scripts::run(environment, "internal/bootstrap/realm", &[process, linked, internal, primordials])?;
    for id in MAIN_THREAD {
        run_main_script(environment, id)?;
    }
    crate::env_proxy::install(environment, process)
}

/// Loads what most programs load anyway; for the image.
pub fn preload(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let _scope = env.scope()?;
    let require = environment.expect_root("builtins.require")?;
    for id in PRELOADED {
        env.call(require, env.undefined()?, &[env.string(id)?])?;
    }
    Ok(())
}

/// Runs a script of `internal/bootstrap/` or `internal/main/` with the loaders that the realm has handed over.
pub fn run_main_script(environment: &Rc<Environment>, id: &str) -> Result<Value> {
    let process = environment.expect_root("process")?;
    let require = environment.expect_root("builtins.require")?;
    let internal_binding = environment.expect_root("builtins.internal_binding_loader")?;
    let primordials = environment.expect_root("primordials")?;
    builtin_scripts::run(environment, id, &[process, require, internal_binding, primordials])
}

/// Node's `InitializePrimordials`: the objects that all library code shares.
fn per_context(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let exports = env.object()?;
    let primordials = env.null_object()?;
    environment.set_root("per_context_exports", exports)?;
    environment.set_root("primordials", primordials)?;
    let private_symbols = crate::bindings::private_symbols(environment)?;
    let isolate_symbols = crate::bindings::per_isolate_symbols(environment)?;
    for id in PER_CONTEXT {
        builtin_scripts::run(environment, id, &[exports, primordials, private_symbols, isolate_symbols])?;
    }
    Ok(())
}

/// The part of `process` that exists before any script runs (Node's `CreateProcessObject`).
fn create_process_object(environment: &Rc<Environment>) -> Result<Value> {
    let env = environment.env();
    let class = env.class("builtins.process")?.finish();
    let process = env.construct(class.constructor, &[])?;
    let (exit_info, _) = environment.create_aliased::<i32>("process.exit_info", 3)?;
    env.set_key(process, environment.private_symbol("exit_info_private_symbol")?, exit_info)?;
    env.define_read_only(process, "version", env.string(edge_node_lib::NODE_VERSION)?)?;
    env.define_read_only(process, "versions", crate::versions::versions(environment)?)?;
    env.define_read_only(process, "arch", env.string(arch())?)?;
    env.define_read_only(process, "platform", env.string("linux")?)?;
    let release = env.object()?;
    env.define_read_only(release, "name", env.string("node")?)?;
    env.define_read_only(release, "lts", env.string("Krypton")?)?;
    env.define_read_only(process, "release", release)?;
    Ok(process)
}

const fn arch() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" }
}
