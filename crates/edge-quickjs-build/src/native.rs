//! The C of wasm2c and our runtime → a static library.

use crate::cache::{Cache, hash_files};
use crate::tools::{Tools, run};
use crate::{Result, list};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Compiles everything in `generated` and `runtime` and links it into the package.
///
/// The flags: guard pages instead of bounds checks; `-fno-strict-aliasing`, as wasm2c asks for; no stack protector and no
/// frame pointers in code that has a sandbox of its own; optimised in every profile, a slow engine helps no one.
pub fn compile(tools: &Tools, cache: &Cache, generated: &Path, runtime: &Path) -> Result<()> {
    let mut build = cc::Build::new();
    build
        .opt_level(2)
        .debug(false)
        .pic(true)
        .warnings(false)
        .std("gnu11")
        .include(generated)
        .include(runtime)
        .include(&tools.runtime)
        .define("NDEBUG", None)
        .define("WASM_RT_USE_MMAP", "1")
        .define("WASM_RT_MEMCHECK_GUARD_PAGES", "1")
        .flag_if_supported("-fno-strict-aliasing")
        .flag_if_supported("-fomit-frame-pointer")
        .flag_if_supported("-fno-stack-protector")
        .flag_if_supported("-fvisibility=hidden")
        .flag_if_supported("-fwrapv")
        // Keeps the interpreter's many indirect jumps apart (gcc merges them, and takes them apart again only when little code is
        // before each).
        .flag_if_supported("--param=max-goto-duplication-insns=40")
        .flag_if_supported("-Wno-unused");
    let compiler = build.try_get_compiler().map_err(|error| error.to_string())?;
    let version = run(std::process::Command::new(compiler.path()).arg("--version"))?;
    let mut headers = list(generated, "h")?;
    headers.extend(list(runtime, "h")?);
    headers.push(tools.runtime.join("wasm-rt.h"));

    let mut sources = list(generated, "c")?;
    sources.extend(list(runtime, "c")?.into_iter().filter(|path| !path.ends_with("instance.inc.c")));
    let mut objects = each(&sources, |source| {
        // Only the glue's headers change often; the big files do not include those.
        let big = source.file_name().is_some_and(|name| name.to_string_lossy().starts_with("engine_w2c_"));
        let mut inputs = vec![source.to_owned()];
        inputs.extend(headers.iter().filter(|path| !big || !path.ends_with("edge_host_table.h")).cloned());
        // Folders differ between worktrees and change nothing in the object.
        let flags: Vec<_> = compiler.args().iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        let flags: Vec<_> = flags.iter().filter(|flag| !flag.starts_with('/')).collect();
        let key = hash_files(&format!("object {version} {flags:?}"), &inputs)?;
        cache.file(&format!("{key}.o"), |to| run(compiler.to_command().arg("-c").arg(source).arg("-o").arg(to)).map(drop))
    })?;
    // The same order on every machine, whoever finished first.
    objects.sort();
    let mut library = cc::Build::new();
    library.objects(&objects).try_compile("edge_engine").map_err(|error| error.to_string())
}

/// Runs `step` on every file, on two threads (the big files are few), and keeps the results in the files' order.
pub fn each(files: &[PathBuf], step: impl Fn(&Path) -> Result<PathBuf> + Sync) -> Result<Vec<PathBuf>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(vec![PathBuf::new(); files.len()]);
    let work = || -> Result<()> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return Ok(()) };
            let result = step(file)?;
            done.lock().map_err(|_| "a worker failed")?[index] = result;
        }
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(work);
        let first = work();
        second.join().map_err(|_| "a worker failed".to_owned())?.and(first)
    })?;
    done.into_inner().map_err(|_| "a worker failed".into())
}
