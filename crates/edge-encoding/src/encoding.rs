//! Node's `enum encoding`.

/// The encodings that `Buffer` knows, with the numbers that Node's library sees in `string_decoder.encodings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Encoding {
    /// Seven bits; decoding clears the eighth.
    Ascii = 0,
    /// UTF-8, lenient in both directions.
    Utf8 = 1,
    /// RFC 4648 section 4, with padding; decoding accepts both alphabets.
    Base64 = 2,
    /// UTF-16, little-endian.
    Ucs2 = 3,
    /// One byte per character.
    Latin1 = 4,
    /// Two lower-case hexadecimal digits per byte.
    Hex = 5,
    /// No string at all; where a string is needed, UTF-8.
    Buffer = 6,
    /// RFC 4648 section 5, without padding; decoding accepts both alphabets.
    Base64Url = 7,
}

impl Encoding {
    /// All encodings, in the order of their numbers.
    pub const ALL: [Self; 8] = [Self::Ascii, Self::Utf8, Self::Base64, Self::Ucs2, Self::Latin1, Self::Hex, Self::Buffer, Self::Base64Url];

    /// The encoding with this number, if there is one.
    #[must_use]
    pub fn from_index(index: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(index).ok()?).copied()
    }

    /// The name that Node's library uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Utf8 => "utf8",
            Self::Base64 => "base64",
            Self::Ucs2 => "utf16le",
            Self::Latin1 => "latin1",
            Self::Hex => "hex",
            Self::Buffer => "buffer",
            Self::Base64Url => "base64url",
        }
    }

    /// The encoding that a program names, in any case, with Node's aliases (`binary`, `ucs-2`, `utf-16le`, …).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        const NAMES: [(&str, Encoding); 12] = [
            ("utf8", Encoding::Utf8),
            ("utf-8", Encoding::Utf8),
            ("latin1", Encoding::Latin1),
            ("binary", Encoding::Latin1),
            ("ascii", Encoding::Ascii),
            ("base64", Encoding::Base64),
            ("base64url", Encoding::Base64Url),
            ("hex", Encoding::Hex),
            ("ucs2", Encoding::Ucs2),
            ("ucs-2", Encoding::Ucs2),
            ("utf16le", Encoding::Ucs2),
            ("utf-16le", Encoding::Ucs2),
        ];
        if name.eq_ignore_ascii_case("buffer") {
            return Some(Self::Buffer);
        }
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, encoding)| encoding)
    }
}
