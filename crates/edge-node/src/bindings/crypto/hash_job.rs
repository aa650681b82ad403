//! `HashJob` and `HmacJob`: Web Crypto's digests and HMAC.

use super::bytes::{copied, secret};
use super::job::{self, Kind};
use super::{digest_lookup, failure, hash};
use edge_crypto::{Hmac, OpenSslErrors, equal_in_constant_time};
use edge_napi::{CallInfo, Env, Result, Value};

/// `kSignJobModeSign`
pub const SIGN: i32 = 0;

const HASH: Kind = Kind { class: "HashJob", provider: "HASHREQUEST", failure: "Hash job failed" };
const HMAC: Kind = Kind { class: "HmacJob", provider: "SIGNREQUEST", failure: "HMAC job failed" };

/// `new HashJob(mode, digest, data, bits | undefined)`
pub fn construct_hash(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let digest = digest_lookup::named(env, info.arg(1))?;
    let data = copied(env, info.arg(2))?;
    let length = match info.optional(env, 3)? {
        Some(bits) => env.get_u32(bits)? as usize / 8,
        None => digest.size(),
    };
    if length != digest.size() && !digest.is_extendable() {
        return Err(failure::thrown(env, OpenSslErrors::invalid_digest_length(), Some("Digest method not supported")));
    }
    job::plan(env, info, &HASH, move || hash::digest_of(digest, &data, length), job::to_array_buffer)
}

/// `new HmacJob(mode, sign | verify, digest, key, data, signature)`
pub fn construct_hmac(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let digest = digest_lookup::named(env, info.arg(2))?;
    let (key, data) = (secret(env, info.arg(3))?, copied(env, info.arg(4))?);
    if env.get_i32(info.arg(1))? == SIGN {
        return job::plan(env, info, &HMAC, move || Hmac::of(digest, &key, &[&data]), job::to_array_buffer);
    }
    let signature = copied(env, info.arg(5))?;
    let verify = move || Ok(vec![u8::from(equal_in_constant_time(&Hmac::of(digest, &key, &[&data])?, &signature))]);
    job::plan(env, info, &HMAC, verify, job::to_boolean)
}
