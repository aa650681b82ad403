//! The table of values between Python and [`edge_node::Datum`], by value in both directions.
//!
//! From Python only what the table names is looked at, by type: no attribute of an object is walked, and no method of a class outside of
//! the table is called (buffers excepted: what has one says so itself).

mod from_python;
mod to_python;

pub use from_python::ReadError;
pub use from_python::{fault_of, read, read_args};
pub use to_python::error;
pub use to_python::write;

use crate::session::Hooks;
use pyo3::prelude::*;

/// The exception for an object that was not read.
pub fn from_python_error(py: Python<'_>, error: ReadError, hooks: &Hooks) -> PyErr {
    match error {
        ReadError::Raised(error) => error,
        ReadError::Uncrossable(error) => hooks.uncrossable(py, &error),
    }
}
