//! Names of hosts, and which of them a rule means.

/// The names that a rule means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamePattern {
    /// This one.
    Exactly(String),
    /// All below this one, at any depth, and not itself: `*.example.org`.
    Below(String),
    /// Every name.
    Any,
}

impl NamePattern {
    /// Reads `example.org`, `*.example.org` or `*`. Case does not matter, nor does a dot at the end.
    ///
    /// # Errors
    /// What is wrong, for a person.
    pub fn parse(text: &str) -> Result<NamePattern, String> {
        if text == "*" {
            return Ok(NamePattern::Any);
        }
        let (below, name) = text.strip_prefix("*.").map_or((false, text), |rest| (true, rest));
        if name.contains('*') {
            return Err(format!("{text:?}: a star stands alone or for the first part of a name, as in *.example.org"));
        }
        let name = normal_name(name.as_bytes()).ok_or_else(|| format!("{text:?} is no host name in ASCII"))?;
        if is_numeric(&name) {
            return Err(format!("{text:?} is an address in an unusual notation, not a name"));
        }
        Ok(if below { NamePattern::Below(name) } else { NamePattern::Exactly(name) })
    }

    /// Whether a name, normalised, is meant.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            NamePattern::Any => true,
            NamePattern::Exactly(wanted) => wanted == name,
            NamePattern::Below(wanted) => name.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        }
    }
}

/// The one spelling of a host name: lower case, no dot at the end. `None` for what is none: empty or over-long parts, bytes that no name
/// in ASCII has (letters of other scripts must have been written as `xn--…` before).
pub fn normal_name(name: &[u8]) -> Option<String> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let is_part =
        |part: &[u8]| (1..=63).contains(&part.len()) && part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if name.len() > 253 || !name.split(|&byte| byte == b'.').all(is_part) {
        return None;
    }
    Some(name.iter().map(|byte| byte.to_ascii_lowercase() as char).collect())
}

/// Whether the system's resolver takes a normalised name for an address (`127.1`, `0x7f.1`, `2130706433`): the last part is a number.
pub fn is_numeric(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let digits = last.strip_prefix("0x").unwrap_or(last);
    let radix = if digits.len() < last.len() { 16 } else { 10 };
    digits.chars().all(|c| c.is_digit(radix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let matches = |pattern: &str, name: &str| NamePattern::parse(pattern).unwrap().matches(&normal_name(name.as_bytes()).unwrap());
        assert!(matches("example.org", "EXAMPLE.org."));
        assert!(!matches("example.org", "a.example.org"));
        assert!(!matches("example.org", "example.org.evil.net"));
        assert!(matches("*.Example.org", "a.b.example.org"));
        assert!(!matches("*.example.org", "example.org"));
        assert!(!matches("*.example.org", "evilexample.org"));
        assert!(matches("*", "anything"));
        for bad in ["", "a*.b", "*.*.b", "a..b", "ex ample", "bücher.de", "127.1", "0x7f.1", "2130706433", "a.0x10", &"a".repeat(64)] {
            assert!(NamePattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_have_one_spelling() {
        assert_eq!(normal_name(b"A.b."), Some("a.b".to_owned()));
        for bad in [b"a\0.b".as_slice(), b"a..b", b".", b"", "a\u{3002}b".as_bytes(), b"a/b", b"a:1", b"[::1]", b"a b", b"a.b.."] {
            assert_eq!(normal_name(bad), None);
        }
    }
}
