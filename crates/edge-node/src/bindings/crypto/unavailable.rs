//! What is not there yet, and says so (law 7).

use edge_napi::{CallInfo, Env, Error, Result, Value};

/// RSA, EC, Ed25519, … keys.
pub fn asymmetric(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("crypto with asymmetric keys"))
}

/// `crypto.sign`, `crypto.verify` and their streams.
pub fn signatures(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("crypto.sign and crypto.verify"))
}

/// Diffie-Hellman, on curves or not.
pub fn key_exchange(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("crypto.diffieHellman and ECDH"))
}

/// X.509 and SPKAC.
pub fn certificates(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("crypto with certificates"))
}

/// TLS.
pub fn tls(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("tls"))
}

/// Ciphers of Web Crypto that node:crypto does not lead to.
pub fn web_cipher(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("this cipher of crypto.subtle"))
}
