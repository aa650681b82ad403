//! BigInts and dates. The engine holds a bigint as 32-bit limbs in two's complement, Node-API as a sign and 64-bit words.

use super::error::throw_error;
use crate::inner::{Inner, Res, array, check, put, run, run_js};
use crate::slots::Kind;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;

/// V8's limit, which Node-API shows: 2^24 words of 64 bits (the engine's own, 2^20 bits, is reached first and throws).
const MOST_WORDS: usize = 1 << 24;

/// A bigint of two's complement limbs.
fn new_bigint(e: &Inner, limbs: &[u32]) -> Res<napi_value> {
    let bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    let made = e.with_bytes(&bytes, |at| Ok(e.engine.edge_new_bigint(at, limbs.len() as u32)?))?;
    e.made(made)
}

/// Two's complement of sign and words, with a limb for the sign.
fn to_limbs(negative: bool, words: &[u64]) -> Vec<u32> {
    let mut limbs: Vec<u32> = words.iter().flat_map(|&word| [word as u32, (word >> 32) as u32]).collect();
    limbs.push(0);
    if negative {
        let mut carry = true;
        for limb in &mut limbs {
            let (negated, overflow) = (!*limb).overflowing_add(u32::from(carry));
            *limb = negated;
            carry = overflow;
        }
    }
    limbs
}

/// Sign and words of two's complement limbs.
fn to_words(limbs: &[u32]) -> (bool, Vec<u64>) {
    let negative = limbs.last().is_some_and(|&limb| limb >> 31 != 0);
    let fill = if negative { u32::MAX } else { 0 };
    let mut words = Vec::with_capacity(limbs.len().div_ceil(2));
    let mut carry = negative;
    for pair in limbs.chunks(2) {
        let word = u64::from(pair[0]) | u64::from(pair.get(1).copied().unwrap_or(fill)) << 32;
        let (magnitude, overflow) = if negative { (!word).overflowing_add(u64::from(carry)) } else { (word, false) };
        words.push(magnitude);
        carry = overflow;
    }
    if negative && carry {
        words.push(1);
    }
    while words.last() == Some(&0) {
        words.pop();
    }
    (negative, words)
}

/// Limbs of a bigint; anything else is `napi_bigint_expected`.
fn limbs(e: &Inner, value: napi_value) -> Res<Vec<u32>> {
    if e.engine.edge_bigint_raw(e.slot(value)?)? == 0 {
        return Err(napi_bigint_expected);
    }
    let (address, count) = (e.out32(0), e.out32(1) as usize);
    let mut bytes = vec![0; count.checked_mul(4).filter(|&size| size <= 1 << 24).ok_or(napi_generic_failure)?];
    e.engine.read(address, &mut bytes).ok_or(napi_generic_failure)?;
    Ok(bytes.as_chunks().0.iter().map(|limb| u32::from_le_bytes(*limb)).collect())
}

/// The low 64 bits.
fn low_bits(limbs: &[u32]) -> u64 {
    let fill = if limbs.last().is_some_and(|&limb| limb >> 31 != 0) { u32::MAX } else { 0 };
    let limb = |index: usize| u64::from(limbs.get(index).copied().unwrap_or(fill));
    limb(0) | limb(1) << 32
}

pub(crate) unsafe extern "C" fn napi_create_bigint_int64(env: napi_env, value: i64, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, new_bigint(e, &[value as u32, (value >> 32) as u32])?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_bigint_uint64(env: napi_env, value: u64, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, new_bigint(e, &[value as u32, (value >> 32) as u32, 0])?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_bigint_words(
    env: napi_env,
    sign_bit: i32,
    word_count: usize,
    words: *const u64,
    result: *mut napi_value,
) -> napi_status {
    run_js(env, |e| {
        check(words)?;
        check(result)?;
        if word_count > i32::MAX as usize {
            return Err(napi_invalid_arg);
        }
        if word_count > MOST_WORDS {
            throw_error(e, 2, b"", b"Maximum BigInt size exceeded")?;
            return Err(napi_pending_exception);
        }
        let words = array(words, word_count)?;
        put(result, new_bigint(e, &to_limbs(sign_bit != 0, words))?)
    })
}

/// A BigInt's low 64 bits, as `read` sees them, and whether they are all of it.
fn low_word<T>(env: napi_env, value: napi_value, result: *mut T, lossless: *mut bool, read: impl Fn(&[u32]) -> (T, bool)) -> napi_status {
    run(env, |e| {
        e.slot(value)?;
        check(result)?;
        check(lossless)?;
        let (word, whole) = read(&limbs(e, value)?);
        put(result, word)?;
        put(lossless, whole)
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_bigint_int64(
    env: napi_env,
    value: napi_value,
    result: *mut i64,
    lossless: *mut bool,
) -> napi_status {
    low_word(env, value, result, lossless, |limbs| {
        let v = low_bits(limbs) as i64;
        (v, to_words(limbs) == to_words(&[v as u32, (v >> 32) as u32]))
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_bigint_uint64(
    env: napi_env,
    value: napi_value,
    result: *mut u64,
    lossless: *mut bool,
) -> napi_status {
    low_word(env, value, result, lossless, |limbs| {
        let v = low_bits(limbs);
        (v, to_words(limbs) == to_words(&[v as u32, (v >> 32) as u32, 0]))
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_bigint_words(
    env: napi_env,
    value: napi_value,
    sign_bit: *mut i32,
    word_count: *mut usize,
    words: *mut u64,
) -> napi_status {
    run(env, |e| {
        e.slot(value)?;
        check(word_count)?;
        let (negative, all) = to_words(&limbs(e, value)?);
        if sign_bit.is_null() && words.is_null() {
            return put(word_count, all.len());
        }
        check(sign_bit)?;
        check(words)?;
        // SAFETY: Node-API's contract: `word_count` says how many words there is room for.
        let room = unsafe { word_count.read() };
        for (index, word) in all.iter().take(room).enumerate() {
            // SAFETY: below the room that the caller promised.
            unsafe { words.add(index).write(*word) };
        }
        put(sign_bit, i32::from(negative))?;
        put(word_count, all.len())
    })
}

pub(crate) unsafe extern "C" fn napi_create_date(env: napi_env, time: f64, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        check(result)?;
        put(result, e.made(e.engine.edge_new_date(time)?)?)
    })
}

pub(crate) unsafe extern "C" fn napi_is_date(env: napi_env, value: napi_value, is_date: *mut bool) -> napi_status {
    run(env, |e| {
        let (slot, raw) = e.value(value)?;
        put(is_date, raw.kind() == Kind::Object && e.engine.edge_date_time(slot)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_get_date_value(env: napi_env, value: napi_value, result: *mut f64) -> napi_status {
    run_js(env, |e| {
        let slot = e.slot(value)?;
        check(result)?;
        if e.engine.edge_date_time(slot)? == 0 {
            return Err(napi_date_expected);
        }
        put(result, f64::from_bits(e.out(0)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_limbs_are_each_others_inverse() {
        for (negative, words) in [
            (false, vec![]),
            (false, vec![1]),
            (true, vec![1]),
            (true, vec![1 << 63]),
            (false, vec![u64::MAX]),
            (true, vec![0, 1]),
            (true, vec![u64::MAX, u64::MAX]),
        ] {
            assert_eq!(to_words(&to_limbs(negative, &words)), (negative, words));
        }
        assert_eq!(to_words(&[0, 0x8000_0000]), (true, vec![1 << 63]));
        assert_eq!(to_words(&[0]), (false, vec![]));
    }
}
