//! The Python module `edgejs._native`: a thin layer of PyO3 over the other crates, with no logic of its own.
//!
//! `python/edgejs/_native.pyi` is its interface; `stubtest` holds the two together in CI. Everything that can fail raises a
//! Python exception; nothing here panics on what Python code passes in.
//!
//! The same file is the executable `edge-node` (`executable.rs`), so that a wheel has the engine and Node's library once.

mod boundary;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod executable;
mod files;
mod line;
mod policy;
mod recipe;
mod session;
mod snapshot;
mod streams;
mod values;
mod workers;

use pyo3::prelude::*;

/// The process that this is, which `fork` changes.
fn process_id() -> u32 {
    edge_wasix::thread::current_process_id()
}

#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::files::Files;
    #[pymodule_export]
    use crate::policy::{check_policy, read_policy};
    #[pymodule_export]
    use crate::session::Function;
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::snapshot::Snapshot;

    /// How many threads run environments, or wait to.
    #[pyfunction]
    fn worker_threads() -> usize {
        crate::workers::count()
    }

    /// The version of the native half, which is the package's.
    #[pyfunction]
    fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Nanoseconds for each way across the boundary between JavaScript and native code, the best of five times `rounds`.
    #[pyfunction]
    fn measure_boundary(py: Python<'_>, rounds: u32) -> PyResult<Vec<(&'static str, f64)>> {
        py.detach(|| crate::boundary::measure(rounds)).map_err(pyo3::exceptions::PyRuntimeError::new_err)
    }
}
