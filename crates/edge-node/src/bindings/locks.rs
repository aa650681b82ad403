//! `internalBinding('locks')`: Web Locks. A lock is held until the promise that its callback answered settles; requests for a name are
//! granted in the order they came.

use crate::serdes::Primordials;
use crate::{Binding, Environment, Target, natives};
use edge_napi::types::napi_deferred;
use edge_napi::{CallInfo, Env, Error, Reference, Result, Value};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "locks",
    natives: natives!("locks"; "request" => request, "query" => query, "settled#fulfilled" => fulfilled, "settled#rejected" => rejected),
    init,
};

const SHARED: &str = "shared";
const EXCLUSIVE: &str = "exclusive";
const STOLEN: &str = "LOCK_STOLEN";

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.string("LOCK_MODE_SHARED", SHARED)?;
    target.string("LOCK_MODE_EXCLUSIVE", EXCLUSIVE)?;
    target.string("LOCK_STOLEN_ERROR", STOLEN)
}

/// What is asked for, and by whom.
struct Lock {
    id: u32,
    name: String,
    exclusive: bool,
    client: String,
    /// Settles the promise that `request` answered.
    deferred: napi_deferred,
}

struct Pending {
    lock: Lock,
    callback: Reference,
}

/// All locks of the environment.
#[derive(Default)]
struct Locks {
    next_id: Cell<u32>,
    held: RefCell<Vec<Lock>>,
    pending: RefCell<VecDeque<Pending>>,
}

impl Lock {
    fn to_object(&self, env: Env) -> Result<Value> {
        let object = env.object()?;
        env.set(object, "name", env.string(&self.name)?)?;
        env.set(object, "mode", env.string(if self.exclusive { EXCLUSIVE } else { SHARED })?)?;
        env.set(object, "clientId", env.string(&self.client)?)?;
        Ok(object)
    }
}

impl Locks {
    /// Whether those who hold the name leave room.
    fn is_free(&self, name: &str, exclusive: bool) -> bool {
        !self.held.borrow().iter().any(|held| held.name == name && (exclusive || held.exclusive))
    }
    fn is_awaited(&self, name: &str) -> bool {
        self.pending.borrow().iter().any(|pending| pending.lock.name == name)
    }
    /// Takes a held lock away; `None` when it was stolen before.
    fn release(&self, id: u32) -> Option<Lock> {
        let mut held = self.held.borrow_mut();
        let index = held.iter().position(|lock| lock.id == id)?;
        Some(held.remove(index))
    }
    /// The first request that can be granted and whose name no earlier one waits for.
    fn next_grantable(&self) -> Option<Pending> {
        let mut pending = self.pending.borrow_mut();
        let index = (0..pending.len()).find(|&index| {
            let lock = &pending[index].lock;
            let first = !pending.iter().take(index).any(|earlier| earlier.lock.name == lock.name);
            first && self.is_free(&lock.name, lock.exclusive)
        })?;
        pending.remove(index)
    }
}

/// `request(name, clientId, mode, steal, ifAvailable, callback)` → a promise of what the callback's promise settles to.
fn request(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let locks = environment.state::<Locks>();
    let name = env.get_string(info.arg(0))?;
    let client = env.get_string(info.arg(1))?;
    let exclusive = env.get_string(info.arg(2))? == EXCLUSIVE;
    let (steal, if_available) = (env.truthy(info.arg(3))?, env.truthy(info.arg(4))?);
    let (deferred, promise) = env.promise()?;
    let id = locks.next_id.get();
    locks.next_id.set(id.wrapping_add(1));
    let lock = Lock { id, name, exclusive, client, deferred };
    if steal {
        let stolen: Vec<Lock> = {
            let mut held = locks.held.borrow_mut();
            let (stolen, kept) = held.drain(..).partition(|held| held.name == lock.name);
            *held = kept;
            stolen
        };
        for stolen in stolen {
            env.reject(stolen.deferred, env.create_error(edge_napi::ErrorKind::Error, "", STOLEN)?)?;
        }
        grant(&environment, &locks, lock, info.arg(5))?;
    } else if locks.is_free(&lock.name, lock.exclusive) && !locks.is_awaited(&lock.name) {
        grant(&environment, &locks, lock, info.arg(5))?;
    } else if if_available {
        match env.catch(|| env.call(info.arg(5), info.undefined(), &[env.null()?]))? {
            Ok(result) => env.resolve(deferred, result)?,
            Err(error) => env.reject(deferred, error)?,
        }
    } else {
        let callback = env.reference(info.arg(5))?;
        locks.pending.borrow_mut().push_back(Pending { lock, callback });
    }
    Ok(promise)
}

/// Gives the lock to its callback, and waits for what that answers.
fn grant(environment: &Rc<Environment>, locks: &Rc<Locks>, lock: Lock, callback: Value) -> Result<()> {
    let env = environment.env();
    let (id, object) = (lock.id, lock.to_object(env)?);
    locks.held.borrow_mut().push(lock);
    match env.catch(|| env.call(callback, env.undefined()?, &[object]))? {
        Ok(result) => {
            let primordials = Primordials::of(environment)?;
            let promise = primordials.call("PromiseResolve", &[result])?;
            let handler = |name: &str| -> Result<Value> {
                let native = env.native_function(&format!("locks.settled#{name}"), name)?;
                primordials.call("FunctionPrototypeBind", &[native, env.undefined()?, env.uint32(id)?])
            };
            primordials.call("PromisePrototypeThen", &[promise, handler("fulfilled")?, handler("rejected")?])?;
        }
        Err(error) => {
            if let Some(lock) = locks.release(id) {
                env.reject(lock.deferred, error)?;
            }
            grant_next(environment, locks)?;
        }
    }
    Ok(())
}

fn grant_next(environment: &Rc<Environment>, locks: &Rc<Locks>) -> Result<()> {
    let env = environment.env();
    while let Some(pending) = locks.next_grantable() {
        let callback = env.deref(pending.callback)?.ok_or(Error::Closing)?;
        env.drop_reference(pending.callback);
        grant(environment, locks, pending.lock, callback)?;
    }
    Ok(())
}

/// `(id, value)`
fn fulfilled(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let locks = environment.state::<Locks>();
    if let Some(lock) = locks.release(env.get_u32(info.arg(0))?) {
        env.resolve(lock.deferred, info.arg(1))?;
    }
    grant_next(&environment, &locks)?;
    Ok(info.undefined())
}

/// `(id, error)`
fn rejected(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let locks = environment.state::<Locks>();
    if let Some(lock) = locks.release(env.get_u32(info.arg(0))?) {
        env.reject(lock.deferred, info.arg(1))?;
    }
    grant_next(&environment, &locks)?;
    Ok(info.undefined())
}

/// `query()` → a promise of `{ held, pending }`.
fn query(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let locks = environment.state::<Locks>();
    let held = env.array()?;
    for lock in &*locks.held.borrow() {
        env.push(held, lock.to_object(env)?)?;
    }
    let pending = env.array()?;
    for request in &*locks.pending.borrow() {
        env.push(pending, request.lock.to_object(env)?)?;
    }
    let snapshot = env.object()?;
    env.set(snapshot, "held", held)?;
    env.set(snapshot, "pending", pending)?;
    let (deferred, promise) = env.promise()?;
    env.resolve(deferred, snapshot)?;
    Ok(promise)
}
