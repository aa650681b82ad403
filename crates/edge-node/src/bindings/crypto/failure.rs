//! How a failed call of OpenSSL becomes Node's exception.

use edge_crypto::{OpenSslError, OpenSslErrors};
use edge_napi::{Env, Error, ErrorKind, Result, Value};

/// The exception of a call that failed at once (Node's `ThrowCryptoError`): OpenSSL's oldest error, `default` where it has none.
pub fn thrown(env: Env, errors: OpenSslErrors, default: Option<&str>) -> Error {
    let mut others = errors.0.clone();
    others.drain(..1.min(others.len()));
    throw(env, errors, OpenSslErrors(others), default)
}

/// The same where Node lists the oldest error among the others too: ciphers.
pub fn thrown_of_cipher(env: Env, errors: OpenSslErrors, default: &str) -> Error {
    throw(env, errors.clone(), errors, Some(default))
}

fn throw(env: Env, errors: OpenSslErrors, listed: OpenSslErrors, default: Option<&str>) -> Error {
    let make = || -> Result<Value> {
        let first = errors.0.into_iter().next();
        let message = first.as_ref().map(OpenSslError::text).or(default).unwrap_or(OpenSslErrors::NO_REASON);
        let exception = env.create_error(ErrorKind::Error, "", message)?;
        put_stack(env, exception, listed.0.into_iter())?;
        let Some(first) = first else { return Ok(exception) };
        for (name, text) in [("library", first.library()), ("reason", first.reason()), ("code", first.code())] {
            if let Some(text) = text {
                env.set(exception, name, env.string(&text)?)?;
            }
        }
        Ok(exception)
    };
    make().map_or_else(|error| error, Error::Value)
}

/// The exception of a job that failed: OpenSSL's oldest error, `default` where it has none. It has no code.
pub fn of_job(env: Env, errors: OpenSslErrors, default: &str) -> Result<Value> {
    let mut errors = errors.0.into_iter();
    let message = errors.next().map_or_else(|| default.to_owned(), |error| error.text().to_owned());
    let exception = env.create_error(ErrorKind::Error, "", &message)?;
    put_stack(env, exception, errors)?;
    Ok(exception)
}

/// `opensslErrorStack`: what else OpenSSL said, newest first.
fn put_stack(env: Env, exception: Value, others: std::vec::IntoIter<OpenSslError>) -> Result<()> {
    let texts = others.rev().map(|error| env.string(error.text())).collect::<Result<Vec<_>>>()?;
    if texts.is_empty() {
        return Ok(());
    }
    env.set(exception, "opensslErrorStack", env.array_from(&texts)?)
}

/// `ERR_CRYPTO_INVALID_DIGEST`
pub fn invalid_digest(name: &str) -> Error {
    Error::type_error("ERR_CRYPTO_INVALID_DIGEST", format!("Invalid digest: {name}"))
}

/// `ERR_CRYPTO_INVALID_KEYLEN`
pub fn invalid_key_length() -> Error {
    Error::range_error("ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
}
