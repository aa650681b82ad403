//! JSON texts of bytes that a guest chose.

/// The most bytes of one text; the rest is left out.
pub const LONGEST: usize = 4096;

/// Appends a JSON string: UTF-8 with replacement, control characters and line separators of all kinds as `\u`, cut at [`LONGEST`] bytes.
pub fn push_text(out: &mut String, bytes: &[u8]) {
    let cut = &bytes[..bytes.len().min(LONGEST)];
    out.push('"');
    for c in String::from_utf8_lossy(cut).chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Those beside the ASCII ones end lines, or turn the order of what is shown around.
            '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    if cut.len() < bytes.len() {
        out.push('…');
    }
    out.push('"');
}

/// Appends `,"name":` and a text.
pub fn push_field(out: &mut String, name: &str, bytes: &[u8]) {
    out.push_str(&format!(",\"{name}\":"));
    push_text(out, bytes);
}

/// Appends `,"name":` and a list of texts.
pub fn push_list<'a>(out: &mut String, name: &str, texts: impl Iterator<Item = &'a [u8]>) {
    out.push_str(&format!(",\"{name}\":["));
    for (index, text) in texts.enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_text(out, text);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_line() {
        let mut out = String::new();
        push_text(&mut out, "a\"\\\n\r\u{85}\u{2028}\u{202e}ä".as_bytes());
        assert_eq!(out, r#""a\"\\\u000a\u000d\u0085\u2028\u202eä""#);
        out.clear();
        push_text(&mut out, b"\xff\x00");
        assert_eq!(out, "\"\u{fffd}\\u0000\"");
        out.clear();
        push_text(&mut out, &[b'x'; LONGEST + 1]);
        assert_eq!(out.len(), LONGEST + 2 + '…'.len_utf8());
    }
}
