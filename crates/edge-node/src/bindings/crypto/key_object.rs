//! `KeyObjectHandle`, the key behind a `KeyObject`, and `NativeKeyObject`, the class below it. Only secret keys are there yet.

use super::bytes::copied;
use super::unavailable::asymmetric;
use crate::bindings::buffer::new_buffer;
use crate::text::{decode_bytes, encode_string};
use crate::{Environment, Target};
use edge_crypto::equal_in_constant_time;
use edge_encoding::Encoding;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// `kKeyTypeSecret`
pub const SECRET: i32 = 0;

const HANDLE: &str = "crypto.KeyObjectHandle";

const METHODS: [&str; 14] = [
    "init",
    "getSymmetricKeySize",
    "getAsymmetricKeyType",
    "checkEcKeyData",
    "export",
    "exportJwk",
    "initECRaw",
    "initEDRaw",
    "initPqcRaw",
    "rawPublicKey",
    "rawSeed",
    "initJwk",
    "keyDetail",
    "equals",
];

/// What is behind a `KeyObjectHandle`: nothing before `init`.
#[derive(Default)]
struct KeyHandle(RefCell<Option<Arc<[u8]>>>);

/// What is behind a `KeyObject`.
struct NativeKey(Arc<[u8]>);

/// Makes the class.
pub fn install(target: &Target<'_>) -> Result<()> {
    let class = target.plain_class(HANDLE, &METHODS)?;
    target.root(HANDLE, class.constructor)
}

/// `new KeyObjectHandle()`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("KeyObjectHandle")?;
    env.wrap(info.this(), Rc::new(KeyHandle::default()))?;
    Ok(info.this())
}

/// A handle of a secret key.
pub fn new_handle(environment: &Rc<Environment>, key: Arc<[u8]>) -> Result<Value> {
    let env = environment.env();
    let handle = env.construct(environment.expect_root(HANDLE)?, &[])?;
    *env.unwrap::<KeyHandle>(handle)?.0.borrow_mut() = Some(key);
    Ok(handle)
}

/// The bytes of a secret key given as `KeyObjectHandle` or `KeyObject`; `None` for anything else.
pub fn secret_of(env: Env, key: Value) -> Result<Option<Arc<[u8]>>> {
    if let Some(handle) = env.try_unwrap::<KeyHandle>(key)? {
        return bytes_of(&handle).map(Some);
    }
    Ok(env.try_unwrap::<NativeKey>(key)?.map(|key| key.0.clone()))
}

fn bytes_of(handle: &KeyHandle) -> Result<Arc<[u8]>> {
    handle.0.borrow().clone().ok_or_else(|| Error::error("ERR_INVALID_STATE", "Invalid state: the key was not initialised"))
}

fn this_key(env: Env, info: &CallInfo<'_>) -> Result<Arc<[u8]>> {
    bytes_of(&*env.unwrap::<KeyHandle>(info.this())?)
}

/// `init(kKeyTypeSecret, bytes)`
pub fn init(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let handle = env.unwrap::<KeyHandle>(info.this())?;
    if env.get_i32(info.arg(0))? != SECRET {
        return asymmetric(env, info);
    }
    *handle.0.borrow_mut() = Some(copied(env, info.arg(1))?.into());
    Ok(info.undefined())
}

/// `getSymmetricKeySize()`
pub fn get_symmetric_key_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.size(this_key(env, info)?.len())
}

/// `export()` → a Buffer.
pub fn export(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    new_buffer(env, &this_key(env, info)?)
}

/// `exportJwk(target, handleRsaPss)` → target.
pub fn export_jwk(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let key = this_key(env, info)?;
    let target = info.arg(0);
    env.set(target, "kty", env.string("oct")?)?;
    env.set(target, "k", decode_bytes(env, &key, Encoding::Base64Url)?)?;
    Ok(target)
}

/// `initJwk(jwk)` → the kind of key.
pub fn init_jwk(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let handle = env.unwrap::<KeyHandle>(info.this())?;
    let kind = env.get(info.arg(0), "kty")?;
    if !env.is_string(kind)? || env.get_string(kind)? != "oct" {
        return asymmetric(env, info);
    }
    let key = env.get(info.arg(0), "k")?;
    if !env.is_string(key)? {
        return Err(Error::type_error("ERR_CRYPTO_INVALID_JWK", "Invalid JWK secret key format"));
    }
    *handle.0.borrow_mut() = Some(encode_string(env, key, Encoding::Base64Url)?.into());
    env.int32(SECRET)
}

/// `keyDetail(target)` → target with the key's length in bits.
pub fn key_detail(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let bits = this_key(env, info)?.len() * 8;
    env.set(info.arg(0), "length", env.size(bits)?)?;
    Ok(info.arg(0))
}

/// `equals(handle)`
pub fn equals(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let other = bytes_of(&*env.unwrap::<KeyHandle>(info.arg(0))?)?;
    env.boolean(equal_in_constant_time(&this_key(env, info)?, &other))
}

/// `new NativeKeyObject(handle)`, as `super(handle)` of `KeyObject`.
pub fn construct_native(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("NativeKeyObject")?;
    let key = bytes_of(&*env.unwrap::<KeyHandle>(info.arg(0))?)?;
    env.wrap(info.this(), Rc::new(NativeKey(key)))?;
    Ok(info.this())
}

/// `createNativeKeyObjectClass(callback)`: `callback(NativeKeyObject)` makes the classes above it and answers them.
pub fn create_native_key_object_class(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let class = env.class("crypto.NativeKeyObject")?.finish().constructor;
    env.call(info.arg(0), info.undefined(), &[class])
}
