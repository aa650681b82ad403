//! Why a document is no policy.

use std::fmt;

/// A field of a policy that cannot be what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Which: `volumes[2]`, `limits.memory`; empty when the text is no document at all.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl PolicyError {
    /// An error of a field.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> PolicyError {
        PolicyError { field: field.into(), reason: reason.into() }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.field, self.reason) }
    }
}

impl std::error::Error for PolicyError {}
