//! `internalBinding('zlib')`: the shapes that `node:zlib` reads when it is loaded, so that programs which only may compress start. There is
//! no compression yet.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "zlib",
    natives: natives!("zlib";
        "Zlib" => unavailable,
        "BrotliEncoder" => unavailable,
        "BrotliDecoder" => unavailable,
        "ZstdCompress" => unavailable,
        "ZstdDecompress" => unavailable,
        "crc32" => unavailable,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    for class in ["zlib.Zlib", "zlib.BrotliEncoder", "zlib.BrotliDecoder", "zlib.ZstdCompress", "zlib.ZstdDecompress"] {
        target.plain_class(class, &[])?;
    }
    target.string("ZLIB_VERSION", "1.3.1")
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("zlib"))
}
