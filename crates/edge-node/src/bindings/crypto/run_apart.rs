//! Long synchronous work that a kill can end.
//!
//! OpenSSL's derivations have no way to stop them. An environment among others runs them on a thread of their own and waits for the end of
//! the work or of the program; a program that was ended leaves its thread behind, which goes when the work is done and until then runs
//! when nothing else does. A process that is
//! nothing but its program needs none of this: its end takes all threads along.

use crate::Environment;
use edge_wasix::thread::{ThreadSpec, current_thread_id, make_idle, spawn};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long the end of the program may stay unnoticed.
const LOOK: Duration = Duration::from_millis(5);
const STACK: usize = 1 << 20;

/// What `work` comes to; `None` when the program was ended before.
pub fn run_apart<T: Send + 'static>(environment: &Rc<Environment>, work: Box<dyn FnOnce() -> T + Send>) -> Option<T> {
    if environment.options().owns_process {
        return Some(work());
    }
    let id = Arc::new(AtomicU32::new(0));
    let its_id = Arc::clone(&id);
    let (done, waiting) = channel();
    let meter = Arc::clone(environment.kernel().meter());
    let run = move || {
        let _helping = meter.help();
        its_id.store(current_thread_id(), Ordering::Release);
        // Nobody waits any more when the program was ended.
        let _ = done.send(work());
    };
    // Without a thread the work is not done: it could not be ended.
    spawn(ThreadSpec { name: "edge-crypto".to_owned(), stack_size: STACK }, run).ok()?;
    loop {
        match waiting.recv_timeout(LOOK) {
            Ok(value) => return Some(value),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if environment.kernel().is_interrupted() => {
                match id.load(Ordering::Acquire) {
                    0 => {}
                    id => make_idle(id),
                }
                return None;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
