//! `process.versions`: what is true of this build. Programs ask whether an entry is there to learn what they may use (`got` asks for
//! `brotli`), so that a part is named once it works.

use crate::Environment;
use edge_napi::{Result, Value};
use std::rc::Rc;

/// Of the release's versions those that are true here: what lies in its library, what the library expects of V8 and libuv, and the code
/// that is linked in as another build of the same.
const SAME_VERSIONS: &[&str] = &["node", "acorn", "amaro", "cjs_module_lexer", "modules", "napi", "undici", "uv", "v8"];
/// The `ada` inside the crate `ada-url` of Cargo.lock (`ADA_VERSION` in its `ada.h`, which it does not export).
const ADA_VERSION: &str = "4.0.0";
/// The crate `brotli` of Cargo.lock, a port that does not follow the numbers of Google's.
const BROTLI_VERSION: &str = "9.1.1";

/// The object, read-only entries in Node's order: itself, then the parts by name.
pub fn versions(environment: &Rc<Environment>) -> Result<Value> {
    let env = environment.env();
    let versions = env.object()?;
    let engine = environment.options().engine;
    let zstd = format!("{}.{}.{}", zstd_sys::ZSTD_VERSION_MAJOR, zstd_sys::ZSTD_VERSION_MINOR, zstd_sys::ZSTD_VERSION_RELEASE);
    let ours = [
        ("ada", ADA_VERSION),
        ("brotli", BROTLI_VERSION),
        (engine.0, engine.1),
        ("edge", env!("CARGO_PKG_VERSION")),
        ("llhttp", edge_llhttp::VERSION),
        ("nghttp2", edge_nghttp2::VERSION),
        ("openssl", edge_crypto::version()),
        ("sqlite", edge_sqlite::version()),
        ("zlib", crate::bindings::zlib_version()),
        ("zstd", &zstd),
    ];
    let release = edge_node_lib::VERSIONS.iter().copied().filter(|entry| SAME_VERSIONS.contains(&entry.0));
    let mut entries: Vec<(&str, &str)> = release.chain(ours).collect();
    entries.sort_by_key(|entry| (entry.0 != "node", entry.0));
    for (name, version) in entries {
        env.define_read_only(versions, name, env.string(version)?)?;
    }
    Ok(versions)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_brotli_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"brotli\"\nversion = \"{}\"\n", super::BROTLI_VERSION)));
    }
}
