//! Library files that are not Node's own text: law 5 asks that there be few, each listed with its reason in ARCHITECTURE.md.

/// Id of a file of Node's, and text of ours that is put before its own, on its first line, so that all places stay: what the file takes for a
/// global is then ours.
const PRELUDES: &[(&str, &str)] = &[
    ("internal/deps/undici/undici", include_str!("replaced/undici_prelude.js")),
    ("internal/freeze_intrinsics", include_str!("replaced/freeze_prelude.js")),
];

/// Id and text.
const REPLACED: &[(&str, &str)] = &[("internal/deps/amaro/dist/index", include_str!("replaced/amaro.js"))];

/// The source of a library file: what replaces it, else Node's. `None` for an unknown id.
#[must_use]
pub fn source(id: &str) -> Option<String> {
    match REPLACED.iter().find(|replaced| replaced.0 == id) {
        Some(replaced) => Some(replaced.1.to_owned()),
        None => {
            let text = edge_node_lib::source(id)?;
            Some(match PRELUDES.iter().find(|prelude| prelude.0 == id) {
                Some(prelude) => one_line(prelude.1) + text.as_str(),
                None => text,
            })
        }
    }
}

/// A text without its line comments, as one line with a space at its end.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.starts_with("//")).flat_map(|line| [line, " "]).collect()
}
