//! Compiling the files of Node's library: each is the body of a function whose parameters depend on its id.

use crate::Environment;
use edge_napi::{Error, Result, Source, Value};
use std::rc::Rc;

const PER_CONTEXT: &[&str] = &["exports", "primordials", "privateSymbols", "perIsolateSymbols"];
const REALM: &[&str] = &["process", "getLinkedBinding", "getInternalBinding", "primordials"];
const MAIN: &[&str] = &["process", "require", "internalBinding", "primordials"];
const MODULE: &[&str] = &["exports", "require", "module", "process", "internalBinding", "primordials"];

/// Node's `BuiltinLoader::LookupAndCompile`: which names a file's code may use.
fn parameters(id: &str) -> &'static [&'static str] {
    if id == "internal/bootstrap/realm" {
        REALM
    } else if id.starts_with("internal/per_context/") {
        PER_CONTEXT
    } else if id.starts_with("internal/bootstrap/") || id.starts_with("internal/main/") {
        MAIN
    } else {
        MODULE
    }
}

/// The root with the functions that an image has ready: an object, id to function.
const COMPILED: &str = "builtins.compiled";

/// Library that an image does not keep ready (beginnings of ids): what few programs load, and what runs only while booting. All of
/// it would make the image 25 MB instead of 10.
const NOT_COMPILED: &[&str] = &[
    "_tls_",
    "cluster",
    "http2",
    "inspector",
    "internal/bootstrap/",
    "internal/child_process/",
    "internal/cluster/",
    "internal/crypto/",
    "internal/debugger/",
    "internal/deps/acorn/",
    "internal/deps/amaro/",
    "internal/deps/undici/",
    "internal/deps/v8/",
    "internal/http2/",
    "internal/inspector",
    "internal/legacy/",
    "internal/main/inspect",
    "internal/main/prof",
    "internal/main/test",
    "internal/main/watch",
    "internal/per_context/",
    "internal/policy",
    "internal/quic/",
    "internal/repl",
    "internal/test",
    "internal/tls/",
    "internal/v8_prof",
    "internal/watch_mode/",
    "quic",
    "repl",
    "sqlite",
    "test",
    "tls",
    "trace_events",
    "wasi",
];

/// Compiles the library's files that no one has loaded yet, without running them, for an image: a start then parses none of them,
/// and `process.moduleLoadList` is what it is in Node.
///
/// # Errors
/// The engine's, out of memory.
pub fn compile_ahead(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let _scope = env.scope()?;
    let list = env.get(environment.expect_root("process")?, "moduleLoadList")?;
    let mut loaded = std::collections::HashSet::new();
    for index in 0..env.array_length(list)? {
        let name = env.get_string(env.get_index(list, index)?)?;
        loaded.insert(name.strip_prefix("NativeModule ").unwrap_or_default().to_owned());
    }
    let functions = env.null_object()?;
    for id in edge_node_lib::ids().filter(|id| !loaded.contains(*id) && !NOT_COMPILED.iter().any(|start| id.starts_with(start))) {
        let _scope = env.scope()?;
        env.set_key(functions, env.key(id)?, compile(environment, id)?)?;
    }
    environment.set_root(COMPILED, functions)
}

/// The function of a library file.
///
/// # Errors
/// Node's text for an unknown id; a syntax error never (the library is fixed).
pub fn compile(environment: &Rc<Environment>, id: &str) -> Result<Value> {
    let env = environment.env();
    if let Some(functions) = environment.root(COMPILED)? {
        let function = env.get(functions, id)?;
        if env.is_function(function)? {
            return Ok(function);
        }
    }
    let Some(text) = crate::replaced::source(id) else {
        return Err(Error::error("", format!("No such built-in module: {id}")));
    };
    let params = parameters(id).iter().map(|name| env.key(name)).collect::<Result<Vec<_>>>()?;
    let source = Source::new(env.string(&text)?, env.string(&format!("node:{id}"))?);
    env.compile_function(&source, &params)
}

/// Compiles and runs a library file.
pub fn run(environment: &Rc<Environment>, id: &str, args: &[Value]) -> Result<Value> {
    let env = environment.env();
    env.escape(|| {
        let function = compile(environment, id)?;
        env.call(function, env.undefined()?, args)
    })
}
