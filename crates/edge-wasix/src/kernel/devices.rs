//! A `/dev` for a closed kernel: what programs expect there, made here. Nothing of it is a device of the host.

use std::sync::{Arc, OnceLock, Weak};

use super::{Fd, Kernel};
use crate::fs::{DirEntry, EntryKind, File, FileSystem, SetTime, Stat, StatFs, Timespec};
use crate::{Errno, Result};

/// One of the devices, with Linux' minor number under major number 1.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Device {
    Null = 3,
    Zero = 5,
    Full = 7,
    Random = 8,
    Urandom = 9,
}

const DEVICES: [(&[u8], Device); 5] =
    [(b"null", Device::Null), (b"zero", Device::Zero), (b"full", Device::Full), (b"random", Device::Random), (b"urandom", Device::Urandom)];
const STANDARD: [(&[u8], Fd); 3] = [(b"stdin", 0), (b"stdout", 1), (b"stderr", 2)];
const DEV: u64 = 5;

/// The folder. It needs the kernel for `stdin`, `stdout`, `stderr` and `fd/N`: opening one is another number for the guest's own open
/// file, with the rights that has (`dup`), so nothing can be had that was not there.
pub(super) struct Devices {
    kernel: Arc<OnceLock<Weak<Kernel>>>,
}

/// What a path in it names.
enum Name {
    Root,
    Fds,
    Device(Device),
    Fd(Fd),
}

impl Devices {
    pub(super) fn new(kernel: Arc<OnceLock<Weak<Kernel>>>) -> Devices {
        Devices { kernel }
    }

    fn kernel(&self) -> Result<Arc<Kernel>> {
        self.kernel.get().and_then(Weak::upgrade).ok_or(Errno::ENOENT)
    }

    fn find(&self, path: &[u8]) -> Result<Name> {
        let first = path.split(|&byte| byte == b'/').next().unwrap_or(path);
        let rest = path.get(first.len() + 1..);
        if let Some(number) = rest.filter(|_| first == b"fd") {
            let digits = number.iter().all(u8::is_ascii_digit) && (number == b"0" || !number.starts_with(b"0"));
            let fd = std::str::from_utf8(number).ok().filter(|_| digits).and_then(|number| number.parse().ok());
            return match fd {
                Some(fd) if self.kernel()?.file(fd).is_ok() => Ok(Name::Fd(fd)),
                _ => Err(Errno::ENOENT),
            };
        }
        let name = match first {
            b"" => Name::Root,
            b"fd" => Name::Fds,
            name => {
                let device = DEVICES.iter().find(|(known, _)| *known == name).map(|(_, device)| Name::Device(*device));
                let standard = || STANDARD.iter().find(|(known, _)| *known == name).map(|(_, fd)| Name::Fd(*fd));
                device.or_else(standard).ok_or(Errno::ENOENT)?
            }
        };
        if rest.is_some() { Err(Errno::ENOTDIR) } else { Ok(name) }
    }

    /// The answer to a call that would change `path`.
    fn refuse<T>(&self, path: &[u8]) -> Result<T> {
        self.find(path)?;
        Err(Errno::EROFS)
    }

    /// The answer to a call that would make `path`.
    fn refuse_new(&self, path: &[u8]) -> Result<()> {
        match self.find(path) {
            Ok(_) => Err(Errno::EEXIST),
            Err(Errno::ENOENT) => Err(Errno::EROFS),
            Err(error) => Err(error),
        }
    }
}

fn directory(ino: u64) -> Stat {
    Stat { dev: DEV, mode: libc::S_IFDIR | 0o755, nlink: 2, blksize: 4096, ino, ..Stat::default() }
}

fn device_stat(device: Device) -> Stat {
    let minor = device as u64;
    let rdev = rustix::fs::makedev(1, minor as u32);
    Stat { dev: DEV, mode: libc::S_IFCHR | 0o666, nlink: 1, blksize: 4096, ino: minor, rdev, ..Stat::default() }
}

impl FileSystem for Devices {
    fn open(&self, path: &[u8], flags: i32, _mode: u32) -> Result<Arc<dyn File>> {
        let name = match self.find(path) {
            Err(Errno::ENOENT) if flags & libc::O_CREAT != 0 => return Err(Errno::EROFS),
            found => found?,
        };
        if flags & libc::O_CREAT != 0 && flags & libc::O_EXCL != 0 {
            return Err(Errno::EEXIST);
        }
        let changes = flags & libc::O_ACCMODE != libc::O_RDONLY || flags & libc::O_CREAT != 0;
        match name {
            Name::Root | Name::Fds if changes => Err(Errno::EISDIR),
            Name::Root => Ok(Arc::new(DeviceFile { device: None, stat: directory(1), flags })),
            Name::Fds => Ok(Arc::new(DeviceFile { device: None, stat: directory(2), flags })),
            _ if flags & libc::O_DIRECTORY != 0 => Err(Errno::ENOTDIR),
            Name::Device(device) => Ok(Arc::new(DeviceFile { device: Some(device), stat: device_stat(device), flags })),
            Name::Fd(fd) => self.kernel()?.file(fd).map_err(|_| Errno::ENOENT),
        }
    }

    fn stat(&self, path: &[u8], _follow: bool) -> Result<Stat> {
        match self.find(path)? {
            Name::Root => Ok(directory(1)),
            Name::Fds => Ok(directory(2)),
            Name::Device(device) => Ok(device_stat(device)),
            Name::Fd(fd) => self.kernel()?.fstat(fd).map_err(|_| Errno::ENOENT),
        }
    }

    fn readlink(&self, path: &[u8]) -> Result<Vec<u8>> {
        self.find(path)?;
        Err(Errno::EINVAL)
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<DirEntry>> {
        let entry = |name: &[u8], kind, ino| DirEntry { name: name.to_vec(), kind, ino };
        match self.find(path)? {
            Name::Root => {
                let devices = DEVICES.iter().map(|(name, device)| entry(name, EntryKind::Char, *device as u64));
                let open = STANDARD.iter().filter(|(name, _)| self.find(name).is_ok());
                let standard = open.map(|(name, fd)| entry(name, EntryKind::Unknown, 100 + *fd as u64));
                Ok(devices.chain(standard).chain([entry(b"fd", EntryKind::Dir, 2)]).collect())
            }
            Name::Fds => {
                let fds = self.kernel()?.open_fds();
                Ok(fds.into_iter().map(|fd| entry(fd.to_string().as_bytes(), EntryKind::Unknown, 100 + fd as u64)).collect())
            }
            Name::Device(_) | Name::Fd(_) => Err(Errno::ENOTDIR),
        }
    }

    fn mkdir(&self, path: &[u8], _mode: u32) -> Result<()> {
        self.refuse_new(path)
    }

    fn rmdir(&self, path: &[u8]) -> Result<()> {
        self.refuse(path)
    }

    fn unlink(&self, path: &[u8]) -> Result<()> {
        self.refuse(path)
    }

    fn rename(&self, from: &[u8], _to: &[u8]) -> Result<()> {
        self.refuse(from)
    }

    fn link(&self, from: &[u8], to: &[u8]) -> Result<()> {
        self.find(from)?;
        self.refuse_new(to)
    }

    fn symlink(&self, _target: &[u8], path: &[u8]) -> Result<()> {
        self.refuse_new(path)
    }

    fn truncate(&self, path: &[u8], _len: u64) -> Result<()> {
        match self.find(path)? {
            Name::Root | Name::Fds => Err(Errno::EISDIR),
            Name::Device(_) | Name::Fd(_) => Err(Errno::EINVAL),
        }
    }

    fn set_times(&self, path: &[u8], _atime: SetTime, _mtime: SetTime, _follow: bool) -> Result<()> {
        self.refuse(path)
    }

    fn access(&self, path: &[u8], mode: i32) -> Result<()> {
        match self.find(path)? {
            Name::Root | Name::Fds if mode & libc::W_OK != 0 => Err(Errno::EROFS),
            Name::Root | Name::Fds => Ok(()),
            Name::Device(_) | Name::Fd(_) if mode & libc::X_OK != 0 => Err(Errno::EACCES),
            Name::Device(_) | Name::Fd(_) => Ok(()),
        }
    }

    fn chmod(&self, path: &[u8], _mode: u32, _follow: bool) -> Result<()> {
        self.refuse(path)
    }

    fn chown(&self, path: &[u8], _uid: Option<u32>, _gid: Option<u32>, _follow: bool) -> Result<()> {
        self.refuse(path)
    }

    fn statfs(&self, path: &[u8]) -> Result<StatFs> {
        self.find(path)?;
        Ok(StatFs { kind: 0x0102_1994, bsize: 4096, ..StatFs::default() })
    }
}

/// An open device, or (without one) an open directory.
struct DeviceFile {
    device: Option<Device>,
    stat: Stat,
    flags: i32,
}

impl File for DeviceFile {
    fn read(&self, buf: &mut [u8], _offset: Option<u64>) -> Result<usize> {
        let device = self.device.ok_or(Errno::EISDIR)?;
        if self.flags & libc::O_ACCMODE == libc::O_WRONLY {
            return Err(Errno::EBADF);
        }
        match device {
            Device::Null => return Ok(0),
            Device::Zero | Device::Full => buf.fill(0),
            Device::Random | Device::Urandom => getrandom::fill(buf).map_err(|_| Errno::EIO)?,
        }
        Ok(buf.len())
    }

    fn write(&self, buf: &[u8], _offset: Option<u64>) -> Result<usize> {
        if self.flags & libc::O_ACCMODE == libc::O_RDONLY {
            return Err(Errno::EBADF);
        }
        match self.device {
            Some(Device::Full) if !buf.is_empty() => Err(Errno::ENOSPC),
            _ => Ok(buf.len()),
        }
    }

    fn seek(&self, _offset: i64, _whence: i32) -> Result<u64> {
        Ok(0)
    }

    fn stat(&self) -> Result<Stat> {
        let now = Timespec::now();
        Ok(Stat { atime: now, mtime: now, ctime: now, ..self.stat })
    }

    fn truncate(&self, _len: u64) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn sync(&self, _data_only: bool) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn chmod(&self, _mode: u32) -> Result<()> {
        Err(Errno::EROFS)
    }

    fn chown(&self, _uid: Option<u32>, _gid: Option<u32>) -> Result<()> {
        Err(Errno::EROFS)
    }

    fn set_times(&self, _atime: SetTime, _mtime: SetTime) -> Result<()> {
        Err(Errno::EROFS)
    }

    fn set_nonblocking(&self, _on: bool) -> Result<()> {
        Ok(())
    }

    fn flags(&self) -> Result<i32> {
        Ok(self.flags & (libc::O_ACCMODE | libc::O_APPEND | libc::O_NONBLOCK))
    }
}
