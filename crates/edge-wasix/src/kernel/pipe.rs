//! Pipes.

use std::sync::Arc;

use rustix::pipe::{PipeFlags, pipe_with};

use super::{Fd, Kernel};
use crate::Result;
use crate::host::HostFile;

impl Kernel {
    /// `pipe2(2)` / `fd_pipe`: the reading and the writing descriptor.
    pub fn pipe(&self, nonblocking: bool) -> Result<(Fd, Fd)> {
        let flags = if nonblocking { PipeFlags::NONBLOCK } else { PipeFlags::empty() };
        let (read, write) = pipe_with(flags | PipeFlags::CLOEXEC)?;
        let read = self.fds.insert(Arc::new(HostFile::new(read).interruptible(&self.interrupt)))?;
        match self.fds.insert(Arc::new(HostFile::new(write).interruptible(&self.interrupt))) {
            Ok(write) => Ok((read, write)),
            Err(error) => {
                self.close(read)?;
                Err(error)
            }
        }
    }
}
