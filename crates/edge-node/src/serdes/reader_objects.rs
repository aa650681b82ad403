//! How each kind of object is made anew.

use super::reader::{OrBadData, Reader, bad_data};
use super::tag;
use edge_napi::types::{napi_configurable, napi_default_jsproperty, napi_valuetype, napi_writable};
use edge_napi::{Result, Value};

impl Reader<'_> {
    pub(super) fn read_object(&self, tag: u8) -> Result<Value> {
        let env = self.env;
        let state = self.state;
        let id = self.take_id();
        let made = |object: Value| -> Result<Value> {
            self.remember(id, object)?;
            Ok(object)
        };
        match tag {
            tag::BEGIN_OBJECT => {
                let object = made(env.object()?)?;
                let count = self.read_properties(object, tag::END_OBJECT)?;
                self.expect(count)?;
                Ok(object)
            }
            tag::BEGIN_SPARSE_ARRAY => {
                let length = state.varint32().or_bad_data()?;
                let array = made(env.array()?)?;
                env.set(array, "length", env.uint32(length)?)?;
                let count = self.read_properties(array, tag::END_SPARSE_ARRAY)?;
                self.expect(count)?;
                self.expect(length)?;
                Ok(array)
            }
            tag::BEGIN_DENSE_ARRAY => self.read_dense_array(id),
            tag::DATE => made(env.date(state.double().or_bad_data()?)?),
            tag::TRUE_OBJECT => made(self.boxed(env.boolean(true)?)?),
            tag::FALSE_OBJECT => made(self.boxed(env.boolean(false)?)?),
            tag::NUMBER_OBJECT => made(self.boxed(env.number(state.double().or_bad_data()?)?)?),
            tag::BIGINT_OBJECT => made(self.boxed(self.read_bigint()?)?),
            tag::STRING_OBJECT => made(self.boxed(self.read_string()?)?),
            tag::REGEXP => {
                let source = self.read_string()?;
                let bits = state.varint32().or_bad_data()?;
                let mut flags = String::new();
                for (bit, flag) in tag::REGEXP_FLAGS.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1) {
                    // V8's linear-time flag is its own.
                    if tag::REGEXP_FLAGS[bit] == 'l' {
                        return Err(bad_data());
                    }
                    flags.push(*flag);
                }
                if bits >> tag::REGEXP_FLAGS.len() != 0 {
                    return Err(bad_data());
                }
                let regexp = env.catch(|| self.primordials.construct("RegExp", &[source, env.string(&flags)?]))?;
                made(regexp.map_err(|_| bad_data())?)
            }
            tag::BEGIN_MAP => {
                let map = made(self.primordials.construct("Map", &[])?)?;
                let set = self.primordials.get("MapPrototypeSet")?;
                self.read_collection(tag::END_MAP, || {
                    let (key, value) = (self.read()?, self.read()?);
                    self.primordials.apply(set, &[map, key, value])?;
                    Ok(2)
                })?;
                Ok(map)
            }
            tag::BEGIN_SET => {
                let set = made(self.primordials.construct("Set", &[])?)?;
                let add = self.primordials.get("SetPrototypeAdd")?;
                self.read_collection(tag::END_SET, || {
                    let value = self.read()?;
                    self.primordials.apply(add, &[set, value])?;
                    Ok(1)
                })?;
                Ok(set)
            }
            tag::ARRAY_BUFFER => {
                let length = state.varint32().or_bad_data()? as usize;
                made(env.array_buffer_from(state.raw(length).or_bad_data()?)?)
            }
            tag::RESIZABLE_ARRAY_BUFFER => {
                let (length, maximum) = (state.varint32().or_bad_data()?, state.varint32().or_bad_data()?);
                let bytes = state.raw(length as usize).or_bad_data()?;
                if length > maximum {
                    return Err(bad_data());
                }
                let options = env.object()?;
                env.set(options, "maxByteLength", env.uint32(maximum)?)?;
                let buffer = self.primordials.construct("ArrayBuffer", &[env.uint32(length)?, options])?;
                env.with_bytes(buffer, |to| to.copy_from_slice(&bytes[..to.len()]))?;
                made(buffer)
            }
            tag::ARRAY_BUFFER_TRANSFER => made(self.transferred(state.varint32().or_bad_data()?)?),
            tag::SHARED_ARRAY_BUFFER => {
                let shared = state.varint32().or_bad_data()?;
                made(self.delegate.shared_array_buffer(self.environment, shared)?.or_bad_data()?)
            }
            tag::ERROR => self.read_error(id),
            _ => Err(bad_data()),
        }
    }

    /// The format from before there were versions: values one after the other, an object's end tag taking its properties off the stack
    /// of those before it. One value must be left at the end.
    pub(super) fn read_headless(&self) -> Result<Value> {
        let mut stack = Vec::new();
        while let Some(next) = self.state.peek_tag() {
            let value = match next {
                tag::END_OBJECT | tag::END_SPARSE_ARRAY => {
                    self.state.tag();
                    let count = self.state.varint32().or_bad_data()? as usize;
                    let from = count.checked_mul(2).and_then(|values| stack.len().checked_sub(values)).or_bad_data()?;
                    let object = if next == tag::END_OBJECT {
                        self.env.object()?
                    } else {
                        let array = self.env.array()?;
                        self.env.set(array, "length", self.env.uint32(self.state.varint32().or_bad_data()?)?)?;
                        array
                    };
                    for pair in stack.split_off(from).chunks_exact(2) {
                        let key = self.property_key(pair[0])?;
                        self.env.define(object, key, pair[1], napi_default_jsproperty)?;
                    }
                    object
                }
                tag::END_DENSE_ARRAY => return Err(bad_data()),
                _ => {
                    let position = self.state.position();
                    let value = self.read()?;
                    // A program's own reader of host objects may take nothing, and would be asked for ever.
                    if self.state.position() <= position {
                        return Err(bad_data());
                    }
                    value
                }
            };
            stack.push(value);
        }
        match stack[..] {
            [value] => Ok(value),
            _ => Err(bad_data()),
        }
    }

    /// A primitive as an object.
    fn boxed(&self, value: Value) -> Result<Value> {
        self.primordials.call("Object", &[value])
    }

    /// A count that must be this one.
    fn expect(&self, count: u32) -> Result<()> {
        if self.state.varint32() == Some(count) { Ok(()) } else { Err(bad_data()) }
    }

    fn property_key(&self, key: Value) -> Result<Value> {
        match self.env.type_of(key)? {
            napi_valuetype::napi_string => Ok(key),
            napi_valuetype::napi_number => self.env.to_js_string(key),
            _ => Err(bad_data()),
        }
    }

    /// Properties up to `end`; how many.
    fn read_properties(&self, object: Value, end: u8) -> Result<u32> {
        let env = self.env;
        let mut count = 0;
        while !self.state.take_if(end) {
            let _scope = env.scope()?;
            let key = self.read()?;
            let key = self.property_key(key)?;
            let value = self.read()?;
            env.define(object, key, value, napi_default_jsproperty)?;
            count += 1;
        }
        Ok(count)
    }

    fn read_dense_array(&self, id: u32) -> Result<Value> {
        let env = self.env;
        let length = self.state.varint32().or_bad_data()?;
        // Every element takes a byte at least.
        if length as usize > self.state.left() {
            return Err(bad_data());
        }
        let array = env.array()?;
        self.remember(id, array)?;
        let mut has_holes = false;
        for index in 0..length {
            if self.state.take_if(tag::THE_HOLE) {
                has_holes = true;
                continue;
            }
            let _scope = env.scope()?;
            let element = self.read()?;
            // Before version 11 a hole was written as undefined.
            if self.state.version() < 11 && env.is_undefined(element)? {
                has_holes = true;
                continue;
            }
            env.set_index(array, index, element)?;
        }
        if has_holes {
            env.set(array, "length", env.uint32(length)?)?;
        }
        let count = self.read_properties(array, tag::END_DENSE_ARRAY)?;
        self.expect(count)?;
        self.expect(length)?;
        Ok(array)
    }

    /// Entries up to `end`, each read by `entry`, which answers how many values it has.
    fn read_collection(&self, end: u8, entry: impl Fn() -> Result<u32>) -> Result<()> {
        let mut count = 0;
        while !self.state.take_if(end) {
            let _scope = self.env.scope()?;
            count += entry()?;
        }
        self.expect(count)
    }

    fn read_error(&self, id: u32) -> Result<Value> {
        let env = self.env;
        let mut constructor = "Error";
        let (mut message, mut stack) = (None, None);
        // Made as late as can be: its constructor and message come first, but a cause may name it.
        let mut error = None;
        let make = |constructor: &str, message: Option<Value>| -> Result<Value> {
            let object = self.primordials.construct(constructor, message.as_slice())?;
            self.remember(id, object)?;
            Ok(object)
        };
        loop {
            match self.state.byte().or_bad_data()? {
                tag::error::MESSAGE => message = Some(self.read_string()?),
                tag::error::STACK => stack = Some(self.read_string()?),
                tag::error::CAUSE => {
                    let object = match error {
                        Some(object) => object,
                        None => make(constructor, message)?,
                    };
                    error = Some(object);
                    let cause = self.read()?;
                    env.define(object, env.key("cause")?, cause, napi_writable | napi_configurable)?;
                }
                tag::error::END => break,
                prototype => {
                    let known = tag::error::PROTOTYPES.iter().find(|(tag, _)| *tag == prototype);
                    constructor = known.or_bad_data()?.1;
                }
            }
        }
        let error = match error {
            Some(error) => error,
            None => make(constructor, message)?,
        };
        let stack = stack.map_or_else(|| env.undefined(), Ok)?;
        env.define(error, env.key("stack")?, stack, napi_writable | napi_configurable)?;
        Ok(error)
    }

    /// The view that follows a buffer.
    pub(super) fn read_view(&self, buffer: Value) -> Result<Value> {
        let env = self.env;
        let state = self.state;
        let kind = state.varint32().or_bad_data()?;
        let (offset, length) = (state.varint32().or_bad_data()?, state.varint32().or_bad_data()?);
        let flags = if state.version() >= 14 { state.varint32().or_bad_data()? } else { 0 };
        let (_, class, size) = tag::VIEWS.iter().find(|(tag, ..)| u32::from(*tag) == kind).or_bad_data()?;
        let (available, _, resizable) = env.array_buffer_lengths(buffer)?;
        let fits = (offset as usize).checked_add(length as usize).is_some_and(|end| end <= available);
        let aligned = offset as usize % size == 0 && length as usize % size == 0;
        if !fits || !aligned {
            return Err(bad_data());
        }
        let id = self.take_id();
        let mut args = vec![buffer, env.uint32(offset)?];
        // Without a length a view follows its resizable buffer.
        if flags & tag::view::LENGTH_TRACKING == 0 || !resizable {
            args.push(env.uint32(length / *size as u32)?);
        }
        let view = self.primordials.construct(class, &args)?;
        self.remember(id, view)?;
        Ok(view)
    }
}
