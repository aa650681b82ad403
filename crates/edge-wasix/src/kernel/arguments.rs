//! The program's arguments.

use super::Kernel;

/// The host process's own arguments, the program's name first.
pub fn host_args() -> Vec<Vec<u8>> {
    std::env::args_os().map(std::os::unix::ffi::OsStringExt::into_vec).collect()
}

/// A variable of the host process's own environment.
pub fn host_variable(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(std::os::unix::ffi::OsStringExt::into_vec)
}

impl Kernel {
    /// The arguments the kernel was built with, the program's name first.
    pub fn args(&self) -> &[Vec<u8>] {
        &self.args
    }
}
