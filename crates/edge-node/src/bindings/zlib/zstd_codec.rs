//! Zstandard, by the reference implementation.

use super::codec::{Codec, CodecError, Progress};
use std::ffi::{CStr, c_void};
use zstd_sys as zstd;
use zstd_sys::{ZSTD_EndDirective, ZSTD_cParameter, ZSTD_dParameter};

/// Parameters by Node's numbers (`ZSTD_c_…`, `ZSTD_d_…`).
pub type Params = Vec<(u32, i32)>;

const INIT_FAILED: &str = "ERR_ZLIB_INITIALIZATION_FAILED";

/// The library's names for its numbers.
const CODES: &[(i32, &str)] = &[
    (10, "ZSTD_error_prefix_unknown"),
    (12, "ZSTD_error_version_unsupported"),
    (14, "ZSTD_error_frameParameter_unsupported"),
    (16, "ZSTD_error_frameParameter_windowTooLarge"),
    (20, "ZSTD_error_corruption_detected"),
    (22, "ZSTD_error_checksum_wrong"),
    (24, "ZSTD_error_literals_headerWrong"),
    (30, "ZSTD_error_dictionary_corrupted"),
    (32, "ZSTD_error_dictionary_wrong"),
    (34, "ZSTD_error_dictionaryCreation_failed"),
    (40, "ZSTD_error_parameter_unsupported"),
    (41, "ZSTD_error_parameter_combination_unsupported"),
    (42, "ZSTD_error_parameter_outOfBound"),
    (44, "ZSTD_error_tableLog_tooLarge"),
    (46, "ZSTD_error_maxSymbolValue_tooLarge"),
    (48, "ZSTD_error_maxSymbolValue_tooSmall"),
    (50, "ZSTD_error_stabilityCondition_notRespected"),
    (60, "ZSTD_error_stage_wrong"),
    (62, "ZSTD_error_init_missing"),
    (64, "ZSTD_error_memory_allocation"),
    (66, "ZSTD_error_workSpace_tooSmall"),
    (70, "ZSTD_error_dstSize_tooSmall"),
    (72, "ZSTD_error_srcSize_wrong"),
    (74, "ZSTD_error_dstBuffer_null"),
    (80, "ZSTD_error_noForwardProgress_destFull"),
    (82, "ZSTD_error_noForwardProgress_inputEmpty"),
];

/// The error that a result is, if it is one.
fn failure(result: usize) -> Option<CodecError> {
    // SAFETY: a plain function of a number.
    if unsafe { zstd::ZSTD_isError(result) } == 0 {
        return None;
    }
    // The library's errors are its numbers, negated.
    let number = result.wrapping_neg() as i32;
    let code = CODES.iter().find(|(code, _)| *code == number).map_or("ZSTD_error_GENERIC", |(_, name)| name);
    // SAFETY: a constant C string for any number.
    let text = unsafe { CStr::from_ptr(zstd::ZSTD_getErrorName(result)) };
    Some(CodecError::new(text.to_string_lossy(), number, code))
}

/// What loading or setting something answers: any failure becomes this error.
fn set(result: usize, message: &str, code: &str) -> Result<(), CodecError> {
    if failure(result).is_none() { Ok(()) } else { Err(CodecError::new(message, -1, code)) }
}

fn param_error() -> CodecError {
    CodecError::new("Setting parameter failed", -1, "ERR_ZSTD_PARAM_SET_FAILED")
}

/// Compresses.
pub struct ZstdCompressor {
    context: *mut zstd::ZSTD_CCtx,
    /// As the program said; `None`: not known.
    pledged: Option<u64>,
    begun: bool,
    failed: Option<CodecError>,
}

// SAFETY: the context is owned, and used by one thread at a time.
unsafe impl Send for ZstdCompressor {}

impl ZstdCompressor {
    /// A stream.
    ///
    /// # Errors
    /// No memory, a bad dictionary, a parameter that there is not or a value that it does not take.
    pub fn new(pledged: Option<u64>, dictionary: &[u8], params: &Params) -> Result<Self, CodecError> {
        // SAFETY: no argument.
        let context = unsafe { zstd::ZSTD_createCCtx() };
        if context.is_null() {
            return Err(CodecError::new("Could not initialize zstd instance", -1, INIT_FAILED));
        }
        let made = Self { context, pledged, begun: false, failed: None };
        if !dictionary.is_empty() {
            // SAFETY: a live context; the library copies the bytes.
            let loaded = unsafe { zstd::ZSTD_CCtx_loadDictionary(context, dictionary.as_ptr().cast::<c_void>(), dictionary.len()) };
            set(loaded, "Failed to load zstd dictionary", "ERR_ZLIB_DICTIONARY_LOAD_FAILED")?;
        }
        if let Some(size) = pledged {
            // SAFETY: a live context.
            set(unsafe { zstd::ZSTD_CCtx_setPledgedSrcSize(context, size) }, "Could not set pledged src size", INIT_FAILED)?;
        }
        for &(key, value) in params {
            let key = compression_parameter(key).ok_or_else(param_error)?;
            // SAFETY: a live context.
            set(unsafe { zstd::ZSTD_CCtx_setParameter(context, key, value) }, "Setting parameter failed", "ERR_ZSTD_PARAM_SET_FAILED")?;
        }
        Ok(made)
    }
}

fn compression_parameter(number: u32) -> Option<ZSTD_cParameter> {
    use ZSTD_cParameter::*;
    const KNOWN: [ZSTD_cParameter; 20] = [
        ZSTD_c_compressionLevel,
        ZSTD_c_windowLog,
        ZSTD_c_hashLog,
        ZSTD_c_chainLog,
        ZSTD_c_searchLog,
        ZSTD_c_minMatch,
        ZSTD_c_targetLength,
        ZSTD_c_strategy,
        ZSTD_c_targetCBlockSize,
        ZSTD_c_enableLongDistanceMatching,
        ZSTD_c_ldmHashLog,
        ZSTD_c_ldmMinMatch,
        ZSTD_c_ldmBucketSizeLog,
        ZSTD_c_ldmHashRateLog,
        ZSTD_c_contentSizeFlag,
        ZSTD_c_checksumFlag,
        ZSTD_c_dictIDFlag,
        ZSTD_c_nbWorkers,
        ZSTD_c_jobSize,
        ZSTD_c_overlapLog,
    ];
    KNOWN.into_iter().find(|known| *known as u32 == number)
}

impl Codec for ZstdCompressor {
    /// A stream that is one write has a known size, which the library would see if it got the write whole.
    fn begin(&mut self, flush: u32, length: usize) {
        if !self.begun && self.pledged.is_none() && flush == 2 {
            // SAFETY: a live context; a failure leaves the size unknown, which is only less good.
            unsafe { zstd::ZSTD_CCtx_setPledgedSrcSize(self.context, length as u64) };
        }
        self.begun = true;
    }

    fn run(&mut self, flush: u32, input: &[u8], output: &mut [u8]) -> Result<Progress, CodecError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let directive = match flush {
            0 => ZSTD_EndDirective::ZSTD_e_continue,
            1 => ZSTD_EndDirective::ZSTD_e_flush,
            2 => ZSTD_EndDirective::ZSTD_e_end,
            _ => return Err(CodecError::new("Unsupported parameter", 40, "ZSTD_error_parameter_unsupported")),
        };
        let mut from = zstd::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let mut to = zstd::ZSTD_outBuffer { dst: output.as_mut_ptr().cast(), size: output.len(), pos: 0 };
        // SAFETY: a live context that has not failed; both buffers live for the call.
        let result = unsafe { zstd::ZSTD_compressStream2(self.context, &mut to, &mut from, directive) };
        if let Some(error) = failure(result) {
            self.failed = Some(error.clone());
            return Err(error);
        }
        Ok(Progress { consumed: from.pos, produced: to.pos })
    }

    /// As in Node, without dictionary and with the parameters at their defaults.
    fn reset(&mut self) -> Result<(), CodecError> {
        *self = Self::new(self.pledged, &[], &Params::new())?;
        Ok(())
    }

    fn memory(&self) -> usize {
        // SAFETY: a live context.
        unsafe { zstd::ZSTD_sizeof_CCtx(self.context) }
    }
}

impl Drop for ZstdCompressor {
    fn drop(&mut self) {
        // SAFETY: a live context, freed once.
        unsafe { zstd::ZSTD_freeCCtx(self.context) };
    }
}

/// Decompresses.
pub struct ZstdDecompressor {
    context: *mut zstd::ZSTD_DCtx,
    failed: Option<CodecError>,
}

// SAFETY: the context is owned, and used by one thread at a time.
unsafe impl Send for ZstdDecompressor {}

impl ZstdDecompressor {
    /// A stream.
    ///
    /// # Errors
    /// As [`ZstdCompressor::new`].
    pub fn new(dictionary: &[u8], params: &Params) -> Result<Self, CodecError> {
        // SAFETY: no argument.
        let context = unsafe { zstd::ZSTD_createDCtx() };
        if context.is_null() {
            return Err(CodecError::new("Could not initialize zstd instance", -1, INIT_FAILED));
        }
        let made = Self { context, failed: None };
        if !dictionary.is_empty() {
            // SAFETY: a live context; the library copies the bytes.
            let loaded = unsafe { zstd::ZSTD_DCtx_loadDictionary(context, dictionary.as_ptr().cast::<c_void>(), dictionary.len()) };
            set(loaded, "Failed to load zstd dictionary", "ERR_ZLIB_DICTIONARY_LOAD_FAILED")?;
        }
        for &(key, value) in params {
            if key != ZSTD_dParameter::ZSTD_d_windowLogMax as u32 {
                return Err(param_error());
            }
            let key = ZSTD_dParameter::ZSTD_d_windowLogMax;
            // SAFETY: a live context.
            set(unsafe { zstd::ZSTD_DCtx_setParameter(context, key, value) }, "Setting parameter failed", "ERR_ZSTD_PARAM_SET_FAILED")?;
        }
        Ok(made)
    }
}

impl Codec for ZstdDecompressor {
    fn run(&mut self, _flush: u32, input: &[u8], output: &mut [u8]) -> Result<Progress, CodecError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let mut from = zstd::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let mut to = zstd::ZSTD_outBuffer { dst: output.as_mut_ptr().cast(), size: output.len(), pos: 0 };
        // SAFETY: a live context that has not failed; both buffers live for the call.
        let result = unsafe { zstd::ZSTD_decompressStream(self.context, &mut to, &mut from) };
        if let Some(error) = failure(result) {
            self.failed = Some(error.clone());
            return Err(error);
        }
        Ok(Progress { consumed: from.pos, produced: to.pos })
    }

    fn reset(&mut self) -> Result<(), CodecError> {
        *self = Self::new(&[], &Params::new())?;
        Ok(())
    }

    fn memory(&self) -> usize {
        // SAFETY: a live context.
        unsafe { zstd::ZSTD_sizeof_DCtx(self.context) }
    }
}

impl Drop for ZstdDecompressor {
    fn drop(&mut self) {
        // SAFETY: a live context, freed once.
        unsafe { zstd::ZSTD_freeDCtx(self.context) };
    }
}
