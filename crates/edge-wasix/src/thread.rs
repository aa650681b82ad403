//! Threads of the host: spawn with a name and a stack size, join, the current thread's id.

use std::io;

/// What a new thread is to look like.
#[derive(Debug, Clone)]
pub struct ThreadSpec {
    /// Name as debuggers and `/proc` show it; Linux keeps the first 15 bytes, zero bytes are dropped.
    pub name: String,
    /// Bytes of stack (address space, touched lazily). The platform rounds up.
    pub stack_size: usize,
}

/// A running thread. Dropping it detaches the thread.
#[derive(Debug)]
pub struct Thread<T>(std::thread::JoinHandle<T>);

impl<T> Thread<T> {
    /// Waits for the thread's end. `None` when it ended by a panic.
    pub fn join(self) -> Option<T> {
        self.0.join().ok()
    }

    /// True when this is the calling thread, which cannot join itself.
    pub fn is_current(&self) -> bool {
        self.0.thread().id() == std::thread::current().id()
    }

    /// True once the thread's function has returned; `join` will then not block.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

/// Starts a thread that runs `body`.
///
/// # Errors
/// The operating system's refusal (`EAGAIN` when out of threads, `ENOMEM` for the stack).
pub fn spawn<T, F>(spec: ThreadSpec, body: F) -> io::Result<Thread<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    crate::faults::at(crate::faults::Call::Thread)?;
    std::thread::Builder::new().name(spec.name.replace('\0', "")).stack_size(spec.stack_size).spawn(body).map(Thread)
}

/// Lets the thread of that id ([`current_thread_id`]) run only when nothing else wants to (`SCHED_IDLE`): for one that was left behind
/// with work that nobody waits for.
pub fn make_idle(thread: u32) {
    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: takes numbers and reads one structure. A thread that has ended meanwhile is an error.
    unsafe { libc::sched_setscheduler(thread.cast_signed(), libc::SCHED_IDLE, &parameters) };
}

/// The kernel's id of the calling thread (`gettid`), the number that `/proc/self/task` lists.
pub fn current_thread_id() -> u32 {
    rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs()
}

/// The kernel's id of the process (`getpid`), which is another one in a child of `fork`.
pub fn current_process_id() -> u32 {
    rustix::process::getpid().as_raw_nonzero().get().unsigned_abs()
}
