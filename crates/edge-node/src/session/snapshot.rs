//! [`Session::snapshot`]: an image of a session as its program has made it, and sessions that continue from there.

use super::Session;
use super::functions::HostSide;
use super::nested::UnderWay;
use super::server::{Tool, tool};
use crate::bindings::immediates;
use crate::callback_scope::CallbackContext;
use crate::runtime::{Runtime, StartError};
use crate::{BootImage, Environment, EnvironmentOptions, Options, native_table};
use edge_loop::HandleKind;
use edge_napi::{Engine, IsolateOptions};
use edge_wasix::Kernel;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

impl Session {
    /// An image of the session: modules, globals, everything that its program has in memory. The session goes on.
    ///
    /// What belongs to the machine is not part of it: restored sessions have their own files, network, environment variables, time and
    /// working folder. Random numbers that were drawn are part of it, so they are refused unless `keep_random`: all restored sessions
    /// would have the same ones.
    ///
    /// # Errors
    /// What cannot be captured, by name: requests under way, open timers and handles, native objects.
    pub fn snapshot(&self, engine: &dyn Engine, keep_random: bool) -> Result<Vec<u8>, String> {
        let environment = self.environment();
        if !environment.state::<UnderWay>().is_empty() {
            return Err("requests are under way".to_owned());
        }
        if environment.state::<HostSide>().waits() {
            return Err("a promise waits for a function of the host".to_owned());
        }
        let open = open_handles(environment);
        if !open.is_empty() {
            return Err(format!("open handles: {}", open.into_iter().collect::<Vec<_>>().join(", ")));
        }
        if environment.tick_info().map_err(|_| "the environment is gone")?.get(0) != 0 {
            return Err("ticks are queued".to_owned());
        }
        if environment.has_drawn_random() {
            if !keep_random {
                return Err(
                    "random bytes were drawn (crypto.randomUUID, getRandomValues, …): every restored session would have the same ones"
                        .to_owned(),
                );
            }
            note_drawn(environment).map_err(|_| "the environment is gone")?;
        }
        let image = self.runtime.snapshot_as_it_is()?;
        rehearse(engine, environment, &image)
    }

    /// A session that continues from a snapshot, on another machine as it were. `process.argv0` is the one property that cannot be set
    /// again: `options` must have the same.
    ///
    /// # Errors
    /// A missing resource, or a snapshot of something else than a session.
    pub fn restore(
        engine: &dyn Engine,
        image: &BootImage,
        kernel: Arc<Kernel>,
        options: EnvironmentOptions,
        isolate: &IsolateOptions,
    ) -> Result<Self, StartError> {
        let failed = |what: &str| StartError(format!("the snapshot does not start: {what}"));
        let session = Self::new(Runtime::new(engine, Some(image), kernel, options, isolate)?)?;
        let environment = session.environment();
        let env = environment.env();
        {
            let _scope = env.scope().map_err(|_| failed("no scope"))?;
            let restored = tool(environment, Tool::Restored).map_err(|_| failed("it is none of a session"))?;
            if environment.root(DRAWN).map_err(|_| failed("no roots"))?.is_some() {
                environment.note_random();
            }
            // A folder that was deleted meanwhile has no name.
            let folder = environment.kernel().cwd().unwrap_or_else(|_| b"/".to_vec());
            environment
                .callback_scope(CallbackContext::NONE, || {
                    env.call(restored, env.undefined()?, &[env.string_from_utf8_lossy(&folder)?]).map(drop)
                })
                .ok_or_else(|| failed("the working folder"))?;
        }
        Ok(session)
    }
}

/// The root that an image has whose heap contains random bytes: sessions restored from it have drawn them too.
const DRAWN: &str = "session.drawnRandom";

fn note_drawn(environment: &Environment) -> edge_napi::Result<()> {
    let env = environment.env();
    let _scope = env.scope()?;
    environment.set_root(DRAWN, env.object()?)
}

/// Starts an image once on an empty machine: it with a note of the memory that this wrote.
fn rehearse(engine: &dyn Engine, environment: &Environment, image: &[u8]) -> Result<Vec<u8>, String> {
    let image = engine.image_from_bytes(image, native_table()).and_then(BootImage::check).map_err(|error| error.to_string())?;
    let machine = Kernel::builder().build().map_err(|errno| errno.message().to_owned())?;
    let isolate = IsolateOptions { memory_limit: 4 << 30, stack_limit: 0 };
    let cli = Options::parse(None, &[]).map_err(|error| error.report("edge-node"))?;
    let options = EnvironmentOptions { cli, argv0: environment.options().argv0.clone(), ..Default::default() };
    let session = Session::restore(engine, &image, machine, options, &isolate).map_err(|error| error.0)?;
    session.isolate().image_with_writes(&**image.image())
}

/// What is open on the loop, by libuv's names.
fn open_handles(environment: &Rc<Environment>) -> BTreeSet<String> {
    let uv = environment.uv();
    // Timers have one handle, which is on no list. The check of immediates and the mail are always there.
    let own = |kind| matches!(kind, HandleKind::Async | HandleKind::Check | HandleKind::Idle | HandleKind::Prepare);
    let handles = uv.handles().into_iter().filter(|info| info.active && !own(info.kind)).map(|info| format!("{:?}", info.kind));
    let requests = uv.active_requests().into_iter().map(|request| format!("{:?} request", request.kind));
    let listed = environment.handle_names().into_iter().map(str::to_owned);
    let mut open: BTreeSet<String> = handles.chain(requests).chain(listed).collect();
    if immediates(environment) > 0 {
        open.insert("Immediate".to_owned());
    }
    open
}
