//! `internalBinding('zlib')`: compression streams. A stream is a [`codec::Codec`] (zlib, Brotli, Zstandard) behind an object whose
//! `write` runs it on the thread pool, piece by piece, and whose `writeSync` runs it here (`stream.rs`).
//!
//! Codecs are native libraries outside of the engine's sandbox: zlib-rs and brotli are Rust, zstd is the reference implementation in C.

mod brotli_codec;
mod codec;
mod construct;
mod stream;
mod zlib_codec;
mod zstd_codec;

pub use zlib_codec::version as zlib_version;

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "zlib",
    natives: natives!("zlib";
        "Zlib" => construct::zlib,
        "Zlib#init" => construct::init_zlib,
        "Zlib#params" => stream::params,
        "Zlib#write" => stream::write,
        "Zlib#writeSync" => stream::write_sync,
        "Zlib#close" => stream::close,
        "Zlib#reset" => stream::reset,
        "BrotliEncoder" => construct::brotli_encoder,
        "BrotliEncoder#init" => construct::init_brotli,
        "BrotliEncoder#params" => stream::no_params,
        "BrotliEncoder#write" => stream::write,
        "BrotliEncoder#writeSync" => stream::write_sync,
        "BrotliEncoder#close" => stream::close,
        "BrotliEncoder#reset" => stream::reset,
        "BrotliDecoder" => construct::brotli_decoder,
        "BrotliDecoder#init" => construct::init_brotli,
        "BrotliDecoder#params" => stream::no_params,
        "BrotliDecoder#write" => stream::write,
        "BrotliDecoder#writeSync" => stream::write_sync,
        "BrotliDecoder#close" => stream::close,
        "BrotliDecoder#reset" => stream::reset,
        "ZstdCompress" => construct::zstd_compress,
        "ZstdCompress#init" => construct::init_zstd,
        "ZstdCompress#params" => stream::no_params,
        "ZstdCompress#write" => stream::write,
        "ZstdCompress#writeSync" => stream::write_sync,
        "ZstdCompress#close" => stream::close,
        "ZstdCompress#reset" => stream::reset,
        "ZstdDecompress" => construct::zstd_decompress,
        "ZstdDecompress#init" => construct::init_zstd,
        "ZstdDecompress#params" => stream::no_params,
        "ZstdDecompress#write" => stream::write,
        "ZstdDecompress#writeSync" => stream::write_sync,
        "ZstdDecompress#close" => stream::close,
        "ZstdDecompress#reset" => stream::reset,
        "crc32" => crc32,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    for class in ["zlib.Zlib", "zlib.BrotliEncoder", "zlib.BrotliDecoder", "zlib.ZstdCompress", "zlib.ZstdDecompress"] {
        let methods = ["write", "writeSync", "close", "init", "params", "reset"];
        target.async_class(class)?.methods(&methods)?.install(target.object)?;
    }
    target.string("ZLIB_VERSION", "1.3.1")
}

/// `crc32(data, value)`: of the bytes of a view, or of a string as UTF-8.
fn crc32(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (data, value) = (info.arg(0), env.get_u32(info.arg(1))?);
    let sum = if env.is_string(data)? {
        zlib_codec::crc32(value, env.get_string(data)?.as_bytes())
    } else {
        env.with_bytes(data, |bytes| zlib_codec::crc32(value, bytes))?
    };
    env.uint32(sum)
}
