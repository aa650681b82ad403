//! The time limit on one call into JavaScript (`vm`'s `timeout`). `breakOnSigint` and the REPL's watchdog have no effect yet: Ctrl-C ends the
//! program, as without them.

use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Kill, Result, Value};
use edge_wasix::Errno;
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

/// [`guarded`], with what ended the call as Node's error.
pub fn limited<T>(environment: &Rc<Environment>, timeout: i64, body: impl FnOnce() -> Result<T>) -> Result<T> {
    match guarded(environment, timeout, body) {
        (_, true) => Err(Error::error("ERR_SCRIPT_EXECUTION_TIMEOUT", format!("Script execution timed out after {timeout}ms"))),
        (result, false) => result,
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

/// The REPL's Ctrl-C watchdog.
pub fn start_sigint_watchdog(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

/// → whether a SIGINT came since the start.
pub fn stop_sigint_watchdog(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}

pub fn watchdog_has_pending_sigint(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(false)
}
