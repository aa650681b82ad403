//! C → wasm → C.

use crate::cache::{Cache, hash_files};
use crate::threading::thread_dispatch;
use crate::tools::{Tools, run};
use crate::{Result, list, read, write_if_changed};
use std::path::{Path, PathBuf};

/// QuickJS-NG's own files; the rest of the folder is its programs and its libc binding, which we do not use.
const QUICKJS: [&str; 4] = ["quickjs.c", "dtoa.c", "libregexp.c", "libunicode.c"];

const FLAGS: [&str; 8] = [
    "-target",
    "wasm32-wasi",
    "-O2",
    "-DNDEBUG",
    "-D_GNU_SOURCE",
    "-DEDGE_ENGINE",
    // Our own printf and friends (shim/edge_libc.c) must see the calls as written.
    "-fno-builtin-printf",
    "-Wno-ignored-attributes",
];

const LINK: [&str; 4] = [
    "-target",
    "wasm32-wasi",
    "-mexec-model=reactor",
    // The engine's stack in linear memory, at its start, so that an overflow leaves the memory. The host's stack (64 MiB)
    // is usually the tighter one.
    "-Wl,-z,stack-size=8388608",
];

/// How many C files wasm2c writes: few enough for gcc to inline well, many enough for the cores.
const OUTPUTS: usize = 4;

/// The engine as a wasm module.
pub fn compile(tools: &Tools, cache: &Cache, tree: &Path, out: &Path) -> Result<PathBuf> {
    let flags = std::env::var("EDGE_ENGINE_CFLAGS").unwrap_or_default();
    let recipe = format!("wasm {} {FLAGS:?} {flags}", tools.zig_version);
    // The shim first: its libc functions must be known before libc's archive is asked for them.
    let mut sources = shim_sources(tree)?;
    sources.extend(QUICKJS.iter().map(|name| tree.join(name)));
    let objects = crate::native::each(&sources, |source| {
        let upstream = QUICKJS.iter().any(|name| source.ends_with(name));
        let compile = |mode: &str| {
            let mut command = tools.zig_cc();
            command.args(FLAGS).args(flags.split_whitespace()).arg("-I").arg(tree);
            if upstream {
                command.args(["-include", "engine_imports.h"]);
            }
            command.arg(mode).arg(source);
            command
        };
        // What the preprocessor reads of the tree, so that a change of one header compiles only what includes it.
        let rule = run(&mut compile("-MM"))?;
        let mut inputs: Vec<PathBuf> = rule.split_whitespace().map(PathBuf::from).filter(|path| path.starts_with(tree)).collect();
        inputs.sort();
        inputs.dedup();
        cache.file(&format!("{}.wasm.o", hash_files(&recipe, &inputs)?), |to| run(compile("-c").arg("-o").arg(to)).map(drop))
    })?;
    let recipe = format!("link {} {LINK:?} {objects:?}", tools.zig_version);
    let kept = cache.file(&format!("{}.wasm", hash_files(&recipe, &[])?), |to| {
        run(tools.zig_cc().args(LINK).args(&objects).arg("-lm").arg("-o").arg(to))?;
        // Names stay (for profiles, and so that the C of a function depends on little else); libc's debugging sections go.
        run(tools.wasm_strip().args(["--keep-section", "name"]).arg(to)).map(drop)
    })?;
    let wasm = out.join("engine.wasm");
    let bytes = std::fs::read(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    write_if_changed(&wasm, &bytes)?;
    Ok(wasm)
}

/// Every C file that is not upstream's.
fn shim_sources(tree: &Path) -> Result<Vec<PathBuf>> {
    const PROGRAMS: [&str; 12] = [
        "api-test.c",
        "ctest.c",
        "dtoa.c",
        "fuzz.c",
        "libregexp.c",
        "libunicode.c",
        "lre-test.c",
        "qjs-wasi-reactor.c",
        "qjs.c",
        "qjsc.c",
        "quickjs.c",
        "unicode_gen.c",
    ];
    const MORE: [&str; 3] = ["quickjs-libc.c", "run-test262.c", "standalone.c"];
    Ok(list(tree, "c")?
        .into_iter()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            !PROGRAMS.contains(&name.as_ref()) && !MORE.contains(&name.as_ref())
        })
        .collect())
}

/// The module as C, in `generated`, changed where our instances differ from wasm2c's (see `adapt`). Answers the pages of
/// memory that the module starts with.
pub fn translate(tools: &Tools, cache: &Cache, wasm: &Path, runtime: &Path, generated: &Path) -> Result<u32> {
    std::fs::create_dir_all(generated).map_err(|error| format!("{}: {error}", generated.display()))?;
    let recipe = format!("c4 {} {OUTPUTS}", tools.wasm2c_version);
    let kept = cache.file(&format!("{}.c.d", hash_files(&recipe, &[wasm.to_owned()])?), |to| {
        std::fs::create_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
        run(tools
            .wasm2c()
            .arg(wasm)
            .args(["--disable-tail-call", "-n", "engine", "--num-outputs"])
            .arg(OUTPUTS.to_string())
            .arg("-o")
            .arg(to.join("engine_w2c.c")))?;
        check_header(&read(&to.join("engine_w2c.h"))?)?;
        let mut threaded = 0;
        for number in 0..OUTPUTS {
            let path = to.join(format!("engine_w2c_{number}.c"));
            let mut text = adapt(&read(&path)?)?;
            check_stack_inline(&mut text);
            threaded += usize::from(thread_dispatch(&mut text)?);
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        if threaded == 1 { Ok(()) } else { Err(format!("wasm2c: {threaded} interpreter loops")) }
    })?;
    let mut pages = None;
    for extension in ["c", "h"] {
        for path in list(&kept, extension)? {
            let to = generated.join(path.file_name().unwrap_or_default());
            let mut text = read(&path)?;
            if to.ends_with("engine_w2c_0.c") {
                pages = text
                    .split_once("wasm_rt_allocate_memory(&instance->w2c_memory, ")
                    .and_then(|(_, rest)| rest.split_once(','))
                    .and_then(|(number, _)| number.parse().ok());
                // The file with wasm2c's (static) initialisers: ours stand behind them.
                text.push_str(&read(&runtime.join("instance.inc.c"))?);
            }
            write_if_changed(&to, text.as_bytes())?;
        }
    }
    pages.ok_or_else(|| "wasm2c: no memory".into())
}

/// An instance's state must be what `runtime/instance.inc.c` knows of: the stack pointer, the memory, one table.
fn check_header(header: &str) -> Result<()> {
    let fields: Vec<&str> = header
        .split_once("typedef struct w2c_engine {")
        .and_then(|(_, rest)| rest.split_once('}'))
        .map(|(body, _)| body.lines().map(str::trim).filter(|line| !line.is_empty()).collect())
        .unwrap_or_default();
    let expected = [
        "struct w2c_env* w2c_env_instance;",
        "u32 w2c_0x5F_stack_pointer;",
        "wasm_rt_memory_t w2c_memory;",
        "wasm_rt_funcref_table_t w2c_T0;",
    ];
    if fields == expected {
        return Ok(());
    }
    let imports: Vec<&str> = header.lines().filter(|line| line.starts_with("/* import:")).collect();
    Err(format!("the wasm's state is not what the runtime knows: {fields:?}; its imports: {imports:#?}"))
}

/// Makes the check of the host's stack (`runtime/stack.h`) part of the functions that call it.
fn check_stack_inline(text: &mut String) {
    const CALL: &str = "w2c_env_stack_low(instance->w2c_env_instance)";
    if text.contains(CALL) {
        *text = format!("#include \"stack.h\"\n{}", text.replace(CALL, "edge_stack_low(instance->w2c_env_instance)"));
    }
}

/// The function table is one for all instances and read-only, so a call through it passes the caller's instance and not the
/// table's.
fn adapt(text: &str) -> Result<String> {
    const BEFORE: &str = "instance->w2c_T0.data[";
    const AFTER: &str = "].module_instance";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEFORE) {
        let behind = &rest[at + BEFORE.len()..];
        let end = behind.find(']').ok_or("wasm2c: an index without end")?;
        if behind[end..].starts_with(AFTER) {
            out.push_str(&rest[..at]);
            out.push_str("instance");
            rest = &behind[end + AFTER.len()..];
        } else {
            out.push_str(&rest[..at + BEFORE.len()]);
            rest = behind;
        }
    }
    out.push_str(rest);
    // That holds as long as no import is in the table.
    if let Some(line) = out.lines().find(|line| line.trim_start().starts_with("{RefFunc,") && !line.ends_with(", {NULL}, 0},")) {
        return Err(format!("wasm2c: an imported function in the table: {line}"));
    }
    if out.contains(".module_instance") {
        return Err("wasm2c: another use of module_instance".into());
    }
    Ok(out)
}
