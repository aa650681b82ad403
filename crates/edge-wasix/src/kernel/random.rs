//! Random bytes.

use super::Kernel;
use crate::{Errno, Result};

impl Kernel {
    /// Fills `buf` with cryptographically secure random bytes (`random_get`).
    pub fn random_fill(&self, buf: &mut [u8]) -> Result<()> {
        Self::random_fill_for_process(buf)
    }

    /// The same for a library that is set up once for all kernels of the process (OpenSSL's own generator).
    pub fn random_fill_for_process(buf: &mut [u8]) -> Result<()> {
        getrandom::fill(buf).map_err(|_| Errno::EIO)
    }
}
