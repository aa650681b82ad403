//! `.env` files: `util.parseEnv`, `process.loadEnvFile`, `--env-file` (Node's `Dotenv`).

use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::collections::BTreeMap;

/// `parseEnv(content)` → object of names and values.
pub fn parse_env(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_string(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"content\" argument must be of type string."));
    }
    let text = env.get_string(info.arg(0))?;
    let result = env.object()?;
    for (name, value) in parse_env_text(&text) {
        env.set(result, &name, env.string(&value)?)?;
    }
    Ok(result)
}

/// Names and values of a `.env` text, sorted by name as Node's `std::map` has them; of a name twice the later value counts.
///
/// The rules are Node's documentation's ("process.loadEnvFile", "Environment variables"): `#` begins a comment outside quotes, `export `
/// before a name is dropped, a value in quotes may span lines, only double quotes turn `\n` into a line break. What it does not say is
/// what Node does: where nothing at all follows the `=`, the name is taken as it stands, with `export ` or empty; where only spaces follow
/// it on the line, the value is what comes next.
#[must_use]
pub fn parse_env_text(text: &str) -> Vec<(String, String)> {
    let text = text.replace('\r', "");
    let mut pairs = BTreeMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if rest.starts_with('\n') || rest.starts_with('#') {
            rest = after_line(rest);
            continue;
        }
        let equal = rest.find('=');
        let newline = rest.find('\n');
        // A line without `=` says nothing.
        let Some(equal) = equal.filter(|&at| newline.is_none_or(|end| at < end)) else {
            match newline {
                Some(end) => rest = rest[end + 1..].trim_start(),
                None => break,
            }
            continue;
        };
        let name = rest[..equal].trim();
        rest = &rest[equal + 1..];
        if rest.is_empty() || rest.starts_with('\n') {
            pairs.insert(name.to_owned(), String::new());
            rest = rest.trim_start();
            continue;
        }
        if name.is_empty() {
            rest = after_line(rest);
            continue;
        }
        let name = name.strip_prefix("export ").map_or(name, str::trim);
        let (value, tail) = take_value(rest.trim_start());
        rest = tail.trim_start();
        pairs.insert(name.to_owned(), value);
    }
    pairs.into_iter().collect()
}

fn after_line(text: &str) -> &str {
    text.find('\n').map_or("", |end| text[end + 1..].trim_start())
}

/// The value that `text` begins with, and what follows it.
fn take_value(text: &str) -> (String, &str) {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        if let Some(end) = text[1..].find(quote) {
            let inner = &text[1..=end];
            let value = if quote == '"' { inner.replace("\\n", "\n") } else { inner.to_owned() };
            return (value, after_line(&text[end + 2..]));
        }
    }
    let end = text.find('\n').unwrap_or(text.len());
    let line = &text[..end];
    let line = line.find('#').map_or(line, |at| &line[..at]);
    (line.trim().to_owned(), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::parse_env_text;

    #[test]
    fn reads_what_node_reads() {
        let text = "A=1\n# c\nexport B = two words # tail\nC=\"x\\ny\"\nD='q # r'\nE=\n\nF=\"multi\nline\"\nA=3\nnonsense\nG=`a'b\"c`";
        let expected = [("A", "3"), ("B", "two words"), ("C", "x\ny"), ("D", "q # r"), ("E", ""), ("F", "multi\nline"), ("G", "a'b\"c")];
        let expected: Vec<_> = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(parse_env_text(text), expected);
    }

    #[test]
    fn nothing_after_the_sign() {
        let expected = [("", ""), ("b", "c=1"), ("export a", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parse_env_text("export a=\n=\nb= \t\nc=1"), expected);
    }
}
