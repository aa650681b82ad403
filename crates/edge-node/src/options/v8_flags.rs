//! What Node hands on to V8: checked as V8 checks it, so that a misspelt flag is refused and a right one lets the program start. But for
//! the heap's size ([`super::HeapFlags`]), the length of stacks and the syntax of natives V8's flags have no effect on another engine.

use super::OptionError;
use edge_node_lib::V8_FLAGS;

/// What Node adds to V8's command line at its end; told too when V8 stops reading before it.
const ADDED: [&str; 2] = ["--harmony-import-attributes", "--js-source-phase-imports"];

/// V8's `SetFlagsFromCommandLine`.
///
/// # Errors
/// V8's text for a wrong value, and Node's for each word that V8 did not take.
pub(super) fn check(words: &[String]) -> Result<(), OptionError> {
    let mut error = OptionError::default();
    let all: Vec<&str> = words.iter().map(String::as_str).chain(ADDED).collect();
    let mut at = 0;
    while at < all.len() {
        let word = all[at];
        let start = at;
        at += 1;
        let (name, negated, value) = split(word);
        let Ok(index) = V8_FLAGS.binary_search_by(|flag| flag.0.cmp(name.as_str())) else {
            error.errors.push(format!("bad option: {word}"));
            continue;
        };
        let kind = V8_FLAGS[index].1;
        let is_bool = matches!(kind, "bool" | "maybe_bool");
        let mut value = value;
        if !is_bool && value.is_none() {
            value = all.get(at).copied();
            at += 1;
        }
        let text = match value {
            None if !is_bool => format!("Error: missing value for flag {word} of type {kind}\n"),
            Some(_) if is_bool => {
                format!("Error: illegal value for flag {word} of type {kind}\nTo set or unset a boolean flag, use --flag or --no-flag.\n")
            }
            value if !is_bool && (negated || !value.is_some_and(|value| is_valid(kind, value))) => {
                format!("Error: illegal value for flag {word} of type {kind}\n")
            }
            _ => continue,
        };
        error.preface = format!("{text}Try --help for options\n");
        error.errors.extend(all[start..].iter().map(|word| format!("bad option: {word}")));
        break;
    }
    if error.errors.is_empty() { Ok(()) } else { Err(error) }
}

/// The value of the last `--stack-trace-limit`; the words have been checked.
pub(super) fn stack_trace_limit(words: &[String]) -> Option<i32> {
    let value_at = |at: usize| {
        let (name, _, value) = split(&words[at]);
        if name != "stack-trace-limit" {
            return None;
        }
        value.or_else(|| words.get(at + 1).map(String::as_str))?.parse().ok()
    };
    (0..words.len()).rev().find_map(value_at)
}

/// What the words say of a boolean flag; the last one counts.
pub(super) fn is_on(words: &[String], flag: &str) -> Option<bool> {
    words.iter().map(|word| split(word)).filter(|(name, ..)| name == flag).map(|(_, negated, _)| !negated).next_back()
}

/// Name with dashes, whether `no` stood before it, and the value after `=`.
fn split(word: &str) -> (String, bool, Option<&str>) {
    let bare = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).unwrap_or(word);
    let (name, value) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
    let (name, negated) = match name.strip_prefix("no") {
        Some(rest) => (rest.strip_prefix(['-', '_']).unwrap_or(rest), true),
        None => (name, false),
    };
    (name.replace('_', "-"), negated, value)
}

/// Whether C reads all of the value as that type; an empty one is 0.
fn is_valid(kind: &str, value: &str) -> bool {
    let number = value.trim_start();
    let unsigned = number.strip_prefix('+').unwrap_or(number);
    let signed = number.strip_prefix('-').unwrap_or(unsigned);
    match kind {
        "string" => true,
        _ if value.is_empty() => true,
        "float" => number.parse::<f64>().is_ok(),
        "int" => !signed.is_empty() && signed.bytes().all(|byte| byte.is_ascii_digit()),
        _ => !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
