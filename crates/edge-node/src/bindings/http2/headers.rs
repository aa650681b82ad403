//! Header fields as the library passes them: `[text, count]`, the text `name \0 value \0 flags` for each.

use crate::text::encode_string;
use edge_encoding::Encoding;
use edge_napi::{Env, Error, Result, Value};
use edge_nghttp2::HeaderField;

/// A list of header fields, and the text that they lie in.
pub struct HeaderList {
    text: Vec<u8>,
    count: usize,
}

impl HeaderList {
    /// Reads the library's list.
    pub fn read(env: Env, list: Value) -> Result<Self> {
        let text = env.get_index(list, 0)?;
        if !env.is_string(text)? {
            return Err(Error::invalid_arg_type("The \"headers\" argument must be a list of header fields"));
        }
        Ok(Self { text: encode_string(env, text, Encoding::Latin1)?, count: super::uint32(env, env.get_index(list, 1)?)? as usize })
    }

    /// The fields. When there are more than were counted, one had a zero in it: a field that nghttp2 refuses stands for all, as in Node.
    pub fn fields(&self) -> Vec<HeaderField<'_>> {
        let mut fields = Vec::new();
        let mut rest = self.text.as_slice();
        while let Some((name, after)) = split_zero(rest) {
            if fields.len() >= self.count {
                return vec![HeaderField { name: b"\0", value: b"\0", never_index: false }];
            }
            let Some((value, after)) = split_zero(after) else { break };
            let flags = after.first().copied().unwrap_or(0);
            fields.push(HeaderField { name, value, never_index: flags & HeaderField::NO_INDEX != 0 });
            rest = after.get(1..).unwrap_or_default();
        }
        fields
    }

    /// How many the library counted.
    pub const fn count(&self) -> usize {
        self.count
    }
}

fn split_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// The origins of an ORIGIN frame: each ends with a zero.
pub fn split_origins(text: &[u8], count: usize) -> Vec<&[u8]> {
    let mut origins: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
    origins.truncate(count);
    origins
}
