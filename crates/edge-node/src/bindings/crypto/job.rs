//! Jobs: `new XJob(mode, …)`, then `run()`, which does the work at once and answers `[error, result]`, or does it on the thread pool and
//! calls `job.ondone(error, result)`.
//!
//! A job is its work, on bytes of its own, and what JavaScript gets for the outcome. Nothing is written to the program's memory but by
//! the second, on the environment's thread.

use super::failure;
use super::run_apart::run_apart;
use crate::{AsyncWrap, Environment};
use edge_crypto::OpenSslErrors;
use edge_loop::{RequestKind, WorkError, WorkLane};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::RefCell;
use std::rc::Rc;

/// `kCryptoJobSync`
pub const SYNC: i32 = 1;

/// What a job's work comes to.
pub type Outcome = std::result::Result<Vec<u8>, OpenSslErrors>;

type Work = Box<dyn FnOnce() -> Outcome + Send>;
type Finish = Box<dyn FnOnce(&Rc<Environment>, Vec<u8>) -> Result<Value>>;

struct Planned {
    work: Work,
    /// It may take long.
    long: bool,
    finish: Finish,
    /// What to say when OpenSSL gives no reason.
    failure: &'static str,
}

/// What is behind a job.
struct Job {
    sync: bool,
    planned: RefCell<Option<Planned>>,
}

/// Names of a kind of job.
pub struct Kind {
    /// The class: `PBKDF2Job`.
    pub class: &'static str,
    /// The provider, for async_hooks: `PBKDF2REQUEST`.
    pub provider: &'static str,
    /// What to say when OpenSSL gives no reason.
    pub failure: &'static str,
}

/// As [`plan`], for work that may take long: see `run_apart`.
pub fn plan_long(
    env: Env,
    info: &CallInfo<'_>,
    kind: &Kind,
    long: bool,
    work: impl FnOnce() -> Outcome + Send + 'static,
    finish: impl FnOnce(&Rc<Environment>, Vec<u8>) -> Result<Value> + 'static,
) -> Result<Value> {
    info.expect_construct(kind.class)?;
    let planned = Planned { work: Box::new(work), long, finish: Box::new(finish), failure: kind.failure };
    let job = Job { sync: env.get_i32(info.arg(0))? == SYNC, planned: RefCell::new(Some(planned)) };
    AsyncWrap::new(&Environment::of(env)?, info.this(), kind.class, kind.provider, Rc::new(job))?;
    Ok(info.this())
}

/// Makes the object under construction a job; its first argument is the mode. `finish` makes the result of the work's bytes.
pub fn plan(
    env: Env,
    info: &CallInfo<'_>,
    kind: &Kind,
    work: impl FnOnce() -> Outcome + Send + 'static,
    finish: impl FnOnce(&Rc<Environment>, Vec<u8>) -> Result<Value> + 'static,
) -> Result<Value> {
    plan_long(env, info, kind, false, work, finish)
}

/// `finish` of most jobs: an ArrayBuffer.
pub fn to_array_buffer(environment: &Rc<Environment>, bytes: Vec<u8>) -> Result<Value> {
    environment.env().array_buffer_from(&bytes)
}

/// `finish` of jobs that say yes or no.
pub fn to_boolean(environment: &Rc<Environment>, bytes: Vec<u8>) -> Result<Value> {
    environment.env().boolean(bytes == [1])
}

/// `run()`
pub fn run(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let job = wrap.state::<Job>()?;
    let planned = job.planned.borrow_mut().take();
    let Some(Planned { work, long, finish, failure }) = planned else {
        return Err(Error::error("ERR_INVALID_STATE", "Invalid state: the job has run"));
    };
    if job.sync {
        let outcome = if long { run_apart(&environment, work).ok_or(Error::Closing)? } else { work() };
        let pair = answer(&environment, outcome, finish, failure)?;
        return env.array_from(&pair);
    }
    // The object must live until it is told.
    let keep = env.reference(info.this())?;
    let weak = Rc::downgrade(&environment);
    let queued = environment.uv().queue_work(
        RequestKind::Work,
        WorkLane::Fast,
        move || Ok(work()),
        move |_, outcome| {
            let Some(environment) = weak.upgrade() else { return };
            let env = environment.env();
            let Ok(_scope) = env.scope() else { return };
            let outcome = match outcome {
                Ok(Ok(outcome)) => Some(outcome),
                Ok(Err::<_, edge_wasix::Errno>(_)) | Err(WorkError::Panicked) => Some(Err(OpenSslErrors::default())),
                Err(WorkError::Cancelled) => None,
            };
            if let Some(outcome) = outcome {
                wrap.make_callback("ondone", |env| {
                    Ok(match answer(&environment, outcome, finish, failure) {
                        Ok(pair) => pair.to_vec(),
                        Err(error) => vec![env.error_value(error).ok_or(Error::Closing)?],
                    })
                });
            }
            env.drop_reference(keep);
            wrap.emit_destroy();
        },
    );
    match queued {
        Ok(_) => Ok(info.undefined()),
        Err(errno) => {
            env.drop_reference(keep);
            Err(Error::error("ERR_OPERATION_FAILED", format!("Operation failed: {errno}")))
        }
    }
}

/// `[error, result]`
fn answer(environment: &Rc<Environment>, outcome: Outcome, finish: Finish, failure: &str) -> Result<[Value; 2]> {
    let env = environment.env();
    match outcome {
        Ok(bytes) => Ok([env.undefined()?, finish(environment, bytes)?]),
        Err(errors) => Ok([failure::of_job(env, errors, failure)?, env.undefined()?]),
    }
}
