//! `backup(sourceDb, path, options)`: a copy in portions, each on a thread of the pool, so that the database can be used meanwhile.

use super::database::{Database, file_layer};
use super::failure::sqlite_error;
use super::functions::Held;
use super::options::{expect_object, function, integer, string};
use super::path::database_path;
use super::statement::c_string;
use crate::{CallbackContext, Environment, ThreadPoolWork};
use edge_napi::types::napi_deferred;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_sqlite::{Backup, Connection, Failure, codes};
use std::ffi::CString;
use std::rc::Rc;

/// Pages at a time.
const RATE: i32 = 100;
/// `SQLITE_BUSY` and `SQLITE_LOCKED`, whatever more they say.
const PRIMARY: i32 = 0xff;

struct Job {
    deferred: napi_deferred,
    rate: i32,
    progress: Option<Held>,
    work: ThreadPoolWork,
}

/// What a portion came to.
struct Portion {
    backup: Backup,
    done: edge_sqlite::Result<bool>,
}

/// `backup(sourceDb, path, { source, target, rate, progress })` → promise of the number of pages.
pub fn backup(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if !env.is_object(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"sourceDb\" argument must be an object."));
    }
    let database = env.unwrap::<Database>(info.arg(0))?;
    let from = database.connection()?;
    let path = database_path(env, info.arg(1), "path")?;
    let environment = Environment::of(env)?;
    let (mut rate, mut source, mut target, mut progress) = (RATE, None, None, None);
    if info.len() > 2 {
        let options = info.arg(2);
        expect_object(env, options)?;
        rate = integer(env, options, "rate", RATE)?;
        source = string(env, options, "source")?;
        target = string(env, options, "target")?;
        progress = function(env, options, "progress")?.map(|progress| Held::new(&environment, progress)).transpose()?;
    }
    let name = |name: Option<String>| c_string(name.as_deref().unwrap_or("main"));
    let (source, target): (CString, CString) = (name(source), name(target));
    let vfs = file_layer(&environment)?;
    let (deferred, promise) = env.promise()?;
    let job = Rc::new(Job { deferred, rate, progress, work: ThreadPoolWork::default() });
    let first = job.clone();
    let begin = move || -> edge_sqlite::Result<Portion> {
        let how = codes::SQLITE_OPEN_READWRITE | codes::SQLITE_OPEN_CREATE | codes::SQLITE_OPEN_URI;
        let to = Connection::open(&vfs, &path, how)?;
        let mut backup = Backup::new(&from, &source, &to, &target)?;
        let done = backup.step(rate);
        Ok(Portion { backup, done })
    };
    let scheduled = job.work.schedule(&environment, begin, move |environment, portion| {
        if let Ok(portion) = portion {
            settle(environment, &first, portion);
        }
    });
    scheduled.map_err(|_| Error::error("ERR_OPERATION_FAILED", "Operation failed: no thread for the backup"))?;
    Ok(promise)
}

/// After a portion: the next one, or the promise's end.
fn settle(environment: &Rc<Environment>, job: &Rc<Job>, portion: edge_sqlite::Result<Portion>) {
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return };
    environment.callback_scope(CallbackContext::NONE, || {
        let portion = match portion {
            Ok(portion) => portion,
            Err(failure) => return reject(env, job, &failure),
        };
        let (total, remaining) = portion.backup.progress();
        match &portion.done {
            Ok(true) => {
                drop(portion);
                return env.resolve(job.deferred, env.int32(total)?);
            }
            Err(failure) if !matches!(failure.code & PRIMARY, codes::SQLITE_BUSY | codes::SQLITE_LOCKED) => {
                return reject(env, job, failure);
            }
            _ => {}
        }
        if remaining != 0
            && let Some(progress) = &job.progress
        {
            let report = || {
                let object = env.object()?;
                env.set(object, "totalPages", env.int32(total)?)?;
                env.set(object, "remainingPages", env.int32(remaining)?)?;
                env.call(progress.get(env)?, env.undefined()?, &[object])
            };
            if let Err(thrown) = env.catch(report)? {
                return env.reject(job.deferred, thrown);
            }
        }
        let Portion { mut backup, done } = portion;
        let (next, rate, busy) = (job.clone(), job.rate, done.is_err());
        let step = move || {
            if busy {
                edge_wasix::clock::sleep(std::time::Duration::from_millis(2));
            }
            let done = backup.step(rate);
            Portion { backup, done }
        };
        let scheduled = job.work.schedule(environment, step, move |environment, portion| {
            if let Ok(portion) = portion {
                settle(environment, &next, Ok(portion));
            }
        });
        match scheduled {
            Ok(()) => Ok(()),
            Err(_) => reject(env, job, &Failure { code: 1, text: "no thread".to_owned(), message: "no thread for the backup".to_owned() }),
        }
    });
}

fn reject(env: Env, job: &Job, failure: &Failure) -> Result<()> {
    if let Some(error) = env.error_value(sqlite_error(env, failure)) {
        env.reject(job.deferred, error)?;
    }
    Ok(())
}
