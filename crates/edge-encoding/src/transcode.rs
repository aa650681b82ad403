//! `buffer.transcode`: bytes of one encoding to bytes of another.

use crate::{Decoded, Encoding, Text, latin1, utf8, utf16};

/// Why nothing was transcoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranscodeError {
    /// One of the two encodings is none of ascii, latin1, ucs2, utf8 (`U_ILLEGAL_ARGUMENT_ERROR`).
    UnsupportedEncoding,
    /// The source is ill-formed where Node has no substitute for it (`U_INVALID_CHAR_FOUND`).
    InvalidCharacter,
}

impl TranscodeError {
    /// ICU's number for the error, which Node passes on.
    #[must_use]
    pub fn icu_code(self) -> i32 {
        match self {
            Self::UnsupportedEncoding => 1,
            Self::InvalidCharacter => 10,
        }
    }
}

/// Transcodes `source`; characters that `to` cannot hold become `?` (ascii, latin1) or U+FFFD.
///
/// Node's quirks are kept: ill-formed input is an error only between utf8 and ucs2, and ascii read as ucs2 keeps its eighth bit.
///
/// # Errors
/// [`TranscodeError`].
pub fn transcode(source: &[u8], from: Encoding, to: Encoding) -> Result<Vec<u8>, TranscodeError> {
    use Encoding::{Ascii, Latin1, Ucs2, Utf8};
    let text = match from {
        Latin1 => latin1::decode(source),
        Ascii if to == Ucs2 => latin1::decode(source),
        Ascii => decode_ascii(source),
        Utf8 if to == Ucs2 => utf8::decode_fatal(source).map_err(|_| TranscodeError::InvalidCharacter)?,
        Utf8 => utf8::decode(source),
        Ucs2 => {
            let mut units = utf16::units(source);
            if to == Ucs2 && source.len() % 2 == 1 {
                units.push(0xfffd);
            }
            // Node's converter answers "nothing written" for its errors, so a lone byte, which is no unit, is one too.
            if to == Utf8 && (units.is_empty() || !utf16::is_well_formed(&units)) {
                return Err(TranscodeError::InvalidCharacter);
            }
            Decoded::Utf16(units)
        }
        _ => return Err(TranscodeError::UnsupportedEncoding),
    };
    match to {
        Ascii => Ok(substitute(text.as_text(), 0x7f)),
        Latin1 => Ok(substitute(text.as_text(), 0xff)),
        Utf8 => Ok(utf8::encode_to_vec(text.as_text())),
        Ucs2 => {
            let mut units = text.as_text().to_utf16().into_owned();
            encoding_rs::mem::ensure_utf16_validity(&mut units);
            Ok(units.iter().flat_map(|unit| unit.to_le_bytes()).collect())
        }
        _ => Err(TranscodeError::UnsupportedEncoding),
    }
}

fn decode_ascii(source: &[u8]) -> Decoded<'_> {
    if source.is_ascii() {
        return latin1::decode(source);
    }
    Decoded::Utf16(source.iter().map(|&byte| if byte < 0x80 { u16::from(byte) } else { 0xfffd }).collect())
}

fn substitute(text: Text<'_>, highest: u32) -> Vec<u8> {
    char::decode_utf16(text.to_utf16().iter().copied())
        .filter_map(|character| match character {
            Ok(character) if u32::from(character) <= highest => Some(u32::from(character) as u8),
            // Nothing stands for a character that shows nothing.
            Ok(character) if is_default_ignorable(character) => None,
            _ => Some(b'?'),
        })
        .collect()
}

/// Unicode's `Default_Ignorable_Code_Point`.
fn is_default_ignorable(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_needs_no_question_mark() {
        let source = "a\u{2064}漢\u{feff}é".as_bytes();
        assert_eq!(transcode(source, Encoding::Utf8, Encoding::Latin1), Ok(b"a?\xe9".to_vec()));
        assert_eq!(transcode(source, Encoding::Utf8, Encoding::Ascii), Ok(b"a??".to_vec()));
    }
}
