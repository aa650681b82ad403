//! File metadata.

use super::Timespec;

/// Metadata of a file (`stat`, `lstat`, `fstat`), every field that Node's `fs.Stats` shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    pub dev: u64,
    /// File type and permission bits, as `st_mode`.
    pub mode: u32,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u64,
    pub blksize: u64,
    pub ino: u64,
    pub size: u64,
    /// Allocated blocks of 512 bytes.
    pub blocks: u64,
    pub atime: Timespec,
    pub mtime: Timespec,
    pub ctime: Timespec,
    /// Creation time; zero where the file system records none.
    pub birthtime: Timespec,
}

impl Stat {
    /// The file-type bits of `mode` (`S_IFREG`, `S_IFDIR`, …).
    pub fn file_type(&self) -> u32 {
        self.mode & libc::S_IFMT
    }

    pub fn is_dir(&self) -> bool {
        self.file_type() == libc::S_IFDIR
    }

    pub fn is_file(&self) -> bool {
        self.file_type() == libc::S_IFREG
    }

    pub fn is_symlink(&self) -> bool {
        self.file_type() == libc::S_IFLNK
    }

    /// The 18 numbers of Node's `statValues` array, in its order: dev, mode, nlink, uid, gid, rdev, blksize,
    /// ino, size, blocks, then atime, mtime, ctime, birthtime as (seconds, nanoseconds).
    pub fn node_fields(&self) -> [i64; 18] {
        [
            self.dev as i64,
            i64::from(self.mode),
            self.nlink as i64,
            i64::from(self.uid),
            i64::from(self.gid),
            self.rdev as i64,
            self.blksize as i64,
            self.ino as i64,
            self.size as i64,
            self.blocks as i64,
            self.atime.sec,
            i64::from(self.atime.nsec),
            self.mtime.sec,
            i64::from(self.mtime.nsec),
            self.ctime.sec,
            i64::from(self.ctime.nsec),
            self.birthtime.sec,
            i64::from(self.birthtime.nsec),
        ]
    }
}

/// Figures of a file system (`statfs`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatFs {
    /// The file system's magic number.
    pub kind: u64,
    pub bsize: u64,
    pub blocks: u64,
    pub bfree: u64,
    pub bavail: u64,
    pub files: u64,
    pub ffree: u64,
}

impl StatFs {
    /// The 7 numbers of Node's `statFsValues` array, in its order.
    pub fn node_fields(&self) -> [u64; 7] {
        [self.kind, self.bsize, self.blocks, self.bfree, self.bavail, self.files, self.ffree]
    }
}
