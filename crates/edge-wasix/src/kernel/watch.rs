//! Watching files for changes, by `inotify`.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::inotify;

use super::{Kernel, View};
use crate::audit::Access;
use crate::host::retry;
use crate::limits::{Charge, Limit};
use crate::{Errno, Result};

/// Names one watch of a [`FsWatcher`].
pub type WatchId = u64;

/// libuv's kinds of change, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum WatchKind {
    /// A name appeared, went or moved.
    Rename = 1,
    /// Contents or metadata changed.
    Change = 2,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent {
    pub id: WatchId,
    pub kind: WatchKind,
    /// The entry of a watched directory, or the last name of the watched path.
    pub name: Vec<u8>,
}

struct Watch {
    wd: i32,
    /// What events without a name of their own are called: the watched path's last component.
    name: Vec<u8>,
    /// It counts as an open file, though the system has one for all: there is no other limit to how many there are.
    _open: Charge,
}

/// A set of watches behind one host descriptor: a loop has one, polls its descriptor and calls
/// [`FsWatcher::read`] when it is readable. Needs `&mut`: it belongs to one loop.
pub struct FsWatcher {
    inotify: OwnedFd,
    watches: HashMap<WatchId, Watch>,
    next: WatchId,
}

impl FsWatcher {
    /// A watcher without watches. `EMFILE` when the user has too many.
    pub fn new() -> Result<FsWatcher> {
        let inotify = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
        Ok(FsWatcher { inotify, watches: HashMap::new(), next: 1 })
    }

    /// Starts watching a file or directory (not what is below it). A path watched twice reports twice. `EMFILE` over the limit of open
    /// files.
    pub fn add(&mut self, kernel: &Kernel, path: &[u8]) -> Result<WatchId> {
        let open = kernel.meter.charge(Limit::OpenFiles, 1)?;
        let flags = inotify::WatchFlags::ATTRIB
            | inotify::WatchFlags::CREATE
            | inotify::WatchFlags::MODIFY
            | inotify::WatchFlags::DELETE
            | inotify::WatchFlags::DELETE_SELF
            | inotify::WatchFlags::MOVE_SELF
            | inotify::WatchFlags::MOVED_FROM
            | inotify::WatchFlags::MOVED_TO;
        let fd = kernel.at(("watch", Access::Read), path, true, |fs, path| fs.watch_fd(path, true))?;
        let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
        let wd = retry(|| inotify::add_watch(&self.inotify, link.as_str(), flags))?;
        let id = self.next;
        self.next += 1;
        self.watches.insert(id, Watch { wd, name: last_name(path), _open: open });
        Ok(id)
    }

    /// Stops a watch; one that is gone already is no error.
    pub fn remove(&mut self, id: WatchId) {
        let Some(watch) = self.watches.remove(&id) else {
            return;
        };
        if !self.watches.values().any(|other| other.wd == watch.wd) {
            // Fails when the file was removed, which ended the watch as well.
            let _ = inotify::remove_watch(&self.inotify, watch.wd);
        }
    }

    /// Whether nothing is watched.
    pub fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// Appends what has changed since the last call; does not block.
    pub fn read(&mut self, events: &mut Vec<WatchEvent>) -> Result<()> {
        let mut buffer = [const { MaybeUninit::uninit() }; 4096];
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(rustix::io::Errno::INTR) => continue,
                Err(rustix::io::Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let flags = event.events();
            if flags.intersects(inotify::ReadFlags::IGNORED | inotify::ReadFlags::QUEUE_OVERFLOW) {
                continue;
            }
            let change = inotify::ReadFlags::ATTRIB | inotify::ReadFlags::MODIFY;
            let kinds = [
                (flags.intersects(change), WatchKind::Change),
                (flags.intersects(!(change | inotify::ReadFlags::ISDIR)), WatchKind::Rename),
            ];
            let mut ids: Vec<WatchId> = self.watches.iter().filter(|(_, watch)| watch.wd == event.wd()).map(|(id, _)| *id).collect();
            ids.sort_unstable();
            for id in ids {
                let own = event.file_name().map(|name| name.to_bytes().to_vec());
                let name = own.unwrap_or_else(|| self.watches[&id].name.clone());
                for (_, kind) in kinds.iter().filter(|(happened, _)| *happened) {
                    events.push(WatchEvent { id, kind: *kind, name: name.clone() });
                }
            }
        }
    }
}

impl AsFd for FsWatcher {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inotify.as_fd()
    }
}

impl Kernel {
    /// Whether a change in this path could ever be reported: false for memory file systems.
    pub fn can_watch(&self, path: &[u8]) -> bool {
        matches!(self.view, View::Host(_))
            || !matches!(self.at(("watch", Access::Read), path, true, |fs, p| fs.watch_fd(p, true)), Err(Errno::ENOSYS))
    }
}

fn last_name(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|&b| b != b'/').map_or(0, |last| last + 1);
    let start = path[..end].iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    path[start..end].to_vec()
}
