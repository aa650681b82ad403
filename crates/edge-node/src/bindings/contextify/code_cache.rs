//! What `createCachedData` answers, and whether data that a program passes back is of its text.
//!
//! The engine keeps no code between runs, so the data holds none: it names the engine and the text that it was made from. The same text
//! with it is accepted, as by V8, and compiled as without it; any other text, engine or damage is refused, and the program is told so.

use crate::Environment;
use edge_napi::{Env, Result, Value};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The data of a text.
pub fn make(environment: &Environment, source: Value) -> Result<Value> {
    crate::bindings::buffer::new_buffer(environment.env(), &bytes(environment, source)?)
}

/// Whether `data`, any array buffer view, was made of this text by this engine.
pub fn accepts(environment: &Environment, source: Value, data: Value) -> Result<bool> {
    let wanted = bytes(environment, source)?;
    environment.env().with_bytes(data, |given| *given == *wanted)
}

/// Sets what `cachedData` and `produceCachedData` answer on a script, or on the result of `compileFunction`.
pub fn report(environment: &Environment, target: Value, source: Value, given: Value, produce: Value) -> Result<()> {
    let env = environment.env();
    if env.is_array_buffer_view(given)? {
        env.set(target, "cachedDataRejected", env.boolean(!accepts(environment, source, given)?)?)?;
    }
    if env.truthy(produce)? {
        env.set(target, "cachedDataProduced", env.boolean(true)?)?;
        env.set(target, "cachedData", make(environment, source)?)?;
    }
    Ok(())
}

fn bytes(environment: &Environment, source: Value) -> Result<Vec<u8>> {
    let (name, version) = environment.options().engine;
    let (length, hash) = of_text(environment.env(), source)?;
    Ok(format!("edge {name} {version}: no code, only what it is of: {length} {hash:016x}").into_bytes())
}

fn of_text(env: Env, source: Value) -> Result<(usize, u64)> {
    env.with_str(source, |text| {
        let text = text.to_string_lossy();
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        (text.len(), hasher.finish())
    })
}
