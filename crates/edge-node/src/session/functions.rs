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
    /// What came of calls before the reply that it would come: the embedder's loop is another thread than the one that replies.
    early: RefCell<FxHashMap<u64, Outcome>>,
}

type Outcome = std::result::Result<Datum, Fault>;

impl HostSide {
    pub(crate) fn set(&self, host: Arc<dyn Host>) {
        let _ = self.host.set(host);
    }

    /// Whether a promise waits for the embedder.
    pub(crate) fn waits(&self) -> bool {
        !self.later.borrow().is_empty()
    }

    pub(crate) fn host(&self) -> Option<&Arc<dyn Host>> {
        self.host.get()
    }

    /// Settles a promise that a call gave.
    pub(crate) fn settle(&self, environment: &Rc<Environment>, number: u64, outcome: Outcome) -> Result<()> {
        let deferred = self.later.borrow_mut().remove(&number);
        if self.later.borrow().is_empty()
            && let Some(mail) = self.mail.get()
        {
            edge_loop::Handle::unref(mail);
        }
        let Some(deferred) = deferred else {
            self.early.borrow_mut().insert(number, outcome);
            return Ok(());
        };
        let env = environment.env();
        match &outcome {
            Ok(datum) => env.resolve(deferred, to_js::write(environment, datum)?),
            Err(fault) => env.reject(deferred, to_js::error(environment, fault)?),
        }
    }

    /// A promise for the outcome of a call.
    fn promise(&self, environment: &Rc<Environment>, number: u64) -> Result<Value> {
        let (deferred, promise) = environment.env().promise()?;
        self.later.borrow_mut().insert(number, deferred);
        let early = self.early.borrow_mut().remove(&number);
        match (early, self.mail.get()) {
            (Some(outcome), _) => self.settle(environment, number, outcome)?,
            (None, Some(mail)) => edge_loop::Handle::add_ref(mail),
            (None, None) => {}
        }
        Ok(promise)
    }
}

/// Tells the embedder when the function that it gave is collected.
struct HostObject {
    host: Arc<dyn Host>,
    number: u64,
}

impl Drop for HostObject {
    fn drop(&mut self) {
        self.host.release(self.number);
    }
}

/// Tells the embedder to let go of what it has under `number` when `object` is collected.
pub(super) fn hold(environment: &Rc<Environment>, object: Value, number: u64) -> Result<()> {
    let side = environment.state::<HostSide>();
    let host = side.host().ok_or_else(|| Error::error("ERR_INTERNAL_ASSERTION", "no host"))?;
    environment.env().add_finalizer(object, Rc::new(HostObject { host: Arc::clone(host), number }))?;
    Ok(())
}

/// A function that calls the embedder's function `number`.
pub(crate) fn host_function(environment: &Rc<Environment>, number: u64, name: &str) -> Result<Value> {
    let env = environment.env();
    let wrap = tool(environment, Tool::WrapHost)?;
    let function = env.call(wrap, env.undefined()?, &[env.number(number as f64)?, env.string(name)?])?;
    hold(environment, function, number)?;
    Ok(function)
}

/// `error.code` of a value that was larger than the limit `message_size`.
pub const MESSAGE_SIZE_CODE: &str = "ERR_EDGEJS_MESSAGE_SIZE";

/// The natives of sessions.
pub(crate) const NATIVES: &[Native] = &[Native { name: "session.callHost", call: call_host }];

fn refused(error: &Uncrossable) -> Error {
    if error.over_limit {
        return Error::range_error(MESSAGE_SIZE_CODE, error.to_string());
    }
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
        HostReply::Later(number) => side.promise(&environment, number),
        HostReply::Gone => Err(Error::error("ERR_EDGEJS_CLOSED", "nobody is there to answer the call")),
    }
}
