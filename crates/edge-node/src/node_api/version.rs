//! Versions, and the loop.

use super::{check, enter, put};
use edge_napi::types::*;
use std::sync::OnceLock;

/// A version that any thread may read.
struct Version(napi_node_version);

// SAFETY: the pointer inside is to a constant text.
unsafe impl Sync for Version {}
// SAFETY: as above.
unsafe impl Send for Version {}

/// That of the embedded library.
pub(super) unsafe extern "C" fn napi_get_node_version(env: napi_env, version: *mut *const napi_node_version) -> napi_status {
    static VERSION: OnceLock<Version> = OnceLock::new();
    enter(env, |_, _| {
        check(version)?;
        let known = VERSION.get_or_init(|| {
            let mut parts = edge_node_lib::NODE_VERSION.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
            let mut next = || parts.next().unwrap_or(0);
            Version(napi_node_version { major: next(), minor: next(), patch: next(), release: c"node".as_ptr() })
        });
        put(version, &raw const known.0)
    })
}

/// Points at the environment's [`edge_loop::Loop`], for modules in Rust; good as long as the environment. It is no libuv loop.
pub(super) unsafe extern "C" fn napi_get_uv_event_loop(env: napi_env, uv_loop: *mut *mut uv_loop_s) -> napi_status {
    enter(env, |environment, _| {
        check(uv_loop)?;
        put(uv_loop, std::ptr::from_ref(environment.uv()).cast_mut().cast())
    })
}
