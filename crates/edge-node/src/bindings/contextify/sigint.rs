//! Ctrl-C while JavaScript runs (Node's `SigintWatchdogHelper`): the REPL's watchdog and `breakOnSigint`.
//!
//! While it is started, a thread takes the process's SIGINT away from its default action. One that comes ends the innermost call that was
//! guarded with [`guard`]; where none is, it is noted, and `stop` tells.

use crate::Environment;
use edge_napi::{CallInfo, Env, Kill, Result, Value};
use edge_wasix::poll::{PollSet, Readiness};
use edge_wasix::signal::SignalReceiver;
use edge_wasix::thread::{Thread, ThreadSpec, spawn};
use edge_wasix::waker::Waker;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SIGINT: i32 = 2;

/// A guarded call: set when the signal ended it.
struct Guarded {
    struck: Arc<AtomicBool>,
    kill: Arc<dyn Kill>,
}

/// What the thread shares with the environment.
#[derive(Default)]
struct Shared {
    /// Innermost last.
    guarded: Vec<Guarded>,
    pending: bool,
    stopping: bool,
}

type Lock = Arc<Mutex<Shared>>;

fn lock(shared: &Lock) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Running {
    shared: Lock,
    waker: Waker,
    thread: Thread<()>,
}

/// The environment's watchdog: how often it was started, and its thread.
#[derive(Default)]
struct Sigint {
    starts: Cell<usize>,
    running: RefCell<Option<Running>>,
}

impl Sigint {
    fn start(&self) -> io::Result<()> {
        if self.running.borrow().is_none() {
            *self.running.borrow_mut() = Some(Running::new()?);
        }
        self.starts.set(self.starts.get() + 1);
        Ok(())
    }

    /// Whether a signal came that ended no call.
    fn stop(&self) -> bool {
        let starts = self.starts.get().saturating_sub(1);
        self.starts.set(starts);
        if starts > 0 {
            return self.running.borrow().as_ref().is_some_and(|running| std::mem::take(&mut lock(&running.shared).pending));
        }
        let Some(running) = self.running.borrow_mut().take() else { return false };
        lock(&running.shared).stopping = true;
        running.waker.wake();
        let _ = running.thread.join();
        lock(&running.shared).pending
    }
}

impl Running {
    fn new() -> io::Result<Self> {
        let waker = Waker::new()?;
        let receiver = SignalReceiver::new(&waker);
        receiver.watch(SIGINT)?;
        let poll = PollSet::new()?;
        poll.add(&waker, 0, Readiness::READABLE)?;
        let shared = Lock::default();
        let thread = {
            let (shared, waker) = (shared.clone(), waker.clone());
            spawn(ThreadSpec { name: "sigint-watchdog".to_owned(), stack_size: 64 << 10 }, move || {
                watch(&shared, &receiver, &poll, &waker)
            })?
        };
        Ok(Self { shared, waker, thread })
    }
}

fn watch(shared: &Lock, receiver: &SignalReceiver, poll: &PollSet, waker: &Waker) {
    let mut events = Vec::new();
    loop {
        let waited = poll.wait(&mut events, None);
        waker.drain();
        for _ in receiver.take() {
            let mut shared = lock(shared);
            match shared.guarded.last() {
                Some(guarded) => {
                    guarded.struck.store(true, Ordering::Release);
                    guarded.kill.terminate();
                }
                None => shared.pending = true,
            }
        }
        if waited.is_err() || lock(shared).stopping {
            return;
        }
    }
}

/// Runs `body`, ended by SIGINT. Whether it was; then the termination is still to be taken back.
///
/// # Errors
/// The system's, where there is no thread to be had.
pub fn guard<T>(environment: &Rc<Environment>, body: impl FnOnce() -> T) -> io::Result<(T, bool)> {
    let sigint = environment.state::<Sigint>();
    sigint.start()?;
    let struck = Arc::new(AtomicBool::new(false));
    let shared = sigint.running.borrow().as_ref().map(|running| running.shared.clone());
    if let Some(shared) = &shared {
        lock(shared).guarded.push(Guarded { struck: struck.clone(), kill: environment.kill_handle() });
    }
    let result = body();
    if let Some(shared) = &shared {
        lock(shared).guarded.retain(|guarded| !Arc::ptr_eq(&guarded.struck, &struck));
    }
    sigint.stop();
    Ok((result, struck.load(Ordering::Acquire)))
}

/// `startSigintWatchdog()` → whether it runs.
pub fn start_sigint_watchdog(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let started = Environment::of(env)?.state::<Sigint>().start();
    env.boolean(started.is_ok())
}

/// `stopSigintWatchdog()` → whether a SIGINT came since the start that ended nothing.
pub fn stop_sigint_watchdog(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let pending = Environment::of(env)?.state::<Sigint>().stop();
    env.boolean(pending)
}

/// `watchdogHasPendingSigint()`.
pub fn watchdog_has_pending_sigint(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let sigint = Environment::of(env)?.state::<Sigint>();
    let pending = sigint.running.borrow().as_ref().is_some_and(|running| lock(&running.shared).pending);
    env.boolean(pending)
}
