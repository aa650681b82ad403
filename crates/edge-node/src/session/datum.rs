//! [`Datum`]: a value between two languages, by value and tied to no engine: what crosses to and from the embedder's threads.

use edge_napi::types::napi_typedarray_type;

/// Text, in the shape that is cheapest where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// Well-formed.
    Utf8(String),
    /// With lone surrogates, or wide in the engine.
    Utf16(Vec<u16>),
}

impl Text {
    /// For a person: lone surrogates become U+FFFD.
    #[must_use]
    pub fn to_string_lossy(&self) -> String {
        match self {
            Self::Utf8(text) => text.clone(),
            Self::Utf16(units) => String::from_utf16_lossy(units),
        }
    }
}

/// A value by value. Containers hold copies; what cannot be copied is named by a number (functions) or refused ([`Uncrossable`]).
#[derive(Clone, PartialEq, Debug)]
pub enum Datum {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A bigint: sign and 64-bit words, the lowest first.
    BigInt(bool, Vec<u64>),
    /// A string.
    Text(Text),
    /// An `ArrayBuffer`, a `DataView`, a `Uint8Array` (a `Buffer`); comes back as a `Uint8Array`.
    Bytes(Vec<u8>),
    /// Any other typed array.
    Typed(napi_typedarray_type, Vec<u8>),
    /// A `Date`, milliseconds since 1970; NaN for an invalid one.
    Date(f64),
    /// An array; holes are undefined.
    Array(Vec<Datum>),
    /// Own enumerable properties with string keys.
    Object(Vec<(Text, Datum)>),
    /// A `Map`.
    Map(Vec<(Datum, Datum)>),
    /// A `Set`.
    Set(Vec<Datum>),
    /// An error object.
    Error(Box<Fault>),
    /// A function of the environment, kept there under this number until it is released.
    Function(u64),
    /// A function of the embedder under this number, and its name.
    HostFunction(u64, String),
}

/// An error in either language.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fault {
    /// `error.name`; empty when what was thrown is no error object.
    pub name: String,
    /// `error.message`, or the thrown value as text.
    pub message: String,
    /// `error.stack`, may be empty.
    pub stack: String,
    /// `error.code` when it is a string (Node's errors).
    pub code: Option<String>,
    /// The embedder's own name of its class.
    pub host_type: Option<String>,
    /// `error.cause`, when it can cross.
    pub cause: Option<Box<Datum>>,
    /// The embedder's own error that this was before it crossed, under the number that the embedder gave it; the environment holds it as
    /// long as the error object lives.
    pub host_error: Option<u64>,
}

/// A value that cannot cross.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Uncrossable {
    /// Where it is inside the value that was to cross, as one would write it: `value.a[2]`.
    pub path: String,
    /// What it is, and why it cannot.
    pub reason: String,
    /// It is larger than the limit `message_size`.
    pub over_limit: bool,
}

impl std::fmt::Display for Uncrossable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// How deep values may be nested: cycles are found before, and neither side's stack ends.
pub const MAX_DEPTH: usize = 200;
/// Bytes that one value may have, counting [`NODE_BYTES`] for each part.
pub const MAX_BYTES: usize = 256 << 20;
/// What a part of a value is counted for besides its text or bytes.
pub const NODE_BYTES: usize = 16;

/// Where a reader is inside a value, and how much may still come.
#[derive(Debug)]
pub struct Progress {
    path: String,
    depth: usize,
    left: usize,
    limited: bool,
}

impl Progress {
    /// Begins at a value that is called `name` in errors; it may have [`MAX_BYTES`], or `limit`.
    #[must_use]
    pub fn new(name: &str, limit: Option<u64>) -> Self {
        let left = limit.map_or(MAX_BYTES, |limit| usize::try_from(limit).unwrap_or(MAX_BYTES));
        Self { path: name.to_owned(), depth: 0, left: left.min(MAX_BYTES), limited: left < MAX_BYTES }
    }

    /// An error about the value that is being read.
    #[must_use]
    pub fn refuse(&self, reason: impl Into<String>) -> Uncrossable {
        Uncrossable { path: self.path.clone(), reason: reason.into(), over_limit: false }
    }

    fn too_large(&self) -> Uncrossable {
        Uncrossable { over_limit: self.limited, ..self.refuse("the value is too large") }
    }

    /// Counts a part of a value, with `bytes` of its own.
    ///
    /// # Errors
    /// The value is too large.
    pub fn count(&mut self, bytes: usize) -> Result<(), Uncrossable> {
        let need = bytes.saturating_add(NODE_BYTES);
        if need > self.left {
            return Err(self.too_large());
        }
        self.left -= need;
        Ok(())
    }

    /// Looks whether `parts` more can come, without counting them.
    ///
    /// # Errors
    /// The value is too large.
    pub fn check(&self, parts: usize) -> Result<(), Uncrossable> {
        if parts.saturating_mul(NODE_BYTES) > self.left {
            return Err(self.too_large());
        }
        Ok(())
    }

    /// Goes into a part whose place `step` writes behind the path so far.
    ///
    /// # Errors
    /// Too deep.
    pub fn enter(&mut self, step: impl FnOnce(&mut String)) -> Result<usize, Uncrossable> {
        let before = self.path.len();
        step(&mut self.path);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let error = self.refuse(format!("nested deeper than {MAX_DEPTH}"));
            self.leave(before);
            return Err(error);
        }
        Ok(before)
    }

    /// Leaves it; `before` is what `enter` answered.
    pub fn leave(&mut self, before: usize) {
        self.path.truncate(before);
        self.depth -= 1;
    }
}

/// Writes a property's place: `.name`, or `["a b"]`.
pub fn write_key(path: &mut String, key: &str) {
    let short: String = key.chars().take(40).collect();
    let plain = !short.is_empty()
        && !short.starts_with(|c: char| c.is_ascii_digit())
        && short.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    if plain {
        path.push('.');
        path.push_str(&short);
    } else {
        path.push_str(&format!("[{short:?}]"));
    }
}
