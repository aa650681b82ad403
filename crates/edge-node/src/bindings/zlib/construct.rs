//! Making streams: constructors and `init`.

use super::brotli_codec::{BrotliDecoder, BrotliEncoder};
use super::codec::{Codec, CodecError};
use super::stream::{CompressionStream, emit_error};
use super::zlib_codec::{Settings, ZlibCodec};
use super::zstd_codec::{ZstdCompressor, ZstdDecompressor};
use crate::{AsyncWrap, Environment};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::rc::Rc;

/// Node's mode numbers beyond zlib's.
const BROTLI_DECODE: u32 = 8;
const BROTLI_ENCODE: u32 = 9;
const ZSTD_COMPRESS: u32 = 10;
const ZSTD_DECOMPRESS: u32 = 11;

fn construct(env: Env, info: &CallInfo<'_>, class: &'static str, mode: u32) -> Result<Value> {
    info.expect_construct(class)?;
    let environment = Environment::of(env)?;
    AsyncWrap::new(&environment, info.this(), class, "ZLIB", CompressionStream::new(&environment, mode))?;
    Ok(info.this())
}

/// `new Zlib(mode)`.
pub fn zlib(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let mode = env.get_u32(info.arg(0))?;
    construct(env, info, "Zlib", mode)
}
/// `new BrotliEncoder(mode)`.
pub fn brotli_encoder(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    construct(env, info, "BrotliEncoder", BROTLI_ENCODE)
}
/// `new BrotliDecoder(mode)`.
pub fn brotli_decoder(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    construct(env, info, "BrotliDecoder", BROTLI_DECODE)
}
/// `new ZstdCompress()`.
pub fn zstd_compress(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    construct(env, info, "ZstdCompress", ZSTD_COMPRESS)
}
/// `new ZstdDecompress()`.
pub fn zstd_decompress(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    construct(env, info, "ZstdDecompress", ZSTD_DECOMPRESS)
}

fn of(env: Env, info: &CallInfo<'_>) -> Result<(Rc<AsyncWrap>, Rc<CompressionStream>)> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let stream = wrap.state::<CompressionStream>()?;
    Ok((wrap, stream))
}

fn boxed<C: Codec + 'static>(codec: C) -> Box<dyn Codec> {
    Box::new(codec)
}

/// `Zlib#init(windowBits, level, memLevel, strategy, writeState, callback, dictionary)`.
pub fn init_zlib(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (_, stream) = of(env, info)?;
    let dictionary = if env.is_array_buffer_view(info.arg(6))? { env.bytes_to_vec(info.arg(6))? } else { Vec::new() };
    let settings = Settings {
        window_bits: env.get_i32(info.arg(0))?,
        level: env.get_i32(info.arg(1))?,
        mem_level: env.get_i32(info.arg(2))?,
        strategy: env.get_i32(info.arg(3))?,
        dictionary,
    };
    let codec = ZlibCodec::new(stream.mode, settings)
        .ok_or_else(|| Error::range_error("ERR_OUT_OF_RANGE", "A setting of the zlib stream is out of range"))?;
    stream.initialise(env, boxed(codec), info.arg(4), info.arg(5))?;
    Ok(info.undefined())
}

/// The entries of a Uint32Array of parameters that are set.
fn set_params(env: Env, array: Value) -> Result<Vec<(u32, u32)>> {
    env.with_bytes(array, |bytes| {
        let values = bytes.chunks_exact(4).map(|bytes| bytes.try_into().map_or(u32::MAX, u32::from_ne_bytes));
        (0..).zip(values).filter(|(_, value)| *value != u32::MAX).collect()
    })
}

fn initialised(
    env: Env,
    info: &CallInfo<'_>,
    codec: std::result::Result<Box<dyn Codec>, CodecError>,
    answer: (Value, Value),
    message: Option<&'static str>,
) -> Result<Value> {
    let (wrap, stream) = of(env, info)?;
    match codec {
        Ok(codec) => stream.initialise(env, codec, answer.0, answer.1)?,
        Err(error) => {
            emit_error(env, &wrap, &stream, &error);
            return Err(Error::error("ERR_ZLIB_INITIALIZATION_FAILED", message.map_or(error.message, str::to_owned)));
        }
    }
    Ok(info.undefined())
}

/// `init(params, writeState, callback)`.
pub fn init_brotli(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let params = set_params(env, info.arg(0))?;
    let codec = match of(env, info)?.1.mode {
        BROTLI_ENCODE => BrotliEncoder::new(&params).map(boxed),
        BROTLI_DECODE => BrotliDecoder::new(&params).map(boxed),
        _ => return Err(Error::type_error("ERR_INVALID_THIS", "Illegal invocation")),
    };
    initialised(env, info, codec, (info.arg(1), info.arg(2)), Some("Initialization failed"))
}

/// `init(params, pledgedSrcSize, writeState, callback, dictionary)`.
pub fn init_zstd(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let params: Vec<(u32, i32)> = set_params(env, info.arg(0))?.into_iter().map(|(key, value)| (key, value as i32)).collect();
    let pledged = if env.is_number(info.arg(1))? {
        let size = env.get_i64(info.arg(1))?;
        let negative = || Error::type_error("ERR_INVALID_ARG_VALUE", "pledgedSrcSize may not be negative");
        Some(u64::try_from(size).map_err(|_| negative())?)
    } else {
        None
    };
    let dictionary = match info.optional(env, 4)? {
        Some(view) if env.is_array_buffer_view(view)? => env.bytes_to_vec(view)?,
        Some(_) => return Err(Error::invalid_arg_type("dictionary must be an ArrayBufferView if provided")),
        None => Vec::new(),
    };
    let codec = match of(env, info)?.1.mode {
        ZSTD_COMPRESS => ZstdCompressor::new(pledged, &dictionary, &params).map(boxed),
        ZSTD_DECOMPRESS => ZstdDecompressor::new(&dictionary, &params).map(boxed),
        _ => return Err(Error::type_error("ERR_INVALID_THIS", "Illegal invocation")),
    };
    initialised(env, info, codec, (info.arg(2), info.arg(3)), None)
}
