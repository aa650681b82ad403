//! From the host's structures to ours and back.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Gid, StatxFlags, Timestamps, UTIME_NOW, UTIME_OMIT, Uid};
use rustix::path::Arg;

use super::retry_as;
use crate::Result;
use crate::faults::Call;
use crate::fs::{SetTime, Stat, StatFs, Timespec};

/// `statx` with every field Node shows. An empty path with `AtFlags::EMPTY_PATH` is `fstat`.
pub(crate) fn host_stat(dirfd: impl AsFd, path: impl Arg + Copy, flags: AtFlags) -> Result<Stat> {
    let mask = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
    let x = retry_as(Call::Stat, || rustix::fs::statx(dirfd.as_fd(), path, flags, mask))?;
    let time = |t: rustix::fs::StatxTimestamp| Timespec { sec: t.tv_sec, nsec: t.tv_nsec };
    let has_birth = x.stx_mask & StatxFlags::BTIME.bits() != 0;
    Ok(Stat {
        dev: rustix::fs::makedev(x.stx_dev_major, x.stx_dev_minor),
        mode: u32::from(x.stx_mode),
        nlink: u64::from(x.stx_nlink),
        uid: x.stx_uid,
        gid: x.stx_gid,
        rdev: rustix::fs::makedev(x.stx_rdev_major, x.stx_rdev_minor),
        blksize: u64::from(x.stx_blksize),
        ino: x.stx_ino,
        size: x.stx_size,
        blocks: x.stx_blocks,
        atime: time(x.stx_atime),
        mtime: time(x.stx_mtime),
        ctime: time(x.stx_ctime),
        birthtime: if has_birth { time(x.stx_btime) } else { Timespec::default() },
    })
}

/// Only `st_mode`, which a file system can often answer without reading the rest.
pub(crate) fn host_mode(dirfd: impl AsFd, path: impl Arg + Copy, flags: AtFlags) -> Result<u32> {
    let x = retry_as(Call::Stat, || rustix::fs::statx(dirfd.as_fd(), path, flags, StatxFlags::TYPE | StatxFlags::MODE))?;
    Ok(u32::from(x.stx_mode))
}

pub(crate) fn host_statfs(s: &rustix::fs::StatFs) -> StatFs {
    StatFs {
        kind: s.f_type as u64,
        bsize: s.f_bsize as u64,
        blocks: s.f_blocks,
        bfree: s.f_bfree,
        bavail: s.f_bavail,
        files: s.f_files,
        ffree: s.f_ffree,
    }
}

pub(crate) fn timestamps(atime: SetTime, mtime: SetTime) -> Timestamps {
    let one = |t: SetTime| match t {
        SetTime::Omit => rustix::time::Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT as _ },
        SetTime::Now => rustix::time::Timespec { tv_sec: 0, tv_nsec: UTIME_NOW as _ },
        SetTime::At(t) => rustix::time::Timespec { tv_sec: t.sec, tv_nsec: i64::from(t.nsec) },
    };
    Timestamps { last_access: one(atime), last_modification: one(mtime) }
}

/// `u32::MAX` means "leave it" to `chown(2)`; Node passes -1 for that.
pub(crate) fn uid(id: Option<u32>) -> Option<Uid> {
    id.filter(|&id| id != u32::MAX).map(Uid::from_raw)
}

pub(crate) fn gid(id: Option<u32>) -> Option<Gid> {
    id.filter(|&id| id != u32::MAX).map(Gid::from_raw)
}
