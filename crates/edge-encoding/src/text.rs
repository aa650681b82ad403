//! The string types at this crate's boundary.

use std::borrow::Cow;

/// A string as the engine keeps it.
///
/// `Utf16` may hold lone surrogates; nothing requires that a `Utf16` text needs its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// One byte per character, U+0000 to U+00FF.
    Latin1(&'a [u8]),
    /// UTF-16 code units in the host's byte order.
    Utf16(&'a [u16]),
}

impl<'a> Text<'a> {
    /// The string's `length` in JavaScript: its number of UTF-16 code units.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Latin1(bytes) => bytes.len(),
            Self::Utf16(units) => units.len(),
        }
    }

    /// Whether the string is `''`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The string as UTF-16 code units, copied only when it is Latin-1.
    #[must_use]
    pub fn to_utf16(&self) -> Cow<'a, [u16]> {
        match *self {
            Self::Latin1(bytes) => Cow::Owned(crate::latin1::widen(bytes)),
            Self::Utf16(units) => Cow::Borrowed(units),
        }
    }
}

/// A decoded string, in the smaller of the engine's two representations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// Every character is below U+0100. Borrowed when the input bytes already were the answer.
    Latin1(Cow<'a, [u8]>),
    /// At least one character is above U+00FF.
    Utf16(Vec<u16>),
}

impl Decoded<'_> {
    /// The empty string.
    pub const EMPTY: Decoded<'static> = Decoded::Latin1(Cow::Borrowed(&[]));

    /// The string as a source for another operation.
    #[must_use]
    pub fn as_text(&self) -> Text<'_> {
        match self {
            Self::Latin1(bytes) => Text::Latin1(bytes),
            Self::Utf16(units) => Text::Utf16(units),
        }
    }

    /// The smaller representation of `units`.
    #[must_use]
    pub fn from_utf16(units: Vec<u16>) -> Decoded<'static> {
        if encoding_rs::mem::is_utf16_latin1(&units) {
            Decoded::Latin1(Cow::Owned(crate::latin1::narrow(&units)))
        } else {
            Decoded::Utf16(units)
        }
    }

    /// `self` followed by `next`. Copies unless one of the two is empty.
    #[must_use]
    pub fn concat<'b>(self, next: Decoded<'b>) -> Decoded<'b>
    where
        Self: 'b,
    {
        if next.as_text().is_empty() {
            return self.into_outliving();
        }
        match (self, next) {
            (first, next) if first.as_text().is_empty() => next,
            (Self::Latin1(first), Decoded::Latin1(next)) => {
                let mut bytes = first.into_owned();
                bytes.extend_from_slice(&next);
                Decoded::Latin1(Cow::Owned(bytes))
            }
            (first, next) => {
                let mut units = first.as_text().to_utf16().into_owned();
                units.extend_from_slice(&next.as_text().to_utf16());
                Decoded::Utf16(units)
            }
        }
    }

    fn into_outliving<'b>(self) -> Decoded<'b>
    where
        Self: 'b,
    {
        match self {
            Self::Latin1(bytes) => Decoded::Latin1(Cow::Owned(bytes.into_owned())),
            Self::Utf16(units) => Decoded::Utf16(units),
        }
    }
}

/// How far a bounded write came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// UTF-16 code units of the source that were consumed.
    pub read: usize,
    /// Bytes of the destination that were written.
    pub written: usize,
}
