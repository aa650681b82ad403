//! What `segmenter.segment(text)` answers, and its iterators.

use super::install::{SEGMENT_ITERATOR, SEGMENTS};
use super::segmenter::Granularity;
use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Reference, Result, Str, Value};
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// A text with its segments.
struct Segments {
    environment: Weak<Environment>,
    /// A list of one: the text.
    text: Reference,
    units: Vec<u16>,
    granularity: Granularity,
    /// Where each ends, and whether it is like a word.
    ends: Vec<(usize, bool)>,
}

impl Drop for Segments {
    fn drop(&mut self) {
        if let Some(environment) = self.environment.upgrade() {
            environment.env().drop_reference(self.text);
        }
    }
}

impl Segments {
    /// `{ segment, index, input }`
    fn data(&self, env: Env, number: usize) -> Result<Option<Value>> {
        let Some(&(end, is_word_like)) = self.ends.get(number) else { return Ok(None) };
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        let data = env.object()?;
        let text = env.deref(self.text)?.ok_or(Error::Closing)?;
        env.set(data, "segment", env.string_utf16(self.units.get(start..end).unwrap_or_default())?)?;
        env.set(data, "index", env.size(start)?)?;
        env.set(data, "input", env.get_index(text, 0)?)?;
        if self.granularity == Granularity::Word {
            env.set(data, "isWordLike", env.boolean(is_word_like)?)?;
        }
        Ok(Some(data))
    }
}

/// An iterator over a text's segments.
struct SegmentIterator {
    segments: Rc<Segments>,
    next: Cell<usize>,
}

/// The constructors are nobody's to call; an object of theirs gets its state from whoever makes it.
pub fn construct(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.this())
}

/// The segments of a text.
pub fn of(env: Env, text: Value, granularity: Granularity) -> Result<Value> {
    let environment = Environment::of(env)?;
    let units = env.with_str(text, |text| match text {
        Str::Latin1(bytes) => bytes.iter().map(|byte| u16::from(*byte)).collect(),
        Str::Utf16(units) => units.to_vec(),
    })?;
    let object = env.construct(environment.expect_root(SEGMENTS)?, &[])?;
    let ends = granularity.ends(&units);
    let text = env.reference(env.array_from(&[text])?)?;
    env.wrap(object, Rc::new(Segments { environment: Rc::downgrade(&environment), text, units, granularity, ends }))?;
    Ok(object)
}

/// `segments.containing(index)` → the segment that the code unit is in, or undefined.
pub fn containing(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let segments = env.unwrap::<Segments>(info.this())?;
    let index = env.get_f64(env.to_number(info.arg(0))?)?.trunc();
    // NaN is 0.
    let index = if index.is_nan() { 0.0 } else { index };
    if index < 0.0 || index >= segments.units.len() as f64 {
        return Ok(info.undefined());
    }
    let number = segments.ends.partition_point(|(end, _)| *end as f64 <= index);
    Ok(segments.data(env, number)?.unwrap_or_else(|| info.undefined()))
}

/// `segments[Symbol.iterator]()`
pub fn iterate(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let segments = env.unwrap::<Segments>(info.this())?;
    let iterator = env.construct(Environment::of(env)?.expect_root(SEGMENT_ITERATOR)?, &[])?;
    env.wrap(iterator, Rc::new(SegmentIterator { segments, next: Cell::new(0) }))?;
    Ok(iterator)
}

/// `iterator.next()`
pub fn next(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let iterator = env.unwrap::<SegmentIterator>(info.this())?;
    let data = iterator.segments.data(env, iterator.next.get())?;
    if data.is_some() {
        iterator.next.set(iterator.next.get() + 1);
    }
    let result = env.object()?;
    env.set(result, "value", data.unwrap_or_else(|| info.undefined()))?;
    env.set(result, "done", env.boolean(data.is_none())?)?;
    Ok(result)
}
