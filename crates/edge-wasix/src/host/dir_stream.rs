//! Directory listings with `getdents64`, a large buffer at a time.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{FileType, RawDir};

use crate::faults::{self, Call};
use crate::fs::{DirEntry, DirStream, EntryKind};
use crate::{Errno, Result};

const BUFFER: usize = 32 * 1024;

fn entry_kind(kind: FileType) -> EntryKind {
    match kind {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Dir,
        FileType::Symlink => EntryKind::Link,
        FileType::Fifo => EntryKind::Fifo,
        FileType::Socket => EntryKind::Socket,
        FileType::CharacterDevice => EntryKind::Char,
        FileType::BlockDevice => EntryKind::Block,
        FileType::Unknown => EntryKind::Unknown,
    }
}

/// Reads what is left of an open directory.
pub(crate) fn list(dir: impl AsFd) -> Result<Vec<DirEntry>> {
    let mut entries = Vec::new();
    let mut buffer = Vec::with_capacity(BUFFER);
    while fill(&dir, &mut buffer, &mut entries)? {}
    Ok(entries)
}

/// One buffer's worth of entries; false at the end.
fn fill(dir: &impl AsFd, buffer: &mut Vec<u8>, entries: &mut Vec<DirEntry>) -> Result<bool> {
    let spare: &mut [MaybeUninit<u8>] = buffer.spare_capacity_mut();
    let mut raw = RawDir::new(dir, spare);
    let mut any = false;
    loop {
        match faults::at(Call::ReadDir).map_or_else(|error| Some(Err(error)), |()| raw.next()) {
            None => return Ok(any),
            Some(Err(rustix::io::Errno::INTR)) => continue,
            Some(Err(error)) => return Err(Errno::from(error)),
            Some(Ok(entry)) => {
                any = true;
                let name = entry.file_name().to_bytes();
                if name != b"." && name != b".." {
                    entries.push(DirEntry { name: name.to_vec(), kind: entry_kind(entry.file_type()), ino: entry.ino() });
                }
            }
        }
        if raw.is_buffer_empty() {
            return Ok(true);
        }
    }
}

/// An open host directory. Entries come in the host's order; one that is added or removed meanwhile may or may
/// not be seen, as with `readdir(3)`.
pub(crate) struct HostDirStream {
    dir: OwnedFd,
    buffer: Vec<u8>,
    pending: std::vec::IntoIter<DirEntry>,
}

impl HostDirStream {
    pub(crate) fn new(dir: OwnedFd) -> HostDirStream {
        HostDirStream { dir, buffer: Vec::with_capacity(BUFFER), pending: Vec::new().into_iter() }
    }
}

impl DirStream for HostDirStream {
    fn read(&mut self, entries: &mut Vec<DirEntry>, max: usize) -> Result<usize> {
        let mut count = 0;
        while count < max {
            if let Some(entry) = self.pending.next() {
                entries.push(entry);
                count += 1;
                continue;
            }
            if count > 0 {
                break;
            }
            let mut more = Vec::new();
            if !fill(&self.dir, &mut self.buffer, &mut more)? {
                break;
            }
            self.pending = more.into_iter();
        }
        Ok(count)
    }
}
