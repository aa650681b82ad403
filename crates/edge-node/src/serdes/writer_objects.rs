//! How each kind of object is written.

use super::tag;
use super::writer::{Writer, as_int32};
use edge_napi::types::{napi_key_enumerable, napi_key_skip_symbols, napi_valuetype};
use edge_napi::{ClassKind, Result, Str, Value};

/// Arrays up to this length are read once; longer ones a second time when they are written, so that their elements need not all be
/// held at once.
const HELD_ELEMENTS: u32 = 4096;

impl Writer<'_> {
    pub(super) fn write_receiver(&self, object: Value) -> Result<()> {
        let env = self.env;
        let kind = env.class_kind(object)?;
        let view = view_tag(kind);
        if let Some(id) = self.known_id(object)? {
            self.state.byte(tag::OBJECT_REFERENCE);
            self.state.varint(u64::from(id));
            return Ok(());
        }
        if view.is_some() && !self.state.views_are_host_objects() {
            // A view is written after its buffer, whose number comes first.
            self.write(self.view_part(object, kind, "Buffer")?)?;
        }
        self.assign_id(object)?;
        if let Some(view) = view {
            if self.state.views_are_host_objects() {
                return self.write_host_object(object);
            }
            return self.write_view(object, kind, view);
        }
        match kind {
            ClassKind::Array => self.write_array(object),
            ClassKind::Object if self.is_global(object)? => Err(self.cannot_clone(object)),
            // `process.env` is a proxy here and none in Node.
            ClassKind::Object | ClassKind::Proxy if kind == ClassKind::Object || self.environment.is_env_proxy(object)? => {
                if self.delegate.is_host_object(self.environment, object)? {
                    return self.write_host_object(object);
                }
                self.state.byte(tag::BEGIN_OBJECT);
                let keys = env.own_keys(object, napi_key_enumerable | napi_key_skip_symbols)?;
                let count = self.write_properties(object, keys, false)?;
                self.state.byte(tag::END_OBJECT);
                self.state.varint(count);
                Ok(())
            }
            ClassKind::Error => {
                if self.delegate.is_host_object(self.environment, object)? {
                    return self.write_host_object(object);
                }
                self.write_error(object)
            }
            ClassKind::Date => {
                self.state.byte(tag::DATE);
                self.state.double(env.get_date(object)?);
                Ok(())
            }
            ClassKind::BooleanObject => {
                let value = self.primordials.call("BooleanPrototypeValueOf", &[object])?;
                self.state.byte(if env.get_bool(value)? { tag::TRUE_OBJECT } else { tag::FALSE_OBJECT });
                Ok(())
            }
            ClassKind::NumberObject => {
                let value = self.primordials.call("NumberPrototypeValueOf", &[object])?;
                self.state.byte(tag::NUMBER_OBJECT);
                self.state.double(env.get_f64(value)?);
                Ok(())
            }
            ClassKind::BigIntObject => {
                let value = self.primordials.call("BigIntPrototypeValueOf", &[object])?;
                self.state.byte(tag::BIGINT_OBJECT);
                self.write_bigint(value)
            }
            ClassKind::StringObject => {
                let value = self.primordials.call("StringPrototypeValueOf", &[object])?;
                self.state.byte(tag::STRING_OBJECT);
                self.write_string(value)
            }
            ClassKind::RegExp => self.write_regexp(object),
            ClassKind::Map => self.write_collection(object, tag::BEGIN_MAP, tag::END_MAP),
            ClassKind::Set => self.write_collection(object, tag::BEGIN_SET, tag::END_SET),
            ClassKind::ArrayBuffer => self.write_array_buffer(object),
            ClassKind::SharedArrayBuffer => match self.delegate.shared_array_buffer_id(self.environment, object)? {
                Some(id) => {
                    self.state.byte(tag::SHARED_ARRAY_BUFFER);
                    self.state.varint(u64::from(id));
                    Ok(())
                }
                None => Err(self.cannot_clone(object)),
            },
            _ => Err(self.cannot_clone(object)),
        }
    }

    fn write_host_object(&self, object: Value) -> Result<()> {
        self.state.byte(tag::HOST_OBJECT);
        self.delegate.write_host_object(self, object)
    }

    /// Own enumerable properties by the strings in `keys`; how many there were. `only_names` leaves out array indices.
    fn write_properties(&self, object: Value, keys: Value, only_names: bool) -> Result<u64> {
        let env = self.env;
        let mut count = 0;
        for index in 0..env.array_length(keys)? {
            let _scope = env.scope()?;
            let key = env.get_index(keys, index)?;
            let array_index = env.with_str(key, array_index)?;
            if only_names && array_index.is_some() {
                continue;
            }
            let value = env.get_key(object, key)?;
            // A getter before may have taken the property away.
            if env.is_undefined(value)? && !env.has_own_key(object, key)? {
                continue;
            }
            match array_index {
                Some(index) => self.state.number(f64::from(index)),
                None => self.write_string(key)?,
            }
            self.write(value)?;
            count += 1;
        }
        Ok(count)
    }

    /// An array without holes is written element by element, all as doubles when one is no small integer; one with holes by its keys.
    fn write_array(&self, array: Value) -> Result<()> {
        let env = self.env;
        let length = env.array_length(array)?;
        let keep = length <= HELD_ELEMENTS;
        let mut held = Vec::new();
        let (mut numbers, mut integers, mut dense) = (true, true, true);
        for index in 0..length {
            // Elements that are not kept are let go of at once.
            let scope = if keep { None } else { Some(env.scope()?) };
            let element = env.get_index(array, index)?;
            match env.type_of(element)? {
                napi_valuetype::napi_number => integers = integers && as_int32(env.get_f64(element)?).is_some(),
                napi_valuetype::napi_undefined => {
                    numbers = false;
                    if !env.has_own_key(array, env.key(&index.to_string())?)? {
                        dense = false;
                        break;
                    }
                }
                _ => numbers = false,
            }
            if keep {
                held.push(element);
            }
            drop(scope);
        }
        if !dense {
            self.state.byte(tag::BEGIN_SPARSE_ARRAY);
            self.state.varint(u64::from(length));
            let keys = env.own_keys(array, napi_key_enumerable | napi_key_skip_symbols)?;
            let count = self.write_properties(array, keys, false)?;
            self.state.byte(tag::END_SPARSE_ARRAY);
            self.state.varint(count);
            self.state.varint(u64::from(length));
            return Ok(());
        }
        self.state.byte(tag::BEGIN_DENSE_ARRAY);
        self.state.varint(u64::from(length));
        let doubles = numbers && !integers;
        for index in 0..length {
            let _scope = env.scope()?;
            let element = if keep { held[index as usize] } else { env.get_index(array, index)? };
            if doubles && env.is_number(element)? {
                self.state.byte(tag::DOUBLE);
                self.state.double(env.get_f64(element)?);
            } else {
                self.write(element)?;
            }
        }
        let names = env.own_non_index_properties(array, 2)?;
        let count = self.write_names(array, names)?;
        self.state.byte(tag::END_DENSE_ARRAY);
        self.state.varint(count);
        self.state.varint(u64::from(length));
        Ok(())
    }

    /// The string-named ones of these keys.
    fn write_names(&self, object: Value, keys: Value) -> Result<u64> {
        let env = self.env;
        let strings = env.array()?;
        for index in 0..env.array_length(keys)? {
            let key = env.get_index(keys, index)?;
            if env.is_string(key)? {
                env.push(strings, key)?;
            }
        }
        self.write_properties(object, strings, true)
    }

    fn write_collection(&self, collection: Value, begin: u8, end: u8) -> Result<()> {
        let env = self.env;
        // A copy: what is written may change the collection.
        let (entries, _) = env.preview_entries(collection)?;
        self.state.byte(begin);
        let length = env.array_length(entries)?;
        for index in 0..length {
            let _scope = env.scope()?;
            self.write(env.get_index(entries, index)?)?;
        }
        self.state.byte(end);
        self.state.varint(u64::from(length));
        Ok(())
    }

    fn write_regexp(&self, regexp: Value) -> Result<()> {
        let env = self.env;
        let source = self.primordials.call("RegExpPrototypeGetSource", &[regexp])?;
        let flags = env.get_string(self.primordials.call("RegExpPrototypeGetFlags", &[regexp])?)?;
        let bits = flags
            .chars()
            .filter_map(|flag| tag::REGEXP_FLAGS.iter().position(|known| *known == flag))
            .fold(0, |bits, bit| bits | 1_u64 << bit);
        self.state.byte(tag::REGEXP);
        self.write_string(source)?;
        self.state.varint(bits);
        Ok(())
    }

    /// The value of an own data property.
    fn own_data(&self, object: Value, name: &str) -> Result<Option<Value>> {
        let env = self.env;
        let descriptor = self.primordials.call("ReflectGetOwnPropertyDescriptor", &[object, env.key(name)?])?;
        let value = env.key("value")?;
        if env.is_undefined(descriptor)? || !env.has_own_key(descriptor, value)? {
            return Ok(None);
        }
        env.get_key(descriptor, value).map(Some)
    }

    fn write_error(&self, error: Value) -> Result<()> {
        let env = self.env;
        let message = self.own_data(error, "message")?;
        let cause = self.own_data(error, "cause")?;
        let name = env.get(error, "name")?;
        let name = if env.is_undefined(name)? { "Error".to_owned() } else { env.to_string_lossy(name)? };
        self.state.byte(tag::ERROR);
        if let Some((prototype, _)) = tag::error::PROTOTYPES.iter().find(|(_, known)| *known == name) {
            self.state.byte(*prototype);
        }
        if let Some(message) = message {
            let message = env.to_js_string(message)?;
            self.state.byte(tag::error::MESSAGE);
            self.write_string(message)?;
        }
        let stack = env.get(error, "stack")?;
        if env.is_string(stack)? {
            self.state.byte(tag::error::STACK);
            self.write_string(stack)?;
        }
        if let Some(cause) = cause {
            self.state.byte(tag::error::CAUSE);
            self.write(cause)?;
        }
        self.state.byte(tag::error::END);
        Ok(())
    }

    fn write_array_buffer(&self, buffer: Value) -> Result<()> {
        let env = self.env;
        if let Some(id) = self.transfer_id(buffer)? {
            self.state.byte(tag::ARRAY_BUFFER_TRANSFER);
            self.state.varint(u64::from(id));
            return Ok(());
        }
        if env.is_detached(buffer)? {
            let message = "An ArrayBuffer is detached and could not be cloned.";
            return Err(self.delegate.data_clone_error(self.environment, message));
        }
        let (length, maximum, resizable) = env.array_buffer_lengths(buffer)?;
        if length > u32::MAX as usize || maximum > u32::MAX as usize {
            return Err(self.cannot_clone(buffer));
        }
        self.state.byte(if resizable { tag::RESIZABLE_ARRAY_BUFFER } else { tag::ARRAY_BUFFER });
        self.state.varint(length as u64);
        if resizable {
            self.state.varint(maximum as u64);
        }
        env.with_bytes(buffer, |bytes| self.state.raw(bytes))
    }

    /// `buffer`, `byteOffset` or `byteLength` of a view, by the engine's own getter.
    fn view_part(&self, view: Value, kind: ClassKind, part: &str) -> Result<Value> {
        let class = if kind == ClassKind::DataView { "DataView" } else { "TypedArray" };
        self.primordials.call(&format!("{class}PrototypeGet{part}"), &[view])
    }

    fn write_view(&self, object: Value, kind: ClassKind, view: u8) -> Result<()> {
        let env = self.env;
        let number = |part: &str| -> Result<f64> { env.get_f64(self.view_part(object, kind, part)?) };
        let (offset, length) = (number("ByteOffset")?, number("ByteLength")?);
        let buffer = self.view_part(object, kind, "Buffer")?;
        let (buffer_length, _, resizable) = env.array_buffer_lengths(buffer)?;
        let mut flags = 0;
        if resizable && env.class_kind(buffer)? == ClassKind::ArrayBuffer {
            flags |= tag::view::RESIZABLE_BUFFER;
            // The engine does not tell whether a view's length follows its buffer's: one that ends where the buffer does is taken to.
            if offset + length == buffer_length as f64 {
                flags |= tag::view::LENGTH_TRACKING;
            }
        }
        self.state.byte(tag::ARRAY_BUFFER_VIEW);
        self.state.byte(view);
        self.state.varint(offset as u64);
        self.state.varint(length as u64);
        self.state.varint(u64::from(flags));
        Ok(())
    }
}

/// The number that a key is, when it is an array index.
fn array_index(key: Str<'_>) -> Option<u32> {
    let Str::Latin1(key) = key else { return None };
    if key.is_empty() || key.len() > 10 || (key[0] == b'0' && key.len() > 1) {
        return None;
    }
    let mut value = 0_u64;
    for byte in key {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u64::from(byte - b'0');
    }
    u32::try_from(value).ok().filter(|index| *index != u32::MAX)
}

const fn view_tag(kind: ClassKind) -> Option<u8> {
    Some(match kind {
        ClassKind::Int8Array => b'b',
        ClassKind::Uint8Array => b'B',
        ClassKind::Uint8ClampedArray => b'C',
        ClassKind::Int16Array => b'w',
        ClassKind::Uint16Array => b'W',
        ClassKind::Int32Array => b'd',
        ClassKind::Uint32Array => b'D',
        ClassKind::Float16Array => b'h',
        ClassKind::Float32Array => b'f',
        ClassKind::Float64Array => b'F',
        ClassKind::BigInt64Array => b'q',
        ClassKind::BigUint64Array => b'Q',
        ClassKind::DataView => b'?',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices() {
        for (text, index) in [
            ("0", Some(0)),
            ("12", Some(12)),
            ("4294967294", Some(4_294_967_294)),
            ("4294967295", None),
            ("01", None),
            ("", None),
            ("-1", None),
            ("1a", None),
        ] {
            assert_eq!(array_index(Str::Latin1(text.as_bytes())), index, "{text}");
        }
    }
}
