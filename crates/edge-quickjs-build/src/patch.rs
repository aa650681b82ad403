//! Applies unified diffs without fuzz: every line of context must be there to the letter. Lines may have moved.

/// Applies `diff` to the files (name, text) that it names. Names are compared without folders (`a/`, `b/`).
pub fn apply(diff: &str, files: &mut [(String, String)]) -> Result<(), String> {
    let mut lines = diff.lines().enumerate().peekable();
    let mut target: Option<usize> = None;
    let mut drift = 0isize;
    let mut hunks = 0;
    while let Some((number, line)) = lines.next() {
        if let Some(name) = line.strip_prefix("+++ ") {
            let name = name.split('\t').next().unwrap_or(name).trim();
            let name = name.rsplit('/').next().unwrap_or(name);
            let index = files.iter().position(|(have, _)| have == name);
            target = Some(index.ok_or_else(|| format!("line {}: no file {name}", number + 1))?);
            drift = 0;
        } else if let Some(header) = line.strip_prefix("@@ ") {
            let (start, mut old_left, mut new_left) =
                parse_header(header).ok_or_else(|| format!("line {}: not a hunk header", number + 1))?;
            let (mut old, mut new) = (Vec::new(), Vec::new());
            while old_left > 0 || new_left > 0 {
                let (at, line) = lines.next().ok_or("the diff ends inside a hunk")?;
                let (mark, text) = if line.is_empty() { (" ", "") } else { line.split_at_checked(1).unwrap_or(("?", "")) };
                let (in_old, in_new) = match mark {
                    " " => (true, true),
                    "-" => (true, false),
                    "+" => (false, true),
                    "\\" => continue,
                    _ => return Err(format!("line {}: not a line of a hunk", at + 1)),
                };
                if in_old {
                    old.push(text);
                    old_left = old_left.checked_sub(1).ok_or_else(|| format!("line {}: hunk too long", at + 1))?;
                }
                if in_new {
                    new.push(text);
                    new_left = new_left.checked_sub(1).ok_or_else(|| format!("line {}: hunk too long", at + 1))?;
                }
            }
            let (name, text) = &mut files[target.ok_or_else(|| format!("line {}: hunk without a file", number + 1))?];
            drift += replace(text, &old, &new, start, drift)
                .ok_or_else(|| format!("line {}: this hunk does not apply to {name}", number + 1))?;
            hunks += 1;
        }
    }
    if hunks == 0 { Err("no hunk in it".into()) } else { Ok(()) }
}

/// `-12,3 +12,4 @@ …` → (12, 3, 4).
fn parse_header(header: &str) -> Option<(usize, usize, usize)> {
    let mut parts = header.split(' ');
    let old = parts.next()?.strip_prefix('-')?;
    let new = parts.next()?.strip_prefix('+')?;
    let (start, old) = old.split_once(',').unwrap_or((old, "1"));
    let new = new.split_once(',').map_or("1", |(_, count)| count);
    Some((start.parse().ok()?, old.parse().ok()?, new.parse().ok()?))
}

/// Puts `new` where `old` stands, nearest to line `start` + `drift`; answers by how much the place was off.
fn replace(text: &mut String, old: &[&str], new: &[&str], start: usize, drift: isize) -> Option<isize> {
    let lines: Vec<&str> = text.lines().collect();
    // A hunk without old lines names the line *before* the insertion.
    let first = if old.is_empty() { start } else { start.checked_sub(1)? };
    let last = lines.len().checked_sub(old.len())?;
    let expected = first.checked_add_signed(drift)?;
    let at = (0..=last).filter(|&at| lines[at..at + old.len()] == *old).min_by_key(|at| at.abs_diff(expected))?;
    let mut result = String::with_capacity(text.len() + 4096);
    for line in lines[..at].iter().chain(new).chain(&lines[at + old.len()..]) {
        result.push_str(line);
        result.push('\n');
    }
    *text = result;
    Some(at as isize - first as isize - drift + new.len() as isize - old.len() as isize)
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn moved_hunks_apply_and_changed_context_does_not() {
        let mut files = vec![("a.c".to_owned(), "0\nx\n1\n2\n3\n".to_owned())];
        let diff = "--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n";
        apply(diff, &mut files).unwrap();
        assert_eq!(files[0].1, "0\nx\n1\ntwo\n3\n");
        assert!(apply(diff, &mut files).unwrap_err().contains("does not apply"));
        assert!(apply("--- a/b.c\n+++ b/b.c\n@@ -1 +1 @@\n-1\n+2\n", &mut files).is_err());
    }
}
