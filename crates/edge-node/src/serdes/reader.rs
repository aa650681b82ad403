//! [`Reader`]: numbers, strings, and what comes next. Objects are in `reader_objects.rs`.

use super::depth::Depth;
use super::{Primordials, VERSION, tag};
use crate::Environment;
use edge_napi::{ClassKind, Env, Error, Result, Value};
use std::cell::Cell;
use std::rc::Rc;

/// The oldest version that a header may say.
const OLDEST: u32 = 13;

/// What a reader asks of whoever uses it.
pub trait ReadDelegate {
    /// Makes the object that follows a host object's tag.
    fn read_host_object(&self, reader: &Reader<'_>) -> Result<Value>;
    /// The SharedArrayBuffer of a number.
    fn shared_array_buffer(&self, environment: &Rc<Environment>, id: u32) -> Result<Option<Value>>;
}

/// The bytes, and how far they are read.
pub struct ReadState {
    bytes: Vec<u8>,
    position: Cell<usize>,
    version: Cell<u32>,
    next_id: Cell<u32>,
}

impl ReadState {
    /// Begins at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, position: Cell::new(0), version: Cell::new(0), next_id: Cell::new(0) }
    }
    /// The version that the header said; 0 without one.
    pub const fn version(&self) -> u32 {
        self.version.get()
    }
    /// Where reading goes on.
    pub const fn position(&self) -> usize {
        self.position.get()
    }
    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.position.get()
    }
    /// Reads a header, if there is one; whether its version is known.
    pub fn header(&self) -> bool {
        if self.bytes.get(self.position.get()) != Some(&tag::VERSION) {
            return true;
        }
        self.position.set(self.position.get() + 1);
        match self.varint32() {
            Some(version) if version <= VERSION => {
                self.version.set(version);
                true
            }
            _ => false,
        }
    }
    /// Whether the next byte is `byte`; if so it is taken.
    pub fn take_if(&self, byte: u8) -> bool {
        let taken = self.peek_tag() == Some(byte);
        if taken {
            self.tag();
        }
        taken
    }
    /// The next tag, past padding; it stays.
    pub fn peek_tag(&self) -> Option<u8> {
        self.bytes[self.position.get()..].iter().copied().find(|byte| *byte != tag::PADDING)
    }
    /// Takes the next tag, past padding.
    pub fn tag(&self) -> Option<u8> {
        let start = self.position.get();
        let skipped = self.bytes[start..].iter().position(|byte| *byte != tag::PADDING)?;
        self.position.set(start + skipped + 1);
        Some(self.bytes[start + skipped])
    }
    /// Takes one byte.
    pub fn byte(&self) -> Option<u8> {
        self.raw(1).map(|bytes| bytes[0])
    }
    /// Takes bytes.
    pub fn raw(&self, count: usize) -> Option<&[u8]> {
        let start = self.position.get();
        let end = start.checked_add(count)?;
        let bytes = self.bytes.get(start..end)?;
        self.position.set(end);
        Some(bytes)
    }
    /// Takes a number in sevens of bits; bits past the 64th are dropped.
    pub fn varint(&self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            if shift < 64 {
                value |= u64::from(byte & 0x7f) << shift;
                shift += 7;
            }
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
    }
    /// The same of 32 bits.
    pub fn varint32(&self) -> Option<u32> {
        self.varint().map(|value| value as u32)
    }
    /// Takes a double.
    pub fn double(&self) -> Option<f64> {
        let bytes = self.raw(8)?;
        let value = f64::from_le_bytes(bytes.try_into().ok()?);
        // One NaN only: its bits are not to carry anything.
        Some(if value.is_nan() { f64::NAN } else { value })
    }
    /// Goes back one byte.
    fn step_back(&self) {
        self.position.set(self.position.get().saturating_sub(1));
    }
}

/// Reads values.
pub struct Reader<'a> {
    pub environment: &'a Rc<Environment>,
    pub env: Env,
    pub state: &'a ReadState,
    pub primordials: Primordials,
    pub delegate: &'a dyn ReadDelegate,
    depth: Depth,
    /// Array of the objects read so far, at their numbers.
    objects: Value,
    /// Array of transferred buffers, at their numbers.
    transferred: Value,
}

/// The bytes are no serialized value.
pub fn bad_data() -> Error {
    Error::error("", "Unable to deserialize cloned data.")
}

/// `None` of reading is bad data.
pub trait OrBadData<T> {
    fn or_bad_data(self) -> Result<T>;
}
impl<T> OrBadData<T> for Option<T> {
    fn or_bad_data(self) -> Result<T> {
        self.ok_or_else(bad_data)
    }
}

impl<'a> Reader<'a> {
    /// `objects` and `transferred` are arrays kept with the state.
    pub fn new(
        environment: &'a Rc<Environment>,
        state: &'a ReadState,
        delegate: &'a dyn ReadDelegate,
        objects: Value,
        transferred: Value,
    ) -> Result<Self> {
        Ok(Self {
            environment,
            env: environment.env(),
            state,
            primordials: Primordials::of(environment)?,
            delegate,
            depth: Depth::begin(environment),
            objects,
            transferred,
        })
    }

    /// Reads the header.
    ///
    /// # Errors
    /// `Error` for a version that is not known, and without a header: V8 takes older formats only from whoever asks for them.
    pub fn header(&self) -> Result<()> {
        if self.state.header() && self.state.version() >= OLDEST { Ok(()) } else { Err(bad_version()) }
    }

    /// Reads any value, as the outermost one. Without a header before it, the bytes are of the oldest format, to their end.
    pub fn read_value(&self) -> Result<Value> {
        if self.state.version() == 0 { self.read_headless() } else { self.read() }
    }

    /// Reads any value.
    pub fn read(&self) -> Result<Value> {
        self.depth.check()?;
        self.env.escape(|| {
            let value = self.read_tagged()?;
            // A view comes after its buffer and takes its place.
            if self.state.peek_tag() == Some(tag::ARRAY_BUFFER_VIEW)
                && matches!(self.env.class_kind(value)?, ClassKind::ArrayBuffer | ClassKind::SharedArrayBuffer)
            {
                self.state.tag();
                return self.read_view(value);
            }
            Ok(value)
        })
    }

    fn read_tagged(&self) -> Result<Value> {
        let env = self.env;
        let state = self.state;
        match state.tag().or_bad_data()? {
            tag::VERIFY_OBJECT_COUNT => {
                state.varint32().or_bad_data()?;
                self.read()
            }
            tag::UNDEFINED => env.undefined(),
            tag::NULL => env.null(),
            tag::TRUE => env.boolean(true),
            tag::FALSE => env.boolean(false),
            tag::INT32 => {
                let bits = state.varint32().or_bad_data()?;
                env.int32((bits >> 1) as i32 ^ -((bits & 1) as i32))
            }
            tag::UINT32 => env.uint32(state.varint32().or_bad_data()?),
            tag::DOUBLE => env.number(state.double().or_bad_data()?),
            tag::BIGINT => self.read_bigint(),
            tag @ (tag::UTF8_STRING | tag::ONE_BYTE_STRING | tag::TWO_BYTE_STRING) => self.read_text(tag),
            tag::OBJECT_REFERENCE => self.known(state.varint32().or_bad_data()?),
            tag::HOST_OBJECT => self.read_host_object(),
            // Before version 13 whatever was not known was the host's.
            tag if state.version() < 13 && !is_object(tag) => {
                state.step_back();
                self.read_host_object()
            }
            tag => self.read_object(tag),
        }
    }

    fn read_host_object(&self) -> Result<Value> {
        let id = self.take_id();
        let object = self.delegate.read_host_object(self)?;
        self.remember(id, object)?;
        Ok(object)
    }

    /// A string of one of the three kinds.
    fn read_text(&self, kind: u8) -> Result<Value> {
        let length = self.state.varint32().or_bad_data()? as usize;
        let bytes = self.state.raw(length).or_bad_data()?;
        match kind {
            tag::UTF8_STRING => self.env.string_from_utf8_lossy(bytes),
            tag::ONE_BYTE_STRING => self.env.string_latin1(bytes),
            _ if length % 2 == 1 => Err(bad_data()),
            _ => {
                let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                self.env.string_utf16(&units)
            }
        }
    }

    /// A value that must be a string.
    pub(super) fn read_string(&self) -> Result<Value> {
        if self.state.version() < 12 {
            return self.read_text(tag::UTF8_STRING);
        }
        let value = self.read()?;
        if self.env.is_string(value)? { Ok(value) } else { Err(bad_data()) }
    }

    pub(super) fn read_bigint(&self) -> Result<Value> {
        let field = self.state.varint32().or_bad_data()?;
        let negative = field & 1 == 1;
        let length = (field >> 1) as usize;
        let bytes = self.state.raw(length).or_bad_data()?;
        let words: Vec<u64> = bytes
            .chunks(8)
            .map(|chunk| {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(word)
            })
            .collect();
        if words.is_empty() { self.env.bigint_u64(0) } else { self.env.bigint_words(negative, &words) }
    }

    pub(super) fn take_id(&self) -> u32 {
        let id = self.state.next_id.get();
        self.state.next_id.set(id.wrapping_add(1));
        id
    }

    pub(super) fn remember(&self, id: u32, object: Value) -> Result<()> {
        self.env.set_index(self.objects, id, object)
    }

    fn known(&self, id: u32) -> Result<Value> {
        if id >= self.state.next_id.get() {
            return Err(bad_data());
        }
        let object = self.env.get_index(self.objects, id)?;
        // An object that is still being made has a number but cannot be named yet.
        if self.env.is_object(object)? { Ok(object) } else { Err(bad_data()) }
    }

    pub(super) fn transferred(&self, id: u32) -> Result<Value> {
        let buffer = self.env.get_index(self.transferred, id)?;
        if self.env.is_object(buffer)? { Ok(buffer) } else { Err(bad_data()) }
    }
}

/// Whether `read_object` knows the tag.
const fn is_object(tag: u8) -> bool {
    matches!(
        tag,
        tag::BEGIN_OBJECT
            | tag::BEGIN_SPARSE_ARRAY
            | tag::BEGIN_DENSE_ARRAY
            | tag::DATE
            | tag::TRUE_OBJECT
            | tag::FALSE_OBJECT
            | tag::NUMBER_OBJECT
            | tag::BIGINT_OBJECT
            | tag::STRING_OBJECT
            | tag::REGEXP
            | tag::BEGIN_MAP
            | tag::BEGIN_SET
            | tag::ARRAY_BUFFER
            | tag::RESIZABLE_ARRAY_BUFFER
            | tag::ARRAY_BUFFER_TRANSFER
            | tag::SHARED_ARRAY_BUFFER
            | tag::ERROR
    )
}

fn bad_version() -> Error {
    Error::error("", "Unable to deserialize cloned data due to invalid or unsupported version.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_end() {
        let state = ReadState::new(vec![0x80, 0x80]);
        assert_eq!(state.varint(), None);
        assert_eq!(state.raw(usize::MAX), None);
        assert_eq!(state.double(), None);
        assert_eq!(state.tag(), None);
        assert_eq!(ReadState::new(vec![0, 0]).tag(), None);
    }

    #[test]
    fn headers() {
        let known = ReadState::new(vec![0xff, 15, b'_']);
        assert!(known.header());
        assert_eq!((known.version(), known.tag(), known.left()), (15, Some(b'_'), 0));
        assert!(!ReadState::new(vec![0xff, 16]).header());
        assert!(!ReadState::new(vec![0xff]).header());
    }

    #[test]
    fn long_varints() {
        let state = ReadState::new([[0xff; 20].as_slice(), &[1]].concat());
        assert_eq!(state.varint(), Some(u64::MAX));
        assert_eq!(state.left(), 0);
    }
}
