//! The pool of threads that blocking work runs on (libuv's `threadpool.c`).
//!
//! Threads start when work arrives and no thread is idle, up to the size; they wait for more work until the pool is
//! shut down or dropped, which joins them. A pool may serve any number of loops.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use edge_wasix::thread::{self, Thread, ThreadSpec};
use edge_wasix::{Errno, Result};

/// Which kind of work it is. Slow work never takes more than half of the threads (libuv's `UV__WORK_SLOW_IO`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkLane {
    /// Computation and file calls.
    Fast,
    /// Calls that may take seconds: name resolution.
    Slow,
}

pub(crate) struct Job {
    /// Unique in the pool; for [`ThreadPool::take_back`].
    pub(crate) ticket: u64,
    lane: WorkLane,
    run: Box<dyn FnOnce() + Send>,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    next_ticket: u64,
    threads: Vec<Thread<()>>,
    idle: usize,
    slow_running: usize,
    closed: bool,
}

struct PoolShared {
    size: usize,
    state: Mutex<State>,
    work_arrived: Condvar,
}

/// A pool of threads, shared by reference.
pub struct ThreadPool {
    shared: Arc<PoolShared>,
}

/// As libuv's: generous address space, of which only what is used is memory.
const STACK_SIZE: usize = 8 << 20;

impl ThreadPool {
    /// The size when `UV_THREADPOOL_SIZE` says nothing.
    pub const DEFAULT_SIZE: usize = 4;

    /// Makes a pool of at most `size` threads (1 to 1024; other values are taken to the nearer end, as libuv does).
    /// No thread starts yet.
    pub fn new(size: usize) -> Arc<ThreadPool> {
        Arc::new(ThreadPool {
            shared: Arc::new(PoolShared { size: size.clamp(1, 1024), state: Mutex::default(), work_arrived: Condvar::new() }),
        })
    }

    /// The most threads there can be.
    pub fn size(&self) -> usize {
        self.shared.size
    }

    /// Threads that exist now.
    pub fn threads(&self) -> usize {
        self.shared.lock().threads.len()
    }

    /// Runs `run` on a thread. Returns a ticket.
    ///
    /// # Errors
    /// The pool is shut down (`ECANCELED`), or there is no thread and none can be started.
    pub(crate) fn submit(&self, lane: WorkLane, run: Box<dyn FnOnce() + Send>) -> Result<u64> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(Errno::ECANCELED);
        }
        if state.idle <= state.jobs.len() && state.threads.len() < self.shared.size {
            let shared = self.shared.clone();
            let spec = ThreadSpec { name: "edge-worker".to_owned(), stack_size: STACK_SIZE };
            match thread::spawn(spec, move || work(&shared)) {
                Ok(thread) => state.threads.push(thread),
                // Those that exist will do it.
                Err(_) if !state.threads.is_empty() => {}
                Err(error) => return Err(error.into()),
            }
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.jobs.push_back(Job { ticket, lane, run });
        drop(state);
        self.shared.work_arrived.notify_one();
        Ok(ticket)
    }

    /// Takes a job back that no thread has begun. `None`: too late.
    pub(crate) fn take_back(&self, ticket: u64) -> Option<Job> {
        let mut state = self.shared.lock();
        let at = state.jobs.iter().position(|job| job.ticket == ticket)?;
        state.jobs.remove(at)
    }

    /// Takes no more work, drops what has not begun and leaves the threads to themselves: each goes when what it does is over. For a
    /// program that was killed, whose work may block for ever.
    pub fn abandon(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.shared.work_arrived.notify_all();
        drop((jobs, threads));
    }

    /// Takes no more work, drops what has not begun and waits for what has. Their requests never end; cancel them
    /// first. Called from work on this pool, it does not wait for the thread it is on.
    pub fn shut_down(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.shared.work_arrived.notify_all();
        drop(jobs);
        for thread in threads {
            if !thread.is_current() {
                thread.join();
            }
        }
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.shut_down();
    }
}

impl std::fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadPool").field("size", &self.size()).field("threads", &self.threads()).finish()
    }
}

impl PoolShared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Work runs outside the lock and the state is sound after each step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slow_limit(&self) -> usize {
        self.size.div_ceil(2)
    }
}

impl State {
    /// The first job that may run now.
    fn next(&mut self, slow_limit: usize) -> Option<Job> {
        let slow_ok = self.slow_running < slow_limit;
        let at = self.jobs.iter().position(|job| slow_ok || job.lane == WorkLane::Fast)?;
        self.jobs.remove(at)
    }
}

/// A thread's life.
fn work(shared: &PoolShared) {
    let mut state = shared.lock();
    loop {
        if let Some(job) = state.next(shared.slow_limit()) {
            let slow = job.lane == WorkLane::Slow;
            state.slow_running += usize::from(slow);
            drop(state);
            // The closure reports its own end; this only keeps the thread.
            let _ = catch_unwind(AssertUnwindSafe(job.run));
            state = shared.lock();
            state.slow_running -= usize::from(slow);
            if slow && !state.jobs.is_empty() {
                // Slow work that was held back may go on, maybe on another thread.
                shared.work_arrived.notify_one();
            }
        } else if state.closed {
            return;
        } else {
            state.idle += 1;
            state = shared.work_arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}
