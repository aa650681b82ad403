//! Environment variables. They are the kernel's own: the host process's are never changed.

use std::sync::PoisonError;

use super::Kernel;
use crate::{Errno, Result};

impl Kernel {
    /// The value of a variable.
    pub fn getenv(&self, name: &[u8]) -> Option<Vec<u8>> {
        let env = self.env.read().unwrap_or_else(PoisonError::into_inner);
        env.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    /// Sets a variable. `EINVAL` for an empty name, one with `=`, or a NUL anywhere.
    pub fn setenv(&self, name: &[u8], value: &[u8]) -> Result<()> {
        if name.is_empty() || name.contains(&b'=') || name.contains(&0) || value.contains(&0) {
            return Err(Errno::EINVAL);
        }
        let mut env = self.env.write().unwrap_or_else(PoisonError::into_inner);
        match env.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value.to_vec(),
            None => env.push((name.to_vec(), value.to_vec())),
        }
        Ok(())
    }

    /// Removes a variable; one that is not there is no error.
    pub fn unsetenv(&self, name: &[u8]) {
        self.env.write().unwrap_or_else(PoisonError::into_inner).retain(|(key, _)| key != name);
    }

    /// All variables, in the order they were set.
    pub fn environ(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.env.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of all variables.
    pub fn env_names(&self) -> Vec<Vec<u8>> {
        self.env.read().unwrap_or_else(PoisonError::into_inner).iter().map(|(key, _)| key.clone()).collect()
    }
}
