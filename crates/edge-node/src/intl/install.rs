//! Puts `Intl` on a fresh global object.

use crate::Environment;
use edge_napi::types::{napi_configurable, napi_default, napi_writable};
use edge_napi::{Env, Result, Value};
use std::rc::Rc;

/// Root of the class behind what `segmenter.segment()` answers.
pub const SEGMENTS: &str = "intl.Segments";
/// Root of the class behind its iterators.
pub const SEGMENT_ITERATOR: &str = "intl.SegmentIterator";

const HIDDEN: u32 = napi_writable | napi_configurable;

/// `globalThis.Intl`
///
/// # Errors
/// When the environment is ending.
pub fn install(environment: &Rc<Environment>) -> Result<()> {
    let env = environment.env();
    let intl = env.object()?;
    name(env, intl, "Intl")?;
    method(env, intl, "intl.getCanonicalLocales", "getCanonicalLocales")?;

    let segmenter = env.class("intl.Segmenter")?.methods(&["resolvedOptions", "segment"])?.finish();
    name(env, segmenter.prototype, "Intl.Segmenter")?;
    method(env, segmenter.constructor, "intl.Segmenter.supportedLocalesOf", "supportedLocalesOf")?;
    env.define(intl, env.key("Segmenter")?, segmenter.constructor, HIDDEN)?;

    let segments = env.class("intl.Segments")?.methods(&["containing"])?.finish();
    let iterator_key = env.well_known_symbol("iterator")?;
    env.define(segments.prototype, iterator_key, env.native_function("intl.Segments#iterator", "[Symbol.iterator]")?, HIDDEN)?;
    env.delete_key(segments.prototype, env.key("constructor")?)?;
    environment.set_root(SEGMENTS, segments.constructor)?;

    let iterator = env.class("intl.SegmentIterator")?.methods(&["next"])?.finish();
    env.delete_key(iterator.prototype, env.key("constructor")?)?;
    // %IteratorPrototype%, by way of an array's iterator.
    let of_array = env.array()?;
    let of_array = env.call(env.get_key(of_array, iterator_key)?, of_array, &[])?;
    let parent = env.get_prototype(env.get_prototype(of_array)?)?;
    env.set_prototype(iterator.prototype, parent)?;
    name(env, iterator.prototype, "Segmenter String Iterator")?;
    environment.set_root(SEGMENT_ITERATOR, iterator.constructor)?;

    env.define(env.global()?, env.key("Intl")?, intl, HIDDEN)
}

/// `Symbol.toStringTag`
fn name(env: Env, object: Value, text: &str) -> Result<()> {
    env.define(object, env.well_known_symbol("toStringTag")?, env.string(text)?, napi_default | napi_configurable)
}

fn method(env: Env, object: Value, registered: &str, name: &str) -> Result<()> {
    env.define(object, env.key(name)?, env.native_function(registered, name)?, HIDDEN)
}
