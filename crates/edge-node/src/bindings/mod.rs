//! One file (or folder) per `internalBinding`, named as Node names it.

use crate::Binding;

mod symbols;

/// Every binding. One line each, in alphabetical order: merges stay easy.
pub const ALL: &[&Binding] = &[
    &symbols::BINDING,
];
