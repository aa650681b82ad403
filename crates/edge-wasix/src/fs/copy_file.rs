//! Copying the contents of one open file to another, with `uv_fs_copyfile`'s flags.

use super::File;
use crate::host::retry;
use crate::{Errno, Result};

/// Fail when the destination exists.
pub const COPYFILE_EXCL: i32 = 1;
/// Share the blocks if the file system can, else copy.
pub const COPYFILE_FICLONE: i32 = 2;
/// Share the blocks or fail.
pub const COPYFILE_FICLONE_FORCE: i32 = 4;

/// Copies `source` (from its start) to `target` (empty): a reflink if asked for, else by the host kernel where both
/// are host files, else through a buffer.
///
/// # Errors
///
/// `ENOTSUP` (or what the host says) when `COPYFILE_FICLONE_FORCE` cannot be had; any read or write error.
pub fn copy_contents(source: &dyn File, target: &dyn File, flags: i32) -> Result<()> {
    if let (Some(from), Some(to)) = (source.host_fd(), target.host_fd()) {
        if flags & (COPYFILE_FICLONE | COPYFILE_FICLONE_FORCE) != 0 {
            match rustix::fs::ioctl_ficlone(to, from) {
                Ok(()) => return Ok(()),
                Err(error) if flags & COPYFILE_FICLONE_FORCE != 0 => {
                    let error = Errno::from(error);
                    // What libuv makes of a file system without reflinks.
                    return Err(if error == Errno::ENOTTY { Errno::ENOTSUP } else { error });
                }
                Err(_) => {}
            }
        }
        let mut copied = false;
        loop {
            match retry(|| rustix::fs::copy_file_range(from, None, to, None, 1 << 30)) {
                Ok(0) if copied => return Ok(()),
                // Some virtual files answer 0 although they have contents: the plain loop knows.
                Ok(0) => break,
                Ok(_) => copied = true,
                Err(error) if copied => return Err(error),
                Err(_) => break,
            }
        }
    } else if flags & COPYFILE_FICLONE_FORCE != 0 {
        return Err(Errno::ENOTSUP);
    }
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let n = source.read(&mut buffer, None)?;
        if n == 0 {
            return Ok(());
        }
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            let written = target.write(rest, None)?;
            if written == 0 {
                return Err(Errno::EIO);
            }
            rest = &rest[written..];
        }
    }
}
