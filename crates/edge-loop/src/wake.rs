//! The loop as other threads see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use edge_wasix::Result;
use edge_wasix::waker::Waker;

use crate::event_loop::Loop;

pub(crate) type Posted = Box<dyn FnOnce(&Loop) + Send>;

#[derive(Default)]
struct Queues {
    /// The loop is gone: nothing is taken any more.
    disconnected: bool,
    asyncs: Vec<u64>,
    posted: Vec<Posted>,
    /// Requests whose work ended, was cancelled or panicked.
    finished: Vec<u64>,
}

/// What a loop shares with other threads.
pub(crate) struct LoopShared {
    pub(crate) waker: Waker,
    stop: AtomicBool,
    terminated: AtomicBool,
    queues: Mutex<Queues>,
}

impl LoopShared {
    pub(crate) fn new() -> Result<Arc<LoopShared>> {
        Ok(Arc::new(LoopShared {
            waker: Waker::new()?,
            stop: AtomicBool::new(false),
            terminated: AtomicBool::new(false),
            queues: Mutex::default(),
        }))
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        // No code of ours panics while it holds the lock; and the queues are sound after any push.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub(crate) fn clear_stop(&self) {
        self.stop.store(false, Ordering::Release);
    }

    pub(crate) fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Acquire) || self.is_terminated()
    }

    pub(crate) fn terminate(&self) {
        self.terminated.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(crate) fn is_terminated(&self) -> bool {
        self.terminated.load(Ordering::Acquire)
    }

    /// A queue that was not empty has woken the loop already, and is taken whole after the wake is drained.
    fn wake_if(&self, first: bool) {
        if first {
            self.waker.wake();
        }
    }

    pub(crate) fn push_async(&self, id: u64) {
        let mut queues = self.queues();
        if !queues.disconnected {
            let first = queues.asyncs.is_empty();
            queues.asyncs.push(id);
            drop(queues);
            self.wake_if(first);
        }
    }

    pub(crate) fn push_finished(&self, id: u64) {
        let mut queues = self.queues();
        if !queues.disconnected {
            let first = queues.finished.is_empty();
            queues.finished.push(id);
            drop(queues);
            self.wake_if(first);
        }
    }

    /// Gives the closure back when the loop is gone.
    fn push_posted(&self, posted: Posted) -> std::result::Result<(), Posted> {
        let mut queues = self.queues();
        if queues.disconnected {
            return Err(posted);
        }
        let first = queues.posted.is_empty();
        queues.posted.push(posted);
        drop(queues);
        self.wake_if(first);
        Ok(())
    }

    pub(crate) fn take_asyncs(&self) -> Vec<u64> {
        let mut ids = std::mem::take(&mut self.queues().asyncs);
        // In the order in which the handles were made, as libuv walks them, whoever was sent to first.
        ids.sort_unstable();
        ids
    }

    pub(crate) fn take_posted(&self) -> Vec<Posted> {
        std::mem::take(&mut self.queues().posted)
    }

    pub(crate) fn take_finished(&self) -> Vec<u64> {
        std::mem::take(&mut self.queues().finished)
    }

    pub(crate) fn drop_queues(&self) {
        let old = std::mem::take(&mut *self.queues());
        drop(old);
    }

    pub(crate) fn disconnect(&self) {
        let old = std::mem::replace(&mut *self.queues(), Queues { disconnected: true, ..Queues::default() });
        drop(old);
    }
}

/// The door to a loop from other threads. Clones are the same door; it may outlive the loop, and then does nothing.
#[derive(Clone)]
pub struct LoopHandle {
    pub(crate) shared: Arc<LoopShared>,
}

impl LoopHandle {
    /// Ends the loop's wait in the poll phase, now or the next time.
    pub fn wake(&self) {
        self.shared.waker.wake();
    }

    /// Runs `callback` on the loop's thread in its poll phase, in the order of posting. It does not keep the loop
    /// alive: a loop that has ended runs it when it is run again. Returns false (and drops the closure, here) when the
    /// loop is gone.
    pub fn post(&self, callback: impl FnOnce(&Loop) + Send + 'static) -> bool {
        self.shared.push_posted(Box::new(callback)).is_ok()
    }

    /// [`Loop::stop`] from anywhere.
    pub fn stop(&self) {
        self.shared.set_stop();
        self.shared.waker.wake();
    }

    /// Stops the loop for good: the present run ends after its turn, each later run returns at once and
    /// the loop is not alive. For kills; clean up with [`Loop::abandon`]. Blocking writes of streams end within 50 ms;
    /// other blocking calls are the kernel's to interrupt.
    pub fn terminate(&self) {
        self.shared.terminate();
    }

    /// Whether [`terminate`](LoopHandle::terminate) was called.
    pub fn is_terminated(&self) -> bool {
        self.shared.is_terminated()
    }
}

impl std::fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoopHandle").field("terminated", &self.is_terminated()).finish_non_exhaustive()
    }
}
