//! A string to UTF-8 bytes.

use encoding_rs::mem;

use crate::{Progress, Text};

/// Writes whole characters into `dst`, as many as fit; lone surrogates are written as `EF BF BD`.
///
/// `read` counts UTF-16 code units, as `TextEncoder.encodeInto` reports them: two for a surrogate pair.
pub fn encode_into(text: Text<'_>, dst: &mut [u8]) -> Progress {
    let (read, written) = match text {
        Text::Latin1(bytes) => {
            // ASCII is one memcpy; the rest of the string, if any, takes the transcoder.
            let head = &bytes[..bytes.len().min(dst.len())];
            let ascii = if head.is_ascii() { head.len() } else { crate::ascii::prefix_len(head) };
            dst[..ascii].copy_from_slice(&bytes[..ascii]);
            let (read, written) = mem::convert_latin1_to_utf8_partial(&bytes[ascii..], &mut dst[ascii..]);
            (ascii + read, ascii + written)
        }
        Text::Utf16(units) => mem::convert_utf16_to_utf8_partial(units, dst),
    };
    Progress { read, written }
}

/// The whole string as UTF-8.
#[must_use]
pub fn encode_to_vec(text: Text<'_>) -> Vec<u8> {
    if let Text::Latin1(bytes) = text
        && bytes.is_ascii()
    {
        return bytes.to_vec();
    }
    let mut utf8 = vec![0; super::byte_length(text)];
    let progress = encode_into(text, &mut utf8);
    utf8.truncate(progress.written);
    utf8
}
