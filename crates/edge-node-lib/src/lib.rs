//! Node's own JavaScript library (`lib/` of the official release), unmodified, embedded compressed.
//!
//! The build script reads it out of the pinned release and refuses anything whose hash is not the recorded one (law 5). Uses nothing of
//! ours. A source is unpacked each time it is asked for: it is asked for when a module is compiled, never at a start from an image.

/// Version of the release, as `process.version`.
pub const NODE_VERSION: &str = env!("EDGE_NODE_VERSION");
/// SHA-256 over all sources, as the build checked it; part of an image's identity.
pub const LIB_SHA256: &str = env!("EDGE_LIB_SHA256");

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lib.bin"));
/// `(id, offset, packed length, length)`, sorted by id.
static INDEX: &[(&str, usize, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// All ids, sorted.
pub fn ids() -> impl ExactSizeIterator<Item = &'static str> {
    INDEX.iter().map(|entry| entry.0)
}

/// Whether there is a file of that id.
#[must_use]
pub fn has(id: &str) -> bool {
    position(id).is_some()
}

/// The source of a file, or `None` for an unknown id.
#[must_use]
pub fn source(id: &str) -> Option<String> {
    let (_, offset, packed, length) = INDEX[position(id)?];
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(&BLOB[offset..offset + packed], length).ok()?;
    String::from_utf8(bytes).ok()
}

fn position(id: &str) -> Option<usize> {
    INDEX.binary_search_by(|entry| entry.0.cmp(id)).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_source_unpacks_to_its_length() {
        for (id, _, _, length) in super::INDEX {
            assert_eq!(super::source(id).map(|text| text.len()), Some(*length), "{id}");
        }
        assert!(super::ids().len() > 300);
        assert!(super::source("no/such/file").is_none());
    }
}
