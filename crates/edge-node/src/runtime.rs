//! [`Runtime`]: an isolate with its environment, from an image or from nothing.

use crate::boot_image::{LIB, ROOTS};
use crate::{BootImage, Environment, EnvironmentOptions, bootstrap, native_table, node_api, preload};
use edge_loop::{Loop, LoopOptions, ThreadPool};
use edge_napi::{Engine, Isolate, IsolateOptions};
use edge_wasix::Kernel;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// An isolate with its environment. Lives on one thread.
pub struct Runtime {
    // The environment must go before its isolate: it holds references into it.
    environment: Rc<Environment>,
    isolate: Box<dyn Isolate>,
}

/// Why a runtime could not be made: text for a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartError(pub String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for StartError {}

impl Runtime {
    /// A booted environment: continued from `image`, or booted from Node's library when there is none. Whoever runs a program in it
    /// reseeds the isolate first ([`Isolate::reseed`]).
    ///
    /// # Errors
    /// A missing resource, or a failure of the boot scripts (a bug of this build).
    pub fn new(
        engine: &dyn Engine,
        image: Option<&BootImage>,
        kernel: Arc<Kernel>,
        mut options: EnvironmentOptions,
        isolate_options: &IsolateOptions,
    ) -> Result<Self, StartError> {
        options.engine = (engine.name(), engine.version());
        // One of many in a process, or in a sandbox, has no say in how many threads there are.
        let has_say = options.owns_process && !kernel.is_confined();
        let size = if has_say { kernel.getenv(b"UV_THREADPOOL_SIZE") } else { None };
        let pool = size.map(|size| ThreadPool::new(thread_pool_size(&size)));
        let uv =
            Loop::new(LoopOptions { pool, ..LoopOptions::default() }).map_err(|error| StartError(format!("no event loop: {error}")))?;
        uv.count_work(Arc::clone(kernel.meter()));
        let (isolate, roots) = match image {
            Some(image) => {
                let isolate = engine.restore(image.image(), native_table(), isolate_options).map_err(StartError)?;
                (isolate, image.roots().collect())
            }
            None => (engine.create(native_table(), isolate_options).map_err(StartError)?, HashMap::new()),
        };
        let booted = image.is_some();
        let environment =
            Environment::new(&*isolate, uv, kernel, options, roots).map_err(|error| StartError(format!("no environment: {error:?}")))?;
        let runtime = Self { environment, isolate };
        // A closing isolate shows at the next call.
        let _ = runtime.environment.apply_time_zone();
        if booted {
            return Ok(runtime);
        }
        if let Err(error) = bootstrap(&runtime.environment).and_then(|()| preload(&runtime.environment)) {
            let env = runtime.environment.env();
            let value = env.error_value(error);
            let text = value.and_then(|value| {
                let stack = env.get(value, "stack").ok().filter(|stack| env.is_string(*stack).unwrap_or(false))?;
                let message = env.to_string_lossy(value).unwrap_or_default();
                env.get_string(stack).ok().map(|stack| if stack.contains(&message) { stack } else { format!("{message}\n{stack}") })
            });
            return Err(StartError(format!("Node's library did not boot: {}", text.unwrap_or_else(|| "no error text".to_owned()))));
        }
        Ok(runtime)
    }

    /// The environment.
    #[must_use]
    pub const fn environment(&self) -> &Rc<Environment> {
        &self.environment
    }
    /// The engine instance.
    #[must_use]
    pub fn isolate(&self) -> &dyn Isolate {
        &*self.isolate
    }

    /// An image of this runtime. Nothing may have run in it but the boot.
    ///
    /// # Errors
    /// What cannot be captured.
    pub fn snapshot(&self) -> Result<Vec<u8>, String> {
        crate::builtin_scripts::compile_ahead(&self.environment).map_err(|error| format!("the library does not compile: {error:?}"))?;
        crate::bindings::forget_milestones(&self.environment);
        self.image()
    }

    /// An image of this runtime after a program has run in it; the runtime goes on.
    ///
    /// # Errors
    /// What cannot be captured.
    pub fn snapshot_as_it_is(&self) -> Result<Vec<u8>, String> {
        let milestones = crate::bindings::forget_milestones(&self.environment);
        let image = self.image();
        crate::bindings::recall_milestones(&self.environment, milestones);
        image
    }

    fn image(&self) -> Result<Vec<u8>, String> {
        let mut roots = String::new();
        for (name, reference) in self.environment.roots() {
            roots.push_str(&format!("{}\t{name}\n", reference.0.0));
        }
        self.isolate.snapshot(&[(LIB, edge_node_lib::LIB_SHA256.as_bytes()), (ROOTS, roots.as_bytes())])
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        node_api::run_cleanup(&self.environment);
        // Handles that are still open hold the environment in their callbacks.
        self.environment.uv().abandon();
        if self.isolate.poisoned().is_some() && Arc::strong_count(self.environment.uv().pool()) == 1 {
            // Work of a program that was killed may block for ever; nobody waits for it.
            self.environment.uv().pool().abandon();
        }
        self.environment.clear_states();
    }
}

/// C's `atoi` of `UV_THREADPOOL_SIZE`: digits as far as they go; the pool itself keeps to what is allowed.
fn thread_pool_size(text: &[u8]) -> usize {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start();
    let digits = &text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())];
    // More digits than a number has: more than there may be.
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(usize::MAX) }
}
