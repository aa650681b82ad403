//! Interrupted system calls start again, unless the signal came to end the program.

use crate::{Errno, Result};

/// Repeats a system call until it ends with something else than `EINTR`, or the thread was killed.
pub(crate) fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) if !crate::trap::is_killed() => continue,
            Err(error) => return Err(Errno::from(error)),
            Ok(value) => return Ok(value),
        }
    }
}
