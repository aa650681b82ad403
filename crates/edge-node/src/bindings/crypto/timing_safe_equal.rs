//! `timingSafeEqual`.

use edge_crypto::equal_in_constant_time;
use edge_napi::{CallInfo, ClassKind, Env, Error, Result, Value};

/// `timingSafeEqual(a, b)`
pub fn timing_safe_equal(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    for (index, name) in [(0, "buf1"), (1, "buf2")] {
        let value = info.arg(index);
        let bytes =
            matches!(env.class_kind(value)?, ClassKind::ArrayBuffer | ClassKind::SharedArrayBuffer) || env.is_array_buffer_view(value)?;
        if !bytes {
            return Err(Error::invalid_arg_type(format!(
                "The \"{name}\" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView."
            )));
        }
    }
    let equal = env.with_two_views(info.arg(0), info.arg(1), |a, b| (a.len() == b.len()).then(|| equal_in_constant_time(a, b)))?;
    match equal {
        Some(equal) => env.boolean(equal),
        None => Err(Error::range_error("ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length")),
    }
}
