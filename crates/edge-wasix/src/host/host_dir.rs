//! One directory of the host as a file system: what a volume is made of.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Access, AtFlags, Mode, OFlags};

use super::beneath::Beneath;
use super::convert::{gid, host_mode, timestamps, uid};
use super::{HostDirStream, HostFile, host_stat, host_statfs, list, retry, retry_as};
use crate::faults::Call;
use crate::fs::{DirEntry, DirStream, File, FileSystem, SetTime, Stat, StatFs};
use crate::{Errno, Result};

/// The flags of `open` a guest may pass to the host: nothing that makes a special or unlinked file, nothing the
/// host might learn to mean something new.
const GUEST_FLAGS: i32 = libc::O_ACCMODE
    | libc::O_APPEND
    | libc::O_CREAT
    | libc::O_EXCL
    | libc::O_TRUNC
    | libc::O_DIRECTORY
    | libc::O_NOFOLLOW
    | libc::O_NONBLOCK
    | libc::O_SYNC
    | libc::O_DSYNC
    | libc::O_DIRECT
    | libc::O_NOATIME;

/// A directory of the host and everything below it, and nothing else.
///
/// Only regular files and directories can be opened; FIFOs, devices and sockets can be listed and removed, but
/// opening one is `EACCES`, so a guest can neither block the host nor reach a device. `/proc`, `/sys` and `/dev`
/// below the directory are refused altogether.
pub struct HostDir {
    beneath: Beneath,
    /// Device numbers of file systems below the directory whose files are not data but doors into the host.
    doors: Vec<u64>,
}

impl HostDir {
    /// Opens a directory of the host, by the host's own resolution: this is the embedder's path, not a guest's.
    pub fn open(path: impl AsRef<Path>) -> Result<HostDir> {
        HostDir::open_with(path.as_ref(), false)
    }

    /// As [`HostDir::open`], never using `openat2`: the rules are then kept by hand, as on a host without that call.
    pub fn open_by_hand(path: impl AsRef<Path>) -> Result<HostDir> {
        HostDir::open_with(path.as_ref(), true)
    }

    fn open_with(path: &Path, by_hand: bool) -> Result<HostDir> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = retry(|| rustix::fs::open(path, flags, Mode::empty()))?;
        let doors = doors_below(root.as_fd());
        Ok(HostDir { beneath: Beneath::new(root, by_hand), doors })
    }

    /// Calls `op` with the directory holding the last name, and that name. The root itself is `.` in itself.
    fn parent<R>(&self, path: &[u8], op: impl FnOnce(BorrowedFd<'_>, &[u8]) -> Result<R>) -> Result<R> {
        let (dir, name) = self.beneath.parent(path)?;
        let dir = dir.as_ref().map_or(self.beneath.root(), |dir| dir.as_fd());
        if !self.doors.is_empty() {
            self.check_door(host_stat(dir, c"", AtFlags::EMPTY_PATH)?.dev)?;
        }
        if name == b".." || name.contains(&b'/') {
            return Err(Errno::EACCES);
        }
        op(dir, if name.is_empty() { b"." } else { name })
    }

    /// As [`HostDir::parent`] for a name to be made or removed, which the root is not.
    fn entry<R>(&self, path: &[u8], op: impl FnOnce(BorrowedFd<'_>, &[u8]) -> Result<R>) -> Result<R> {
        if path.is_empty() {
            return Err(Errno::EBUSY);
        }
        self.parent(path, op)
    }

    fn check_door(&self, dev: u64) -> Result<()> {
        if self.doors.contains(&dev) { Err(Errno::EACCES) } else { Ok(()) }
    }

    /// A descriptor that only names the file.
    fn path_fd(&self, path: &[u8], follow: bool) -> Result<OwnedFd> {
        let nofollow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        let fd = self.beneath.open(path, OFlags::PATH | nofollow, Mode::empty())?;
        if !self.doors.is_empty() {
            self.check_door(host_stat(&fd, c"", AtFlags::EMPTY_PATH)?.dev)?;
        }
        Ok(fd)
    }

    fn dir_fd(&self, path: &[u8]) -> Result<OwnedFd> {
        let fd = self.beneath.open(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        if !self.doors.is_empty() {
            self.check_door(host_stat(&fd, c"", AtFlags::EMPTY_PATH)?.dev)?;
        }
        Ok(fd)
    }

    /// Opens a regular file or directory; anything else is refused without blocking.
    fn open_fd(&self, path: &[u8], flags: i32, mode: u32) -> Result<OwnedFd> {
        let flags = OFlags::from_bits_retain((flags & GUEST_FLAGS) as u32) | OFlags::NONBLOCK;
        if !self.doors.is_empty() {
            // Opening a device may already do something: look before.
            match self.path_fd(path, false) {
                Ok(fd) => check_openable(&fd)?,
                Err(Errno::ENOENT) => self.parent(path, |_, _| Ok(()))?,
                Err(error) => return Err(error),
            }
        }
        let fd = match self.beneath.open(path, flags, Mode::from_raw_mode(mode & 0o1777)) {
            // A FIFO without a reader, or a socket.
            Err(Errno::ENXIO) => return Err(Errno::EACCES),
            opened => opened?,
        };
        check_openable(&fd)?;
        Ok(fd)
    }
}

/// Regular files and directories only.
fn check_openable(fd: &OwnedFd) -> Result<()> {
    match host_mode(fd, c"", AtFlags::EMPTY_PATH)? & libc::S_IFMT {
        libc::S_IFREG | libc::S_IFDIR => Ok(()),
        libc::S_IFLNK => Err(Errno::ELOOP),
        _ => Err(Errno::EACCES),
    }
}

/// A link met where the caller wanted what it points to.
fn not_a_link(mode: u32) -> Result<()> {
    if mode & libc::S_IFMT == libc::S_IFLNK { Err(Errno::ELOOP) } else { Ok(()) }
}

impl FileSystem for HostDir {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        if flags & libc::O_TMPFILE == libc::O_TMPFILE {
            return Err(Errno::ENOTSUP);
        }
        Ok(Arc::new(HostFile::new(self.open_fd(path, flags, mode)?).without_set_id()))
    }

    fn stat(&self, path: &[u8], follow: bool) -> Result<Stat> {
        self.parent(path, |dir, name| {
            let stat = host_stat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            self.check_door(stat.dev)?;
            if follow {
                not_a_link(stat.mode)?;
            }
            Ok(stat)
        })
    }

    fn mode(&self, path: &[u8], follow: bool) -> Result<u32> {
        if !self.doors.is_empty() {
            return Ok(self.stat(path, follow)?.mode);
        }
        self.parent(path, |dir, name| {
            let mode = host_mode(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            if follow {
                not_a_link(mode)?;
            }
            Ok(mode)
        })
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        self.parent(path, |dir, name| Ok(retry_as(Call::Stat, || rustix::fs::readlinkat(dir, name, Vec::with_capacity(256)))?.into_bytes()))
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        list(self.dir_fd(path)?)
    }

    fn open_dir(&self, path: &[u8]) -> Result<Box<dyn DirStream>> {
        Ok(Box::new(HostDirStream::new(self.dir_fd(path)?)))
    }

    fn mkdir(&self, path: &[u8], mode: u32) -> Result<()> {
        self.entry(path, |dir, name| retry_as(Call::Change, || rustix::fs::mkdirat(dir, name, Mode::from_raw_mode(mode & 0o1777))))
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        self.entry(path, |dir, name| retry_as(Call::Change, || rustix::fs::unlinkat(dir, name, AtFlags::REMOVEDIR)))
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        self.entry(path, |dir, name| retry_as(Call::Change, || rustix::fs::unlinkat(dir, name, AtFlags::empty())))
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<()> {
        self.entry(from, |from_dir, from_name| {
            self.entry(to, |to_dir, to_name| retry_as(Call::Change, || rustix::fs::renameat(from_dir, from_name, to_dir, to_name)))
        })
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        self.entry(from, |from_dir, from_name| {
            self.entry(to, |to_dir, to_name| {
                retry_as(Call::Change, || rustix::fs::linkat(from_dir, from_name, to_dir, to_name, AtFlags::empty()))
            })
        })
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<()> {
        self.entry(path, |dir, name| retry_as(Call::Change, || rustix::fs::symlinkat(target, dir, name)))
    }

    fn truncate(&self, path: &[u8], len: u64) -> Result<()> {
        let fd = self.open_fd(path, libc::O_WRONLY, 0)?;
        retry_as(Call::Sync, || rustix::fs::ftruncate(&fd, len))
    }

    fn set_times(&self, path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()> {
        self.parent(path, |dir, name| {
            if follow {
                not_a_link(host_mode(dir, name, AtFlags::SYMLINK_NOFOLLOW)?)?;
            }
            // Swapped for a link since: then the link's own times are set, which is inside all the same.
            retry_as(Call::Change, || rustix::fs::utimensat(dir, name, &timestamps(atime, mtime), AtFlags::SYMLINK_NOFOLLOW))
        })
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        let fd = self.path_fd(path, true)?;
        through(&fd, |name| retry_as(Call::Stat, || rustix::fs::access(name, Access::from_bits_retain(mode as u32))))
    }

    fn chmod(&self, path: &[u8], mode: u32, follow: bool) -> Result<()> {
        if !follow {
            return Err(Errno::ENOTSUP);
        }
        let fd = self.path_fd(path, true)?;
        // A guest never makes set-id files on the host.
        through(&fd, |name| retry_as(Call::Change, || rustix::fs::chmod(name, Mode::from_raw_mode(mode & 0o1777))))
    }

    fn chown(&self, path: &[u8], owner: Option<u32>, group: Option<u32>, follow: bool) -> Result<()> {
        let fd = self.path_fd(path, follow)?;
        retry_as(Call::Change, || rustix::fs::chownat(&fd, c"", uid(owner), gid(group), AtFlags::EMPTY_PATH))
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        let fd = self.path_fd(path, true)?;
        Ok(host_statfs(&retry_as(Call::Stat, || rustix::fs::fstatfs(&fd))?))
    }

    fn watch_fd(&self, path: &[u8], follow: bool) -> Result<OwnedFd> {
        self.path_fd(path, follow)
    }
}

/// Some calls take no `O_PATH` descriptor; they reach the very same file through its name in `/proc`.
fn through<R>(fd: &OwnedFd, call: impl FnOnce(&str) -> Result<R>) -> Result<R> {
    call(&format!("/proc/self/fd/{}", fd.as_raw_fd()))
}

/// The pseudo file systems mounted at or below a directory.
fn doors_below(root: BorrowedFd<'_>) -> Vec<u64> {
    const DOORS: [&str; 12] =
        ["proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf", "mqueue", "configfs"];
    let Ok(path) = super::host_root::fd_path(root) else {
        return Vec::new();
    };
    let path = String::from_utf8_lossy(&path).trim_end_matches('/').to_string();
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return Vec::new();
    };
    let mut doors = Vec::new();
    for line in mounts.lines() {
        // 36 35 98:0 /root /point options [tags] - type source options
        let Some((head, tail)) = line.split_once(" - ") else {
            continue;
        };
        let kind = tail.split(' ').next().unwrap_or("");
        let mut fields = head.split(' ').skip(2);
        let (Some(device), _, Some(point)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let below = point.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // The directory may also lie inside one of them.
        let inside = path.strip_prefix(point.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_dev = point == "/dev" || point.starts_with("/dev/");
        if (below || inside)
            && (DOORS.contains(&kind) || (is_dev && kind == "tmpfs" && point == "/dev"))
            && let Some((major, minor)) = device.split_once(':')
            && let (Ok(major), Ok(minor)) = (major.parse(), minor.parse())
        {
            doors.push(rustix::fs::makedev(major, minor));
        }
    }
    doors
}
