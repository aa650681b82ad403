//! What a file system is: the traits [`FileSystem`] and [`File`], the plain values they exchange, and the
//! mount table that turns a guest's path into a file system and a path inside it.

mod copy_file;
mod dir_entry;
mod file;
mod file_system;
mod meta;
mod mounts;
mod one_file;
mod read_only;
mod stat;
mod time;

pub use copy_file::{COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE, copy_contents};
pub(crate) use dir_entry::ListedDir;
pub use dir_entry::{DirEntry, DirStream, EntryKind};
pub use file::{File, HandleType};
pub use file_system::FileSystem;
pub(crate) use meta::Meta;
pub use mounts::{Mounts, Target};
pub use one_file::OneFile;
pub use read_only::ReadOnly;
pub use stat::{Stat, StatFs};
pub use time::{SetTime, Timespec};

/// `open` flags, mode bits and access bits, with Linux's numbers (which are also Node's constants on Linux).
pub mod constants {
    pub use libc::{
        F_OK, O_ACCMODE, O_APPEND, O_CLOEXEC, O_CREAT, O_DIRECT, O_DIRECTORY, O_DSYNC, O_EXCL, O_NOATIME, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK,
        O_PATH, O_RDONLY, O_RDWR, O_SYNC, O_TMPFILE, O_TRUNC, O_WRONLY, R_OK, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG,
        S_IFSOCK, W_OK, X_OK,
    };
}
