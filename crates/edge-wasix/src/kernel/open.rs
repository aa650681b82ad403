//! `open`.

use std::sync::Arc;

use super::{Fd, Kernel, View};
use crate::audit::{Access, whole_asking};
use crate::fs::File;
use crate::{Errno, Result};

impl Kernel {
    /// `open(2)` / `path_open`: opens `path` with Linux's `O_*` flags and gives it the lowest free descriptor.
    /// `mode` (cut by the umask) is for a file that is made.
    pub fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Fd> {
        self.fds.insert(self.open_file(path, flags, mode)?)
    }

    /// As [`Kernel::open`], without a descriptor: for code that reads a file and forgets it.
    pub fn open_file(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        if self.observer().is_none() {
            return self.open_untold(path, flags, mode);
        }
        let makes = flags & libc::O_CREAT != 0 && !(self.tells_all() && self.exists_untold(path));
        let access = match flags & libc::O_ACCMODE != libc::O_RDONLY || flags & libc::O_TRUNC != 0 {
            _ if makes => Access::Create,
            true => Access::Write,
            false => Access::Read,
        };
        let opened = self.open_untold(path, flags, mode);
        self.told("open", access, path, opened)
    }

    /// Whether something is there, links not followed.
    fn exists_untold(&self, path: &[u8]) -> bool {
        whole_asking(|| self.lstat(path).is_ok()).unwrap_or(false)
    }

    fn open_untold(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        let mounts = match &self.view {
            View::Host(host) => return crate::fs::FileSystem::open(host, path, flags, mode),
            View::Mounts(mounts) => mounts,
        };
        let creates = flags & libc::O_CREAT != 0;
        let follow = flags & libc::O_NOFOLLOW == 0 && !(creates && flags & libc::O_EXCL != 0);
        let mode = mode & !self.umask();
        mounts.at(&self.cwd_bytes(), path, follow, |target| {
            if creates && target.wants_dir {
                // `open("name/", O_CREAT)` never makes anything.
                target.fs.mode(&target.path, false).map_err(|error| match error {
                    Errno::ENOENT => Errno::EISDIR,
                    error => error,
                })?;
            }
            match target.fs.open(&target.path, flags, mode) {
                // A link that was asked for by O_EXCL is there, whatever it points to.
                Err(Errno::ELOOP) if creates && flags & libc::O_EXCL != 0 => {
                    target.fs.mode(&target.path, false)?;
                    Err(Errno::EEXIST)
                }
                done => done,
            }
        })
    }
}
