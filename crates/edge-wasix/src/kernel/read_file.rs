//! Reading a whole file at once.

use super::Kernel;
use crate::{Errno, Result};

impl Kernel {
    /// The contents of a regular file (or of anything readable to its end). `EISDIR` for a directory, `EFBIG` over
    /// `limit` bytes.
    pub fn read_file(&self, path: &[u8], limit: usize) -> Result<Vec<u8>> {
        let file = self.open_file(path, libc::O_RDONLY, 0)?;
        let stat = file.stat()?;
        if stat.is_dir() {
            return Err(Errno::EISDIR);
        }
        let size = if stat.is_file() { stat.size } else { 0 };
        if size > limit as u64 {
            return Err(Errno::EFBIG);
        }
        let mut contents = Vec::new();
        // One byte more, so that the read that finds the end does not make the vector grow.
        contents.try_reserve_exact(size as usize + 1).map_err(|_| Errno::ENOMEM)?;
        let mut len = 0;
        loop {
            if contents.capacity() - len < 1 {
                contents.try_reserve(len.max(32 * 1024)).map_err(|_| Errno::ENOMEM)?;
            }
            contents.resize(contents.capacity(), 0);
            let n = file.read(&mut contents[len..], None)?;
            len += n;
            contents.truncate(len);
            if n == 0 {
                return Ok(contents);
            }
            // A regular file that gave all it said it has needs no second read to say so.
            if stat.is_file() && size > 0 && len as u64 == size {
                return Ok(contents);
            }
            if len > limit {
                return Err(Errno::EFBIG);
            }
        }
    }

    /// Makes or replaces a file with these contents.
    pub fn write_file(&self, path: &[u8], contents: &[u8], flags: i32, mode: u32) -> Result<()> {
        let file = self.open_file(path, flags, mode)?;
        let mut rest = contents;
        while !rest.is_empty() {
            match self.write_to(&*file, rest)? {
                0 => return Err(Errno::EIO),
                n => rest = &rest[n..],
            }
        }
        Ok(())
    }
}
