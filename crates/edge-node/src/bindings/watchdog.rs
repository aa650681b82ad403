//! `internalBinding('watchdog')`: `TraceSigintWatchdog`, behind `--trace-sigint` and `util.setTraceSigInt`: a SIGINT that would end the
//! process is told on standard error first.
//!
//! Node tells the JavaScript stack too when a script runs; this one does not: the signal's thread cannot read it.

use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Kernel;
use edge_wasix::poll::{PollSet, Readiness};
use edge_wasix::signal::SignalReceiver;
use edge_wasix::thread::{Thread, ThreadSpec, spawn};
use edge_wasix::waker::Waker;
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "watchdog",
    natives: natives!("watchdog";
        "TraceSigintWatchdog" => construct,
        "TraceSigintWatchdog#start" => start,
        "TraceSigintWatchdog#stop" => stop,
    ),
    init,
};

const SIGINT: i32 = 2;
const TEXT: &[u8] = b"KEYBOARD_INTERRUPT: Script execution was interrupted by `SIGINT`\n";

struct Running {
    stopping: Arc<AtomicBool>,
    waker: Waker,
    /// `None` once it is joined.
    thread: Option<Thread<()>>,
}

#[derive(Default)]
struct Watchdog(RefCell<Option<Running>>);

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("watchdog.TraceSigintWatchdog", &["start", "stop"])?;
    Ok(())
}

fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("TraceSigintWatchdog")?;
    if !Environment::of(env)?.options().owns_process {
        return Err(Error::unavailable("TraceSigintWatchdog"));
    }
    env.wrap(info.this(), Rc::new(Watchdog::default()))?;
    Ok(info.this())
}

/// `start()`.
fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let watchdog = env.unwrap::<Watchdog>(info.this())?;
    if watchdog.0.borrow().is_none() {
        let running = Running::new(Environment::of(env)?.kernel().clone());
        let running = running.map_err(|error| Error::error("ERR_OPERATION_FAILED", format!("Operation failed: {error}")))?;
        *watchdog.0.borrow_mut() = Some(running);
    }
    Ok(info.undefined())
}

/// `stop()`.
fn stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let running = env.unwrap::<Watchdog>(info.this())?.0.take();
    drop(running);
    Ok(info.undefined())
}

impl Running {
    fn new(kernel: Arc<Kernel>) -> io::Result<Self> {
        let waker = Waker::new()?;
        let receiver = SignalReceiver::new(&waker);
        receiver.watch(SIGINT)?;
        let poll = PollSet::new()?;
        poll.add(&waker, 0, Readiness::READABLE)?;
        let stopping = Arc::new(AtomicBool::new(false));
        let thread = {
            let (stopping, waker) = (stopping.clone(), waker.clone());
            spawn(ThreadSpec { name: "trace-sigint".to_owned(), stack_size: 64 << 10 }, move || {
                watch(&kernel, &receiver, &poll, &waker, &stopping)
            })?
        };
        Ok(Self { stopping, waker, thread: Some(thread) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(kernel: &Kernel, receiver: &SignalReceiver, poll: &PollSet, waker: &Waker, stopping: &AtomicBool) {
    let mut events = Vec::new();
    loop {
        let waited = poll.wait(&mut events, None);
        waker.drain();
        if !receiver.take().is_empty() {
            // Standard error that is closed loses the text.
            let _ = kernel.write(2, TEXT, None);
            receiver.unwatch(SIGINT);
            // With what was installed before: it ends the process.
            let _ = kernel.kill(kernel.pid(), SIGINT);
        }
        if waited.is_err() || stopping.load(Ordering::Acquire) {
            return;
        }
    }
}
