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

/// The function of a library file.
///
/// # Errors
/// Node's text for an unknown id; a syntax error never (the library is fixed).
pub fn compile(environment: &Rc<Environment>, id: &str) -> Result<Value> {
    let env = environment.env();
    let Some(text) = edge_node_lib::source(id) else {
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
