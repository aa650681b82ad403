//! `execve`.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use super::{ChildProgram, Kernel, View};
use crate::{Errno, Result};

impl Kernel {
    /// Replaces the host process by another program; returns only when that failed. Descriptors 0 to 2 are handed on,
    /// others are not. `ENOTSUP` unless the policy grants the host's processes, and its files or every program.
    pub fn execve(&self, path: &[u8], args: &[Vec<u8>], env: &[Vec<u8>]) -> Result<std::convert::Infallible> {
        let sees_the_host = matches!(self.view, View::Host(_)) || self.policy.grants_any_program();
        if !sees_the_host || !self.policy.grants_host_processes() {
            let program = ChildProgram { file: path.to_vec(), args: args.to_vec(), ..ChildProgram::default() };
            self.tell_command("execve", &program, Err(Errno::ENOTSUP));
            return Err(Errno::ENOTSUP);
        }
        let text = |bytes: &[u8]| CString::new(bytes).map_err(|_| Errno::EINVAL);
        let path = text(path)?;
        let args = args.iter().map(|arg| text(arg)).collect::<Result<Vec<_>>>()?;
        let env = env.iter().map(|entry| text(entry)).collect::<Result<Vec<_>>>()?;
        let pointers =
            |list: &[CString]| -> Vec<*const libc::c_char> { list.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect() };
        let (args_ptr, env_ptr) = (pointers(&args), pointers(&env));
        let cwd = self.cwd()?;
        rustix::process::chdir(std::ffi::OsStr::from_bytes(&cwd))?;
        self.tty_reset_mode();
        // SAFETY: the lists end with null and their strings live until the call returns, if it does.
        unsafe { libc::execve(path.as_ptr(), args_ptr.as_ptr(), env_ptr.as_ptr()) };
        Err(Errno::last())
    }
}
