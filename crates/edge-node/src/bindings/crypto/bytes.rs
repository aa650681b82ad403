//! Bytes that programs give: text in an encoding, views, buffers, secret keys.

use super::key_object;
use crate::text::{encode_string, parse_encoding};
use edge_encoding::Encoding;
use edge_napi::{Env, Result, Str, Value};
use std::sync::Arc;

/// Lends the bytes of a string in an encoding, or of a view or buffer.
pub fn with_data<R>(env: Env, data: Value, encoding: Value, f: impl FnOnce(&[u8]) -> R) -> Result<R> {
    if !env.is_string(data)? {
        return env.with_bytes(data, |bytes| f(bytes));
    }
    // Here Node takes names only, no numbers.
    let encoding = if env.is_string(encoding)? { parse_encoding(env, encoding, Encoding::Utf8)? } else { Encoding::Utf8 };
    // ASCII is its own UTF-8: no copy.
    let mut f = Some(f);
    if encoding == Encoding::Utf8 {
        let done = env.with_str(data, |text| match text {
            Str::Latin1(text) if text.is_ascii() => f.take().map(|f| f(text)),
            _ => None,
        })?;
        if let Some(done) = done {
            return Ok(done);
        }
    }
    let bytes = encode_string(env, data, encoding)?;
    match f {
        Some(f) => Ok(f(&bytes)),
        // Taken only when the text was ASCII, which has returned.
        None => Err(edge_napi::Error::Closing),
    }
}

/// A copy of the bytes of a view or buffer; none for anything else.
pub fn copied(env: Env, data: Value) -> Result<Vec<u8>> {
    if env.is_object(data)? { env.bytes_to_vec(data) } else { Ok(Vec::new()) }
}

/// The bytes of a secret key: a `KeyObjectHandle`, a `KeyObject`, a view or a buffer.
pub fn secret(env: Env, key: Value) -> Result<Arc<[u8]>> {
    match key_object::secret_of(env, key)? {
        Some(bytes) => Ok(bytes),
        None => Ok(copied(env, key)?.into()),
    }
}
