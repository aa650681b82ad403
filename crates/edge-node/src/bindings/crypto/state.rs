//! OpenSSL's set-up, and the switches of it that Node shows.

use edge_napi::types::napi_typedarray_type;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Kernel;

/// Sets OpenSSL up, once per process.
pub fn set_up() {
    edge_crypto::initialise(|bytes| Kernel::random_fill_for_process(bytes).is_ok());
}

/// `secureBuffer(size)` → a `Uint8Array`. There is no secure heap, so it is one like any other.
pub fn secure_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let size = env.get_u32(info.arg(0))? as usize;
    let buffer = env.array_buffer(size)?;
    env.typed_array(napi_typedarray_type::napi_uint8_array, buffer, 0, size)
}

/// `secureHeapUsed()` → 0: there is none.
pub fn secure_heap_used(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.bigint_u64(0)
}

/// `getFipsCrypto()` → 0.
pub fn get_fips_crypto(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.int32(0)
}

/// `setFipsCrypto(on)`.
pub fn set_fips_crypto(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if env.truthy(info.arg(0))? {
        return Err(Error::unavailable("the FIPS mode of OpenSSL"));
    }
    Ok(info.undefined())
}

/// `testFipsCrypto()` → whether there is a FIPS provider.
pub fn test_fips_crypto(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}

/// `setEngine(id, flags)` → whether there is such an engine: there are none.
pub fn set_engine(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}

/// `getOpenSSLSecLevelCrypto()`: OpenSSL's own default.
pub fn get_open_ssl_sec_level_crypto(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.int32(2)
}

/// `startLoadingCertificatesOffThread()`: a head start for TLS, without which nothing differs.
pub fn nothing_to_load(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}
