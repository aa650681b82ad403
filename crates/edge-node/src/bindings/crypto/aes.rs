//! `AESCipherJob`: Web Crypto's AES.

use super::bytes::{copied, secret};
use super::job::{self, Kind, Outcome};
use edge_crypto::{Cipher, CipherContext, OpenSslErrors};
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// `kWebCryptoCipherEncrypt`
const ENCRYPT: i32 = 0;
/// Bytes of a block.
const BLOCK: usize = 16;
/// RFC 3394, 2.2.3.1
const WRAP_IV: [u8; 8] = [0xa6; 8];

const AES: Kind = Kind { class: "AESCipherJob", provider: "CIPHERREQUEST", failure: "Cipher job failed" };

/// What is behind `kKeyVariantAES_…`, by threes of key sizes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variant {
    Ctr,
    Cbc,
    Gcm,
    Kw,
    Ocb,
}

struct Params {
    variant: Variant,
    cipher: Cipher,
    encrypt: bool,
    iv: Vec<u8>,
    /// Bits of the counter.
    counter: u32,
    /// To find (decrypting).
    tag: Vec<u8>,
    /// To make (encrypting).
    tag_length: usize,
    associated: Vec<u8>,
}

/// `new AESCipherJob(mode, encrypt | decrypt, key, data, variant, iv, counterBits | tagLength | tag, associatedData)`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let encrypt = env.get_i32(info.arg(1))? == ENCRYPT;
    let (key, data) = (secret(env, info.arg(2))?, copied(env, info.arg(3))?);
    let number = env.get_u32(info.arg(4))?;
    let (variant, name) = match number / 3 {
        0 => (Variant::Ctr, "ctr"),
        1 => (Variant::Cbc, "cbc"),
        2 => (Variant::Gcm, "gcm"),
        3 => (Variant::Kw, "wrap"),
        _ => (Variant::Ocb, "ocb"),
    };
    let bits = [128, 192, 256][(number % 3) as usize];
    let name = if variant == Variant::Kw { format!("id-aes{bits}-wrap") } else { format!("aes-{bits}-{name}") };
    let cipher = Cipher::find(&name).ok_or_else(|| Error::error("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher"))?;
    let mut params = Params {
        variant,
        cipher,
        encrypt,
        iv: if variant == Variant::Kw { WRAP_IV.to_vec() } else { copied(env, info.arg(5))? },
        counter: 0,
        tag: Vec::new(),
        tag_length: 0,
        associated: Vec::new(),
    };
    match variant {
        Variant::Ctr => {
            params.counter = env.get_u32(info.arg(6))?;
            if params.iv.len() != BLOCK || !(1..=128).contains(&params.counter) {
                return Err(Error::type_error("ERR_CRYPTO_INVALID_COUNTER", "Invalid counter"));
            }
        }
        Variant::Gcm | Variant::Ocb => {
            let number = env.type_of(info.arg(6))? == napi_valuetype::napi_number;
            let length = if encrypt && number { env.get_u32(info.arg(6))? as usize } else { 0 };
            if encrypt != number || length > 128 {
                return Err(Error::type_error("ERR_CRYPTO_INVALID_TAG_LENGTH", "Invalid taglength"));
            }
            params.tag_length = length;
            params.tag = copied(env, info.arg(6))?;
            params.associated = copied(env, info.arg(7))?;
        }
        Variant::Cbc | Variant::Kw => {}
    }
    // The key first, as Node checks it.
    if key.len() != cipher.key_length() {
        return Err(Error::range_error("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length"));
    }
    if params.iv.len() < cipher.iv_length() {
        return Err(Error::type_error("ERR_CRYPTO_INVALID_IV", "Invalid initialization vector"));
    }
    let work = move || if variant == Variant::Ctr { counter_mode(&params, &key, &data) } else { at_once(&params, &key, &data) };
    job::plan(env, info, &AES, work, job::to_array_buffer)
}

fn ensure(done: bool) -> std::result::Result<(), OpenSslErrors> {
    if done { Ok(()) } else { Err(OpenSslErrors::default()) }
}

fn at_once(params: &Params, key: &[u8], data: &[u8]) -> Outcome {
    let mut context = CipherContext::new(params.cipher, params.encrypt)?;
    if params.cipher.is_authenticated() {
        ensure(context.set_iv_length(params.iv.len()))?;
        if params.variant == Variant::Ocb {
            ensure(context.set_tag_length(if params.encrypt { params.tag_length } else { params.tag.len() }))?;
        }
    }
    ensure(context.set_key_length(key.len()))?;
    context.start(key, Some(&params.iv))?;
    if params.cipher.is_authenticated() && !params.encrypt {
        ensure(context.set_tag(&params.tag))?;
    }
    if !params.associated.is_empty() {
        ensure(context.add_associated_data(&params.associated))?;
    }
    let mut out = if data.is_empty() { Vec::new() } else { context.update(data)? };
    out.extend(context.finish()?);
    if params.cipher.is_authenticated() && params.encrypt {
        out.extend(context.tag(params.tag_length)?);
    }
    Ok(out)
}

/// Counter mode whose counter is only the last `params.counter` bits of the block: it wraps there, where OpenSSL's would carry on.
fn counter_mode(params: &Params, key: &[u8], data: &[u8]) -> Outcome {
    let Ok(block) = <[u8; BLOCK]>::try_from(&params.iv[..]) else { return Err(OpenSslErrors::default()) };
    let block = u128::from_be_bytes(block);
    let mask = if params.counter == 128 { u128::MAX } else { (1 << params.counter) - 1 };
    let blocks = data.len().div_ceil(BLOCK) as u128;
    // More blocks than there are counters would use one twice.
    if blocks > 0 && blocks - 1 > mask {
        return Err(OpenSslErrors::default());
    }
    // Blocks after this one until the counter is zero again.
    let left = mask - (block & mask);
    let part = |data: &[u8], block: u128| -> Outcome {
        let mut context = CipherContext::new(params.cipher, params.encrypt)?;
        context.start(key, Some(&block.to_be_bytes()))?;
        let mut out = context.update(data)?;
        out.extend(context.finish()?);
        Ok(out)
    };
    if blocks <= left.saturating_add(1) {
        return part(data, block);
    }
    let (first, second) = data.split_at((left as usize + 1) * BLOCK);
    let mut out = part(first, block)?;
    out.extend(part(second, block & !mask)?);
    Ok(out)
}
