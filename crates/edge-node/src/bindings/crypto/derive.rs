//! `PBKDF2Job`, `ScryptJob` and `HKDFJob`.

use super::bytes::{copied, secret};
use super::digest_lookup;
use super::failure::invalid_key_length;
use super::job::{self, Kind};
use crate::Environment;
use edge_crypto::{OpenSslErrors, hkdf, pbkdf2, scrypt};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Limit;

/// Above this the work takes milliseconds.
const LONG_PBKDF2: u64 = 10_000;
const LONG_SCRYPT: u64 = 1 << 13;

const FAILED: &str = "Deriving bits failed";
const PBKDF2: Kind = Kind { class: "PBKDF2Job", provider: "PBKDF2REQUEST", failure: FAILED };
const SCRYPT: Kind = Kind { class: "ScryptJob", provider: "SCRYPTREQUEST", failure: FAILED };
const HKDF: Kind = Kind { class: "HKDFJob", provider: "DERIVEBITSREQUEST", failure: FAILED };

/// Without OpenSSL's reasons, of which Node tells nothing here.
fn silent<T>(result: Result<T, OpenSslErrors>) -> Result<T, OpenSslErrors> {
    result.map_err(|_| OpenSslErrors::default())
}

/// `new PBKDF2Job(mode, password, salt, iterations, length, digest)`
pub fn construct_pbkdf2(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (password, salt) = (copied(env, info.arg(1))?, copied(env, info.arg(2))?);
    let (iterations, length) = (env.get_u32(info.arg(3))?, env.get_u32(info.arg(4))? as usize);
    let digest = digest_lookup::named(env, info.arg(5))?;
    let long = u64::from(iterations) * (1 + length as u64 / 32) > LONG_PBKDF2;
    job::plan_long(env, info, &PBKDF2, long, move || silent(pbkdf2(&password, &salt, iterations, digest, length)), job::to_array_buffer)
}

/// `new ScryptJob(mode, password, salt, N, r, p, maxmem, length)`
pub fn construct_scrypt(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (password, salt) = (copied(env, info.arg(1))?, copied(env, info.arg(2))?);
    let [n, r, p] = [3, 4, 5].map(|index| env.get_u32(info.arg(index)).map(u64::from));
    let (n, r, p) = (n?, r?, p?);
    let most_memory = env.get_f64(info.arg(6))?.max(0.0) as u64;
    let length = env.get_u32(info.arg(7))? as usize;
    if let Err(errors) = scrypt(&[], &[], n, r, p, most_memory, &mut []) {
        let reason = errors.0.last().map(|error| format!(": {}", error.text())).unwrap_or_default();
        return Err(Error::range_error("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", format!("Invalid scrypt params{reason}")));
    }
    // OpenSSL's working memory is the host's.
    let memory = n.saturating_mul(r).saturating_mul(128).saturating_add(p.saturating_mul(r).saturating_mul(128));
    let Ok(charge) = Environment::of(env)?.kernel().meter().charge(Limit::HostMemory, memory) else {
        return Err(Error::range_error("ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: memory limit exceeded"));
    };
    let work = move || {
        let _charge = charge;
        let mut key = vec![0; length];
        if length > 0 {
            silent(scrypt(&password, &salt, n, r, p, most_memory, &mut key))?;
        }
        Ok(key)
    };
    let long = n.saturating_mul(r).saturating_mul(p) > LONG_SCRYPT;
    job::plan_long(env, info, &SCRYPT, long, work, job::to_array_buffer)
}

/// `new HKDFJob(mode, digest, key, salt, info, length)`
pub fn construct_hkdf(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let digest = digest_lookup::named(env, info.arg(1))?;
    let key = secret(env, info.arg(2))?;
    let (salt, context) = (copied(env, info.arg(3))?, copied(env, info.arg(4))?);
    let length = env.get_f64(info.arg(5))?.max(0.0) as usize;
    // An extendable digest fails when it is used.
    if !digest.is_extendable() && length > 255 * digest.size() {
        return Err(invalid_key_length());
    }
    job::plan(env, info, &HKDF, move || silent(hkdf(digest, &key, &salt, &context, length)), job::to_array_buffer)
}
