//! The limits on one call into JavaScript: `vm`'s `timeout` and `breakOnSigint`.

use super::sigint;
use crate::Environment;
use edge_napi::{Error, Kill, Result};
use edge_wasix::{Errno, Limit};
use std::rc::Rc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

const RUNNING: u8 = 0;
const TIMEOUT: u8 = 1;

/// What the call and its watching thread share.
struct Shared {
    state: AtomicU8,
    done: Mutex<bool>,
    wake: Condvar,
}

/// Runs `body`, ended after `timeout` milliseconds (negative: never). The result belongs to the caller only when nothing ended it.
fn guarded<T>(environment: &Rc<Environment>, timeout: i64, body: impl FnOnce() -> Result<T>) -> (Result<T>, bool) {
    if timeout < 0 {
        return (body(), false);
    }
    let Ok(_charge) = environment.kernel().meter().charge(Limit::Threads, 1) else {
        return (Err(crate::uv_exception(environment.env(), Errno::EAGAIN, "uv_thread_create", None)), false);
    };
    let shared = Arc::new(Shared { state: AtomicU8::new(RUNNING), done: Mutex::new(false), wake: Condvar::new() });
    let watcher = {
        let (shared, kill) = (shared.clone(), environment.kill_handle());
        let spec = edge_wasix::thread::ThreadSpec { name: "vm-timeout".to_owned(), stack_size: 64 * 1024 };
        edge_wasix::thread::spawn(spec, move || watch(&shared, &*kill, Duration::from_millis(timeout as u64)))
    };
    let watcher = match watcher {
        Ok(watcher) => watcher,
        Err(_) => return (Err(crate::uv_exception(environment.env(), Errno::EAGAIN, "uv_thread_create", None)), false),
    };
    let result = body();
    *shared.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
    shared.wake.notify_one();
    let _ = watcher.join();
    if shared.state.load(Ordering::Acquire) != TIMEOUT {
        return (result, false);
    }
    // The limit struck: take the termination back, also when the body had just ended by itself.
    let env = environment.env();
    environment.kill_handle().cancel_terminate();
    let _ = env.clear_termination();
    match result {
        Err(Error::Closing) => (Err(Error::Closing), false),
        result => (result, true),
    }
}

/// Runs `body`, ended after `timeout` milliseconds (negative: never) and, where asked for, by SIGINT; what ended it as Node's error.
pub fn limited<T>(environment: &Rc<Environment>, timeout: i64, break_on_sigint: bool, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let timed = || guarded(environment, timeout, body);
    let ((result, timed_out), interrupted) = if break_on_sigint {
        let thread_failed = |_| crate::uv_exception(environment.env(), Errno::EAGAIN, "uv_thread_create", None);
        sigint::guard(environment, timed).map_err(thread_failed)?
    } else {
        (timed(), false)
    };
    if timed_out {
        return Err(Error::error("ERR_SCRIPT_EXECUTION_TIMEOUT", format!("Script execution timed out after {timeout}ms")));
    }
    if !interrupted {
        return result;
    }
    environment.kill_handle().cancel_terminate();
    let _ = environment.env().clear_termination();
    match result {
        Err(Error::Closing) => Err(Error::Closing),
        _ => Err(Error::error("ERR_SCRIPT_EXECUTION_INTERRUPTED", "Script execution was interrupted by `SIGINT`")),
    }
}

fn watch(shared: &Shared, kill: &dyn Kill, timeout: Duration) {
    let done = shared.done.lock().unwrap_or_else(PoisonError::into_inner);
    let (done, _) = shared.wake.wait_timeout_while(done, timeout, |done| !*done).unwrap_or_else(PoisonError::into_inner);
    if !*done {
        shared.state.store(TIMEOUT, Ordering::Release);
        kill.terminate();
    }
}
