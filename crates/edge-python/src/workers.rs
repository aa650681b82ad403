//! The threads that run environments: borrowed for a stretch of running, given back, ended when they have been idle for a while.
//!
//! A stretch gets a thread of its own, however long it takes: no environment can keep another one waiting. So there are as many threads as
//! environments that run at once, up to [`MOST`], and none for those that are idle. After `fork` the child begins with none.

use edge_wasix::thread::{ThreadSpec, spawn};
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes of stack of each, and how much of it JavaScript may use.
pub const STACK: usize = 64 << 20;
pub const STACK_LIMIT: usize = 56 << 20;
/// How many threads at most; more stretches wait for one.
const MOST: usize = 512;
/// How long a thread waits for work before it ends.
const LINGER: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

struct Workers {
    process: u32,
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// The workers of the process that made them. A child of `fork` has the record but not the threads, and perhaps a lock that nobody will
/// open: it makes a new record. The old one is never freed (once per fork).
static WORKERS: AtomicPtr<Workers> = AtomicPtr::new(std::ptr::null_mut());

fn workers() -> &'static Workers {
    let process = crate::process_id();
    let current = WORKERS.load(Ordering::Acquire);
    // SAFETY: what the pointer names was leaked below: it lives forever and is only ever shared.
    if let Some(workers) = unsafe { current.as_ref() }
        && workers.process == process
    {
        return workers;
    }
    let made = Box::into_raw(Box::new(Workers { process, queue: Mutex::default(), changed: Condvar::new() }));
    let winner = match WORKERS.compare_exchange(current, made, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => made,
        // Another thread was first; ours is not worth freeing.
        Err(winner) => winner,
    };
    // SAFETY: as above.
    unsafe { &*winner }
}

impl Workers {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        let mut queue = self.queue();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                drop(queue);
                // A panic in a job has been told on standard error; the thread serves on.
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                queue = self.queue();
                continue;
            }
            queue.idle += 1;
            let (next, waited) = self.changed.wait_timeout(queue, LINGER).unwrap_or_else(PoisonError::into_inner);
            queue = next;
            queue.idle -= 1;
            if waited.timed_out() && queue.jobs.is_empty() {
                queue.threads -= 1;
                return;
            }
        }
    }
}

/// Runs `job` on a worker.
///
/// # Errors
/// There is no thread, and none can be started.
pub fn submit(job: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let workers = workers();
    let mut queue = workers.queue();
    queue.jobs.push_back(Box::new(job));
    if queue.idle >= queue.jobs.len() || queue.threads >= MOST {
        drop(queue);
        workers.changed.notify_one();
        return Ok(());
    }
    let spec = ThreadSpec { name: "edgejs".to_owned(), stack_size: STACK };
    match spawn(spec, move || workers.serve()) {
        Ok(_) => {
            queue.threads += 1;
            Ok(())
        }
        // Those that there are will come to it.
        Err(_) if queue.threads > 0 => Ok(()),
        Err(error) => {
            queue.jobs.pop_back();
            Err(error)
        }
    }
}

/// How many threads there are.
pub fn count() -> usize {
    workers().queue().threads
}
