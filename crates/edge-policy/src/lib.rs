//! One policy, four spellings: Python's `edgejs.Policy`, a TOML or JSON file, the flags of `edge-node`, and Node's own `--permission`
//! flags all become one [`Document`], and the document becomes an [`edge_wasix::Policy`].
//!
//! It knows no JavaScript and makes no decision: what a kernel allows is decided in `edge-wasix`, from the `Policy` this makes. It may use
//! `edge-wasix` and nothing else of ours.
//!
//! # Invariants
//!
//! * A field that is not known is an error, never passed over: a misspelt limit would be no limit.
//! * An empty document grants nothing but a writable folder in memory, `/tmp`.
//! * [`Document::to_json`] of what was read reads the same again.
//!
//! # How it fails
//!
//! With a [`PolicyError`] that names the field (`volumes[2]`, `limits.memory`) and says why, in words for a person.

#![forbid(unsafe_code)]

mod document;
mod error;
mod explain;
mod grants;
mod learn;
mod network;
mod script;
mod toml_text;
mod volume;

pub use document::Document;
pub use error::PolicyError;
pub use explain::{Explanation, KINDS, line_of};
pub use learn::{Learning, learn};
pub use network::parse_rule;
pub use script::Script;
pub use volume::VolumeRule;
