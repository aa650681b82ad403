//! Interrupted system calls start again.

use crate::{Errno, Result};

/// Repeats a system call until it ends with something else than `EINTR`.
pub(crate) fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(Errno::from(error)),
            Ok(value) => return Ok(value),
        }
    }
}
