//! The encodings by number: what `Buffer`, `fs` and the stream writers dispatch on.

use crate::{Decoded, Encoding, Progress, Text, ascii, base64, hex, latin1, utf8, utf16};

/// Bytes to a string, as `buf.toString(encoding)` does.
#[must_use]
pub fn decode(bytes: &[u8], encoding: Encoding) -> Decoded<'_> {
    match encoding {
        Encoding::Ascii => ascii::decode(bytes),
        Encoding::Utf8 | Encoding::Buffer => utf8::decode(bytes),
        Encoding::Base64 => Decoded::Latin1(base64::encode(bytes, base64::Variant::Standard).into()),
        Encoding::Base64Url => Decoded::Latin1(base64::encode(bytes, base64::Variant::Url).into()),
        Encoding::Ucs2 => utf16::decode(bytes),
        Encoding::Latin1 => latin1::decode(bytes),
        Encoding::Hex => hex::decode_bytes(bytes),
    }
}

/// A string to bytes, as `buf.write(string, encoding)` does: whole characters, as many as fit.
///
/// For base64 and hex `read` is the whole text: what follows the end of `dst` cannot matter to a later write.
pub fn encode_into(text: Text<'_>, encoding: Encoding, dst: &mut [u8]) -> Progress {
    match encoding {
        Encoding::Ascii | Encoding::Latin1 => latin1::encode_into(text, dst),
        Encoding::Utf8 | Encoding::Buffer => utf8::encode_into(text, dst),
        Encoding::Ucs2 => utf16::encode_into(text, dst),
        Encoding::Base64 => Progress { read: text.len(), written: base64::write(text, base64::Variant::Standard, dst) },
        Encoding::Base64Url => Progress { read: text.len(), written: base64::write(text, base64::Variant::Url, dst) },
        Encoding::Hex => Progress { read: text.len(), written: hex::write(text, dst) },
    }
}

/// A string to bytes, as `Buffer.from(string, encoding)` does.
#[must_use]
pub fn encode_to_vec(text: Text<'_>, encoding: Encoding) -> Vec<u8> {
    if matches!(encoding, Encoding::Utf8 | Encoding::Buffer) {
        return utf8::encode_to_vec(text);
    }
    let mut bytes = vec![0; byte_length(text, encoding)];
    let progress = encode_into(text, encoding, &mut bytes);
    bytes.truncate(progress.written);
    bytes
}

/// The room that the string needs: exact, except that base64 and hex with invalid characters need less.
#[must_use]
pub fn byte_length(text: Text<'_>, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Ascii | Encoding::Latin1 => text.len(),
        Encoding::Utf8 | Encoding::Buffer => utf8::byte_length(text),
        Encoding::Ucs2 => text.len() * 2,
        Encoding::Base64 | Encoding::Base64Url => base64::decoded_len(text),
        Encoding::Hex => text.len() / 2,
    }
}
