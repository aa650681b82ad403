//! Opening a path below a directory of the host without ever leaving it.
//!
//! The paths that get here contain no `..` and should contain no links ([`crate::fs::FileSystem`]'s contract); both
//! rules are enforced again, by the host kernel (`openat2`) or, where that call is missing or forbidden, one
//! component at a time.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};

use super::retry_as;
use crate::faults::Call;
use crate::{Errno, Result};

/// A directory, and how to open what is below it.
pub(super) struct Beneath {
    root: OwnedFd,
    /// `openat2` is not there (Linux before 5.6, some seccomp filters), or must not be used (tests).
    by_hand: AtomicBool,
}

impl Beneath {
    pub(super) fn new(root: OwnedFd, by_hand: bool) -> Beneath {
        Beneath { root, by_hand: AtomicBool::new(by_hand) }
    }

    pub(super) fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    /// Opens `path` (relative, no `..`), failing with `ELOOP` on a symbolic link anywhere in it, the end included
    /// (unless `flags` say `O_PATH | O_NOFOLLOW`, which opens the link itself).
    pub(super) fn open(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd> {
        // openat2 is strict: O_PATH goes with few flags, and a mode only with what makes a file.
        let extra = if flags.contains(OFlags::PATH) { OFlags::CLOEXEC } else { OFlags::CLOEXEC | OFlags::NOCTTY };
        let flags = flags | extra;
        let mode = if flags.intersects(OFlags::CREATE) { mode } else { Mode::empty() };
        let path = if path.is_empty() { b".".as_slice() } else { path };
        // A path that is somehow not what the contract says must not reach the host.
        if path.split(|&b| b == b'/').any(|name| name.is_empty() || name == b"..") {
            return Err(Errno::EACCES);
        }
        if !self.by_hand.load(Ordering::Relaxed) {
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
            match retry_as(Call::Open, || rustix::fs::openat2(self.root(), path, flags, mode, resolve)) {
                // Only the absence of the call itself; a policy filter answers EPERM to everything.
                Err(Errno::ENOSYS) => self.by_hand.store(true, Ordering::Relaxed),
                Err(Errno::EPERM) if self.openat2_is_forbidden() => self.by_hand.store(true, Ordering::Relaxed),
                // A concurrent rename somewhere on the host made the kernel unsure: the caller starts over.
                Err(Errno::EAGAIN) => return Err(Errno::ELOOP),
                Err(Errno::EXDEV) => return Err(Errno::EACCES),
                done => return done,
            }
        }
        self.open_by_hand(path, flags, mode)
    }

    /// The directory that holds `path`'s last name, opened (`None` when it is the root), and that name.
    pub(super) fn parent<'a>(&self, path: &'a [u8]) -> Result<(Option<OwnedFd>, &'a [u8])> {
        match path.iter().rposition(|&b| b == b'/') {
            None => Ok((None, path)),
            Some(slash) => {
                let dir = self.open(&path[..slash], OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
                Ok((Some(dir), &path[slash + 1..]))
            }
        }
    }

    fn openat2_is_forbidden(&self) -> bool {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        rustix::fs::openat2(self.root(), c".", flags, Mode::empty(), ResolveFlags::BENEATH).is_err()
    }

    fn open_by_hand(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd> {
        let mut names = path.split(|&b| b == b'/').peekable();
        let mut dir: Option<OwnedFd> = None;
        while let Some(name) = names.next() {
            let at = dir.as_ref().map_or(self.root(), |dir| dir.as_fd());
            if names.peek().is_some() {
                let step = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let next = retry_as(Call::Open, || rustix::fs::openat(at, name, step, Mode::empty())).map_err(|e| why(at, name, e))?;
                dir = Some(next);
                continue;
            }
            let opened = retry_as(Call::Open, || rustix::fs::openat(at, name, flags | OFlags::NOFOLLOW, mode));
            return match opened {
                // O_PATH with O_NOFOLLOW opens a link; only who asked for that gets one.
                Ok(fd) if flags.contains(OFlags::PATH) && !flags.contains(OFlags::NOFOLLOW) && is_link(&fd) => Err(Errno::ELOOP),
                done => done.map_err(|error| why(at, name, error)),
            };
        }
        Err(Errno::ENOENT)
    }
}

fn is_link(fd: &OwnedFd) -> bool {
    rustix::fs::fstat(fd).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
}

/// With `O_DIRECTORY | O_NOFOLLOW` a link is `ENOTDIR`; this tells it from a file.
fn why(at: BorrowedFd<'_>, name: &[u8], error: Errno) -> Errno {
    if error != Errno::ENOTDIR {
        return error;
    }
    match rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => Errno::ELOOP,
        _ => error,
    }
}
