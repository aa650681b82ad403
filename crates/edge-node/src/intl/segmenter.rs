//! `Intl.Segmenter`.

use super::locales::canonical;
use super::segments;
use edge_napi::types::napi_valuetype;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};
use std::rc::Rc;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// What a segment is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Granularity {
    /// What a reader takes for one character.
    Grapheme,
    /// A word, or what is between two.
    Word,
    /// A sentence.
    Sentence,
}

impl Granularity {
    const ALL: [(Self, &'static str); 3] = [(Self::Grapheme, "grapheme"), (Self::Word, "word"), (Self::Sentence, "sentence")];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(granularity, _)| *granularity == self).map_or("", |(_, name)| name)
    }

    /// The end of each segment of a text, and whether it is like a word.
    pub fn ends(self, text: &[u16]) -> Vec<(usize, bool)> {
        let mut ends: Vec<(usize, bool)> = match self {
            Self::Grapheme => GraphemeClusterSegmenter::new().segment_utf16(text).map(|end| (end, false)).collect(),
            Self::Word => words(text),
            Self::Sentence => {
                let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
                segmenter.segment_utf16(text).map(|end| (end, false)).collect()
            }
        };
        // The first break is the text's beginning.
        ends.retain(|(end, _)| *end > 0);
        ends
    }
}

/// ICU4X's words, made V8's (ICU's): Hangul syllables are not joined with anything else, and only what has a letter or a digit in it is
/// like a word.
fn words(text: &[u16]) -> Vec<(usize, bool)> {
    let segmenter = WordSegmenter::new_auto(WordBreakInvariantOptions::default());
    let mut ends = Vec::new();
    let mut start = 0;
    for end in segmenter.segment_utf16(text).filter(|end| *end > 0) {
        let (mut at, mut before, mut word) = (start, None, false);
        for character in char::decode_utf16(text.get(start..end).unwrap_or_default().iter().copied()) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            let kind = Kind::of(character);
            if kind != Kind::Attached {
                let hangul = kind == Kind::Hangul;
                if word && before.is_some_and(|before| before != hangul) {
                    ends.push((at, word));
                    word = false;
                }
                before = Some(hangul);
            }
            word |= matches!(kind, Kind::Hangul | Kind::Word);
            at += character.len_utf16();
        }
        ends.push((end, word));
        start = end;
    }
    ends
}

/// What a character is to [`words`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A Hangul syllable.
    Hangul,
    /// A letter or a digit.
    Word,
    /// Belongs to the character before it.
    Attached,
    Other,
}

impl Kind {
    fn of(character: char) -> Self {
        match character.general_category() {
            _ if ('\u{ac00}'..='\u{d7a3}').contains(&character) => Self::Hangul,
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark | GeneralCategory::Format => {
                Self::Attached
            }
            GeneralCategory::DecimalNumber => Self::Word,
            _ if character.is_alphabetic() => Self::Word,
            _ => Self::Other,
        }
    }
}

/// What is behind a segmenter.
struct Segmenter {
    granularity: Granularity,
    locale: String,
}

fn option(env: Env, options: Value, name: &str, allowed: &[&str]) -> Result<Option<usize>> {
    let value = env.get(options, name)?;
    if env.is_undefined(value)? {
        return Ok(None);
    }
    let text = env.get_string(env.to_js_string(value)?)?;
    match allowed.iter().position(|allowed| *allowed == text) {
        Some(index) => Ok(Some(index)),
        None => Err(Error::range_error("", format!("Value {text} out of range for Intl.Segmenter options property {name}"))),
    }
}

/// `new Intl.Segmenter(locales, options)`
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if info.new_target().is_none() {
        return Err(Error::type_error("", "Constructor Intl.Segmenter requires 'new'"));
    }
    let locales = canonical(env, info.arg(0))?;
    let mut granularity = Granularity::Grapheme;
    match env.type_of(info.arg(1))? {
        napi_valuetype::napi_undefined => {}
        napi_valuetype::napi_object | napi_valuetype::napi_function => {
            option(env, info.arg(1), "localeMatcher", &["lookup", "best fit"])?;
            if let Some(index) = option(env, info.arg(1), "granularity", &Granularity::ALL.map(|(_, name)| name))? {
                granularity = Granularity::ALL[index].0;
            }
        }
        _ => return Err(Error::type_error("", "invalid_argument")),
    }
    let locale = locales.first().map_or_else(|| "en-US".to_owned(), |locale| locale.id.to_string());
    env.wrap(info.this(), Rc::new(Segmenter { granularity, locale }))?;
    Ok(info.this())
}

fn this(env: Env, info: &CallInfo<'_>, method: &str) -> Result<Rc<Segmenter>> {
    let segmenter = if env.is_object(info.this())? { env.try_unwrap::<Segmenter>(info.this())? } else { None };
    segmenter
        .ok_or_else(|| Error::type_error("", format!("Method Intl.Segmenter.prototype.{method} called on incompatible receiver #<Object>")))
}

/// `segmenter.segment(text)`
pub fn segment(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let segmenter = this(env, info, "segment")?;
    segments::of(env, env.to_js_string(info.arg(0))?, segmenter.granularity)
}

/// `segmenter.resolvedOptions()`
pub fn resolved_options(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let segmenter = this(env, info, "resolvedOptions")?;
    let options = env.object()?;
    env.set(options, "locale", env.string(&segmenter.locale)?)?;
    env.set(options, "granularity", env.string(segmenter.granularity.name())?)?;
    Ok(options)
}
