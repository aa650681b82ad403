//! [`Operation`]: a file call written once, with its three faces.

use crate::request::Face;
use crate::{Environment, uv_exception_two_paths};
use edge_napi::{Error, Result, Value};
use edge_wasix::{Errno, Kernel};
use std::rc::Rc;
use std::sync::Arc;

/// A file call: the names that its error shows, and that its work uses.
pub struct Operation {
    /// libuv's name of the call.
    pub syscall: &'static str,
    /// The first path.
    pub path: Option<Vec<u8>>,
    /// The second path.
    pub dest: Option<Vec<u8>>,
}

impl Operation {
    /// A call on a descriptor.
    #[must_use]
    pub const fn new(syscall: &'static str) -> Self {
        Self { syscall, path: None, dest: None }
    }
    /// A call on a path.
    #[must_use]
    pub const fn on(syscall: &'static str, path: Vec<u8>) -> Self {
        Self { syscall, path: Some(path), dest: None }
    }
    /// A call on two paths.
    #[must_use]
    pub const fn between(syscall: &'static str, path: Vec<u8>, dest: Vec<u8>) -> Self {
        Self { syscall, path: Some(path), dest: Some(dest) }
    }
    /// The first path; empty for a call on a descriptor.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        self.path.as_deref().unwrap_or_default()
    }
    /// The second path; empty where there is none.
    #[must_use]
    pub fn dest(&self) -> &[u8] {
        self.dest.as_deref().unwrap_or_default()
    }
    /// Node's error of this call.
    #[must_use]
    pub fn error(&self, environment: &Environment, errno: Errno) -> Error {
        uv_exception_two_paths(environment.env(), errno, self.syscall, self.path.as_deref(), self.dest.as_deref())
    }

    /// Runs `work` (here, or on the pool) and answers with what `finish` makes of its result, as `face` asks for it.
    pub fn run<R: Send + 'static>(
        self,
        environment: &Rc<Environment>,
        face: Face,
        work: impl FnOnce(&Kernel, &Self) -> edge_wasix::Result<R> + Send + 'static,
        finish: impl FnOnce(&Rc<Environment>, R) -> Result<Value> + 'static,
    ) -> Result<Value> {
        if face.is_sync() {
            return match work(environment.kernel(), &self) {
                Ok(result) => finish(environment, result),
                Err(errno) => Err(self.error(environment, errno)),
            };
        }
        let operation = Arc::new(self);
        let (kernel, shared) = (environment.kernel().clone(), operation.clone());
        environment.queue_request(
            face,
            move || work(&kernel, &shared),
            move |environment, answer| match answer {
                Ok(result) => finish(environment, result),
                Err(errno) => Err(operation.error(environment, errno)),
            },
        )
    }

    /// The same for a call that answers nothing.
    pub fn run_void(
        self,
        environment: &Rc<Environment>,
        face: Face,
        work: impl FnOnce(&Kernel, &Self) -> edge_wasix::Result<()> + Send + 'static,
    ) -> Result<Value> {
        self.run(environment, face, work, |environment, ()| environment.env().undefined())
    }
}
