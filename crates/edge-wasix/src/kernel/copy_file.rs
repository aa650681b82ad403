//! `uv_fs_copyfile`.

use super::Kernel;
use crate::fs::{COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE, copy_contents};
use crate::limits::Limit;
use crate::{Errno, Result};

impl Kernel {
    /// Copies a file's contents and permission bits. `flags` are libuv's (`COPYFILE_EXCL` 1, `COPYFILE_FICLONE` 2,
    /// `COPYFILE_FICLONE_FORCE` 4); others are `EINVAL`. Copying a file onto itself does nothing. When the copy fails
    /// half way the destination is removed.
    pub fn copy_file(&self, from: &[u8], to: &[u8], flags: i32) -> Result<()> {
        if flags & !(COPYFILE_EXCL | COPYFILE_FICLONE | COPYFILE_FICLONE_FORCE) != 0 {
            return Err(Errno::EINVAL);
        }
        let source = self.open_file(from, libc::O_RDONLY, 0)?;
        let stat = source.stat()?;
        if stat.is_dir() {
            // Nothing is copied, but what is there already is said first, as libuv says it.
            let taken = flags & COPYFILE_EXCL != 0 && self.lstat(to).is_ok();
            return Err(if taken { Errno::EEXIST } else { Errno::EISDIR });
        }
        let exclusive = if flags & COPYFILE_EXCL != 0 { libc::O_EXCL } else { 0 };
        let target = self.open_file(to, libc::O_WRONLY | libc::O_CREAT | exclusive, stat.mode & 0o7777)?;
        let old = target.stat()?;
        if (old.dev, old.ino) == (stat.dev, stat.ino) {
            return Ok(());
        }
        let copy = || {
            target.truncate(0)?;
            self.meter.take(Limit::BytesWritten, stat.size)?;
            match target.chmod(stat.mode & 0o7777) {
                // Some network file systems have no modes.
                Err(Errno::EPERM) if old.mode & 0o7777 == stat.mode & 0o7777 => {}
                done => done?,
            }
            copy_contents(&*source, &*target, flags)
        };
        copy().inspect_err(|_| {
            let _ = self.unlink(to);
        })
    }
}
