//! `getCiphers`, `getCipherInfo`, `getCurves`.

use edge_crypto::{Cipher, CipherContext, CipherMode, curve_names};
use edge_napi::{CallInfo, Env, Result, Value};

fn names(env: Env, names: &[String]) -> Result<Value> {
    let names = names.iter().map(|name| env.string(name)).collect::<Result<Vec<_>>>()?;
    env.array_from(&names)
}

/// `getCiphers()`
pub fn get_ciphers(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    names(env, &Cipher::names())
}

/// `getCurves()`
pub fn get_curves(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    names(env, &curve_names())
}

/// Whether the cipher can have a key and a vector of these lengths.
fn fits(cipher: Cipher, key_length: Option<i32>, iv_length: Option<i32>) -> bool {
    let Ok(mut context) = CipherContext::new(cipher, true) else { return false };
    if let Some(length) = key_length {
        if !usize::try_from(length).is_ok_and(|length| context.set_key_length(length)) {
            return false;
        }
    }
    let Some(length) = iv_length else { return true };
    let Ok(length) = usize::try_from(length) else { return false };
    match cipher.mode() {
        CipherMode::Ccm => (7..=13).contains(&length),
        CipherMode::Gcm | CipherMode::Ocb => context.set_iv_length(length),
        _ => length == cipher.iv_length(),
    }
}

/// `getCipherInfo(target, name | nid, keyLength | undefined, ivLength | undefined)` → target, or undefined when there is no such cipher.
pub fn get_cipher_info(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (target, which) = (info.arg(0), info.arg(1));
    let cipher = if env.is_string(which)? { Cipher::find(&env.to_string_lossy(which)?) } else { Cipher::by_nid(env.get_i32(which)?) };
    let Some(cipher) = cipher else { return Ok(info.undefined()) };
    let length = |index| info.optional(env, index)?.map(|value| env.get_i32(value)).transpose();
    let (key_length, iv_length) = (length(2)?, length(3)?);
    if (key_length.is_some() || iv_length.is_some()) && !fits(cipher, key_length, iv_length) {
        return Ok(info.undefined());
    }
    let number = |length: Option<i32>, own: usize| length.map_or(own as f64, f64::from);
    if let Some(label) = cipher.mode().label() {
        env.set(target, "mode", env.string(label)?)?;
    }
    env.set(target, "name", env.string(&cipher.short_name())?)?;
    env.set(target, "nid", env.int32(cipher.nid())?)?;
    // A stream has no block worth naming, a cipher without vector no length of one.
    if cipher.mode() != CipherMode::Stream {
        env.set(target, "blockSize", env.size(cipher.block_size())?)?;
    }
    let iv_length = number(iv_length, cipher.iv_length());
    if iv_length != 0.0 {
        env.set(target, "ivLength", env.number(iv_length)?)?;
    }
    env.set(target, "keyLength", env.number(number(key_length, cipher.key_length()))?)?;
    Ok(target)
}
