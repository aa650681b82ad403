//! Changes of a file seen by asking for its status again and again (`uv_fs_poll_t`).

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use edge_wasix::{Errno, Result};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleCore, HandleKind, HandleState, impl_handle};
use crate::thread_pool::WorkLane;
use crate::timer::Timer;
use crate::work::{RequestKind, WorkError};

/// Gets the handle, the status now, and the last status that could be had (`None`: there was none).
type Callback<S> = Box<dyn Fn(&FsPoll, Result<&S>, Option<&S>)>;

/// One run from start to stop.
struct Watch<S> {
    handle: Weak<FsPollState>,
    interval: u64,
    run: u64,
    stat: Arc<dyn Fn() -> Result<S> + Send + Sync>,
    callback: Callback<S>,
    /// The last status that could be had.
    status: RefCell<Option<Rc<S>>>,
    /// The last answer, if it was an error.
    error: Cell<Option<Errno>>,
}

pub(crate) struct FsPollState {
    core: HandleCore,
    timer: Timer,
    /// Counts starts and stops: an answer of an earlier run is dropped.
    run: Cell<u64>,
    /// Keeps the watch for its owner to drop.
    watch: RefCell<Option<Rc<dyn Any>>>,
}

impl HandleState for FsPollState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        self.run.set(self.run.get() + 1);
        self.timer.close_quietly();
    }

    fn drop_callbacks(&self) {
        let watch = self.watch.borrow_mut().take();
        drop(watch);
    }
}

/// A file status watcher. Clones are the same handle.
#[derive(Clone)]
pub struct FsPoll(Rc<FsPollState>);
impl_handle!(FsPoll);

impl FsPoll {
    /// Makes a handle that is not started.
    pub fn new(owner: &Loop) -> FsPoll {
        let timer = Timer::new(owner);
        // The handle itself keeps the loop alive, not its clock.
        timer.unref();
        let state =
            Rc::new(FsPollState { core: HandleCore::new(owner, HandleKind::FsPoll), timer, run: Cell::new(0), watch: RefCell::new(None) });
        owner.adopt(state.clone());
        FsPoll(state)
    }

    /// Calls `stat` on the pool now and every `interval` ms (0 counts as 1), and `callback(handle, now, before)` when
    /// its result differs from the last one; the first status only begins the comparison, a first error is reported
    /// (`uv_fs_poll_start`). `before` is the last status that could be had. A started handle keeps what it has.
    ///
    /// # Errors
    /// `EINVAL` on a closing handle; what [`Loop::queue_work`] fails with.
    pub fn start<S: PartialEq + Send + 'static>(
        &self,
        interval: u64,
        stat: impl Fn() -> Result<S> + Send + Sync + 'static,
        callback: impl Fn(&FsPoll, Result<&S>, Option<&S>) + 'static,
    ) -> Result<()> {
        let owner = self.0.core.owner().filter(|_| !self.is_closing()).ok_or(Errno::EINVAL)?;
        if self.is_active() {
            return Ok(());
        }
        self.0.run.set(self.0.run.get() + 1);
        let watch = Rc::new(Watch {
            handle: Rc::downgrade(&self.0),
            interval: interval.max(1),
            run: self.0.run.get(),
            stat: Arc::new(stat),
            callback: Box::new(callback),
            status: RefCell::new(None),
            error: Cell::new(None),
        });
        ask(&owner, watch.clone())?;
        let old = self.0.watch.borrow_mut().replace(watch);
        drop(old);
        self.0.core.set_active(true);
        Ok(())
    }

    /// Stops (`uv_fs_poll_stop`); an answer that is under way is dropped.
    pub fn stop(&self) {
        self.0.run.set(self.0.run.get() + 1);
        self.0.timer.stop();
        self.0.core.set_active(false);
        self.0.drop_callbacks();
    }
}

fn ask<S: PartialEq + Send + 'static>(owner: &Loop, watch: Rc<Watch<S>>) -> Result<()> {
    let asked_at = owner.now();
    let stat = watch.stat.clone();
    owner.queue_work(
        RequestKind::Fs,
        WorkLane::Fast,
        move || stat(),
        move |owner, answer: Result<Result<S>, WorkError>| {
            let Some(handle) = watch.running() else {
                return;
            };
            watch.compare(&handle, answer.unwrap_or(Err(Errno::ECANCELED)));
            // Unless it was stopped or closed by the callback: at the next multiple of the interval.
            if watch.running().is_some() {
                let wait = watch.interval - (owner.now() - asked_at) % watch.interval;
                handle.0.timer.start(wait, 0, move |timer| {
                    if watch.running().is_some()
                        && let Some(owner) = timer.owner()
                        && ask(&owner, watch.clone()).is_err()
                    {
                        // No thread to be had: later, perhaps.
                        timer.restart(watch.interval, 0);
                    }
                });
            }
        },
    )?;
    Ok(())
}

impl<S: PartialEq> Watch<S> {
    /// The handle, if this run has not been stopped.
    fn running(&self) -> Option<FsPoll> {
        self.handle.upgrade().filter(|state| state.run.get() == self.run).map(FsPoll)
    }

    fn compare(&self, handle: &FsPoll, answer: Result<S>) {
        match answer {
            Ok(now) => {
                let now = Rc::new(now);
                let error = self.error.take();
                let before = self.status.borrow_mut().replace(now.clone());
                if error.is_some() || before.as_ref().is_some_and(|before| **before != *now) {
                    (self.callback)(handle, Ok(&now), before.as_deref());
                }
            }
            Err(error) => {
                if self.error.replace(Some(error)) != Some(error) {
                    let before = self.status.borrow().clone();
                    (self.callback)(handle, Err(error), before.as_deref());
                }
            }
        }
    }
}
