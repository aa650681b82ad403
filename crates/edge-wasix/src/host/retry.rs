//! Interrupted system calls start again, unless the signal came to end the program.

use crate::faults::{self, Call};
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

/// As [`retry`], for a call that tests can make fail.
pub(crate) fn retry_as<T>(kind: Call, mut call: impl FnMut() -> rustix::io::Result<T>) -> Result<T> {
    retry(|| {
        faults::at(kind)?;
        call()
    })
}
