//! [`ThreadPoolWork`]: something that has at most one job on the thread pool at a time (Node's `ThreadPoolWork`). Async work of native
//! modules and the streams of `node:zlib` are built on it.
//!
//! An environment knows its jobs: at its end those that no thread has begun are taken back, and the others are waited for.

use crate::Environment;
use edge_loop::{RequestKind, Work, WorkError, WorkLane};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The job of one owner.
#[derive(Default)]
pub struct ThreadPoolWork {
    job: Rc<RefCell<Option<Work>>>,
}

/// The jobs of an environment, by request.
#[derive(Default)]
struct Jobs(RefCell<BTreeMap<u64, Work>>);

impl ThreadPoolWork {
    /// Whether a job is under way.
    #[must_use]
    pub fn is_scheduled(&self) -> bool {
        self.job.borrow().is_some()
    }

    /// Runs `work` on a thread of the pool, then `after` on the environment's thread, when the next job may be scheduled.
    ///
    /// # Errors
    /// `EBUSY` while a job is under way; what [`edge_loop::Loop::queue_work`] says. Neither closure is called then.
    pub fn schedule<R: Send + 'static>(
        &self,
        environment: &Rc<Environment>,
        work: impl FnOnce() -> R + Send + 'static,
        after: impl FnOnce(&Rc<Environment>, Result<R, WorkError>) + 'static,
    ) -> edge_wasix::Result<()> {
        if self.is_scheduled() {
            return Err(edge_wasix::Errno::EBUSY);
        }
        let (weak, slot) = (Rc::downgrade(environment), Rc::clone(&self.job));
        let job = environment.uv().queue_work(RequestKind::Work, WorkLane::Fast, work, move |_, answer| {
            let job = slot.borrow_mut().take();
            let Some(environment) = weak.upgrade() else { return };
            if let Some(job) = job {
                environment.state::<Jobs>().0.borrow_mut().remove(&job.id());
            }
            after(&environment, answer);
        })?;
        environment.state::<Jobs>().0.borrow_mut().insert(job.id(), job.clone());
        *self.job.borrow_mut() = Some(job);
        Ok(())
    }

    /// Takes the job back: its `after` gets [`WorkError::Cancelled`]. False: there is none, or a thread has begun it.
    #[must_use]
    pub fn cancel(&self) -> bool {
        let job = self.job.borrow().clone();
        job.is_some_and(|job| job.cancel())
    }

    /// At the environment's end: takes back what no thread has begun; whether any job is still under way.
    pub(crate) fn cancel_all(environment: &Rc<Environment>) -> bool {
        let jobs: Vec<Work> = environment.state::<Jobs>().0.borrow().values().cloned().collect();
        for job in &jobs {
            job.cancel();
        }
        !jobs.is_empty()
    }
}
