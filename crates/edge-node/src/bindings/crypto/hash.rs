//! The class `Hash`, `oneShotDigest`, and the names of digests.

use super::bytes::with_data;
use super::{digest_lookup, failure};
use crate::Environment;
use crate::bindings::encode_bytes::encode_bytes_as;
use crate::text::parse_encoding;
use edge_crypto::{Digest, Hasher, OpenSslErrors, digest_names, known_digests};
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// What is behind a `Hash`.
struct Hash {
    hasher: RefCell<Hasher>,
    length: usize,
    /// The result, once it was asked for: it may be asked for again.
    result: RefCell<Option<Vec<u8>>>,
}

const UNSUPPORTED: &str = "Digest method not supported";

/// `new Hash(algorithm | hash, outputLength | undefined, number, cache)`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Hash")?;
    let copied = env.try_unwrap::<Hash>(info.arg(0))?;
    let digest = match &copied {
        Some(hash) => Some(hash.hasher.borrow().digest()),
        None => digest_lookup::cached(env, info.arg(0), info.arg(2), info.arg(3))?,
    };
    let Some(digest) = digest else { return Err(Error::error("", UNSUPPORTED)) };
    let hasher = match &copied {
        Some(hash) => hash.hasher.borrow().try_clone().map_err(|errors| failure::thrown(env, errors, Some("Digest copy error")))?,
        None => Hasher::new(digest).map_err(|errors| failure::thrown(env, errors, Some(UNSUPPORTED)))?,
    };
    let length = match info.optional(env, 1)? {
        Some(length) => env.get_u32(length)? as usize,
        None => digest.size(),
    };
    if length != digest.size() && !digest.is_extendable() {
        return Err(failure::thrown(env, OpenSslErrors::invalid_digest_length(), Some(UNSUPPORTED)));
    }
    let hash = Hash { hasher: RefCell::new(hasher), length, result: RefCell::new(None) };
    env.wrap(info.this(), Rc::new(hash))?;
    Ok(info.this())
}

/// `update(data, encoding)` → whether it went well.
pub fn update(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let hash = env.unwrap::<Hash>(info.this())?;
    let done = with_data(env, info.arg(0), info.arg(1), |bytes| in_pieces(env, bytes, |piece| hash.hasher.borrow_mut().update(piece)))?;
    env.boolean(done)
}

/// Gives large data to `update` piece by piece, until it fails or the program is ended: a kill waits for native code to return.
pub fn in_pieces(env: Env, bytes: &[u8], mut update: impl FnMut(&[u8]) -> bool) -> bool {
    const PIECE: usize = 8 << 20;
    if bytes.len() <= PIECE {
        return update(bytes);
    }
    let Ok(environment) = Environment::of(env) else { return false };
    bytes.chunks(PIECE).all(|piece| !environment.kernel().is_interrupted() && update(piece))
}

/// `digest(encoding)`
pub fn digest(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let hash = env.unwrap::<Hash>(info.this())?;
    let encoding = parse_encoding(env, info.arg(0), Encoding::Buffer)?;
    let mut result = hash.result.borrow_mut();
    let bytes = match result.take() {
        Some(bytes) => bytes,
        None => hash.hasher.borrow_mut().finish(hash.length).map_err(|errors| failure::thrown(env, errors, None))?,
    };
    encode_bytes_as(&Environment::of(env)?, result.insert(bytes), encoding)
}

/// `oneShotDigest(algorithm, number, cache, input, encoding, encodingNumber, outputLength)`
pub fn one_shot_digest(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some(digest) = digest_lookup::cached(env, info.arg(0), info.arg(1), info.arg(2))? else {
        return Err(Error::error("", format!("Digest method {} is not supported", env.to_string_lossy(info.arg(0))?)));
    };
    let encoding = parse_encoding(env, info.arg(4), Encoding::Hex)?;
    let length = match info.optional(env, 6)? {
        Some(length) => env.get_u32(length)? as usize,
        None => digest.size(),
    };
    if length != digest.size() && !digest.is_extendable() {
        let name = env.to_string_lossy(info.arg(0))?;
        return Err(Error::error("", format!("Output length {length} is invalid for {name}, which does not support XOF")));
    }
    let result = with_data(env, info.arg(3), info.undefined(), |bytes| digest_of(digest, bytes, length))?;
    encode_bytes_as(&Environment::of(env)?, &result.map_err(|errors| failure::thrown(env, errors, None))?, encoding)
}

/// All at once.
pub fn digest_of(digest: Digest, bytes: &[u8], length: usize) -> std::result::Result<Vec<u8>, OpenSslErrors> {
    let mut hasher = Hasher::new(digest)?;
    if !hasher.update(bytes) {
        return Err(OpenSslErrors::default());
    }
    hasher.finish(length)
}

/// `getHashes()` → names.
pub fn get_hashes(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let names = digest_names().iter().map(|name| env.string(name)).collect::<Result<Vec<_>>>()?;
    env.array_from(&names)
}

/// `getCachedAliases()` → names and numbers of the digests that were used before in this process.
pub fn get_cached_aliases(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let aliases = env.null_object()?;
    for (name, number) in known_digests() {
        env.set(aliases, &name, env.size(number)?)?;
    }
    Ok(aliases)
}
