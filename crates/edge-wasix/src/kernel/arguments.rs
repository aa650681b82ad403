//! The program's arguments.

use super::Kernel;

impl Kernel {
    /// The arguments the kernel was built with, the program's name first.
    pub fn args(&self) -> &[Vec<u8>] {
        &self.args
    }
}
