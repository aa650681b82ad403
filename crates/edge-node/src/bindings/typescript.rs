//! `internalBinding('typescript')`: not Node's, where amaro is a WebAssembly module; see `replaced`.

use crate::{Binding, Environment, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_typescript::{Diagnostic, Failure, Mode, Options, Output};
use edge_wasix::limits::Meter;
use edge_wasix::thread::{ThreadSpec, spawn};
use std::sync::Arc;

/// The binding.
pub const BINDING: Binding =
    Binding { name: "typescript", natives: natives!("typescript"; "transformSync" => transform_sync), init: |target| target.methods() };

/// `transformSync(source, { mode, sourceMap, filename })`: amaro's. Throws amaro's plain object for a wrong program, and a string where
/// swc itself fails.
fn transform_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let source = if env.is_nullish(info.arg(0))? { String::new() } else { env.to_string_lossy(info.arg(0))? };
    let options = read_options(env, info.arg(1))?;
    let meter = Arc::clone(Environment::of(env)?.kernel().meter());
    match run(meter, source, options) {
        Ok(output) => {
            let object = env.object()?;
            env.set(object, "code", env.string(&output.code)?)?;
            if let Some(map) = output.map {
                env.set(object, "map", env.string(&map)?)?;
            }
            Ok(object)
        }
        Err(Failure::Diagnostic(diagnostic)) => Err(Error::Value(error_object(env, &diagnostic)?)),
        Err(Failure::Other(text)) => Err(Error::Value(env.string(&text)?)),
    }
}

fn read_options(env: Env, options: Value) -> Result<Options> {
    let mut read = Options { mode: Mode::StripOnly, filename: None, source_map: false };
    if !env.is_object(options)? {
        return Ok(read);
    }
    let mode = env.get(options, "mode")?;
    if !env.is_undefined(mode)? {
        read.mode = match env.get_string(mode)?.as_str() {
            "strip-only" => Mode::StripOnly,
            "transform" => Mode::Transform,
            other => return Err(Error::error("", format!("unknown variant `{other}`, expected `strip-only` or `transform`"))),
        };
    }
    let filename = env.get(options, "filename")?;
    if !env.is_nullish(filename)? {
        read.filename = Some(env.get_string(filename)?);
    }
    read.source_map = env.truthy(env.get(options, "sourceMap")?)?;
    Ok(read)
}

/// Transforms on a thread of its own, with as much stack as the source may take.
fn run(meter: Arc<Meter>, source: String, options: Options) -> Result<Output, Failure> {
    let other = |text: &str| Failure::Other(text.to_owned());
    let stack_size = edge_typescript::stack_size(&source).ok_or_else(|| other("The TypeScript source is too big"))?;
    let spec = ThreadSpec { name: "typescript".to_owned(), stack_size };
    let work = move || {
        let _helping = meter.help();
        edge_typescript::transform(source, &options)
    };
    let thread = spawn(spec, work).map_err(|error| Failure::Other(error.to_string()))?;
    thread.join().ok_or_else(|| other("unreachable"))?
}

fn error_object(env: Env, diagnostic: &Diagnostic) -> Result<Value> {
    let object = env.object()?;
    let texts = [
        ("code", &diagnostic.code),
        ("message", &Some(diagnostic.message.clone())),
        ("snippet", &diagnostic.snippet),
        ("filename", &diagnostic.filename),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            env.set(object, name, env.string(text)?)?;
        }
    }
    let places = [
        ("startLine", diagnostic.start_line),
        ("startColumn", diagnostic.start_column),
        ("endLine", diagnostic.end_line),
        ("endColumn", diagnostic.end_column),
    ];
    for (name, place) in places {
        if let Some(place) = place {
            env.set(object, name, env.size(place)?)?;
        }
    }
    Ok(object)
}
