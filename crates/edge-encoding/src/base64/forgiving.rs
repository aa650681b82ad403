//! base64 text to bytes, as `atob` reads it: the "forgiving-base64 decode" of the Infra Standard, with Node's error kinds.

use super::Variant;
use crate::{Text, latin1};

/// Why `atob` refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgivingError {
    /// A character that is neither a digit nor white space, or padding where none may stand.
    InvalidCharacter,
    /// One digit is left over after the groups of four; it spells no byte.
    SingleCharacterRemained,
}

/// Decodes the standard alphabet, ignoring ASCII white space; padding is optional but must be right.
///
/// # Errors
/// [`ForgivingError`]; an invalid character anywhere outranks a digit left over.
pub fn decode_forgiving(text: Text<'_>) -> Result<Vec<u8>, ForgivingError> {
    use ForgivingError::{InvalidCharacter, SingleCharacterRemained};
    let narrow;
    let bytes = match text {
        Text::Latin1(bytes) => bytes,
        Text::Utf16(units) => {
            if units.iter().any(|&unit| unit > 0xff) {
                return Err(InvalidCharacter);
            }
            narrow = latin1::narrow(units);
            &narrow
        }
    };
    let (rest, padding) = split_padding(bytes);
    let compact: Vec<u8>;
    let digits = if rest.iter().copied().any(is_white_space) {
        compact = rest.iter().copied().filter(|&byte| !is_white_space(byte)).collect();
        &compact
    } else {
        rest
    };
    if !digits.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/') {
        return Err(InvalidCharacter);
    }
    match (digits.len() % 4, padding) {
        (1, _) => return Err(SingleCharacterRemained),
        (_, 0) | (2, 2) | (3, 1) => {}
        _ => return Err(InvalidCharacter),
    }
    let mut decoded = vec![0; digits.len() / 4 * 3 + digits.len() % 4 * 3 / 4];
    let written = super::write(Text::Latin1(digits), Variant::Standard, &mut decoded);
    decoded.truncate(written);
    Ok(decoded)
}

/// Takes up to two `=` off the end, with the white space around them.
fn split_padding(bytes: &[u8]) -> (&[u8], usize) {
    let mut rest = trim_end(bytes);
    let mut padding = 0;
    while padding < 2
        && let Some((b'=', before)) = rest.split_last()
    {
        rest = trim_end(before);
        padding += 1;
    }
    (rest, padding)
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| !is_white_space(byte)).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// ASCII white space of the Infra Standard: tab, line feed, form feed, carriage return, space.
fn is_white_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}
