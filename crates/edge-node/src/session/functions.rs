//! Functions of either side as seen from the other: numbers for the environment's, natives for the embedder's.

use super::datum::{Datum, Fault, Uncrossable};
use super::from_js::{ReadError, read};
use super::server::{Tool, tool};
use super::{Host, HostReply, nested, to_js};
use crate::Environment;
use edge_loop::Async;
use edge_napi::types::napi_deferred;
use edge_napi::{CallInfo, Env, Error, Native, Reference, Result, Value};
use rustc_hash::FxHashMap;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// Functions that the embedder holds, by number.
#[derive(Default)]
pub(crate) struct Functions {
    kept: RefCell<FxHashMap<u64, Reference>>,
    last: Cell<u64>,
}

impl Functions {
    /// Keeps a function until [`Functions::release`].
    pub(crate) fn keep(&self, environment: &Rc<Environment>, function: Value) -> Result<u64> {
        let reference = environment.env().reference(function)?;
        let number = self.last.get() + 1;
        self.last.set(number);
        self.kept.borrow_mut().insert(number, reference);
        Ok(number)
    }

    /// The function.
    pub(crate) fn get(&self, environment: &Rc<Environment>, number: u64) -> Result<Option<Value>> {
        let reference = self.kept.borrow().get(&number).copied();
        reference.map_or(Ok(None), |reference| environment.env().deref(reference))
    }

    /// Forgets it.
    pub(crate) fn release(&self, environment: &Rc<Environment>, number: u64) {
        let reference = self.kept.borrow_mut().remove(&number);
        if let Some(reference) = reference {
            environment.env().drop_reference(reference);
        }
    }
}

/// The embedder, as the environment calls it.
#[derive(Default)]
pub(crate) struct HostSide {
    host: OnceCell<Arc<dyn Host>>,
    /// Keeps the loop alive while a call has not been settled, and brings the mail in.
    pub(crate) mail: OnceCell<Async>,
    later: RefCell<FxHashMap<u64, napi_deferred>>,
}

impl HostSide {
    pub(crate) fn set(&self, host: Arc<dyn Host>) {
        let _ = self.host.set(host);
    }

    pub(crate) fn host(&self) -> Option<&Arc<dyn Host>> {
        self.host.get()
    }

    /// Settles a promise that a call gave.
    pub(crate) fn settle(&self, environment: &Rc<Environment>, number: u64, outcome: &std::result::Result<Datum, Fault>) -> Result<()> {
        let deferred = self.later.borrow_mut().remove(&number);
        if self.later.borrow().is_empty()
            && let Some(mail) = self.mail.get()
        {
            edge_loop::Handle::unref(mail);
        }
        let Some(deferred) = deferred else { return Ok(()) };
        let env = environment.env();
        match outcome {
            Ok(datum) => env.resolve(deferred, to_js::write(environment, datum)?),
            Err(fault) => env.reject(deferred, to_js::error(environment, fault)?),
        }
    }
}

/// Tells the embedder when the function that it gave is collected.
struct Given {
    host: Arc<dyn Host>,
    number: u64,
}

impl Drop for Given {
    fn drop(&mut self) {
        self.host.release(self.number);
    }
}

/// A function that calls the embedder's function `number`.
pub(crate) fn host_function(environment: &Rc<Environment>, number: u64, name: &str) -> Result<Value> {
    let env = environment.env();
    let side = environment.state::<HostSide>();
    let host = side.host().ok_or_else(|| Error::error("ERR_INTERNAL_ASSERTION", "no host"))?;
    let given = Rc::new(Given { host: Arc::clone(host), number });
    let wrap = tool(environment, Tool::WrapHost)?;
    let function = env.call(wrap, env.undefined()?, &[env.number(number as f64)?, env.string(name)?])?;
    env.add_finalizer(function, given)?;
    Ok(function)
}

/// The natives of sessions.
pub(crate) const NATIVES: &[Native] = &[Native { name: "session.callHost", call: call_host }];

fn refused(error: &Uncrossable) -> Error {
    Error::type_error("ERR_EDGEJS_VALUE", error.to_string())
}

/// `callHost(number, args)`: blocks until the embedder has answered.
fn call_host(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let number = env.get_f64(info.arg(0))?;
    let side = environment.state::<HostSide>();
    let host = side.host().ok_or_else(|| Error::error("ERR_EDGEJS_CLOSED", "nobody is there to answer the call"))?;
    let args = match read(&environment, info.arg(1), "arguments") {
        Ok(Datum::Array(args)) => args,
        Ok(_) => return Err(Error::type_error("ERR_INVALID_ARG_TYPE", "no arguments")),
        Err(ReadError::Js(error)) => return Err(error),
        Err(ReadError::Uncrossable(error)) => return Err(refused(&error)),
    };
    let reply = host.call(number as u64, args, nested::current(&environment), &nested::Nested(&environment));
    match reply {
        HostReply::Value(datum) => to_js::write(&environment, &datum),
        HostReply::Raised(fault) => Err(env.throw(to_js::error(&environment, &fault)?)),
        HostReply::Refused(error) => Err(refused(&error)),
        HostReply::Later(number) => {
            let (deferred, promise) = env.promise()?;
            side.later.borrow_mut().insert(number, deferred);
            if let Some(mail) = side.mail.get() {
                edge_loop::Handle::add_ref(mail);
            }
            Ok(promise)
        }
        HostReply::Gone => Err(Error::error("ERR_EDGEJS_CLOSED", "nobody is there to answer the call")),
    }
}
