//! From a policy's volume to a file system.

use std::path::Path;
use std::sync::Arc;

use super::BuildError;
use crate::fs::{FileSystem, OneFile, ReadOnly};
use crate::host::HostDir;
use crate::{CopyOnWrite, Errno, Result, Volume, VolumeAccess};

/// Opens the host's side of a volume. A copy-on-write one has `room` bytes for what is changed.
///
/// # Errors
///
/// Which volume, and why: it is missing, it cannot be read, or it is neither a directory nor a regular file (`EACCES`).
pub(super) fn open(volume: &Volume, by_hand: bool, room: u64) -> std::result::Result<Arc<dyn FileSystem>, BuildError> {
    open_host(volume, by_hand, room).map_err(|errno| {
        let guest = String::from_utf8_lossy(&volume.guest);
        BuildError { errno, what: format!("the volume {} at {guest}", volume.host.display()) }
    })
}

fn open_host(volume: &Volume, by_hand: bool, room: u64) -> Result<Arc<dyn FileSystem>> {
    // The embedder's path: resolved by the host, links and all.
    let host = std::fs::canonicalize(&volume.host)?;
    let is_dir = std::fs::metadata(&host)?.is_dir();
    let wanted = if is_dir { rustix::fs::Access::READ_OK | rustix::fs::Access::EXEC_OK } else { rustix::fs::Access::READ_OK };
    rustix::fs::access(&host, wanted)?;
    if is_dir {
        return with_access(directory(&host, by_hand)?, volume.access, room, None);
    }
    let (Some(folder), Some(name)) = (host.parent(), host.file_name()) else {
        return Err(Errno::EINVAL);
    };
    with_access(directory(folder, by_hand)?, volume.access, room, Some(name.as_encoded_bytes()))
}

fn directory(path: &Path, by_hand: bool) -> Result<HostDir> {
    if by_hand { HostDir::open_by_hand(path) } else { HostDir::open(path) }
}

/// The directory, or one file of it, as the volume's access lets it be used.
fn with_access(dir: HostDir, access: VolumeAccess, room: u64, file: Option<&[u8]>) -> Result<Arc<dyn FileSystem>> {
    match access {
        VolumeAccess::ReadOnly => narrowed(ReadOnly::new(dir), file),
        VolumeAccess::ReadWrite => narrowed(dir, file),
        VolumeAccess::CopyOnWrite => narrowed(CopyOnWrite::with_limit(dir, room)?, file),
    }
}

fn narrowed(fs: impl FileSystem + 'static, file: Option<&[u8]>) -> Result<Arc<dyn FileSystem>> {
    match file {
        None => Ok(Arc::new(fs)),
        Some(name) => Ok(Arc::new(OneFile::new(fs, name)?)),
    }
}
