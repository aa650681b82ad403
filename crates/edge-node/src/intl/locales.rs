//! Lists of locales, as ECMA-402 reads them.

use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use icu_locale_core::Locale;

/// The locales that a program names: none, one, or a list of them; each in its canonical form, once.
///
/// # Errors
/// As V8: `RangeError` for what is no language tag, `TypeError` for what is no text.
pub fn canonical(env: Env, value: Value) -> Result<Vec<Locale>> {
    let names = match env.type_of(value)? {
        napi_valuetype::napi_undefined => return Ok(Vec::new()),
        napi_valuetype::napi_null => return Err(Error::type_error("", "Cannot convert undefined or null to object")),
        napi_valuetype::napi_string => vec![value],
        napi_valuetype::napi_object if env.is_array(value)? => env.array_values(value)?,
        // Whatever has no elements.
        _ => Vec::new(),
    };
    let mut locales = Vec::new();
    for name in names {
        if !env.is_string(name)? {
            return Err(Error::type_error("", "Language ID should be string or object."));
        }
        let locale = Locale::try_from_str(&env.get_string(name)?);
        let locale = locale.map_err(|_| Error::range_error("", "Incorrect locale information provided"))?;
        if !locales.contains(&locale) {
            locales.push(locale);
        }
    }
    Ok(locales)
}

/// `Intl.getCanonicalLocales(locales)`, and `Intl.Segmenter.supportedLocalesOf(locales)`: segments need no data of a language, so all are
/// supported.
pub fn get_canonical_locales(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let names = canonical(env, info.arg(0))?.iter().map(|locale| env.string(&locale.to_string())).collect::<Result<Vec<_>>>()?;
    env.array_from(&names)
}
