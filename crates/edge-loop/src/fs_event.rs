//! Changes of files as the system reports them (`uv_fs_event_t`, inotify).

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use edge_wasix::poll::{HostFd, Readiness};
use edge_wasix::{Errno, FsWatcher, Kernel, Result, WatchEvent, WatchId, WatchKind};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleCore, HandleKind, HandleState, impl_handle};
use crate::io_watcher::{IoTarget, IoWatcher};

/// A loop's one watcher, there from the first handle's start on.
pub(crate) struct FsWatches {
    watcher: RefCell<FsWatcher>,
    handles: RefCell<HashMap<WatchId, Rc<FsEventState>>>,
    /// Dropped first would be as well: it has a descriptor of its own.
    io: IoWatcher,
}

impl FsWatches {
    /// The loop's, made if there is none.
    fn of(owner: &Loop) -> Result<Rc<FsWatches>> {
        if let Some(watches) = &*owner.inner.fs_watches.borrow() {
            return Ok(watches.clone());
        }
        let watcher = FsWatcher::new()?;
        let fd = HostFd::share(&watcher)?;
        let watches = Rc::new_cyclic(|me: &Weak<FsWatches>| FsWatches {
            watcher: RefCell::new(watcher),
            handles: RefCell::default(),
            io: IoWatcher::new(owner, fd, me.clone()),
        });
        watches.io.set_interest(Readiness::READABLE)?;
        *owner.inner.fs_watches.borrow_mut() = Some(watches.clone());
        Ok(watches)
    }

    /// The system's watcher stays until the loop's end, as libuv's does: closing one takes Linux some ten milliseconds.
    fn remove(&self, id: WatchId) {
        let removed = self.handles.borrow_mut().remove(&id);
        self.watcher.borrow_mut().remove(id);
        drop(removed);
    }
}

impl IoTarget for FsWatches {
    fn on_ready(self: Rc<Self>, _owner: &Loop, _readiness: Readiness) {
        let mut events: Vec<WatchEvent> = Vec::new();
        let outcome = self.watcher.borrow_mut().read(&mut events);
        for event in events {
            let handle = self.handles.borrow().get(&event.id).cloned();
            if let Some(handle) = handle {
                handle.report(Ok((event.kind, &event.name)));
            }
        }
        if let Err(error) = outcome {
            let handles: Vec<_> = self.handles.borrow().values().cloned().collect();
            for handle in handles {
                handle.report(Err(error));
            }
        }
    }
}

type Callback = Rc<dyn Fn(&FsEvent, Result<(WatchKind, &[u8])>)>;

pub(crate) struct FsEventState {
    core: HandleCore,
    watch: Cell<Option<WatchId>>,
    callback: RefCell<Option<Callback>>,
}

impl FsEventState {
    fn report(self: Rc<Self>, event: Result<(WatchKind, &[u8])>) {
        let callback = self.callback.borrow().clone();
        if let Some(callback) = callback {
            callback(&FsEvent(self), event);
        }
    }
}

impl HandleState for FsEventState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        if let Some(id) = self.watch.take()
            && let Some(owner) = self.core.owner()
        {
            let watches = owner.inner.fs_watches.borrow().clone();
            if let Some(watches) = watches {
                watches.remove(id);
            }
        }
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

/// A file change handle. Clones are the same handle.
#[derive(Clone)]
pub struct FsEvent(Rc<FsEventState>);
impl_handle!(FsEvent);

impl FsEvent {
    /// Makes a handle that is not started.
    pub fn new(owner: &Loop) -> FsEvent {
        let state = Rc::new(FsEventState {
            core: HandleCore::new(owner, HandleKind::FsEvent),
            watch: Cell::new(None),
            callback: RefCell::new(None),
        });
        owner.adopt(state.clone());
        FsEvent(state)
    }

    /// Calls `callback` with the kind of change and the name for each change of the file, or of the entries of the
    /// directory, at the guest's `path` (`uv_fs_event_start`).
    ///
    /// # Errors
    /// `EINVAL` on a started or closing handle; what resolving the path fails with; `ENOSPC` when the user has too
    /// many watches, `ENOSYS` where changes cannot be watched (memory file systems).
    pub fn start(&self, kernel: &Kernel, path: &[u8], callback: impl Fn(&FsEvent, Result<(WatchKind, &[u8])>) + 'static) -> Result<()> {
        let owner = self.owner().filter(|_| !self.is_closing() && !self.is_active()).ok_or(Errno::EINVAL)?;
        let watches = FsWatches::of(&owner)?;
        let added = watches.watcher.borrow_mut().add(kernel, path);
        match added {
            Ok(id) => {
                watches.handles.borrow_mut().insert(id, self.0.clone());
                self.0.watch.set(Some(id));
                let old = self.0.callback.borrow_mut().replace(Rc::new(callback));
                drop(old);
                self.0.core.set_active(true);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Stops the calls (`uv_fs_event_stop`).
    pub fn stop(&self) {
        self.0.stop_to_close();
        self.0.core.set_active(false);
    }
}
