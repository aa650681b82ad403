//! `_native.Files`: an environment's files for Python, over [`edge_wasix::HostView`]. Paths are absolute and bytes.

use crate::line::Line;
use edge_wasix::{Errno, Kernel};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;

/// The files of an environment as it sees them, until it is closed. Nothing of it waits for the environment.
#[pyclass(frozen, module = "edgejs._native")]
pub struct Files {
    pub(crate) line: Arc<Line>,
}

impl Files {
    fn at<T: Send>(&self, py: Python<'_>, path: &[u8], run: impl FnOnce(&Kernel) -> Result<T, Errno> + Send) -> PyResult<T> {
        let closed = || PyValueError::new_err("the runtime is closed");
        let kernel = self.line.kernel().filter(|_| self.line.is_of_this_process()).ok_or_else(closed)?;
        py.detach(|| run(&kernel)).map_err(|errno| {
            // The class that belongs to the number is found by `OSError` itself.
            PyOSError::new_err((errno.raw(), errno.message(), String::from_utf8_lossy(path).into_owned()))
        })
    }
}

#[pymethods]
impl Files {
    /// The contents of a file of at most `limit` bytes.
    fn read<'py>(&self, py: Python<'py>, path: &[u8], limit: usize) -> PyResult<Bound<'py, PyBytes>> {
        let contents = self.at(py, path, |kernel| kernel.host_view().read(path, limit))?;
        Ok(PyBytes::new(py, &contents))
    }

    /// Makes or replaces a file, and the folders above it.
    fn write(&self, py: Python<'_>, path: &[u8], contents: &[u8]) -> PyResult<()> {
        self.at(py, path, |kernel| kernel.host_view().write(path, contents))
    }

    /// The names in a folder, sorted.
    fn names<'py>(&self, py: Python<'py>, path: &[u8]) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let entries = self.at(py, path, |kernel| kernel.host_view().list(path))?;
        Ok(entries.iter().map(|entry| PyBytes::new(py, &entry.name)).collect())
    }

    /// Makes a folder and those above it.
    fn mkdir(&self, py: Python<'_>, path: &[u8]) -> PyResult<()> {
        self.at(py, path, |kernel| kernel.host_view().mkdir(path))
    }

    /// Removes a file, or a folder with everything in it; how many names went.
    fn remove(&self, py: Python<'_>, path: &[u8]) -> PyResult<u64> {
        self.at(py, path, |kernel| kernel.host_view().remove(path))
    }

    /// Whether something is there; a link that leads nowhere is not.
    fn exists(&self, py: Python<'_>, path: &[u8]) -> PyResult<bool> {
        self.at(py, path, |kernel| match kernel.stat(path) {
            Ok(_) => Ok(true),
            Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(false),
            Err(errno) => Err(errno),
        })
    }

    /// What was changed in copy-on-write volumes: `(path, "added" | "changed" | "removed")`.
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Vec<(Bound<'py, PyBytes>, &'static str)>> {
        let changes = self.at(py, b"/", |kernel| kernel.host_view().changes())?;
        Ok(changes.iter().map(|change| (PyBytes::new(py, &change.path), change.kind.name())).collect())
    }
}
