//! Async work.

use crate::host::{FORGED, last_error, name, run, script, text, with_environment};
use crate::node;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, Value};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a work shares between its two functions.
#[derive(Default)]
struct Shared {
    executed: AtomicU32,
    completed: AtomicU32,
    status: AtomicU32,
    work: std::cell::Cell<usize>,
    throws: bool,
    thread: std::sync::Mutex<Option<u32>>,
}

unsafe extern "C" fn execute(_env: napi_env, data: *mut c_void) {
    // SAFETY: the test's own, alive until the work completed.
    let shared = unsafe { &*data.cast::<Shared>() };
    shared.executed.fetch_add(1, Ordering::SeqCst);
    *shared.thread.lock().unwrap() = Some(edge_wasix::thread::current_thread_id());
}

unsafe extern "C" fn complete(env: napi_env, status: napi_status, data: *mut c_void) {
    // SAFETY: the test's own.
    let shared = unsafe { &*data.cast::<Shared>() };
    shared.completed.fetch_add(1, Ordering::SeqCst);
    shared.status.store(status as u32, Ordering::SeqCst);
    if shared.throws {
        let js = &edge_quickjs::TABLES.js;
        // SAFETY: the environment that the callback was given.
        unsafe { (js.napi_throw_error)(env, std::ptr::null(), c"from complete".as_ptr()) };
    }
    let work = shared.work.get();
    if work != 0 {
        assert_eq!(node!(napi_delete_async_work(env, napi_async_work(work))), napi_ok);
    }
}

fn create(env: Env, shared: &Shared) -> napi_async_work {
    let mut work = napi_async_work::NULL;
    let data = std::ptr::from_ref(shared).cast_mut().cast();
    let status =
        node!(napi_create_async_work(env.raw(), napi_value::NULL, name(env, "test"), Some(execute), Some(complete), data, &mut work));
    assert_eq!(status, napi_ok);
    work
}

#[test]
fn work_runs_on_another_thread_and_completes_on_this_one() {
    with_environment(|environment| {
        let env = environment.env();
        let shared = Shared::default();
        let work = create(env, &shared);
        shared.work.set(work.0);
        assert_eq!(node!(napi_queue_async_work(env.raw(), work)), napi_ok);
        assert_eq!(node!(napi_queue_async_work(env.raw(), work)), napi_generic_failure, "queued twice");
        assert_eq!(last_error(env), napi_generic_failure);
        run(environment);
        assert_eq!((shared.executed.load(Ordering::SeqCst), shared.completed.load(Ordering::SeqCst)), (1, 1));
        assert_eq!(shared.status.load(Ordering::SeqCst), napi_ok as u32);
        assert_ne!(*shared.thread.lock().unwrap(), Some(edge_wasix::thread::current_thread_id()));
        assert_eq!(node!(napi_delete_async_work(env.raw(), work)), napi_invalid_arg, "it deleted itself");
    });
}

#[test]
fn work_may_be_queued_again_and_deleted_while_queued() {
    with_environment(|environment| {
        let env = environment.env();
        let shared = Shared::default();
        let work = create(env, &shared);
        for _ in 0..3 {
            assert_eq!(node!(napi_queue_async_work(env.raw(), work)), napi_ok);
            run(environment);
        }
        assert_eq!(shared.completed.load(Ordering::SeqCst), 3);
        assert_eq!(node!(napi_queue_async_work(env.raw(), work)), napi_ok);
        assert_eq!(node!(napi_delete_async_work(env.raw(), work)), napi_ok);
        run(environment);
        assert_eq!((shared.executed.load(Ordering::SeqCst), shared.completed.load(Ordering::SeqCst)), (4, 3));
    });
}

#[test]
fn cancelled_work_completes_with_cancelled() {
    with_environment(|environment| {
        let env = environment.env();
        // More than the pool has threads, each busy for a moment.
        unsafe extern "C" fn busy(_env: napi_env, _data: *mut c_void) {
            edge_wasix::clock::sleep(std::time::Duration::from_millis(50));
        }
        let shared = Shared::default();
        let mut first = napi_async_work::NULL;
        for _ in 0..4 {
            let status =
                node!(napi_create_async_work(env.raw(), napi_value::NULL, name(env, "busy"), Some(busy), None, null_mut(), &mut first));
            assert_eq!(status, napi_ok);
            assert_eq!(node!(napi_queue_async_work(env.raw(), first)), napi_ok);
        }
        let last = create(env, &shared);
        assert_eq!(node!(napi_cancel_async_work(env.raw(), last)), napi_generic_failure, "not queued");
        assert_eq!(node!(napi_queue_async_work(env.raw(), last)), napi_ok);
        assert_eq!(node!(napi_cancel_async_work(env.raw(), last)), napi_ok);
        run(environment);
        assert_eq!((shared.executed.load(Ordering::SeqCst), shared.completed.load(Ordering::SeqCst)), (0, 1));
        assert_eq!(shared.status.load(Ordering::SeqCst), napi_cancelled as u32);
        assert_eq!(node!(napi_cancel_async_work(env.raw(), last)), napi_generic_failure, "too late");
    });
}

#[test]
fn what_complete_throws_is_uncaught() {
    with_environment(|environment| {
        let env = environment.env();
        script(environment, "process.once('uncaughtException', (error) => { globalThis.seen = error.message })").unwrap();
        let shared = Shared { throws: true, ..Shared::default() };
        let work = create(env, &shared);
        node!(napi_queue_async_work(env.raw(), work));
        run(environment);
        assert_eq!(text(environment, "seen"), "from complete");
    });
}

#[test]
fn async_hooks_see_the_resource() {
    with_environment(|environment| {
        let env = environment.env();
        script(
            environment,
            "globalThis.log = []; const { createHook, executionAsyncResource } = process.getBuiltinModule('async_hooks');
             const ids = new Set();
             globalThis.hook = createHook({
               init(id, type, trigger, resource) { if (type === 'my-work') { ids.add(id); log.push('init', resource.mine) } },
               before(id) { if (ids.has(id)) log.push('before', executionAsyncResource().mine) },
               after(id) { if (ids.has(id)) log.push('after') },
               destroy(id) { if (ids.has(id)) log.push('destroy') },
             }).enable(); globalThis.resource = { mine: 42 };",
        )
        .unwrap();
        let resource = env.get(env.global().unwrap(), "resource").unwrap();
        let shared = Shared::default();
        let mut work = napi_async_work::NULL;
        let data = std::ptr::from_ref(&shared).cast_mut().cast();
        let status =
            node!(napi_create_async_work(env.raw(), resource.0, name(env, "my-work"), Some(execute), Some(complete), data, &mut work));
        assert_eq!(status, napi_ok);
        shared.work.set(work.0);
        node!(napi_queue_async_work(env.raw(), work));
        run(environment);
        assert_eq!(text(environment, "log.join()"), "init,42,before,42,after,destroy");
    });
}

#[test]
fn wrong_arguments() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        let (good, null) = (name(env, "x"), napi_value::NULL);
        let mut work = napi_async_work::NULL;
        assert_eq!(node!(napi_create_async_work(raw, null, good, None, Some(complete), null_mut(), &mut work)), napi_invalid_arg);
        assert_eq!(node!(napi_create_async_work(raw, null, good, Some(execute), None, null_mut(), null_mut())), napi_invalid_arg);
        assert_eq!(node!(napi_create_async_work(raw, null, null, Some(execute), None, null_mut(), &mut work)), napi_invalid_arg);
        let symbol: Value = env.symbol("s").unwrap();
        assert_eq!(node!(napi_create_async_work(raw, null, symbol.0, Some(execute), None, null_mut(), &mut work)), napi_string_expected);
        let _ = env.take_exception();
        let undefined = env.undefined().unwrap().0;
        assert_eq!(node!(napi_create_async_work(raw, undefined, good, Some(execute), None, null_mut(), &mut work)), napi_object_expected);
        for forged in &FORGED[1..] {
            assert_eq!(node!(napi_create_async_work(raw, *forged, good, Some(execute), None, null_mut(), &mut work)), napi_invalid_arg);
            assert_eq!(node!(napi_create_async_work(raw, null, *forged, Some(execute), None, null_mut(), &mut work)), napi_invalid_arg);
            let forged = napi_async_work(forged.0);
            assert_eq!(node!(napi_queue_async_work(raw, forged)), napi_invalid_arg);
            assert_eq!(node!(napi_cancel_async_work(raw, forged)), napi_invalid_arg);
            assert_eq!(node!(napi_delete_async_work(raw, forged)), napi_invalid_arg);
        }
        assert!(work.is_null());
    });
}
