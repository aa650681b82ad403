//! Node's own library: the official release's `lib/`, unmodified, embedded compressed (built by `build.rs`).

/// Version of the embedded library, as `process.version`.
pub const NODE_VERSION: &str = "v24.12.0";
