//! zlib: deflate and inflate, with and without the headers of zlib and gzip.

use super::codec::{Codec, CodecError, Progress};
use libz_rs_sys as z;
use std::ffi::CStr;

/// Node's `node_zlib_mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Deflate,
    Inflate,
    Gzip,
    Gunzip,
    DeflateRaw,
    InflateRaw,
    /// Inflate or gunzip, as the first bytes say.
    Unzip,
}

impl Mode {
    const fn compresses(self) -> bool {
        matches!(self, Self::Deflate | Self::Gzip | Self::DeflateRaw)
    }
}

/// The library's version, of the zlib whose interface it has and its own.
pub fn version() -> &'static str {
    // SAFETY: the function takes nothing and answers a C string in static memory.
    unsafe { CStr::from_ptr(z::zlibVersion()) }.to_str().unwrap_or_default()
}

/// Settings of a stream.
pub struct Settings {
    /// 8 to 15, or 0 to take it from the header.
    pub window_bits: i32,
    /// -1 to 9.
    pub level: i32,
    /// 1 to 9.
    pub mem_level: i32,
    /// 0 to 4.
    pub strategy: i32,
    /// May be empty.
    pub dictionary: Vec<u8>,
}

/// One zlib stream.
pub struct ZlibCodec {
    mode: Mode,
    settings: Settings,
    /// Boxed, for the library's state points back at it.
    stream: Box<z::z_stream>,
    /// The library's state exists.
    initialised: bool,
    err: i32,
    /// How many of gzip's two magic bytes [`Mode::Unzip`] has seen.
    magic: u8,
}

// SAFETY: the stream's pointers are into memory that it owns alone, but for input and output, which are set for the length of a run.
unsafe impl Send for ZlibCodec {}

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

impl ZlibCodec {
    /// A stream of Node's mode number 1 to 7; `None` for another mode or settings out of range. The library is asked at the first run.
    pub fn new(mode: u32, settings: Settings) -> Option<Self> {
        let mode = match mode {
            1 => Mode::Deflate,
            2 => Mode::Inflate,
            3 => Mode::Gzip,
            4 => Mode::Gunzip,
            5 => Mode::DeflateRaw,
            6 => Mode::InflateRaw,
            7 => Mode::Unzip,
            _ => return None,
        };
        let window_from_header = settings.window_bits == 0 && matches!(mode, Mode::Inflate | Mode::Gunzip | Mode::Unzip);
        let valid = (window_from_header || (8..=15).contains(&settings.window_bits))
            && (-1..=9).contains(&settings.level)
            && (1..=9).contains(&settings.mem_level)
            && (0..=4).contains(&settings.strategy);
        valid.then(|| Self { mode, settings, stream: Box::default(), initialised: false, err: z::Z_OK, magic: 0 })
    }

    fn error(&self, message: &str) -> CodecError {
        let code = match self.err {
            z::Z_OK => "Z_OK",
            z::Z_STREAM_END => "Z_STREAM_END",
            z::Z_NEED_DICT => "Z_NEED_DICT",
            z::Z_ERRNO => "Z_ERRNO",
            z::Z_STREAM_ERROR => "Z_STREAM_ERROR",
            z::Z_DATA_ERROR => "Z_DATA_ERROR",
            z::Z_MEM_ERROR => "Z_MEM_ERROR",
            z::Z_BUF_ERROR => "Z_BUF_ERROR",
            z::Z_VERSION_ERROR => "Z_VERSION_ERROR",
            _ => "Z_UNKNOWN_ERROR",
        };
        let own = if self.stream.msg.is_null() {
            None
        } else {
            // SAFETY: the library's message is null or a constant C string.
            Some(unsafe { CStr::from_ptr(self.stream.msg) }.to_string_lossy().into_owned())
        };
        CodecError::new(own.unwrap_or_else(|| message.to_owned()), self.err, code)
    }

    /// Makes the library's state, once.
    fn initialise(&mut self, otherwise: &str) -> Result<(), CodecError> {
        if self.initialised {
            return Ok(());
        }
        let bits = match self.mode {
            Mode::Gzip | Mode::Gunzip => self.settings.window_bits + 16,
            Mode::Unzip => self.settings.window_bits + 32,
            Mode::DeflateRaw | Mode::InflateRaw => -self.settings.window_bits,
            Mode::Deflate | Mode::Inflate => self.settings.window_bits,
        };
        let stream = &raw mut *self.stream;
        let size = size_of::<z::z_stream>() as i32;
        let version = z::zlibVersion();
        self.err = if self.mode.compresses() {
            let Settings { level, mem_level, strategy, .. } = self.settings;
            // SAFETY: a fresh stream that stays where it is; the version is the library's own.
            unsafe { z::deflateInit2_(stream, level, z::Z_DEFLATED, bits, mem_level, strategy, version, size) }
        } else {
            // SAFETY: as above.
            unsafe { z::inflateInit2_(stream, bits, version, size) }
        };
        if self.err != z::Z_OK {
            return Err(self.error(otherwise));
        }
        self.initialised = true;
        // As in Node, a dictionary that does not fit here shows at the first run.
        let _ = self.set_dictionary();
        Ok(())
    }

    fn set_dictionary(&mut self) -> Result<(), CodecError> {
        if self.settings.dictionary.is_empty() {
            return Ok(());
        }
        self.err = z::Z_OK;
        match self.mode {
            Mode::Deflate | Mode::DeflateRaw => {
                let (bytes, length) = (self.settings.dictionary.as_ptr(), self.settings.dictionary.len() as u32);
                // SAFETY: an initialised stream; the bytes live for the call.
                self.err = unsafe { z::deflateSetDictionary(&raw mut *self.stream, bytes, length) };
            }
            Mode::InflateRaw => self.err = self.inflate_dictionary(),
            _ => {}
        }
        if self.err == z::Z_OK { Ok(()) } else { Err(self.error("Failed to set dictionary")) }
    }

    fn inflate_dictionary(&mut self) -> i32 {
        let (bytes, length) = (self.settings.dictionary.as_ptr(), self.settings.dictionary.len() as u32);
        // SAFETY: an initialised stream; the bytes live for the call.
        unsafe { z::inflateSetDictionary(&raw mut *self.stream, bytes, length) }
    }

    fn inflate(&mut self, flush: i32) -> i32 {
        // SAFETY: an initialised stream, whose input and output `run` has set.
        unsafe { z::inflate(&raw mut *self.stream, flush) }
    }

    /// Whether gzip's header begins here: decides what an unzip stream is.
    fn detect(&mut self, mut input: &[u8]) {
        if self.magic == 0 {
            match input {
                [] => return,
                [first, rest @ ..] if *first == GZIP_MAGIC[0] => {
                    self.magic = 1;
                    input = rest;
                }
                _ => {
                    self.mode = Mode::Inflate;
                    return;
                }
            }
        }
        match input {
            [] => {}
            [second, ..] if *second == GZIP_MAGIC[1] => {
                self.magic = 2;
                self.mode = Mode::Gunzip;
            }
            _ => self.mode = Mode::Inflate,
        }
    }

    fn decompress(&mut self, flush: i32) {
        self.err = self.inflate(flush);
        if self.mode != Mode::InflateRaw && self.err == z::Z_NEED_DICT && !self.settings.dictionary.is_empty() {
            self.err = self.inflate_dictionary();
            if self.err == z::Z_OK {
                self.err = self.inflate(flush);
            } else if self.err == z::Z_DATA_ERROR {
                // A bad dictionary, not bad input.
                self.err = z::Z_NEED_DICT;
            }
        }
        // What follows may be another member of the archive; zeros are padding.
        while self.stream.avail_in > 0 && self.mode == Mode::Gunzip && self.err == z::Z_STREAM_END && self.next_byte() != Some(0) {
            if self.reset().is_err() {
                return;
            }
            self.err = self.inflate(flush);
        }
    }

    fn next_byte(&self) -> Option<u8> {
        // SAFETY: `run` set the input; the library moves the pointer inside of it, and `avail_in` bytes are left there.
        (self.stream.avail_in > 0).then(|| unsafe { *self.stream.next_in })
    }

    /// Node's reading of the library's answer.
    fn check(&self, flush: i32) -> Result<(), CodecError> {
        match self.err {
            z::Z_OK | z::Z_BUF_ERROR if self.stream.avail_out != 0 && flush == z::Z_FINISH => Err(self.error("unexpected end of file")),
            z::Z_OK | z::Z_BUF_ERROR | z::Z_STREAM_END => Ok(()),
            z::Z_NEED_DICT if self.settings.dictionary.is_empty() => Err(self.error("Missing dictionary")),
            z::Z_NEED_DICT => Err(self.error("Bad dictionary")),
            _ => Err(self.error("Zlib error")),
        }
    }
}

impl Codec for ZlibCodec {
    fn run(&mut self, flush: u32, input: &[u8], output: &mut [u8]) -> Result<Progress, CodecError> {
        self.initialise("Init error")?;
        let flush = flush as i32;
        let (given, room) = (input.len() as u32, output.len() as u32);
        self.stream.next_in = input.as_ptr().cast_mut();
        self.stream.avail_in = given;
        self.stream.next_out = output.as_mut_ptr();
        self.stream.avail_out = room;
        if self.mode == Mode::Unzip {
            self.detect(input);
        }
        if self.mode.compresses() {
            // SAFETY: an initialised stream with input and output that live for the call.
            self.err = unsafe { z::deflate(&raw mut *self.stream, flush) };
        } else {
            self.decompress(flush);
        }
        let checked = self.check(flush);
        let progress = Progress { consumed: (given - self.stream.avail_in) as usize, produced: (room - self.stream.avail_out) as usize };
        self.stream.next_in = std::ptr::null_mut();
        self.stream.next_out = std::ptr::null_mut();
        self.stream.avail_in = 0;
        self.stream.avail_out = 0;
        checked.map(|()| progress)
    }

    fn reset(&mut self) -> Result<(), CodecError> {
        self.initialise("Failed to init stream before reset")?;
        let stream = &raw mut *self.stream;
        self.err = match self.mode {
            Mode::Unzip => z::Z_OK,
            // SAFETY: an initialised stream.
            mode if mode.compresses() => unsafe { z::deflateReset(stream) },
            // SAFETY: as above.
            _ => unsafe { z::inflateReset(stream) },
        };
        if self.err != z::Z_OK {
            return Err(self.error("Failed to reset stream"));
        }
        self.set_dictionary()
    }

    fn params(&mut self, level: i32, strategy: i32) -> Result<(), CodecError> {
        self.initialise("Failed to init stream before set parameters")?;
        self.err = z::Z_OK;
        if matches!(self.mode, Mode::Deflate | Mode::DeflateRaw) {
            // The library refuses a stream that has nowhere to write, even if it has nothing to write.
            let mut nowhere = [0_u8; 1];
            self.stream.next_out = nowhere.as_mut_ptr();
            // SAFETY: an initialised stream with an output, of length 0, that lives for the call.
            self.err = unsafe { z::deflateParams(&raw mut *self.stream, level, strategy) };
            self.stream.next_out = std::ptr::null_mut();
        }
        if matches!(self.err, z::Z_OK | z::Z_BUF_ERROR) { Ok(()) } else { Err(self.error("Failed to set parameters")) }
    }

    /// The sums that zlib's documentation gives.
    fn memory(&self) -> usize {
        let bits = if self.settings.window_bits == 0 { 15 } else { self.settings.window_bits };
        match (self.initialised, self.mode.compresses()) {
            (false, _) => self.settings.dictionary.len(),
            (true, true) => self.settings.dictionary.len() + (1 << (bits + 2)) + (1 << (self.settings.mem_level + 9)),
            (true, false) => self.settings.dictionary.len() + (1 << bits) + 7 * 1024,
        }
    }
}

impl Drop for ZlibCodec {
    fn drop(&mut self) {
        if !self.initialised {
            return;
        }
        let stream = &raw mut *self.stream;
        if self.mode.compresses() {
            // SAFETY: an initialised stream, ended once.
            unsafe { z::deflateEnd(stream) };
        } else {
            // SAFETY: as above.
            unsafe { z::inflateEnd(stream) };
        }
    }
}

/// The checksum of gzip, going on from `start`.
pub fn crc32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: the bytes live for the call.
    unsafe { z::crc32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}
