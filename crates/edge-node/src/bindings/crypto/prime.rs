//! `RandomPrimeJob` and `CheckPrimeJob`.

use super::bytes::copied;
use super::failure::thrown;
use super::job::{self, Kind};
use edge_crypto::{PrimeOptions, bit_length, generate_prime, is_prime, less_than};
use edge_napi::{CallInfo, Env, Error, Result, Value};

const RANDOM: Kind = Kind { class: "RandomPrimeJob", provider: "RANDOMPRIMEREQUEST", failure: "could not generate prime" };
const CHECK: Kind = Kind { class: "CheckPrimeJob", provider: "CHECKPRIMEREQUEST", failure: "could not check prime" };

/// `new RandomPrimeJob(mode, bits, safe, add | undefined, rem | undefined)` → big-endian bytes.
pub fn construct_random(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let number = |index| info.optional(env, index)?.map(|value| copied(env, value)).transpose();
    let (bits, safe) = (env.get_u32(info.arg(1))?, env.truthy(info.arg(2))?);
    let (add, rem) = (number(3)?, number(4)?);
    if let Some(add) = &add {
        // A prime of fewer bits than what is to be added to it: OpenSSL would look for it for ever.
        if bit_length(add).map_err(|errors| thrown(env, errors, None))? > bits as usize {
            return Err(Error::range_error("ERR_OUT_OF_RANGE", "invalid options.add"));
        }
        // The same when the remainder is as large as the divisor.
        if rem.as_ref().is_some_and(|rem| !less_than(rem, add)) {
            return Err(Error::range_error("ERR_OUT_OF_RANGE", "invalid options.rem"));
        }
    }
    let options = PrimeOptions { bits, safe, add, rem };
    job::plan_long(env, info, &RANDOM, bits > 256, move || generate_prime(&options), job::to_array_buffer)
}

/// `new CheckPrimeJob(mode, candidate, checks)` → whether it is one.
pub fn construct_check(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let candidate = copied(env, info.arg(1))?;
    // Too large a number fails here, not in the job.
    bit_length(&candidate).map_err(|errors| thrown(env, errors, None))?;
    let long = candidate.len() > 64;
    job::plan_long(env, info, &CHECK, long, move || Ok(vec![u8::from(is_prime(&candidate)?)]), job::to_boolean)
}
