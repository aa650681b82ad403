//! What a sandboxed run is told by the one that starts it: the document, and the script that is in memory only.

use crate::{Document, PolicyError};

/// A program's only file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The guest's folder it is in.
    pub folder: String,
    /// Its name there.
    pub name: String,
    pub contents: Vec<u8>,
}

impl Document {
    /// The document and the script as bytes, for [`Document::from_handover`].
    pub fn to_handover(&self, script: Option<&Script>) -> Vec<u8> {
        // JSON has no NUL, nor have paths.
        let mut bytes = self.to_json().into_bytes();
        if let Some(script) = script {
            for part in [script.folder.as_bytes(), script.name.as_bytes(), &script.contents] {
                bytes.push(0);
                bytes.extend_from_slice(part);
            }
        }
        bytes
    }

    /// Reads what [`Document::to_handover`] wrote.
    ///
    /// # Errors
    /// As [`Document::from_json`].
    pub fn from_handover(bytes: &[u8]) -> Result<(Document, Option<Script>), PolicyError> {
        let mut parts = bytes.splitn(4, |&byte| byte == 0);
        let text = |part: Option<&[u8]>| String::from_utf8_lossy(part.unwrap_or_default()).into_owned();
        let document = Document::from_json(&text(parts.next()))?;
        let Some(folder) = parts.next() else { return Ok((document, None)) };
        let script = Script { folder: text(Some(folder)), name: text(parts.next()), contents: parts.next().unwrap_or_default().to_vec() };
        Ok((document, Some(script)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let document = Document { volumes: vec!["/a:/b:rw".to_owned()], ..Document::default() };
        let script = Script { folder: "/app".to_owned(), name: "a.js".to_owned(), contents: b"1\0\xff".to_vec() };
        for script in [None, Some(script)] {
            assert_eq!(Document::from_handover(&document.to_handover(script.as_ref())), Ok((document.clone(), script)));
        }
    }
}
