//! Removing a whole tree.

use super::Kernel;
use crate::fs::EntryKind;
use crate::{Errno, Result};

impl Kernel {
    /// Removes a file, a link, or a directory with everything in it; links are removed, never followed. Returns how
    /// many names went. What somebody else removed meanwhile is no error; a missing `path` itself is `ENOENT`.
    pub fn remove_all(&self, path: &[u8]) -> Result<u64> {
        if !self.lstat(path)?.is_dir() {
            self.unlink(path)?;
            return Ok(1);
        }
        let mut removed = 0;
        // Directories to be emptied; one that is seen a second time is empty and goes itself. A list, because a guest
        // chooses how deep its trees are.
        let mut pending = vec![(path.to_vec(), false)];
        while let Some((dir, emptied)) = pending.pop() {
            if emptied {
                removed += gone(self.rmdir(&dir))?;
                continue;
            }
            let entries = match self.readdir(&dir) {
                Err(Errno::ENOENT) => continue,
                listed => listed?,
            };
            pending.push((dir.clone(), true));
            for entry in entries {
                let mut child = dir.clone();
                child.push(b'/');
                child.extend_from_slice(&entry.name);
                let is_dir = match entry.kind {
                    EntryKind::Dir => true,
                    EntryKind::Unknown => self.lstat(&child).is_ok_and(|stat| stat.is_dir()),
                    _ => false,
                };
                if is_dir {
                    pending.push((child, false));
                } else {
                    removed += gone(self.unlink(&child))?;
                }
            }
        }
        Ok(removed)
    }
}

/// 1 for a name that was removed, 0 for one that was gone already.
fn gone(result: Result<()>) -> Result<u64> {
    match result {
        Ok(()) => Ok(1),
        Err(Errno::ENOENT) => Ok(0),
        Err(error) => Err(error),
    }
}
