//! [`Writer`]: numbers, strings, and the order of things. Objects are in `writer_objects.rs`.

use super::depth::Depth;
use super::{Primordials, VERSION, tag};
use crate::Environment;
use edge_napi::types::napi_valuetype;
use edge_napi::{Env, Error, Result, Str, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a writer asks of whoever uses it.
pub trait WriteDelegate {
    /// The error for a value that cannot be cloned.
    fn data_clone_error(&self, environment: &Rc<Environment>, message: &str) -> Error;
    /// Whether [`Self::write_host_object`] writes this object. Asked for plain objects and errors.
    fn is_host_object(&self, environment: &Rc<Environment>, object: Value) -> Result<bool>;
    /// Writes a host object after its tag.
    fn write_host_object(&self, writer: &Writer<'_>, object: Value) -> Result<()>;
    /// The number by which the reader's side finds a SharedArrayBuffer; `None`: cannot be cloned.
    fn shared_array_buffer_id(&self, environment: &Rc<Environment>, buffer: Value) -> Result<Option<u32>>;
}

/// What is written so far.
#[derive(Default)]
pub struct WriteState {
    bytes: RefCell<Vec<u8>>,
    next_id: Cell<u32>,
    views_are_host_objects: Cell<bool>,
}

impl WriteState {
    /// Typed arrays and DataViews go to [`WriteDelegate::write_host_object`].
    pub fn set_views_are_host_objects(&self, on: bool) {
        self.views_are_host_objects.set(on);
    }
    /// Whether they do.
    pub const fn views_are_host_objects(&self) -> bool {
        self.views_are_host_objects.get()
    }
    /// A number for the next object.
    pub fn take_id(&self) -> u32 {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        id
    }
    /// Takes the bytes.
    pub fn release(&self) -> Vec<u8> {
        self.bytes.take()
    }
    pub fn header(&self) {
        self.raw(&[tag::VERSION, VERSION as u8]);
    }
    pub fn byte(&self, byte: u8) {
        self.bytes.borrow_mut().push(byte);
    }
    pub fn raw(&self, bytes: &[u8]) {
        self.bytes.borrow_mut().extend_from_slice(bytes);
    }
    /// Seven bits a byte, lowest first.
    pub fn varint(&self, mut value: u64) {
        let mut bytes = self.bytes.borrow_mut();
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }
    pub fn double(&self, value: f64) {
        self.raw(&value.to_le_bytes());
    }
    /// A tagged 32-bit integer, its sign in the lowest bit.
    pub fn int32(&self, value: i32) {
        self.byte(tag::INT32);
        self.varint(u64::from(((value << 1) ^ (value >> 31)) as u32));
    }
    /// A tagged number.
    pub fn number(&self, value: f64) {
        match as_int32(value) {
            Some(value) => self.int32(value),
            None => {
                self.byte(tag::DOUBLE);
                self.double(value);
            }
        }
    }
    /// A tagged string.
    pub fn string(&self, text: Str<'_>) {
        match text {
            Str::Latin1(text) => {
                self.byte(tag::ONE_BYTE_STRING);
                self.varint(text.len() as u64);
                self.raw(text);
            }
            Str::Utf16(text) => {
                let length = text.len() as u64 * 2;
                // Readers want the code units at an even place.
                let varint_bytes = (64 - length.leading_zeros()).div_ceil(7).max(1) as usize;
                if (self.bytes.borrow().len() + 1 + varint_bytes) % 2 == 1 {
                    self.byte(tag::PADDING);
                }
                self.byte(tag::TWO_BYTE_STRING);
                self.varint(length);
                let mut bytes = self.bytes.borrow_mut();
                bytes.reserve(text.len() * 2);
                for unit in text {
                    bytes.extend_from_slice(&unit.to_le_bytes());
                }
            }
        }
    }
}

/// A number that V8 keeps as a small integer.
pub fn as_int32(value: f64) -> Option<i32> {
    let int = value as i32;
    (f64::from(int) == value && (int != 0 || value.is_sign_positive())).then_some(int)
}

/// Writes values.
pub struct Writer<'a> {
    pub environment: &'a Rc<Environment>,
    pub env: Env,
    pub state: &'a WriteState,
    pub primordials: Primordials,
    pub delegate: &'a dyn WriteDelegate,
    depth: Depth,
    /// Map from object to its number.
    ids: Value,
    get_id: Value,
    set_id: Value,
    /// Array of ArrayBuffers that are transferred, at their numbers.
    transferred: Option<Value>,
    global: Value,
}

impl<'a> Writer<'a> {
    /// `ids` is a Map kept with the state, `transferred` an array of the buffers that are transferred (holes allowed).
    pub fn new(
        environment: &'a Rc<Environment>,
        state: &'a WriteState,
        delegate: &'a dyn WriteDelegate,
        ids: Value,
        transferred: Option<Value>,
    ) -> Result<Self> {
        let primordials = Primordials::of(environment)?;
        Ok(Self {
            environment,
            env: environment.env(),
            state,
            delegate,
            depth: Depth::begin(environment),
            ids,
            get_id: primordials.get("MapPrototypeGet")?,
            set_id: primordials.get("MapPrototypeSet")?,
            primordials,
            transferred,
            global: environment.env().global()?,
        })
    }

    /// A Map for [`Self::new`].
    pub fn new_ids(environment: &Environment) -> Result<Value> {
        Primordials::of(environment)?.construct("Map", &[])
    }

    /// Writes any value.
    pub fn write(&self, value: Value) -> Result<()> {
        let env = self.env;
        match env.type_of(value)? {
            napi_valuetype::napi_undefined => self.state.byte(tag::UNDEFINED),
            napi_valuetype::napi_null => self.state.byte(tag::NULL),
            napi_valuetype::napi_boolean => self.state.byte(if env.get_bool(value)? { tag::TRUE } else { tag::FALSE }),
            napi_valuetype::napi_number => self.state.number(env.get_f64(value)?),
            napi_valuetype::napi_string => self.write_string(value)?,
            napi_valuetype::napi_bigint => {
                self.state.byte(tag::BIGINT);
                self.write_bigint(value)?;
            }
            napi_valuetype::napi_object => {
                self.depth.check()?;
                let _scope = env.scope()?;
                return self.write_receiver(value);
            }
            _ => return Err(self.cannot_clone(value)),
        }
        Ok(())
    }

    pub(super) fn write_string(&self, value: Value) -> Result<()> {
        self.env.with_str(value, |text| self.state.string(text))
    }

    /// Sign, length in bytes, digits.
    pub(super) fn write_bigint(&self, value: Value) -> Result<()> {
        let (negative, words) = self.env.get_bigint_words(value)?;
        let length = words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        self.state.varint((length as u64 * 8) << 1 | u64::from(negative && length > 0));
        for word in &words[..length] {
            self.state.raw(&word.to_le_bytes());
        }
        Ok(())
    }

    /// The number of an object that was written before.
    pub(super) fn known_id(&self, object: Value) -> Result<Option<u32>> {
        let id = self.primordials.apply(self.get_id, &[self.ids, object])?;
        if self.env.is_undefined(id)? { Ok(None) } else { self.env.get_u32(id).map(Some) }
    }

    pub(super) fn assign_id(&self, object: Value) -> Result<()> {
        let id = self.env.uint32(self.state.take_id())?;
        self.primordials.apply(self.set_id, &[self.ids, object, id])?;
        Ok(())
    }

    /// Whether it is the global object, which is not for cloning.
    pub(super) fn is_global(&self, object: Value) -> Result<bool> {
        self.env.strict_equals(object, self.global)
    }

    /// The transfer number of an ArrayBuffer.
    pub(super) fn transfer_id(&self, buffer: Value) -> Result<Option<u32>> {
        let Some(transferred) = self.transferred else { return Ok(None) };
        for index in 0..self.env.array_length(transferred)? {
            if self.env.strict_equals(self.env.get_index(transferred, index)?, buffer)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// `… could not be cloned.`
    pub(super) fn cannot_clone(&self, value: Value) -> Error {
        match super::describe(self.environment, value) {
            Ok(text) => self.delegate.data_clone_error(self.environment, &format!("{text} could not be cloned.")),
            Err(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(f: impl FnOnce(&WriteState)) -> Vec<u8> {
        let state = WriteState::default();
        f(&state);
        state.release()
    }

    // The expected bytes are Node 24.12's own.

    #[test]
    fn numbers() {
        assert_eq!(written(|s| s.number(-0.0)), [b'N', 0, 0, 0, 0, 0, 0, 0, 0x80]);
        assert_eq!(written(|s| s.number(-2_147_483_648.0)), [b'I', 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(written(|s| s.number(2_147_483_648.0)), [b'N', 0, 0, 0, 0, 0, 0, 0xe0, 0x41]);
        assert_eq!(written(|s| s.number(1.0)), [b'I', 2]);
        assert_eq!(as_int32(f64::NAN), None);
    }

    #[test]
    fn wide_strings_lie_at_even_places() {
        let units: Vec<u16> = "中a".encode_utf16().collect();
        assert_eq!(written(|s| s.string(Str::Utf16(&units))), [b'c', 4, 0x2d, 0x4e, b'a', 0]);
        assert_eq!(
            written(|s| {
                s.byte(b'0');
                s.string(Str::Utf16(&units));
            }),
            [b'0', 0, b'c', 4, 0x2d, 0x4e, b'a', 0]
        );
    }
}
