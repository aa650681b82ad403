//! [`Meta`]: what can change about a file in memory beside its contents.

use super::{SetTime, Timespec};

/// Rights, owner, names and times of a node that lives in memory.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) nlink: u64,
    pub(crate) atime: Timespec,
    pub(crate) mtime: Timespec,
    pub(crate) ctime: Timespec,
}

impl Meta {
    /// The contents (or names) changed now.
    pub(crate) fn changed(&mut self) {
        let now = Timespec::now();
        self.mtime = now;
        self.ctime = now;
    }

    pub(crate) fn chmod(&mut self, mode: u32) {
        self.mode = mode & 0o7777;
        self.ctime = Timespec::now();
    }

    /// -1 leaves one as it is, as in the system call.
    pub(crate) fn chown(&mut self, uid: Option<u32>, gid: Option<u32>) {
        self.uid = uid.filter(|&id| id != u32::MAX).unwrap_or(self.uid);
        self.gid = gid.filter(|&id| id != u32::MAX).unwrap_or(self.gid);
        self.ctime = Timespec::now();
    }

    pub(crate) fn set_times(&mut self, atime: SetTime, mtime: SetTime) {
        let now = Timespec::now();
        let pick = |set: SetTime, old: Timespec| match set {
            SetTime::Omit => old,
            SetTime::Now => now,
            SetTime::At(time) => time,
        };
        self.atime = pick(atime, self.atime);
        self.mtime = pick(mtime, self.mtime);
        self.ctime = now;
    }
}
