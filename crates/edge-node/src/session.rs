//! [`Session`]: a booted runtime that an embedder talks to: requests and values in, answers and values out.
//!
//! The embedder is a [`Host`]: it has mail (requests, settled promises), takes answers, and its functions are called. A session runs only
//! in [`Session::drive`], on the thread that calls it; between two of them it may change threads as a [`ParkedSession`].

mod datum;
mod from_js;
mod functions;
mod nested;
mod parked;
mod server;
mod snapshot;
mod to_js;

pub use datum::{Datum, Fault, MAX_BYTES, MAX_DEPTH, Progress, Text, Uncrossable, write_key};
pub use functions::MESSAGE_SIZE_CODE;
pub(crate) use functions::NATIVES;
pub use nested::Nested;
pub use parked::ParkedSession;

use crate::bindings::{install_permission, mark_bootstrap_complete, patch_prepared};
use crate::callback_scope::CallbackContext;
use crate::runtime::{Runtime, StartError};
use crate::{BootImage, Environment, EnvironmentOptions, limit_environment, run_main_script};
use edge_loop::{Async, AsyncSender, Handle, LoopHandle, RunMode};
use edge_napi::{Engine, Isolate, IsolateOptions, Kill, Poison};
use edge_wasix::limits::{CpuClock, EnderGuard, Running};
use edge_wasix::{Kernel, Limit};
use functions::HostSide;
use nested::UnderWay;
use server::{SERVER, TOOLS};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What sessions may start from.
#[derive(Clone, Default)]
pub struct SessionImages {
    /// Of a booted environment.
    pub boot: Option<BootImage>,
    /// Of a prepared session ([`Session::prepare`]).
    pub session: Option<BootImage>,
}

/// How a request ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The value.
    Value(Datum),
    /// The image that was asked for, or what keeps it from being taken.
    Snapshot(std::result::Result<Vec<u8>, String>),
    /// The value cannot cross.
    Uncrossable(Uncrossable),
    /// JavaScript threw, or its promise was rejected.
    Thrown(Box<Fault>),
    /// It was asked from inside of a call of the embedder's function, and gave a promise that cannot settle before that call returns.
    Reentrant,
    /// The program ended itself, by `process.exit` or an error that nobody caught: no further request is served.
    Exited(i32),
    /// [`Interrupt::interrupt`] ended the request; the session goes on.
    Interrupted,
    /// The loop has nothing left to do and the promise is still pending.
    NeverSettled,
    /// The heap reached its limit: the engine instance is gone.
    OutOfMemory,
    /// Another limit ended the program: the engine instance is gone.
    LimitExceeded(Limit),
    /// The engine instance is gone (killed, trapped): why.
    Poisoned(String),
}

/// What an embedder puts into a session's mail.
#[derive(Debug)]
pub enum Letter {
    /// A request: a member of the server's table and its arguments.
    Ask {
        /// What the answer is delivered with.
        ticket: u64,
        /// The member.
        kind: &'static str,
        /// The arguments.
        args: Vec<Datum>,
        /// The asking thread is inside of a call of a host function: what gives a promise is [`Answer::Reentrant`].
        nested: bool,
    },
    /// Take an image of the session ([`Session::snapshot`]).
    Snapshot {
        /// As above.
        ticket: u64,
        /// Also with random numbers in it.
        keep_random: bool,
        /// Starts it once, to note what a start writes.
        engine: &'static dyn Engine,
    },
    /// Run the loop until nothing is left to do.
    Finish {
        /// As above.
        ticket: u64,
    },
    /// Nobody waits for this answer any more.
    Forget {
        /// As above.
        ticket: u64,
    },
    /// The outcome of a call that was [`HostReply::Later`].
    Settle {
        /// The number given then.
        number: u64,
        /// Value or error.
        outcome: std::result::Result<Datum, Fault>,
    },
    /// A function of the environment is not held any more.
    Release {
        /// Its number.
        number: u64,
    },
}

/// What a host function gave.
#[derive(Debug)]
pub enum HostReply {
    /// It returned.
    Value(Datum),
    /// It raised.
    Raised(Fault),
    /// What it returned cannot cross.
    Refused(Uncrossable),
    /// It will, under this number ([`Letter::Settle`]).
    Later(u64),
    /// Nobody is there to run it.
    Gone,
}

/// The embedder as a session sees it, from the thread that drives it.
pub trait Host: Send + Sync {
    /// The next letter.
    fn next(&self) -> Option<Letter>;
    /// Whether there is no letter.
    fn is_idle(&self) -> bool;
    /// Takes an answer.
    fn deliver(&self, ticket: u64, answer: Answer);
    /// Calls the host's function `number`; `current` is the request that the call is part of, when it is known. Blocks until the reply is
    /// there, or the environment is gone ([`Nested::is_gone`]); takes in the mail meanwhile ([`Nested::receive`]).
    fn call(&self, number: u64, args: Vec<Datum>, current: Option<u64>, nested: &Nested<'_>) -> HostReply;
    /// The environment does not hold the host's function `number` any more.
    fn release(&self, number: u64);
}

/// Ends the request under way from any thread.
#[derive(Clone)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
    kill: Arc<dyn Kill>,
    uv: LoopHandle,
    kernel: Arc<Kernel>,
}

impl Interrupt {
    /// Ends the request under way with [`Answer::Interrupted`]; without one, the next.
    pub fn interrupt(&self) {
        self.flag.store(true, Ordering::Release);
        self.kill.terminate();
        self.uv.stop();
    }

    /// Ends the engine instance for good, also inside loops of the engine that never check and inside calls that block.
    pub fn kill(&self) {
        self.kill.kill();
        self.uv.terminate();
        self.kernel.interrupt();
        self.kernel.kill_children();
    }
}

/// A booted runtime that serves one request after another. Lives on one thread.
pub struct Session {
    _limits: EnderGuard,
    runtime: Runtime,
    flag: Arc<AtomicBool>,
}

impl Session {
    /// Starts a session: from the image of a prepared session when there is one and the environment variables say nothing that
    /// pre-execution would have heeded, else from the boot image, else from nothing.
    ///
    /// # Errors
    /// A missing resource; the library or the host's script failed to start.
    pub fn start(
        engine: &dyn Engine,
        images: &SessionImages,
        kernel: Arc<Kernel>,
        options: EnvironmentOptions,
        isolate: &IsolateOptions,
    ) -> std::result::Result<Self, StartError> {
        let prepared = images.session.as_ref().filter(|_| !heeds_environment(&kernel));
        let runtime = Runtime::new(engine, prepared.or(images.boot.as_ref()), kernel, options, isolate)?;
        Self::new(runtime)
    }

    /// Makes the runtime ready to serve, as far as its image has not.
    ///
    /// # Errors
    /// The library or the host's script failed to start.
    pub fn new(runtime: Runtime) -> std::result::Result<Self, StartError> {
        let failed = || StartError("the session did not start; the error was printed".to_owned());
        let environment = runtime.environment();
        let env = environment.env();
        runtime.isolate().reseed();
        let _scope = env.scope().map_err(|_| failed())?;
        if environment.root(TOOLS).ok().flatten().is_none() {
            prepare(environment).ok_or_else(failed)?;
        }
        patch_prepared(environment).and_then(|()| mark_bootstrap_complete(environment)).map_err(|_| failed())?;
        install_permission(environment).map_err(|_| failed())?;
        drop(_scope);
        let limits = limit_environment(environment.kernel(), environment.kill_handle(), environment.uv().handle());
        Ok(Session { runtime, flag: Arc::default(), _limits: limits })
    }

    /// Brings a runtime as far as an image of a session has it: everything that is the same for all sessions. Take the image
    /// ([`Runtime::snapshot`]) right after it.
    ///
    /// # Errors
    /// The library or the host's script failed to start.
    pub fn prepare(runtime: &Runtime) -> std::result::Result<(), StartError> {
        let env = runtime.environment().env();
        let done = env.scope().ok().and_then(|_scope| prepare(runtime.environment()));
        done.ok_or_else(|| StartError("the session did not start; the error was printed".to_owned()))
    }

    /// The engine instance.
    #[must_use]
    pub fn isolate(&self) -> &dyn Isolate {
        self.runtime.isolate()
    }

    /// Ties the session to its host, once; what wakes it when there is new mail.
    #[must_use]
    pub fn connect(&self, host: Arc<dyn Host>) -> AsyncSender {
        let environment = self.environment();
        let side = environment.state::<HostSide>();
        side.set(host);
        let weak = Rc::downgrade(environment);
        let mail = side.mail.get_or_init(|| {
            let mail = Async::new(environment.uv(), move || {
                if let Some(environment) = weak.upgrade() {
                    nested::receive(&environment);
                }
            });
            mail.unref();
            mail
        });
        environment.state::<UnderWay>().interrupted.set(Arc::clone(&self.flag));
        mail.sender()
    }

    /// The part for other threads.
    #[must_use]
    pub fn interrupt_handle(&self) -> Interrupt {
        let environment = self.environment();
        Interrupt {
            flag: Arc::clone(&self.flag),
            kill: environment.kill_handle(),
            uv: environment.uv().handle(),
            kernel: Arc::clone(environment.kernel()),
        }
    }

    /// What its program may use and see; also of use from other threads, and after the engine is gone.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        self.environment().kernel()
    }

    /// Serves the host's mail until nothing is under way and no mail is left. Runs the loop no longer than that: timers that are still
    /// open go on during later requests.
    pub fn drive(&self) {
        let environment = self.environment();
        let side = environment.state::<HostSide>();
        let Some(host) = side.host().cloned() else { return };
        let under_way = environment.state::<UnderWay>();
        // Without a watchdog for its limits nothing runs.
        let _running = match self.begin() {
            Ok(running) => running,
            Err(answer) => {
                while let Some(letter) = host.next() {
                    if let Letter::Ask { ticket, .. } | Letter::Finish { ticket } | Letter::Snapshot { ticket, .. } = letter {
                        host.deliver(ticket, answer.clone());
                    }
                }
                return;
            }
        };
        loop {
            match self.interrupted().or_else(|| self.ended()) {
                Some(answer) => self.answer_all(&*host, &answer),
                None => nested::receive(environment),
            }
            if self.flag.load(Ordering::Acquire) || self.ended().is_some() {
                if under_way.is_empty() && host.is_idle() && !self.flag.load(Ordering::Acquire) {
                    return;
                }
                continue;
            }
            for (ticket, answer) in nested::settled(environment) {
                host.deliver(ticket, answer);
            }
            if let Some(ticket) = under_way.finish.take() {
                let answer = self.finish();
                host.deliver(ticket, answer);
            }
            if let Some((ticket, keep_random, engine)) = under_way.snapshot.take() {
                host.deliver(ticket, Answer::Snapshot(self.snapshot(engine, keep_random)));
            }
            if under_way.is_empty() {
                match host.is_idle() {
                    true => return,
                    false => continue,
                }
            }
            if !environment.uv().alive() && host.is_idle() {
                self.answer_all(&*host, &Answer::NeverSettled);
                continue;
            }
            environment.uv().run(RunMode::Once);
        }
    }

    /// Ends all that is under way, and what waits to be, with one answer.
    fn answer_all(&self, host: &dyn Host, answer: &Answer) {
        let environment = self.environment();
        let under_way = environment.state::<UnderWay>();
        let snapshot = under_way.snapshot.take().map(|(ticket, ..)| ticket);
        for ticket in under_way.take_all(environment).into_iter().chain(under_way.finish.take()).chain(snapshot) {
            host.deliver(ticket, answer.clone());
        }
        if self.ended().is_some() {
            while let Some(letter) = host.next() {
                if let Letter::Ask { ticket, .. } | Letter::Finish { ticket } | Letter::Snapshot { ticket, .. } = letter {
                    host.deliver(ticket, answer.clone());
                }
            }
        }
    }

    /// Runs the loop until nothing keeps it alive, then `beforeExit` and `exit`: [`Answer::Exited`], or what ended it before.
    fn finish(&self) -> Answer {
        let code = self.environment().spin_unless(|| self.flag.load(Ordering::Acquire));
        if let Some(answer) = self.interrupted() {
            return answer;
        }
        match (self.ended(), code) {
            (Some(answer), _) => answer,
            (None, Some(code)) => Answer::Exited(code),
            (None, None) => Answer::Poisoned("the loop stopped".to_owned()),
        }
    }

    /// Begins a stretch under the kernel's time limits, which are counted anew for each.
    fn begin(&self) -> std::result::Result<Running, Answer> {
        let running = self.environment().kernel().meter().run(CpuClock::Thread);
        running.map_err(|error| Answer::Poisoned(format!("no watchdog for its limits: {error}")))
    }

    /// The answer to an interruption that has come, once.
    fn interrupted(&self) -> Option<Answer> {
        if !self.flag.swap(false, Ordering::AcqRel) {
            return None;
        }
        // The termination may not have struck yet, or have struck already: either way it is over.
        self.environment().kill_handle().cancel_terminate();
        let _ = self.environment().env().clear_termination();
        Some(self.ended().unwrap_or(Answer::Interrupted))
    }

    /// Whether the session can serve no more, and why.
    fn ended(&self) -> Option<Answer> {
        match self.runtime.isolate().poisoned() {
            None => {}
            Some(Poison::OutOfMemory) => return Some(Answer::OutOfMemory),
            Some(Poison::Killed) if self.limit().is_some() => return self.limit().map(Answer::LimitExceeded),
            Some(Poison::Killed) => return Some(Answer::Poisoned("it was killed".to_owned())),
            Some(Poison::Trap) => return Some(Answer::Poisoned("the engine trapped".to_owned())),
            Some(Poison::Panic) => return Some(Answer::Poisoned("a native function panicked".to_owned())),
        }
        self.environment().exit_code().map(Answer::Exited)
    }

    fn limit(&self) -> Option<Limit> {
        self.environment().kernel().meter().reached()
    }

    fn environment(&self) -> &Rc<Environment> {
        self.runtime.environment()
    }
}

/// What Node's own `internal/main/embedding` prepares, and the server's function; `None` after an error, which was printed.
fn prepare(environment: &Rc<Environment>) -> Option<()> {
    let env = environment.env();
    environment.callback_scope(CallbackContext::NONE, || {
        // Pre-execution asks this to know whether `process.argv0` will be set again (by `patch_prepared`).
        let _ = environment.internal_binding("mksnapshot")?;
        let building = environment.aliased::<u8>("mksnapshot.isBuildingSnapshotBuffer")?;
        building.set(0, 1);
        let ran = run_main_script(environment, "internal/main/embedding");
        building.set(0, 0);
        ran?;
        let process = environment.expect_root("process")?;
        // The one number of this machine that preparation put into the heap; `patch_prepared` sets it.
        env.define_read_only(process, "pid", env.int32(0)?)?;
        let make = env.run_text(SERVER, "edgejs:session")?;
        let call_host = env.native_function("session.callHost", "callHost")?;
        let tools = env.call(make, env.undefined()?, &[process, call_host, environment.symbol("vm_dynamic_import_default_internal")?])?;
        environment.set_root(TOOLS, tools)
    })
}

/// Variables that the library reads while it prepares execution, and not again (`NODE_PATH` and `HOME` are, in `start`).
const HEEDED: &[&[u8]] =
    &[b"NODE_CHANNEL_FD", b"NODE_COMPILE_CACHE", b"NODE_DEBUG", b"NODE_NO_WARNINGS", b"NODE_UNIQUE_ID", b"NODE_V8_COVERAGE"];

/// Whether one of them is set.
fn heeds_environment(kernel: &Kernel) -> bool {
    HEEDED.iter().any(|name| kernel.getenv(name).is_some())
}
