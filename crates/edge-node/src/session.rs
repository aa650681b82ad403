//! [`Session`]: a booted runtime that an embedder talks to: requests in, JSON out.

use crate::bindings::{install_permission, mark_bootstrap_complete, patch_prepared};
use crate::callback_scope::CallbackContext;
use crate::runtime::{Runtime, StartError};
use crate::{BootImage, Environment, EnvironmentOptions, limit_environment, run_main_script};
use edge_loop::{LoopHandle, RunMode};
use edge_napi::{Engine, Isolate, IsolateOptions, Kill, Poison, Result, Value};
use edge_wasix::limits::{CpuClock, EnderGuard, Running};
use edge_wasix::{Kernel, Limit};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Names under which the host's function and the request under way are kept.
const SERVE: &str = "session.serve";
const SLOT: &str = "session.slot";

/// The host's own script: makes the function that serves requests. It answers with a slot that is filled when the request is done.
/// `undefined` travels as no JSON at all. The script runs before the image of a session is taken, so what it asks of the machine it asks
/// in `start`, with the first request.
const SERVER: &str = r"(function (process) {
  const Module = process.getBuiltinModule('module');
  const { Script, constants: { USE_MAIN_CONTEXT_DEFAULT_LOADER } } = process.getBuiltinModule('vm');
  const { resolve } = process.getBuiltinModule('path');
  let require;
  const start = () => {
    Module._initPaths();
    require = Module.createRequire(resolve('[edgejs]'));
    globalThis.require ??= require;
  };
  const run = {
    eval: ([code, filename]) => new Script(code, { filename, importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext(),
    load: ([path]) => { require(resolve(path)); },
    describe: ([name]) => Object.entries(Object(require(name))).map(([key, value]) => [key, typeof value]),
    read: ([name, path]) => path.reduce((value, key) => value[key], require(name)),
    call: ([name, path, args]) => {
      let owner;
      let value = require(name);
      for (const key of path) [owner, value] = [value, value[key]];
      return Reflect.apply(value, owner, args);
    },
  };
  const text = (value) => { try { return String(value); } catch { return 'a value without text'; } };
  return (kind, request) => {
    if (require === undefined) start();
    const slot = { done: false, value: undefined, error: undefined };
    (async () => JSON.stringify(await run[kind](JSON.parse(request))))().then(
      (value) => { slot.value = value; slot.done = true; },
      (error) => {
        const part = (key) => { try { return error?.[key]; } catch { return undefined; } };
        const proper = typeof error === 'object' && typeof part('message') === 'string';
        slot.error = proper ? [text(part('name')), text(part('message')), text(part('stack') ?? '')] : ['', text(error), ''];
        slot.done = true;
      },
    );
    return slot;
  };
})";

/// What sessions may start from.
#[derive(Clone, Default)]
pub struct SessionImages {
    /// Of a booted environment.
    pub boot: Option<BootImage>,
    /// Of a prepared session ([`Session::prepare`]).
    pub session: Option<BootImage>,
}

/// How a request ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The value as JSON; `None` for `undefined` and what JSON cannot say.
    Value(Option<String>),
    /// JavaScript threw, or its promise was rejected.
    Thrown {
        /// `error.name`; empty when it was no error object.
        name: String,
        /// `error.message`, or the thrown value as text.
        message: String,
        /// `error.stack`, may be empty.
        stack: String,
    },
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
        if environment.root(SERVE).ok().flatten().is_none() {
            prepare(environment).ok_or_else(failed)?;
        }
        patch_prepared(environment).and_then(|()| mark_bootstrap_complete(environment)).map_err(|_| failed())?;
        install_permission(environment).map_err(|_| failed())?;
        drop(_scope);
        let kernel = environment.kernel();
        let limits = limit_environment(kernel, environment.kill_handle(), environment.uv().handle());
        Ok(Self { runtime, flag: Arc::default(), _limits: limits })
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

    /// Serves a request: `kind` is a member of the server's table, `request` its arguments as JSON. Runs the loop until the answer
    /// is there, no longer: timers that are still open go on during later requests.
    pub fn ask(&self, kind: &str, request: &str) -> Answer {
        if let Some(answer) = self.ended() {
            return answer;
        }
        let environment = self.environment();
        let _running = match self.begin() {
            Ok(running) => running,
            Err(answer) => return answer,
        };
        let env = environment.env();
        let begun = env.scope().ok().and_then(|_scope| {
            environment.callback_scope(CallbackContext::NONE, || {
                let serve = environment.expect_root(SERVE)?;
                let slot = env.call(serve, env.undefined()?, &[env.string(kind)?, env.string(request)?])?;
                environment.set_root(SLOT, slot)
            })
        });
        let answer = self.wait(begun.is_some());
        environment.remove_root(SLOT);
        answer
    }

    /// Runs the loop until nothing keeps it alive, then `beforeExit` and `exit`: [`Answer::Exited`], or what ended it before.
    pub fn finish(&self) -> Answer {
        let _running = match self.begin() {
            Ok(running) => running,
            Err(answer) => return answer,
        };
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

    /// Begins a stretch under the kernel's time limits, which are counted anew for each request.
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

    fn wait(&self, begun: bool) -> Answer {
        let uv = self.environment().uv();
        loop {
            if let Some(answer) = self.interrupted() {
                return answer;
            }
            if let Some(answer) = self.ended() {
                return answer;
            }
            if !begun {
                return Answer::Poisoned("the request could not be made".to_owned());
            }
            match self.slot() {
                Ok(Some(answer)) => return answer,
                Ok(None) => {}
                Err(_) if self.flag.load(Ordering::Acquire) => continue,
                Err(error) => return self.ended().unwrap_or_else(|| Answer::Poisoned(format!("{error:?}"))),
            }
            if !uv.alive() {
                return Answer::NeverSettled;
            }
            uv.run(RunMode::Once);
        }
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

    fn slot(&self) -> Result<Option<Answer>> {
        let env = self.environment().env();
        let _scope = env.scope()?;
        let slot = self.environment().expect_root(SLOT)?;
        if !env.get_bool(env.get(slot, "done")?)? {
            return Ok(None);
        }
        let error = env.get(slot, "error")?;
        if env.is_array(error)? {
            let part = |index| -> Result<String> { env.get_string(env.get_index(error, index)?) };
            return Ok(Some(Answer::Thrown { name: part(0)?, message: part(1)?, stack: part(2)? }));
        }
        let value: Value = env.get(slot, "value")?;
        let text = if env.is_string(value)? { Some(env.get_string(value)?) } else { None };
        Ok(Some(Answer::Value(text)))
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
        let serve = env.call(make, env.undefined()?, &[process])?;
        environment.set_root(SERVE, serve)
    })
}

/// Variables that the library reads while it prepares execution, and not again (`NODE_PATH` and `HOME` are, in `start`).
const HEEDED: &[&[u8]] =
    &[b"NODE_CHANNEL_FD", b"NODE_COMPILE_CACHE", b"NODE_DEBUG", b"NODE_NO_WARNINGS", b"NODE_UNIQUE_ID", b"NODE_V8_COVERAGE"];

/// Whether one of them is set.
fn heeds_environment(kernel: &Kernel) -> bool {
    HEEDED.iter().any(|name| kernel.getenv(name).is_some())
}
