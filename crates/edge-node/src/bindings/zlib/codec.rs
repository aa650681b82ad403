//! What a compression stream asks of a library.

/// Why a codec cannot go on: what `onerror(message, errno, code)` is told.
#[derive(Clone, Debug)]
pub struct CodecError {
    /// Text.
    pub message: String,
    /// The library's number.
    pub errno: i32,
    /// The library's name for it.
    pub code: String,
}

impl CodecError {
    /// An error.
    pub fn new(message: impl Into<String>, errno: i32, code: impl Into<String>) -> Self {
        Self { message: message.into(), errno, code: code.into() }
    }
}

/// How far one run came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Bytes of input that were taken.
    pub consumed: usize,
    /// Bytes of output that were written.
    pub produced: usize,
}

/// A stream of one of the libraries. Moves to a thread of the pool for each run.
pub trait Codec: Send {
    /// A write of `length` bytes begins, which [`Codec::run`] then gets in pieces.
    fn begin(&mut self, _flush: u32, _length: usize) {}
    /// Takes input and writes output, as far as either lasts. `flush` is the library's own number, [`CONTINUE`] for a piece that is
    /// not the last.
    ///
    /// # Errors
    /// The stream is over.
    fn run(&mut self, flush: u32, input: &[u8], output: &mut [u8]) -> Result<Progress, CodecError>;
    /// Begins a new stream.
    ///
    /// # Errors
    /// The stream is over.
    fn reset(&mut self) -> Result<(), CodecError>;
    /// Other parameters from here on; only for what zlib compresses.
    ///
    /// # Errors
    /// The stream is over.
    fn params(&mut self, _level: i32, _strategy: i32) -> Result<(), CodecError> {
        Ok(())
    }
    /// Bytes of memory that it holds, about.
    fn memory(&self) -> usize;
}

/// The flush value that asks for nothing, in all three libraries.
pub const CONTINUE: u32 = 0;
