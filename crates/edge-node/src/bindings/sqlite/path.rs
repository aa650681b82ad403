//! Where a database lies: the `path` argument.

use edge_napi::{Env, Error, Result, Value};
use std::ffi::CString;

/// A string, a `Uint8Array`, or a URL (anything with an `href`), which SQLite gets as it is; without NULs. `name`: the argument's.
pub fn database_path(env: Env, value: Value, name: &str) -> Result<CString> {
    let wrong = || Error::invalid_arg_type(format!("The \"{name}\" argument must be a string, Uint8Array, or URL without null bytes."));
    if env.is_string(value)? {
        return CString::new(env.to_string_lossy(value)?).map_err(|_| wrong());
    }
    if !env.is_object(value)? {
        return Err(wrong());
    }
    if env.is_typed_array(value)? {
        return CString::new(env.bytes_to_vec(value)?).map_err(|_| wrong());
    }
    let href = env.get(value, "href")?;
    if !env.is_string(href)? {
        return Err(wrong());
    }
    let href = env.to_string_lossy(href)?;
    if !href.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:")) {
        return Err(Error::type_error("ERR_INVALID_URL_SCHEME", "The URL must be of scheme file:"));
    }
    CString::new(href).map_err(|_| wrong())
}
