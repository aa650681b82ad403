//! Library files that are not Node's own text: law 5 asks that there be few, each listed with its reason in ARCHITECTURE.md.

/// Id and text.
const REPLACED: &[(&str, &str)] = &[("internal/deps/amaro/dist/index", include_str!("replaced/amaro.js"))];

/// The source of a library file: what replaces it, else Node's. `None` for an unknown id.
#[must_use]
pub fn source(id: &str) -> Option<String> {
    match REPLACED.iter().find(|replaced| replaced.0 == id) {
        Some(replaced) => Some(replaced.1.to_owned()),
        None => edge_node_lib::source(id),
    }
}
