//! The texts of one message's head, collected from llhttp's pieces: names and values one after the other in one buffer.

use edge_napi::{Env, Result, Value};

/// Names and values, alternating.
#[derive(Default)]
pub struct Headers {
    bytes: Vec<u8>,
    /// Where each name or value ends.
    ends: Vec<usize>,
}

impl Headers {
    /// Forgets all; keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Pairs that are there, the last perhaps without its value.
    #[must_use]
    pub fn fields(&self) -> usize {
        self.ends.len().div_ceil(2)
    }

    /// Whether the next piece of a name begins a new one.
    #[must_use]
    pub fn at_pair_end(&self) -> bool {
        self.ends.len() % 2 == 0
    }

    /// A piece of a name.
    pub fn add_field(&mut self, piece: &[u8]) {
        let begins = self.at_pair_end();
        self.add(piece, begins);
    }

    /// A piece of a value.
    pub fn add_value(&mut self, piece: &[u8]) {
        let begins = !self.at_pair_end();
        self.add(piece, begins);
    }

    fn add(&mut self, piece: &[u8], begins: bool) {
        self.bytes.extend_from_slice(piece);
        if begins {
            self.ends.push(self.bytes.len());
        } else if let Some(end) = self.ends.last_mut() {
            *end = self.bytes.len();
        }
    }

    /// The flat array that the library takes; values without the blanks at their end.
    pub fn to_array(&self, env: Env) -> Result<Value> {
        let mut values = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for (index, &end) in self.ends[..self.ends.len() / 2 * 2].iter().enumerate() {
            let mut text = &self.bytes[start..end];
            if index % 2 == 1 {
                while let [rest @ .., b' ' | b'\t'] = text {
                    text = rest;
                }
            }
            values.push(env.string_latin1(text)?);
            start = end;
        }
        env.array_from(&values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_names_and_values() {
        let mut headers = Headers::default();
        headers.add_field(b"Ho");
        headers.add_field(b"st");
        headers.add_value(b"a");
        headers.add_value(b"b  ");
        assert!(headers.at_pair_end());
        headers.add_field(b"X");
        assert_eq!((headers.fields(), headers.at_pair_end()), (2, false));
        headers.add_value(b"");
        assert_eq!(headers.ends, [4, 8, 9, 9]);
    }
}
