//! Child processes (`uv_process_t`).

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use edge_wasix::poll::Readiness;
use edge_wasix::{Child, ChildExit, Errno, Result};

use crate::event_loop::Loop;
use crate::handle::{HandleCore, HandleKind, HandleState, impl_handle};
use crate::io_watcher::{IoTarget, IoWatcher};

/// The number that every Linux has for it.
const SIGKILL: i32 = 9;

type Callback = Box<dyn FnOnce(&Process, ChildExit)>;

pub(crate) struct ProcessState {
    core: HandleCore,
    child: OnceCell<Child>,
    ended: Cell<bool>,
    watcher: RefCell<Option<IoWatcher>>,
    callback: RefCell<Option<Callback>>,
}

impl HandleState for ProcessState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        let watcher = self.watcher.borrow_mut().take();
        drop(watcher);
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

impl IoTarget for ProcessState {
    fn on_ready(self: Rc<Self>, _owner: &Loop, _readiness: Readiness) {
        let Some(exit) = self.child.get().and_then(Child::try_wait) else { return };
        self.ended.set(true);
        self.stop_to_close();
        self.core.set_active(false);
        let callback = self.callback.borrow_mut().take();
        if let Some(callback) = callback {
            callback(&Process(self), exit);
        }
    }
}

/// A process handle. Clones are the same handle. Active while its child runs.
#[derive(Clone)]
pub struct Process(Rc<ProcessState>);
impl_handle!(Process);

impl Process {
    /// Makes a handle without a process.
    pub fn new(owner: &Loop) -> Process {
        let state = Rc::new(ProcessState {
            core: HandleCore::new(owner, HandleKind::Process),
            child: OnceCell::new(),
            ended: Cell::new(false),
            watcher: RefCell::new(None),
            callback: RefCell::new(None),
        });
        owner.adopt(state.clone());
        Process(state)
    }

    /// Takes charge of a child; `on_exit` is called once, when it has ended (`uv_spawn`'s second half). Closing the handle before that leaves the
    /// child running and the callback uncalled.
    ///
    /// # Errors
    /// `EINVAL` on a closing handle and on one that has a child.
    pub fn start(&self, child: Child, on_exit: impl FnOnce(&Process, ChildExit) + 'static) -> Result<()> {
        let owner = self.0.core.owner().filter(|_| !self.0.core.is_closing()).ok_or(Errno::EINVAL)?;
        let fd = child.exit_fd().clone();
        let target: Weak<ProcessState> = Rc::downgrade(&self.0);
        let watcher = IoWatcher::new(&owner, fd, target);
        if let Err(errno) = watcher.set_interest(Readiness::READABLE) {
            // Nobody would hear of its end, and the caller is told that there is no child.
            let _ = child.kill(SIGKILL);
            return Err(errno);
        }
        self.0.child.set(child).map_err(|_| Errno::EINVAL)?;
        self.0.watcher.replace(Some(watcher));
        self.0.callback.replace(Some(Box::new(on_exit)));
        self.0.core.set_active(true);
        Ok(())
    }

    /// The child's process id; 0 for none.
    pub fn pid(&self) -> i32 {
        self.0.child.get().map_or(0, Child::pid)
    }

    /// Sends a signal to the child (`uv_process_kill`).
    ///
    /// # Errors
    /// `ESRCH` without a child and after its end, `EINVAL` for a number that is no signal, `EPERM`.
    pub fn kill(&self, signum: i32) -> Result<()> {
        match self.0.child.get() {
            Some(child) if !self.0.ended.get() => child.kill(signum),
            _ => Err(Errno::ESRCH),
        }
    }
}
