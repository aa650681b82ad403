//! Digests by the names programs give them.

use super::failure::invalid_digest;
use edge_crypto::Digest;
use edge_napi::{Env, Result, Value};

/// The digest of a name.
///
/// # Errors
/// `ERR_CRYPTO_INVALID_DIGEST`
pub fn named(env: Env, name: Value) -> Result<Digest> {
    let name = env.to_string_lossy(name)?;
    Digest::find(&name).map(|(digest, _)| digest).ok_or_else(|| invalid_digest(&name))
}

/// The digest of a name and of the number that the library remembers for it (-1: none yet), which is put into `cache` for the next time.
pub fn cached(env: Env, name: Value, number: Value, cache: Value) -> Result<Option<Digest>> {
    if let Some(digest) = usize::try_from(env.get_i32(number)?).ok().and_then(Digest::by_number) {
        return Ok(Some(digest));
    }
    let Some((digest, number)) = Digest::find(&env.to_string_lossy(name)?) else { return Ok(None) };
    if env.is_object(cache)? {
        env.set_key(cache, name, env.size(number)?)?;
    }
    Ok(Some(digest))
}
