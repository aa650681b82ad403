//! `mkdtemp`.

use super::Kernel;
use crate::{Errno, Result};

const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

impl Kernel {
    /// `mkdtemp(3)`: makes a directory only its owner can use, named by `template` with its last six `X` replaced.
    /// Returns the name. `EINVAL` when the template does not end in `XXXXXX`.
    pub fn mkdtemp(&self, template: &[u8]) -> Result<Vec<u8>> {
        let prefix = template.strip_suffix(b"XXXXXX").ok_or(Errno::EINVAL)?;
        for _ in 0..100 {
            let mut random = [0; 6];
            self.random_fill(&mut random)?;
            let mut path = prefix.to_vec();
            path.extend(random.iter().map(|&byte| LETTERS[usize::from(byte) % LETTERS.len()]));
            match self.mkdir(&path, 0o700) {
                Err(Errno::EEXIST) => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(path),
            }
        }
        Err(Errno::EEXIST)
    }
}
