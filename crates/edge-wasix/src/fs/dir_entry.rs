//! Directory listings.

use crate::Result;

/// The type of a directory entry, with libuv's numbers (Node's `UV_DIRENT_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EntryKind {
    Unknown = 0,
    File = 1,
    Dir = 2,
    Link = 3,
    Fifo = 4,
    Socket = 5,
    Char = 6,
    Block = 7,
}

impl EntryKind {
    /// From the file-type bits of `st_mode`.
    pub fn from_mode(mode: u32) -> EntryKind {
        match mode & libc::S_IFMT {
            libc::S_IFREG => EntryKind::File,
            libc::S_IFDIR => EntryKind::Dir,
            libc::S_IFLNK => EntryKind::Link,
            libc::S_IFIFO => EntryKind::Fifo,
            libc::S_IFSOCK => EntryKind::Socket,
            libc::S_IFCHR => EntryKind::Char,
            libc::S_IFBLK => EntryKind::Block,
            _ => EntryKind::Unknown,
        }
    }
}

/// One name in a directory. `.` and `..` are never listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    pub name: Vec<u8>,
    pub kind: EntryKind,
    pub ino: u64,
}

/// An open directory, read in portions.
pub trait DirStream: Send {
    /// Appends at most `max` further entries to `entries`; returns how many. 0 means the end.
    fn read(&mut self, entries: &mut Vec<DirEntry>, max: usize) -> Result<usize>;
}

/// A listing made at once, handed out in portions.
pub(crate) struct ListedDir(std::vec::IntoIter<DirEntry>);

impl ListedDir {
    pub(crate) fn new(entries: Vec<DirEntry>) -> ListedDir {
        ListedDir(entries.into_iter())
    }
}

impl DirStream for ListedDir {
    fn read(&mut self, entries: &mut Vec<DirEntry>, max: usize) -> Result<usize> {
        let before = entries.len();
        entries.extend(self.0.by_ref().take(max));
        Ok(entries.len() - before)
    }
}
