//! [`Line`]: what a session and the Python threads that ask it share: mail one way, answers and calls the other.
//!
//! No lock here is ever held while Python or JavaScript runs. Whoever waits first looks for a moment (`SPIN_NS`) without sleeping: a call
//! of a Python function out of JavaScript is answered in less time than the kernel takes to put a thread to sleep and wake it.

use crate::workers;
use edge_loop::AsyncSender;
use edge_node::{Answer, Datum, Host, HostReply, Interrupt, Letter, Nested, ParkedSession, Session};
use edge_wasix::clock::monotonic_ns;
use edge_wasix::{Errno, IsGone, Kernel};
use pyo3::prelude::*;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a waiter looks before it sleeps.
const SPIN_NS: u64 = 20_000;
/// How soon a thread that waits for Python notices that its environment was killed.
const KILL_CHECK: Duration = Duration::from_millis(20);

/// How much output may wait to be heard before the program that writes it has to wait.
const MOST_UNHEARD: usize = 1 << 20;

/// What a program wrote on a standard stream that Python listens to.
pub struct Output {
    /// 1 or 2.
    pub stream: usize,
    pub bytes: Vec<u8>,
    unheard: Arc<AtomicUsize>,
}

impl Drop for Output {
    fn drop(&mut self) {
        self.unheard.fetch_sub(self.bytes.len(), Ordering::AcqRel);
    }
}

/// What comes to one who asked.
pub enum Message {
    /// The answer; nothing comes after it.
    Answer(Answer),
    /// The program wrote something.
    Output(Output),
    /// A function of Python's is to be called.
    Call {
        /// Its number.
        function: u64,
        /// Its arguments.
        args: Vec<Datum>,
        /// What the reply is sent with.
        call: u64,
    },
}

/// One who asked, and waits.
pub struct Waiter {
    messages: Mutex<VecDeque<Message>>,
    bell: Condvar,
    /// Counts messages, for those who look without the lock.
    count: AtomicU64,
    seen: AtomicU64,
    /// Called when there is a message, by those that do not wait in a thread.
    notify: Option<Py<PyAny>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics under these locks, and what they guard is sound after each step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at `ready` for a moment.
fn spin(ready: impl Fn() -> bool) -> bool {
    let until = monotonic_ns() + SPIN_NS;
    loop {
        for _ in 0..32 {
            if ready() {
                return true;
            }
            std::hint::spin_loop();
        }
        if monotonic_ns() >= until {
            return false;
        }
    }
}

impl Waiter {
    /// For a thread (`None`), or for somebody who wants to be notified.
    pub fn new(notify: Option<Py<PyAny>>) -> Arc<Self> {
        Arc::new(Self { messages: Mutex::default(), bell: Condvar::new(), count: AtomicU64::new(0), seen: AtomicU64::new(0), notify })
    }

    fn send(&self, message: Message) {
        self.push(message);
        self.ring();
    }

    fn push(&self, message: Message) {
        lock(&self.messages).push_back(message);
        self.count.fetch_add(1, Ordering::Release);
    }

    fn ring(&self) {
        match &self.notify {
            None => self.bell.notify_one(),
            Some(notify) => {
                // None: the interpreter is shutting down, and nobody waits any more.
                Python::try_attach(|py| {
                    if let Err(error) = notify.call0(py) {
                        error.write_unraisable(py, None);
                    }
                });
            }
        }
    }

    /// The next message, when there is one.
    pub fn take(&self) -> Option<Message> {
        let message = lock(&self.messages).pop_front();
        if message.is_some() {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
        message
    }

    /// Waits for the next message, with a look first when one is expected soon.
    pub fn wait(&self, patience: Duration, soon: bool) -> Option<Message> {
        if soon {
            spin(|| self.count.load(Ordering::Acquire) != self.seen.load(Ordering::Relaxed));
        }
        let mut messages = lock(&self.messages);
        if messages.is_empty() {
            messages = self.bell.wait_timeout(messages, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
        let message = messages.pop_front();
        if message.is_some() {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
        message
    }
}

#[derive(Default)]
struct State {
    mail: VecDeque<Letter>,
    /// The session, when no thread runs it.
    parked: Option<ParkedSession>,
    running: bool,
    closed: bool,
    /// In the order in which they asked.
    waiters: Vec<(u64, Arc<Waiter>)>,
    replies: HashMap<u64, HostReply>,
    /// Output that came while nobody waited; whoever asks next hears it first.
    unheard: Vec<Output>,
    /// Functions of Python's that the environment does not hold any more.
    released: Vec<u64>,
    /// For tickets, calls, functions and promises.
    last: u64,
}

/// What a session and those who ask it share.
pub struct Line {
    state: Mutex<State>,
    /// Something came for the session's thread while it waits in a call.
    bell: Condvar,
    /// Counts what came, for a look without the lock.
    came: AtomicU64,
    wake: Mutex<Option<AsyncSender>>,
    interrupt: Mutex<Option<Interrupt>>,
    kernel: Mutex<Option<Arc<Kernel>>>,
    /// Bytes of [`Output`] that were not heard yet.
    unheard: Arc<AtomicUsize>,
    /// The process that made it: a child of `fork` has no threads to run it.
    process: u32,
}

/// Why a request was not taken.
#[derive(Debug)]
pub enum NotTaken {
    Closed,
    Forked,
    NoThread(std::io::Error),
}

impl Line {
    /// A line without a session yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            bell: Condvar::new(),
            came: AtomicU64::new(0),
            wake: Mutex::default(),
            interrupt: Mutex::default(),
            kernel: Mutex::default(),
            unheard: Arc::default(),
            process: crate::process_id(),
        })
    }

    /// Ties a new session to it, on a worker, and parks it.
    pub fn open(self: &Arc<Self>, session: Session) {
        let host: Arc<dyn Host> = Arc::clone(self) as Arc<dyn Host>;
        *lock(&self.wake) = Some(session.connect(host));
        *lock(&self.interrupt) = Some(session.interrupt_handle());
        *lock(&self.kernel) = Some(Arc::clone(session.kernel()));
        let mut state = lock(&self.state);
        if state.closed {
            drop(state);
            drop(session);
            return;
        }
        state.parked = Some(ParkedSession::park(session));
    }

    /// Ends what runs.
    pub fn interrupt(&self) -> Option<Interrupt> {
        lock(&self.interrupt).clone()
    }

    /// What the program may use and see, until the runtime is closed.
    pub fn kernel(&self) -> Option<Arc<Kernel>> {
        lock(&self.kernel).clone()
    }

    /// Takes what the program writes to a stream that Python listens to; called on the environment's thread. Waits while too much of it
    /// has not been heard.
    pub fn output(&self, stream: usize, bytes: &[u8], is_gone: IsGone<'_>) -> Result<usize, Errno> {
        let mut state = lock(&self.state);
        loop {
            if state.closed || is_gone() {
                return Err(Errno::EIO);
            }
            if self.unheard.load(Ordering::Acquire) < MOST_UNHEARD {
                break;
            }
            state = self.bell.wait_timeout(state, KILL_CHECK).unwrap_or_else(PoisonError::into_inner).0;
        }
        self.unheard.fetch_add(bytes.len(), Ordering::AcqRel);
        let output = Output { stream, bytes: bytes.to_vec(), unheard: Arc::clone(&self.unheard) };
        match state.waiters.last().map(|(_, waiter)| Arc::clone(waiter)) {
            Some(waiter) => {
                // Sent while no one can take the waiter off the list: its answer comes after it.
                waiter.push(Message::Output(output));
                drop(state);
                waiter.ring();
            }
            None => state.unheard.push(output),
        }
        Ok(bytes.len())
    }

    /// Some [`Output`] was heard: a program that waits may go on writing.
    pub fn heard(&self) {
        self.bell.notify_all();
    }

    /// Whether this process made it.
    pub fn is_of_this_process(&self) -> bool {
        self.process == crate::process_id()
    }

    /// A new number.
    pub fn number(&self) -> u64 {
        let mut state = lock(&self.state);
        state.last += 1;
        state.last
    }

    /// Numbers of functions that are not held any more.
    pub fn take_released(&self) -> Vec<u64> {
        std::mem::take(&mut lock(&self.state).released)
    }

    /// Sends a letter and sees to it that somebody reads it. `waiter` gets what comes for `ticket`.
    pub fn send(self: &Arc<Self>, letter: Letter, waiter: Option<(u64, Arc<Waiter>)>) -> Result<(), NotTaken> {
        if !self.is_of_this_process() {
            return Err(NotTaken::Forked);
        }
        let mut state = lock(&self.state);
        if state.closed {
            return Err(NotTaken::Closed);
        }
        let heard = !state.unheard.is_empty() && waiter.is_some();
        if let (true, Some((_, waiter))) = (heard, &waiter) {
            for output in std::mem::take(&mut state.unheard) {
                waiter.push(Message::Output(output));
            }
        }
        state.waiters.extend(waiter);
        state.mail.push_back(letter);
        self.came.fetch_add(1, Ordering::Release);
        if state.running {
            drop(state);
            self.bell.notify_all();
            if let Some(wake) = &*lock(&self.wake) {
                wake.send();
            }
            return Ok(());
        }
        let Some(parked) = state.parked.take() else {
            return Err(NotTaken::Closed);
        };
        state.running = true;
        drop(state);
        let line = Arc::clone(self);
        workers::submit(move || line.run(parked)).map_err(NotTaken::NoThread)
    }

    /// A stretch of running, on a worker.
    fn run(self: Arc<Self>, mut parked: ParkedSession) {
        loop {
            let session = match parked.unpark() {
                Ok(session) => session,
                Err((_, text)) => {
                    self.lose(&text);
                    return;
                }
            };
            session.drive();
            if lock(&self.state).closed {
                self.lose("closed");
                return;
            }
            parked = ParkedSession::park(session);
            let mut state = lock(&self.state);
            if state.closed {
                // Dropped on this thread, as it must be, in the next turn.
                drop(state);
                continue;
            }
            if state.mail.is_empty() {
                state.running = false;
                state.parked = Some(parked);
                return;
            }
        }
    }

    /// The session is gone; so says everybody's answer.
    fn lose(&self, why: &str) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.running = false;
        state.mail.clear();
        let waiters = std::mem::take(&mut state.waiters);
        drop(state);
        for (_, waiter) in waiters {
            waiter.send(Message::Answer(Answer::Poisoned(why.to_owned())));
        }
    }

    /// Ends the session. What runs is killed; the answers to it say so.
    pub fn close(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.unheard.clear();
        *lock(&self.kernel) = None;
        let parked = state.parked.take();
        let running = state.running;
        drop(state);
        if !self.is_of_this_process() {
            // Its memory was copied with the process; what it is tied to (descriptors, threads) is the parent's.
            std::mem::forget(parked);
            return;
        }
        if let Some(parked) = parked {
            // Where no thread can be had for it, its memory stays.
            let _ = workers::submit(move || drop(parked.unpark()));
        } else if running && let Some(interrupt) = self.interrupt() {
            interrupt.kill();
            self.bell.notify_all();
        }
    }

    /// The reply to a [`Message::Call`].
    pub fn reply(&self, call: u64, reply: HostReply) {
        lock(&self.state).replies.insert(call, reply);
        self.came.fetch_add(1, Ordering::Release);
        self.bell.notify_all();
    }

    /// Nobody waits for this ticket any more; whether it was the only one.
    pub fn forget(&self, ticket: u64) -> bool {
        let mut state = lock(&self.state);
        state.waiters.retain(|(known, _)| *known != ticket);
        state.waiters.is_empty()
    }
}

impl Host for Line {
    fn next(&self) -> Option<Letter> {
        lock(&self.state).mail.pop_front()
    }

    fn is_idle(&self) -> bool {
        lock(&self.state).mail.is_empty()
    }

    fn deliver(&self, ticket: u64, answer: Answer) {
        let mut state = lock(&self.state);
        let position = state.waiters.iter().position(|(known, _)| *known == ticket);
        let waiter = position.map(|position| state.waiters.remove(position).1);
        drop(state);
        if let Some(waiter) = waiter {
            waiter.send(Message::Answer(answer));
        }
    }

    fn call(&self, number: u64, args: Vec<Datum>, current: Option<u64>, nested: &Nested<'_>) -> HostReply {
        let mut state = lock(&self.state);
        state.last += 1;
        let call = state.last;
        let asked = current.and_then(|ticket| state.waiters.iter().find(|(known, _)| *known == ticket));
        let Some(waiter) = asked.or(state.waiters.last()).map(|(_, waiter)| Arc::clone(waiter)) else {
            return HostReply::Gone;
        };
        drop(state);
        let mut came = self.came.load(Ordering::Acquire);
        waiter.send(Message::Call { function: number, args, call });
        loop {
            spin(|| self.came.load(Ordering::Acquire) != came);
            came = self.came.load(Ordering::Acquire);
            let mut state = lock(&self.state);
            if let Some(reply) = state.replies.remove(&call) {
                return reply;
            }
            if state.mail.is_empty() {
                if state.closed || nested.is_gone() {
                    return HostReply::Gone;
                }
                state = self.bell.wait_timeout(state, KILL_CHECK).unwrap_or_else(PoisonError::into_inner).0;
                drop(state);
            } else {
                drop(state);
                nested.receive();
            }
        }
    }

    fn release(&self, number: u64) {
        lock(&self.state).released.push(number);
    }
}
