//! Async work: a module's function on the thread pool, and another on the environment's thread after it.

use super::async_resource::AsyncResource;
use super::registry::Registry;
use super::{ModuleData, Res, call_module, check, enter, put, resource_name, resource_object, status};
use crate::Environment;
use crate::thread_pool_work::ThreadPoolWork;
use edge_loop::WorkError;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use std::ffi::c_void;
use std::rc::Rc;

type Execute = unsafe extern "C" fn(napi_env, *mut c_void);

/// One `napi_async_work`.
struct AsyncWork {
    resource: AsyncResource,
    execute: Execute,
    complete: napi_async_complete_callback,
    data: ModuleData,
    work: ThreadPoolWork,
}

/// The works of an environment.
#[derive(Default)]
struct Works(Registry<Rc<AsyncWork>>);

fn find(environment: &Rc<Environment>, work: napi_async_work) -> Res<Rc<AsyncWork>> {
    environment.state::<Works>().0.get(work.0).ok_or(napi_invalid_arg)
}

pub(super) unsafe extern "C" fn napi_create_async_work(
    env: napi_env,
    async_resource: napi_value,
    async_resource_name: napi_value,
    execute: napi_async_execute_callback,
    complete: napi_async_complete_callback,
    data: *mut c_void,
    result: *mut napi_async_work,
) -> napi_status {
    enter(env, |environment, env| {
        let execute = execute.ok_or(napi_invalid_arg)?;
        check(result)?;
        let resource = resource_object(env, async_resource)?;
        let name = resource_name(env, async_resource_name)?;
        let resource = AsyncResource::new(environment, resource, &name, false).map_err(|error| status(env, error))?;
        let work = AsyncWork { resource, execute, complete, data: ModuleData(data), work: ThreadPoolWork::default() };
        put(result, napi_async_work(environment.state::<Works>().0.add(Rc::new(work))))
    })
}

/// Work that is queued when it is deleted still runs; its `complete` is not called then.
pub(super) unsafe extern "C" fn napi_delete_async_work(env: napi_env, work: napi_async_work) -> napi_status {
    enter(env, |environment, _| {
        let taken = environment.state::<Works>().0.take(work.0);
        taken.map(drop).ok_or(napi_invalid_arg)
    })
}

/// Work that is queued already is `napi_generic_failure`; it may be queued again after it completed.
pub(super) unsafe extern "C" fn napi_queue_async_work(env: napi_env, work: napi_async_work) -> napi_status {
    enter(env, |environment, engine| {
        let found = find(environment, work)?;
        let (execute, data, raw) = (found.execute, found.data, ModuleData(engine.raw().cast()));
        let queued = found.work.schedule(
            environment,
            // SAFETY: the pair that the module handed over for another thread; the environment is passed on as a name only.
            move || unsafe { execute(raw.get().cast(), data.get()) },
            move |environment, answer| {
                let status = match answer {
                    Ok(()) => napi_ok,
                    Err(WorkError::Cancelled) => napi_cancelled,
                    Err(WorkError::Panicked) => napi_generic_failure,
                };
                complete(environment, work, status);
            },
        );
        queued.map_err(|_| napi_generic_failure)
    })
}

/// After the work, on the environment's thread. What `complete` throws is an uncaught exception.
fn complete(environment: &Rc<Environment>, work: napi_async_work, status: napi_status) {
    let Ok(found) = find(environment, work) else { return };
    let Some(complete) = found.complete else { return };
    let (env, data) = (environment.env(), found.data);
    // SAFETY: the pair that the module handed over, on the environment's thread.
    let call = || unsafe { complete(env.raw(), status, data.get()) };
    let scope = env.scope();
    let context = if scope.is_ok() && environment.can_call_into_js() { found.resource.context(env).ok() } else { None };
    match context {
        // The work may delete itself.
        Some(context) => drop(environment.callback_scope(context, || call_module(env, call))),
        // Ending: the module still has to free what is its own.
        None => call(),
    }
}

/// `napi_generic_failure` when a thread has begun it (or it is not queued): too late.
pub(super) unsafe extern "C" fn napi_cancel_async_work(env: napi_env, work: napi_async_work) -> napi_status {
    enter(env, |environment, _| if find(environment, work)?.work.cancel() { Ok(()) } else { Err(napi_generic_failure) })
}
