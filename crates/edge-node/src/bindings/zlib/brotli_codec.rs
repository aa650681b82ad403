//! Brotli.

use super::codec::{CONTINUE, Codec, CodecError, Progress};
use alloc_stdlib::StandardAlloc;
use brotli::enc::backward_references::BrotliEncoderMode;
use brotli::enc::encode::{BrotliEncoderOperation, BrotliEncoderStateStruct};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

type EncoderState = BrotliEncoderStateStruct<StandardAlloc>;
type DecoderState = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

/// zlib's number for an end that came too early, which Brotli has no name for.
const Z_BUF_ERROR: i32 = -5;

/// Parameters by Node's numbers (`BROTLI_PARAM_…`, `BROTLI_DECODER_PARAM_…`).
pub type Params = Vec<(u32, u32)>;

fn param_error() -> CodecError {
    CodecError::new("Setting parameter failed", -1, "ERR_BROTLI_PARAM_SET_FAILED")
}

/// Compresses.
pub struct BrotliEncoder {
    state: Box<EncoderState>,
    /// Bytes were taken already.
    begun: bool,
}

impl BrotliEncoder {
    /// A stream with these parameters.
    ///
    /// # Errors
    /// A parameter that there is not, or a value that it does not take.
    pub fn new(params: &Params) -> Result<Self, CodecError> {
        let mut state = Box::new(EncoderState::new(StandardAlloc::default()));
        let to = &mut state.params;
        for &(key, value) in params {
            // Numbers beyond an i32 are as far out of range as its largest, which the library brings back into range.
            let number = i32::try_from(value).unwrap_or(i32::MAX);
            match (key, value) {
                (0, 1) => to.mode = BrotliEncoderMode::BROTLI_MODE_TEXT,
                (0, 2) => to.mode = BrotliEncoderMode::BROTLI_MODE_FONT,
                (0, _) => to.mode = BrotliEncoderMode::BROTLI_MODE_GENERIC,
                (1, _) => to.quality = number,
                (2, _) => to.lgwin = number,
                (3, _) => to.lgblock = number,
                (4, 0 | 1) => to.disable_literal_context_modeling = number,
                (5, _) => to.size_hint = value as usize,
                (6, _) => to.large_window = value != 0,
                (7, _) => to.dist.distance_postfix_bits = value,
                (8, _) => to.dist.num_direct_distance_codes = value,
                _ => return Err(param_error()),
            }
        }
        Ok(Self { state, begun: false })
    }
}

impl Codec for BrotliEncoder {
    /// The library takes the length of the first write for a hint of the whole.
    fn begin(&mut self, _flush: u32, length: usize) {
        if !self.begun && self.state.params.size_hint == 0 {
            self.state.params.size_hint = length.min(1 << 30);
        }
        self.begun = true;
    }

    fn run(&mut self, flush: u32, input: &[u8], output: &mut [u8]) -> Result<Progress, CodecError> {
        let operation = match flush {
            CONTINUE => BrotliEncoderOperation::BROTLI_OPERATION_PROCESS,
            1 => BrotliEncoderOperation::BROTLI_OPERATION_FLUSH,
            2 => BrotliEncoderOperation::BROTLI_OPERATION_FINISH,
            3 => BrotliEncoderOperation::BROTLI_OPERATION_EMIT_METADATA,
            _ => return Err(CodecError::new("Compression failed", -1, "ERR_BROTLI_COMPRESSION_FAILED")),
        };
        let (mut left, mut room) = (input.len(), output.len());
        let mut progress = Progress::default();
        let done = self.state.compress_stream(
            operation,
            &mut left,
            input,
            &mut progress.consumed,
            &mut room,
            output,
            &mut progress.produced,
            &mut None,
            &mut |_, _, _, _| (),
        );
        if done { Ok(progress) } else { Err(CodecError::new("Compression failed", -1, "ERR_BROTLI_COMPRESSION_FAILED")) }
    }

    /// As in Node, with the parameters at their defaults.
    fn reset(&mut self) -> Result<(), CodecError> {
        *self = Self::new(&Params::new())?;
        Ok(())
    }

    /// The window, and the library's tables.
    fn memory(&self) -> usize {
        size_of::<EncoderState>() + if self.begun { (1 << self.state.params.lgwin.clamp(10, 30)) + (1 << 20) } else { 0 }
    }
}

/// Decompresses.
pub struct BrotliDecoder {
    state: Box<DecoderState>,
    failed: Option<CodecError>,
}

// SAFETY: the state owns what its pointers name.
unsafe impl Send for BrotliDecoder {}

impl BrotliDecoder {
    /// A stream with these parameters.
    ///
    /// # Errors
    /// A parameter that there is not.
    pub fn new(params: &Params) -> Result<Self, CodecError> {
        let make = || (StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
        let large_window = params.iter().any(|&(key, value)| key == 1 && value != 0);
        if params.iter().any(|&(key, _)| key > 1) {
            return Err(param_error());
        }
        let (a, b, c) = make();
        let state = if large_window { DecoderState::new(a, b, c) } else { DecoderState::new_strict(a, b, c) };
        Ok(Self { state: Box::new(state), failed: None })
    }
}

impl Codec for BrotliDecoder {
    fn run(&mut self, flush: u32, input: &[u8], output: &mut [u8]) -> Result<Progress, CodecError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let (mut left, mut room, mut total) = (input.len(), output.len(), 0);
        let mut progress = Progress::default();
        let result = BrotliDecompressStream(
            &mut left,
            &mut progress.consumed,
            input,
            &mut room,
            &mut progress.produced,
            output,
            &mut total,
            &mut self.state,
        );
        match result {
            BrotliResult::ResultFailure => {
                let name = format!("{:?}", self.state.error_code);
                let code = format!("ERR_{}", name.strip_prefix("BROTLI_DECODER").unwrap_or(&name));
                let error = CodecError::new("Decompression failed", self.state.error_code as i32, code);
                self.failed = Some(error.clone());
                Err(error)
            }
            BrotliResult::NeedsMoreInput if flush == 2 => Err(CodecError::new("unexpected end of file", Z_BUF_ERROR, "Z_BUF_ERROR")),
            _ => Ok(progress),
        }
    }

    fn reset(&mut self) -> Result<(), CodecError> {
        *self = Self::new(&Params::new())?;
        Ok(())
    }

    fn memory(&self) -> usize {
        size_of::<DecoderState>() + usize::try_from(self.state.ringbuffer_size).unwrap_or(0)
    }
}
