//! The class `Hmac`.

use super::bytes::{secret, with_data};
use super::hash::in_pieces;
use super::{digest_lookup, failure};
use crate::Environment;
use crate::bindings::encode_bytes::encode_bytes_as;
use crate::text::parse_encoding;
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// What is behind an `Hmac`: nothing before `init` and after `digest`.
#[derive(Default)]
struct Hmac(RefCell<Option<edge_crypto::Hmac>>);

/// `new Hmac()`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Hmac")?;
    env.wrap(info.this(), Rc::new(Hmac::default()))?;
    Ok(info.this())
}

/// `init(digest, key)`
pub fn init(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let hmac = env.unwrap::<Hmac>(info.this())?;
    let digest = digest_lookup::named(env, info.arg(0))?;
    let key = secret(env, info.arg(1))?;
    let begun = edge_crypto::Hmac::new(digest, &key).map_err(|errors| failure::thrown(env, errors, None))?;
    *hmac.0.borrow_mut() = Some(begun);
    Ok(info.undefined())
}

/// `update(data, encoding)` → whether it went well.
pub fn update(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let hmac = env.unwrap::<Hmac>(info.this())?;
    let done = with_data(env, info.arg(0), info.arg(1), |bytes| {
        in_pieces(env, bytes, |piece| hmac.0.borrow_mut().as_mut().is_some_and(|hmac| hmac.update(piece)))
    })?;
    env.boolean(done)
}

/// `digest(encoding)`: once; after that it is empty.
pub fn digest(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let hmac = env.unwrap::<Hmac>(info.this())?;
    let encoding = parse_encoding(env, info.arg(0), Encoding::Buffer)?;
    let taken = hmac.0.borrow_mut().take();
    let result = match taken {
        Some(hmac) => hmac.finish().map_err(|errors| failure::thrown(env, errors, Some("Failed to finalize HMAC")))?,
        None => Vec::new(),
    };
    encode_bytes_as(&Environment::of(env)?, &result, encoding)
}
