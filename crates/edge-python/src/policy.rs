//! Policies, checked where they mean something: `edgejs.Policy` asks these before it exists.

use edge_policy::{Document, PolicyError};
use edge_wasix::{Kernel, Policy, Stdio};
use pyo3::prelude::*;

fn told(error: PolicyError) -> (String, String) {
    (error.field, error.reason)
}

/// What is wrong with a policy, given as its JSON document: the field and the reason. None when it can be. `base` is the folder that
/// relative paths start from.
#[pyfunction]
pub fn check_policy(py: Python<'_>, document: &str, base: &str) -> Option<(String, String)> {
    py.detach(|| {
        let document = match Document::from_json(document) {
            Ok(document) => document,
            Err(error) => return Some(told(error)),
        };
        match Kernel::builder().policy(Policy::open()).stdio(Stdio::None).build() {
            Ok(host) => document.policy(&host, base.as_bytes()).err().map(told),
            Err(errno) => Some((String::new(), errno.message().to_owned())),
        }
    })
}

/// A policy file's text as a JSON document with every field; or the field and the reason why it is none.
#[pyfunction]
pub fn read_policy(text: &str, is_json: bool) -> (Option<String>, Option<(String, String)>) {
    let document = if is_json { Document::from_json(text) } else { Document::from_toml(text) };
    match document {
        Ok(document) => (Some(document.to_json()), None),
        Err(error) => (None, Some(told(error))),
    }
}
