//! The lines around an error, in the layout of swc's binding for Node (its theme is blanks and a caret).
//!
//! The place's own lines and one before and after. A place within a line is underlined with carets; of one that spans lines, the first
//! and the last are marked `>` in a margin of four columns.

use std::ops::Range;
use unicode_width::UnicodeWidthChar;

const TAB: usize = 4;

/// One line of the source: where it begins, its length with its line end, its text without.
struct Line<'a> {
    offset: usize,
    length: usize,
    text: &'a str,
}

impl Line<'_> {
    fn end(&self) -> usize {
        self.offset + self.length
    }
    /// Whether the place is to be seen on this line. An empty one takes up a byte.
    fn shows(&self, place: &Range<usize>) -> bool {
        let end = place.end.max(place.start + 1);
        (self.offset..self.end()).contains(&place.start)
            || (place.start < self.offset && end > self.end())
            || (end > self.offset && end <= self.end())
    }
    fn holds(&self, place: &Range<usize>) -> bool {
        place.start >= self.offset && place.end <= self.end()
    }
    /// Whether the place is seen on this line and on others.
    fn shows_a_part(&self, place: &Range<usize>) -> bool {
        let end = place.end.max(place.start + 1);
        self.shows(place) && !((self.offset..self.end()).contains(&place.start) && end > self.offset && end <= self.end())
    }
}

/// The snippet for the bytes `place` of `source`; every line ends with a line feed.
pub(crate) fn snippet(source: &str, place: Range<usize>) -> String {
    let lines = lines_around(source, &place);
    let margin = lines.iter().any(|line| !line.holds(&place) && line.shows_a_part(&place));
    let mut text = String::new();
    for line in &lines {
        if margin {
            let is_edge = place.start >= line.offset || (place.end >= line.offset && place.end <= line.end());
            text.push_str(if line.shows_a_part(&place) && is_edge { "  > " } else { "    " });
        }
        let mut column = 0;
        for c in line.text.chars() {
            let width = width(c, column);
            if c == '\t' {
                text.extend(std::iter::repeat_n(' ', width))
            } else {
                text.push(c)
            }
            column += width;
        }
        text.push('\n');
        if line.shows(&place) && line.holds(&place) {
            if margin {
                text.push_str("    ");
            }
            let start = column_of(line, place.start);
            let end = if place.is_empty() { start + 1 } else { column_of(line, place.end).max(start + 1) };
            text.extend(std::iter::repeat_n(' ', start));
            text.extend(std::iter::repeat_n('^', end - start));
            text.push('\n');
        }
    }
    text
}

/// The lines that the place touches, one before and one after. A last line without text is none.
fn lines_around<'a>(source: &'a str, place: &Range<usize>) -> Vec<Line<'a>> {
    let start = clamp(source, place.start);
    let end = clamp(source, place.end).max(start);
    let line_start = |at: usize| source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = |at: usize| source[at..].find('\n').map_or(source.len(), |newline| at + newline);
    let first = line_start(start);
    let first = if first == 0 { 0 } else { line_start(first - 1) };
    let last = line_end(end);
    let last = if last == source.len() { last } else { line_end(last + 1) };
    let mut offset = first;
    let mut lines = Vec::new();
    for piece in source[first..last].split_inclusive('\n') {
        // A carriage return alone is text, also at the end of what is shown.
        let text = piece.strip_suffix("\r\n").or_else(|| piece.strip_suffix('\n')).unwrap_or(piece);
        lines.push(Line { offset, length: piece.len(), text });
        offset += piece.len();
    }
    lines
}

fn clamp(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Column of a byte of the line; what lies past its text is one column past it.
fn column_of(line: &Line<'_>, at: usize) -> usize {
    let index = at - line.offset;
    let mut column = 0;
    for (place, c) in line.text.char_indices() {
        if place >= index {
            return column;
        }
        column += width(c, column);
    }
    if index > line.text.len() { column + 1 } else { column }
}

fn width(c: char, column: usize) -> usize {
    if c == '\t' { TAB - column % TAB } else { c.width().unwrap_or(0) }
}
