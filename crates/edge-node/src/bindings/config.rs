//! `internalBinding('config')`: what this build has.

use crate::{Binding, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding { name: "config", natives: natives!("config"; "getDefaultLocale" => get_default_locale), init };

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    for (name, value) in [
        ("isDebugBuild", false),
        ("openSSLIsBoringSSL", false),
        ("hasOpenSSL", true),
        ("fipsMode", false),
        // To the library this means `internalBinding('icu')` (all of TextDecoder, transcode, string width), which needs no locale
        // data and is there; that there is no `Intl` object is what `process.config` and `process.versions` say.
        ("hasIntl", true),
        ("hasSmallICU", false),
        ("hasTracing", false),
        ("hasNodeOptions", true),
        ("hasInspector", false),
        ("noBrowserGlobals", false),
    ] {
        target.boolean(name, value)?;
    }
    target.number("bits", 64.0)
}

fn get_default_locale(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}
