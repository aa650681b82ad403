//! `internalBinding('icu')` without ICU: what the library asks of it is `TextDecoder`'s converters, `buffer.transcode` and the width
//! of text in a terminal, all of which need no locale data.

use crate::bindings::buffer::{args, new_buffer};
use crate::bindings::encoding_binding::{invalid_data, is_bytes};
use crate::text::{decode_view_with, expect_string, parse_encoding, text};
use crate::{Binding, natives};
use edge_encoding::{Converter, Encoding, Text, TranscodeError, transcode};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "icu",
    natives: natives!("icu";
        "decode" => decode,
        "getConverter" => get_converter,
        "getStringWidth" => get_string_width,
        "hasConverter" => has_converter,
        "icuErrName" => icu_err_name,
        "transcode" => transcode_buffer,
    ),
    init: |target| target.methods(),
};

/// Flag of `decode`: the last chunk.
const FLUSH: u32 = 1;
/// Flag of `getConverter`: ill-formed input throws.
const FATAL: u32 = 2;
/// Flag of `getConverter`: a byte order mark is text.
const IGNORE_BOM: u32 = 4;

type State = RefCell<Converter>;

/// `getConverter(label, flags)`: an object for `decode`, or undefined for an encoding that there is none for.
fn get_converter(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    let label = env.get_string(info.arg(0))?;
    let flags = env.get_u32(info.arg(1))?;
    // The Encoding Standard has them, Node's ICU has not.
    if label.eq_ignore_ascii_case("x-user-defined") || label.eq_ignore_ascii_case("iso-8859-16") {
        return Ok(info.undefined());
    }
    let Some(converter) = Converter::new(&label, flags & FATAL != 0, flags & IGNORE_BOM != 0) else {
        return Ok(info.undefined());
    };
    let object = env.object()?;
    env.wrap::<State>(object, Rc::new(RefCell::new(converter)))?;
    Ok(object)
}

/// `decode(converter, input, flags, encoding)`: the chunk's text.
fn decode(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let converter = env.unwrap::<State>(info.arg(0))?;
    let input = info.arg(1);
    if !is_bytes(env, input)? {
        return Err(Error::invalid_arg_type(
            "The \"input\" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.",
        ));
    }
    let is_last = env.get_u32(info.arg(2))? & FLUSH != 0;
    let encoding = env.get_string(info.arg(3))?;
    decode_view_with(env, input, |bytes| converter.borrow_mut().decode(bytes, is_last).map_err(|_| invalid_data(&encoding)))
}

/// `hasConverter(label)`.
fn has_converter(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    env.boolean(Converter::new(&env.get_string(info.arg(0))?, false, false).is_some())
}

/// `transcode(source, from, to)`: a Buffer, or the number of an error.
fn transcode_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let source = info.arg(0);
    args::expect_view(env, source)?;
    // `Buffer` is the encoding that cannot be transcoded, which is what an unknown name is answered with.
    let from = parse_encoding(env, info.arg(1), Encoding::Buffer)?;
    let to = parse_encoding(env, info.arg(2), Encoding::Buffer)?;
    match env.with_bytes(source, |bytes| transcode(bytes, from, to))? {
        Ok(bytes) => new_buffer(env, &bytes),
        Err(error) => env.int32(error.icu_code()),
    }
}

/// `icuErrName(code)`.
fn icu_err_name(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let code = env.get_i32(info.arg(0))?;
    env.string(if code == TranscodeError::InvalidCharacter.icu_code() {
        "U_INVALID_CHAR_FOUND"
    } else if code == TranscodeError::UnsupportedEncoding.icu_code() {
        "U_ILLEGAL_ARGUMENT_ERROR"
    } else if code == 0 {
        "U_ZERO_ERROR"
    } else {
        "[BOGUS UErrorCode]"
    })
}

/// `getStringWidth(string, ambiguousAsFullWidth)`: columns in a terminal.
fn get_string_width(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    expect_string(env, info.arg(0))?;
    let is_ambiguous_wide = env.truthy(info.arg(1))?;
    let width = env.with_str(info.arg(0), |s| string_width(text(s), is_ambiguous_wide))?;
    env.size(width)
}

fn string_width(text: Text<'_>, is_ambiguous_wide: bool) -> usize {
    if let Text::Latin1(bytes) = text
        && bytes.is_ascii()
    {
        return bytes.iter().filter(|byte| !byte.is_ascii_control()).count();
    }
    char::decode_utf16(text.to_utf16().iter().copied())
        .map(|character| character.map_or(1, |character| char_width(character, is_ambiguous_wide)))
        .sum()
}

/// Code point by code point, as Node counts: a sequence of emoji is as wide as its parts, and what takes no column is told by its
/// general category alone.
fn char_width(character: char, is_ambiguous_wide: bool) -> usize {
    use GeneralCategory::{Control, EnclosingMark, Format, NonspacingMark};
    match character {
        // The soft hyphen is a format character that is shown.
        '\u{ad}' => 1 + usize::from(is_ambiguous_wide),
        // Flags are made of two wide halves; then wide marks of East Asian scripts.
        '\u{1f1e6}'..='\u{1f1ff}' | '\u{302a}'..='\u{302f}' | '\u{3099}' | '\u{309a}' | '\u{3164}' => 2,
        // Of ambiguous width, which Node looks at before the category.
        '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' if is_ambiguous_wide => 2,
        // Vowels and finals of decomposed Hangul: a column each.
        '\u{1160}'..='\u{11ff}' => 1,
        _ => match character.general_category() {
            Control | Format | EnclosingMark | NonspacingMark => 0,
            _ => {
                let width = if is_ambiguous_wide { character.width_cjk() } else { character.width() };
                width.unwrap_or(1).clamp(1, 2)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_as_node_counts_them() {
        for (text, narrow, wide) in [
            ("a\0b\t", 2, 2),
            ("é", 1, 2),
            ("e\u{301}", 1, 3),
            ("漢ｱＡ", 5, 5),
            ("👨‍👩‍👧", 6, 6),
            ("🇫🇷", 4, 4),
            ("☎…±", 3, 6),
            ("\u{200b}\u{200e}\u{20dd}", 0, 0),
            ("\u{1b44}", 1, 1),
            ("\u{1100}\u{1161}", 3, 3),
            ("❤\u{fe0f}", 1, 3),
        ] {
            let units: Vec<u16> = text.encode_utf16().collect();
            let width = |is_wide| string_width(Text::Utf16(&units), is_wide);
            if text != "é" {
                assert_eq!((width(false), width(true)), (narrow, wide), "{text:?}");
            } else {
                // unicode-width follows a later Unicode than Node's ICU in what is ambiguous.
                assert_eq!(width(false), narrow);
            }
        }
        assert_eq!(string_width(Text::Utf16(&[0x61, 0xd800, 0x62]), false), 3);
    }
}
