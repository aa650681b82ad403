//! Requests: work on the thread pool whose result comes back to the loop (`uv_queue_work`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Weak;
use std::sync::{Arc, Mutex, PoisonError};

use edge_wasix::Errno;
use edge_wasix::audit::{is_watched, origin, with_origin};
use edge_wasix::limits::Meter;

use crate::event_loop::{Loop, LoopInner};
use crate::thread_pool::WorkLane;

/// The kind of a request, by libuv's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// `uv_connect_t`
    Connect,
    /// `uv_fs_t`
    Fs,
    /// `uv_getaddrinfo_t`
    GetAddrInfo,
    /// `uv_getnameinfo_t`
    GetNameInfo,
    /// `uv_random_t`
    Random,
    /// `uv_shutdown_t`
    Shutdown,
    /// `uv_udp_send_t`
    UdpSend,
    /// `uv_work_t`
    Work,
    /// `uv_write_t`
    Write,
}

/// One line of the report of requests under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestInfo {
    /// Unique in its loop, never used again.
    pub id: u64,
    /// What it is.
    pub kind: RequestKind,
}

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkError {
    /// [`Work::cancel`] came before a thread began (`UV_ECANCELED`).
    Cancelled,
    /// The work panicked: a bug of ours, to be reported as an internal error.
    Panicked,
}

/// Finishes a request on the loop's thread; true: the work was cancelled.
type Finish = Box<dyn FnOnce(&Loop, bool)>;

pub(crate) struct Request {
    kind: RequestKind,
    /// The pool's ticket; `None` for requests that are not on the pool.
    ticket: Option<u64>,
    cancelled: Cell<bool>,
    finish: Option<Finish>,
}

#[derive(Default)]
pub(crate) struct Requests(RefCell<BTreeMap<u64, Request>>);

impl Requests {
    pub(crate) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn report(&self) -> Vec<RequestInfo> {
        self.0.borrow().iter().map(|(&id, request)| RequestInfo { id, kind: request.kind }).collect()
    }

    pub(crate) fn ids(&self) -> Vec<u64> {
        self.0.borrow().keys().copied().collect()
    }

    /// Everything, for the caller to drop while nothing is borrowed.
    pub(crate) fn take_all(&self) -> Vec<Request> {
        std::mem::take(&mut *self.0.borrow_mut()).into_values().collect()
    }

    /// Counts a request that is not on the pool; [`Requests::end`] ends it.
    pub(crate) fn begin(&self, id: u64, kind: RequestKind) {
        self.insert(id, Request { kind, ticket: None, cancelled: Cell::new(false), finish: None });
    }

    pub(crate) fn end(&self, id: u64) {
        self.remove(id);
    }

    fn insert(&self, id: u64, request: Request) {
        self.0.borrow_mut().insert(id, request);
    }

    fn remove(&self, id: u64) -> Option<Request> {
        self.0.borrow_mut().remove(&id)
    }
}

/// A request under way on the pool. Dropping it changes nothing.
#[derive(Debug, Clone)]
pub struct Work {
    id: u64,
    owner: Weak<LoopInner>,
}

impl Work {
    /// The request's id in [`Loop::active_requests`].
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Takes the work back if no thread has begun it: its `after` then gets [`WorkError::Cancelled`] in a later poll
    /// phase (`uv_cancel`). False: too late (libuv's `EBUSY`).
    pub fn cancel(&self) -> bool {
        self.owner.upgrade().is_some_and(|inner| Loop { inner }.cancel_request(self.id))
    }
}

impl Loop {
    /// Runs `work` on a thread of the pool, then `after` with its result on the loop's thread in the poll phase. The
    /// request keeps the loop alive until then.
    ///
    /// # Errors
    /// `EAGAIN` or `ENOMEM` when no thread can be started, `ECANCELED` when the pool is shut down; neither closure is
    /// called.
    pub fn queue_work<R: Send + 'static>(
        &self,
        kind: RequestKind,
        lane: WorkLane,
        work: impl FnOnce() -> R + Send + 'static,
        after: impl FnOnce(&Loop, Result<R, WorkError>) + 'static,
    ) -> Result<Work, Errno> {
        let inner = &self.inner;
        let id = inner.next_id();
        let slot: Arc<Mutex<Option<R>>> = Arc::default();
        let result = slot.clone();
        let shared = inner.shared.clone();
        // Whoever is told what this work may do is told who asked for it.
        let origin = if is_watched() { origin() } else { None };
        let meter = inner.meter.borrow().clone();
        let run = Box::new(move || {
            let helping = meter.as_ref().map(Meter::help);
            let work = || with_origin(origin, work);
            if let Ok(value) = catch_unwind(AssertUnwindSafe(work)) {
                *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            }
            drop(helping);
            // The slot must be free of us before the loop looks into it.
            drop(result);
            shared.push_finished(id);
        });
        let finish: Finish = Box::new(move |owner, cancelled| {
            let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            let missing = if cancelled { WorkError::Cancelled } else { WorkError::Panicked };
            after(owner, value.ok_or(missing));
        });
        let ticket = inner.pool.submit(lane, run)?;
        inner.requests.insert(id, Request { kind, ticket: Some(ticket), cancelled: Cell::new(false), finish: Some(finish) });
        Ok(Work { id, owner: std::rc::Rc::downgrade(inner) })
    }

    pub(crate) fn cancel_request(&self, id: u64) -> bool {
        let ticket = self.inner.requests.0.borrow().get(&id).and_then(|request| request.ticket);
        let Some(job) = ticket.and_then(|ticket| self.inner.pool.take_back(ticket)) else {
            return false;
        };
        if let Some(request) = self.inner.requests.0.borrow().get(&id) {
            request.cancelled.set(true);
        }
        drop(job);
        self.inner.shared.push_finished(id);
        true
    }

    /// Ends the requests whose work is over, in the order it ended.
    pub(crate) fn finish_requests(&self) {
        for id in self.inner.shared.take_finished() {
            let Some(mut request) = self.inner.requests.remove(id) else {
                continue;
            };
            if let Some(finish) = request.finish.take() {
                finish(self, request.cancelled.get());
            }
        }
    }
}
