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

/// Type of a command-line option, as `internalBinding('options').types`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum OptionKind {
    NoOp,
    V8Option,
    Boolean,
    Integer,
    UInteger,
    String,
    HostPort,
    StringList,
}

/// A command-line option of the release.
#[derive(Debug)]
pub struct OptionInfo {
    /// With its dashes, e.g. `--conditions`.
    pub name: &'static str,
    /// What follows it.
    pub kind: OptionKind,
    /// Whether `NODE_OPTIONS` may hold it.
    pub allowed_in_env: bool,
    /// For booleans.
    pub default_is_true: bool,
    /// The default as text; empty for none.
    pub default: &'static str,
    /// The release's own help text.
    pub help: &'static str,
}

/// All options, sorted by name.
pub static OPTIONS: &[OptionInfo] = include!(concat!(env!("OUT_DIR"), "/options.rs"));
/// Other spellings: name and what it stands for. `--x=` applies to the form with a value, `--x <arg>` to the one followed by an argument.
pub static ALIASES: &[(&str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/aliases.rs"));

/// V8's flags, sorted by name: name without dashes, and type as `--v8-options` tells it.
pub static V8_FLAGS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/v8_flags.rs"));

/// The release's `process.versions`: name and version.
pub static VERSIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/versions.rs"));

/// A constant's value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Constant {
    /// A number.
    Number(f64),
    /// A text.
    Text(&'static str),
}

/// `internalBinding('constants')`: dotted path and value.
pub static CONSTANTS: &[(&str, Constant)] = include!(concat!(env!("OUT_DIR"), "/constants.rs"));

/// `internalBinding('http2')`: its numbers, its `constants`, and the names of error codes under `names`.
pub static HTTP2: &[(&str, Constant)] = include!(concat!(env!("OUT_DIR"), "/http2.rs"));

/// The certificates of the authorities that the release trusts, in its order, as PEM (`tls.rootCertificates`).
#[must_use]
pub fn root_certificates() -> Vec<String> {
    static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/certificates.bin"));
    let text = miniz_oxide::inflate::decompress_to_vec(PACKED).unwrap_or_default();
    text.split(|&byte| byte == 0).map(|pem| String::from_utf8_lossy(pem).into_owned()).collect()
}

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

    #[test]
    fn certificates_are_pem() {
        let all = super::root_certificates();
        assert!(all.len() > 100);
        for one in all {
            assert!(one.starts_with("-----BEGIN CERTIFICATE-----\n") && one.ends_with("\n-----END CERTIFICATE-----"), "{one}");
        }
    }
}
