//! `_native.Snapshot`: an image of an environment, held by Python.

use edge_napi::ImageError;
use edge_node::{BootImage, native_table};
use edge_quickjs::QuickJs;
use edge_wasix::Errno;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// An environment as it was, to start any number of others from.
///
/// Args:
///     image: what `bytes()` gave. It is copied, and checked with its hash.
///
/// Raises:
///     ValueError: it is damaged, or was taken by another version of this package or on another kind of machine.
///     OSError: there is no memory for it.
#[pyclass(frozen, module = "edgejs._native")]
pub struct Snapshot {
    image: BootImage,
}

impl Snapshot {
    /// For the answer of a session.
    pub fn take(image: &[u8]) -> PyResult<Self> {
        let opened = QuickJs.image_from_bytes(image, native_table()).and_then(BootImage::check);
        let image = opened.map_err(|error| match error {
            ImageError::Io(errno) => PyOSError::new_err((errno, Errno::from_raw(errno).message())),
            other => PyValueError::new_err(other.to_string()),
        })?;
        Ok(Self { image })
    }

    /// What environments start from.
    pub fn image(&self) -> BootImage {
        self.image.clone()
    }
}

#[pymethods]
impl Snapshot {
    #[new]
    fn new(py: Python<'_>, image: &[u8]) -> PyResult<Self> {
        py.detach(|| Self::take(image))
    }

    /// All of it, as it is in a file.
    fn bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.image.image().bytes())
    }

    /// Its size in bytes.
    #[getter]
    fn size(&self) -> usize {
        self.image.image().bytes().len()
    }

    /// A hash of its content, 32 hexadecimal digits.
    #[getter]
    fn hash(&self) -> String {
        format!("{:032x}", self.image.image().content_hash())
    }
}
