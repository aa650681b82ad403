//! `StringDecoder`: text that arrives in chunks.

use crate::{Decoded, Encoding, decode};

const SIZE: usize = 7;

/// The state of a `string_decoder.StringDecoder`, in the seven bytes that Node's library allocates and reads.
///
/// The bytes belong to the program, so every field is checked when it is used; nonsense in them decodes to nonsense, no more.
pub struct StringDecoder<'a> {
    state: &'a mut [u8; SIZE],
}

impl<'a> StringDecoder<'a> {
    /// First byte of the unfinished character.
    pub const INCOMPLETE_CHARACTERS_START: usize = 0;
    /// One past its last byte.
    pub const INCOMPLETE_CHARACTERS_END: usize = 4;
    /// How many bytes the unfinished character still needs.
    pub const MISSING_BYTES: usize = 4;
    /// How many of its bytes are there.
    pub const BUFFERED_BYTES: usize = 5;
    /// The number of the [`Encoding`].
    pub const ENCODING_FIELD: usize = 6;
    /// The number of fields.
    pub const NUM_FIELDS: usize = 7;
    /// The size of the state in bytes.
    pub const SIZE: usize = SIZE;

    /// A view on the state; `None` when its encoding field names none.
    pub fn new(state: &'a mut [u8; SIZE]) -> Option<Self> {
        Encoding::from_index(i64::from(state[Self::ENCODING_FIELD]))?;
        Some(Self { state })
    }

    /// Decodes the next chunk, holding back the character that it ends in the middle of.
    ///
    /// As in Node, a high surrogate is held back only when it ends a chunk whole, not when the chunk completes its second byte.
    #[must_use]
    pub fn decode<'b>(&mut self, chunk: &'b [u8]) -> Decoded<'b> {
        let encoding = self.encoding();
        if !matches!(encoding, Encoding::Utf8 | Encoding::Ucs2 | Encoding::Base64 | Encoding::Base64Url) {
            return decode(chunk, encoding);
        }
        let mut rest = chunk;
        let mut head = Decoded::EMPTY;
        if self.missing() > 0 {
            rest = self.complete(rest, encoding);
            if self.missing() > 0 {
                return Decoded::EMPTY;
            }
            let finished = decode(&self.state[..self.buffered()], encoding);
            head = into_static(finished);
            self.state[Self::BUFFERED_BYTES] = 0;
        }
        let (body, held, missing) = split(rest, encoding);
        self.hold(held, missing);
        head.concat(decode(body, encoding))
    }

    /// Decodes what was held back, as far as it is one, and empties the state.
    #[must_use]
    pub fn flush(&mut self) -> Decoded<'static> {
        let encoding = self.encoding();
        let mut buffered = self.buffered();
        if encoding == Encoding::Ucs2 {
            buffered &= !1;
        }
        let text = into_static(decode(&self.state[..buffered], encoding));
        self.state[Self::MISSING_BYTES] = 0;
        self.state[Self::BUFFERED_BYTES] = 0;
        text
    }

    fn encoding(&self) -> Encoding {
        Encoding::from_index(i64::from(self.state[Self::ENCODING_FIELD])).unwrap_or(Encoding::Utf8)
    }

    fn buffered(&self) -> usize {
        usize::from(self.state[Self::BUFFERED_BYTES]).min(Self::INCOMPLETE_CHARACTERS_END)
    }

    fn missing(&self) -> usize {
        usize::from(self.state[Self::MISSING_BYTES]).min(Self::INCOMPLETE_CHARACTERS_END - self.buffered())
    }

    fn hold(&mut self, bytes: &[u8], missing: usize) {
        self.state[..bytes.len()].copy_from_slice(bytes);
        self.state[Self::BUFFERED_BYTES] = bytes.len() as u8;
        self.state[Self::MISSING_BYTES] = missing as u8;
    }

    /// Moves bytes that the unfinished character needs out of `chunk`; returns the rest.
    fn complete<'b>(&mut self, chunk: &'b [u8], encoding: Encoding) -> &'b [u8] {
        let (buffered, missing) = (self.buffered(), self.missing());
        let wanted = &chunk[..chunk.len().min(missing)];
        // In UTF-8 a byte that starts a character ends the unfinished one, which then decodes to U+FFFD.
        let interrupted = match encoding {
            Encoding::Utf8 => wanted.iter().position(|byte| byte & 0xc0 != 0x80),
            _ => None,
        };
        let taken = interrupted.unwrap_or(wanted.len());
        self.state[buffered..buffered + taken].copy_from_slice(&chunk[..taken]);
        self.state[Self::BUFFERED_BYTES] = (buffered + taken) as u8;
        self.state[Self::MISSING_BYTES] = if interrupted.is_some() { 0 } else { (missing - taken) as u8 };
        &chunk[taken..]
    }
}

/// Cuts the character off that `bytes` ends in the middle of: what to decode, what to hold back, how many bytes that lacks.
fn split(bytes: &[u8], encoding: Encoding) -> (&[u8], &[u8], usize) {
    let (held, missing) = match encoding {
        Encoding::Utf8 => unfinished_utf8(bytes),
        Encoding::Ucs2 if bytes.len() % 2 == 1 => (1, 1),
        Encoding::Ucs2 => match bytes.last() {
            Some(last) if last & 0xfc == 0xd8 => (2, 2),
            _ => (0, 0),
        },
        _ => match bytes.len() % 3 {
            0 => (0, 0),
            held => (held, 3 - held),
        },
    };
    let (body, tail) = bytes.split_at(bytes.len() - held);
    (body, tail, missing)
}

/// Bytes at the end that start a character, and how many more it needs. (0, 0) when the last character is whole or hopeless.
fn unfinished_utf8(bytes: &[u8]) -> (usize, usize) {
    for held in 1..=bytes.len().min(3) {
        let needed = match bytes[bytes.len() - held] {
            0x80..=0xbf => continue,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => 0,
        };
        return if needed > held { (held, needed - held) } else { (0, 0) };
    }
    (0, 0)
}

fn into_static(text: Decoded<'_>) -> Decoded<'static> {
    match text {
        Decoded::Latin1(bytes) => Decoded::Latin1(bytes.into_owned().into()),
        Decoded::Utf16(units) => Decoded::Utf16(units),
    }
}
