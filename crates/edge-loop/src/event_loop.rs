//! The loop itself: its state, its liveness, its ends.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use edge_wasix::Result;
use edge_wasix::clock;
use edge_wasix::limits::Meter;
use edge_wasix::net::SpareFd;
use edge_wasix::poll::{PollEvent, PollSet, Readiness};

use crate::async_handle::AsyncState;
use crate::fs_event::FsWatches;
use crate::handle::{self, HandleInfo, HandleState};
use crate::io_watcher::IoTable;
use crate::loop_watcher::WatcherQueue;
use crate::metrics::{Metrics, MetricsCells};
use crate::signal_handle::Signals;
use crate::thread_pool::ThreadPool;
use crate::timer_heap::TimerHeap;
use crate::wake::{LoopHandle, LoopShared};
use crate::work::{RequestInfo, Requests};

/// The poll token of the loop's own waker; watchers count from 1.
pub(crate) const WAKE_TOKEN: u64 = 0;

/// What a loop is made of.
#[derive(Debug, Clone, Default)]
pub struct LoopOptions {
    /// Where requests' work runs. `None`: a pool of its own with [`ThreadPool::DEFAULT_SIZE`] threads, of which none
    /// exists before the first request.
    pub pool: Option<Arc<ThreadPool>>,
}

/// An event loop. Clones are the same loop. Not `Send`: it belongs to the thread that made it.
#[derive(Clone)]
pub struct Loop {
    pub(crate) inner: Rc<LoopInner>,
}

pub(crate) type Pending = Box<dyn FnOnce(&Loop)>;

pub(crate) struct LoopInner {
    pub(crate) now: Cell<u64>,
    pub(crate) running: Cell<bool>,
    next_id: Cell<u64>,
    pub(crate) active_handles: Cell<usize>,
    /// Every handle that is not closed, by id, which is also the order of making.
    pub(crate) handles: RefCell<BTreeMap<u64, Rc<dyn HandleState>>>,
    pub(crate) closing: RefCell<Vec<Rc<dyn HandleState>>>,
    pub(crate) pending: RefCell<VecDeque<Pending>>,
    pub(crate) timers: TimerHeap,
    pub(crate) idle: WatcherQueue,
    pub(crate) prepare: WatcherQueue,
    pub(crate) check: WatcherQueue,
    pub(crate) asyncs: RefCell<BTreeMap<u64, Rc<AsyncState>>>,
    pub(crate) requests: Requests,
    pub(crate) signals: Signals,
    pub(crate) fs_watches: RefCell<Option<Rc<FsWatches>>>,
    pub(crate) io: IoTable,
    /// What streams read into.
    pub(crate) read_buffer: Cell<Vec<u8>>,
    /// For the day there are no descriptors left; held from the first listener on.
    pub(crate) spare_fd: RefCell<Option<SpareFd>>,
    pub(crate) poll_set: PollSet,
    /// The buffer that the poll phase fills, kept between turns.
    pub(crate) events: Cell<Vec<PollEvent>>,
    pub(crate) metrics: MetricsCells,
    pub(crate) pool: Arc<ThreadPool>,
    /// Whose processor time the pool's is.
    pub(crate) meter: RefCell<Option<Arc<Meter>>>,
    pub(crate) shared: Arc<LoopShared>,
}

impl LoopInner {
    pub(crate) fn next_id(&self) -> u64 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }
}

impl Loop {
    /// Makes a loop for the calling thread. It owns two descriptors (epoll, eventfd) and no thread.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub fn new(options: LoopOptions) -> Result<Loop> {
        let poll_set = PollSet::new()?;
        let shared = LoopShared::new()?;
        poll_set.add(&shared.waker, WAKE_TOKEN, Readiness::READABLE)?;
        let pool = options.pool.unwrap_or_else(|| ThreadPool::new(ThreadPool::DEFAULT_SIZE));
        let made = Loop {
            inner: Rc::new(LoopInner {
                now: Cell::new(0),
                running: Cell::new(false),
                next_id: Cell::new(1),
                active_handles: Cell::new(0),
                handles: RefCell::default(),
                closing: RefCell::default(),
                pending: RefCell::default(),
                timers: TimerHeap::default(),
                idle: WatcherQueue::default(),
                prepare: WatcherQueue::default(),
                check: WatcherQueue::default(),
                asyncs: RefCell::default(),
                requests: Requests::default(),
                signals: Signals::default(),
                fs_watches: RefCell::default(),
                io: IoTable::default(),
                read_buffer: Cell::default(),
                spare_fd: RefCell::default(),
                poll_set,
                events: Cell::default(),
                metrics: MetricsCells::default(),
                pool,
                meter: RefCell::default(),
                shared,
            }),
        };
        made.update_time();
        Ok(made)
    }

    /// What the pool does for this loop from now on counts as the processor time of the program that `meter` measures.
    pub fn count_work(&self, meter: Arc<Meter>) {
        *self.inner.meter.borrow_mut() = Some(meter);
    }

    /// The loop's time in milliseconds: the monotonic clock when the turn last looked (`uv_now`).
    pub fn now(&self) -> u64 {
        self.inner.now.get()
    }

    /// Looks at the clock (`uv_update_time`).
    pub fn update_time(&self) {
        self.inner.now.set(clock::monotonic_ns() / 1_000_000);
    }

    /// Whether anything keeps the loop alive (`uv_loop_alive`). Nothing does after
    /// [`LoopHandle::terminate`], so that callers who run a loop while it is alive come to an end.
    pub fn alive(&self) -> bool {
        !self.inner.shared.is_terminated() && self.has_something_to_do()
    }

    fn has_something_to_do(&self) -> bool {
        let inner = &self.inner;
        inner.active_handles.get() > 0
            || inner.requests.count() > 0
            || !inner.pending.borrow().is_empty()
            || !inner.closing.borrow().is_empty()
    }

    /// Makes the present (else the next) [`run`](Loop::run) return at the end of its turn (`uv_stop`).
    pub fn stop(&self) {
        self.inner.shared.set_stop();
    }

    /// The door from other threads.
    pub fn handle(&self) -> LoopHandle {
        LoopHandle { shared: self.inner.shared.clone() }
    }

    /// The pool that the loop's requests run on.
    pub fn pool(&self) -> &Arc<ThreadPool> {
        &self.inner.pool
    }

    /// Milliseconds that a poll would wait now: 0 at once, `None` for ever (`uv_backend_timeout`).
    pub fn backend_timeout(&self) -> Option<u64> {
        let inner = &self.inner;
        let may_wait = !inner.shared.must_stop()
            && (inner.active_handles.get() > 0 || inner.requests.count() > 0)
            && inner.pending.borrow().is_empty()
            && inner.idle.is_empty()
            && inner.closing.borrow().is_empty();
        if may_wait { inner.timers.next_due().map(|due| due.saturating_sub(self.now())) } else { Some(0) }
    }

    /// Calls `callback` in the next pending phase. Keeps the loop alive until then.
    pub fn defer(&self, callback: impl FnOnce(&Loop) + 'static) {
        self.inner.pending.borrow_mut().push_back(Box::new(callback));
    }

    /// All handles that are not closed, in the order they were made.
    pub fn handles(&self) -> Vec<HandleInfo> {
        self.inner.handles.borrow().values().map(|state| state.core().info()).collect()
    }

    /// The handles that keep the loop alive: active and referenced.
    pub fn active_handles(&self) -> Vec<HandleInfo> {
        self.handles().into_iter().filter(|info| info.active && info.referenced).collect()
    }

    /// The requests under way.
    pub fn active_requests(&self) -> Vec<RequestInfo> {
        self.inner.requests.report()
    }

    /// What the loop has counted so far.
    pub fn metrics(&self) -> Metrics {
        self.inner.metrics.read()
    }

    /// Closes every handle and cancels every request that has not begun. Run the loop after it until it is not
    /// alive: that calls the close callbacks and waits for the work that has begun.
    pub fn close_all(&self) {
        let open: Vec<_> = self.inner.handles.borrow().values().cloned().collect();
        for state in open {
            handle::begin_close(state, None);
        }
        for id in self.inner.requests.ids() {
            self.cancel_request(id);
        }
    }

    /// Drops all callbacks uncalled, stops all handles and forgets all requests; the loop is then empty and not alive.
    /// For an environment that was killed and must not run again. Work that is running on the pool runs to its end;
    /// its result is dropped.
    pub fn abandon(&self) {
        let inner = &self.inner;
        // Drops may run any code, even make new handles: until nothing is left, but not for ever.
        for _ in 0..16 {
            for id in inner.requests.ids() {
                self.cancel_request(id);
            }
            let handles = std::mem::take(&mut *inner.handles.borrow_mut());
            let closing = std::mem::take(&mut *inner.closing.borrow_mut());
            let pending = std::mem::take(&mut *inner.pending.borrow_mut());
            let requests = inner.requests.take_all();
            if handles.is_empty() && closing.is_empty() && pending.is_empty() && requests.is_empty() {
                break;
            }
            for state in handles.values() {
                handle::abandon(state);
            }
            drop((closing, pending, requests));
        }
        inner.shared.drop_queues();
    }

    pub(crate) fn adopt(&self, state: Rc<dyn HandleState>) {
        let id = state.core().id;
        self.inner.handles.borrow_mut().insert(id, state);
    }
}

impl Drop for LoopInner {
    fn drop(&mut self) {
        self.shared.disconnect();
    }
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loop").field("now", &self.now()).field("handles", &self.handles()).finish_non_exhaustive()
    }
}
