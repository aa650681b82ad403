//! Thread-safe functions.

use crate::host::{FORGED, name, run, script, text, with_environment};
use crate::node;
use edge_napi::Env;
use edge_napi::types::napi_status::*;
use edge_napi::types::napi_threadsafe_function_call_mode::*;
use edge_napi::types::napi_threadsafe_function_release_mode::*;
use edge_napi::types::*;
use edge_wasix::thread::{Thread, ThreadSpec, spawn};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// What the module's side saw.
#[derive(Default)]
struct Seen {
    /// Items handed over with an environment.
    called: Mutex<Vec<usize>>,
    /// Items handed back without one.
    freed: Mutex<Vec<usize>>,
    finalized: AtomicU32,
}

unsafe extern "C" fn call_js(env: napi_env, callback: napi_value, context: *mut c_void, data: *mut c_void) {
    // SAFETY: the test's own, alive as long as the function.
    let seen = unsafe { &*context.cast::<Seen>() };
    if env.is_null() {
        seen.freed.lock().unwrap().push(data as usize);
        return;
    }
    seen.called.lock().unwrap().push(data as usize);
    if !callback.is_null() {
        let js = &edge_quickjs::TABLES.js;
        let (mut this, mut arg) = (napi_value::NULL, napi_value::NULL);
        // SAFETY: the environment that the callback was given.
        unsafe {
            (js.napi_get_undefined)(env, &mut this);
            (js.napi_create_int64)(env, data as i64, &mut arg);
            (js.napi_call_function)(env, this, callback, 1, &arg, null_mut());
        }
    }
}

unsafe extern "C" fn finalize(env: napi_env, data: *mut c_void, context: *mut c_void) {
    assert!(!env.is_null());
    assert_eq!(data as usize, 77);
    // SAFETY: the test's own.
    let seen = unsafe { &*context.cast::<Seen>() };
    seen.finalized.fetch_add(1, Ordering::SeqCst);
}

fn create(env: Env, seen: &Arc<Seen>, callback: napi_value, limit: usize, threads: usize) -> napi_threadsafe_function {
    let mut made = napi_threadsafe_function::NULL;
    let context = Arc::as_ptr(seen).cast_mut().cast();
    let status = node!(napi_create_threadsafe_function(
        env.raw(),
        callback,
        napi_value::NULL,
        name(env, "tsfn"),
        limit,
        threads,
        77 as *mut c_void,
        Some(finalize),
        context,
        Some(call_js),
        &mut made
    ));
    assert_eq!(status, napi_ok);
    made
}

fn thread<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Thread<T> {
    spawn(ThreadSpec { name: "caller".into(), stack_size: 1 << 20 }, f).unwrap()
}

#[test]
fn many_threads_call_one_function() {
    with_environment(|environment| {
        let env = environment.env();
        let callback = script(environment, "globalThis.sum = 0; (n) => { sum += n }").unwrap();
        let seen = Arc::<Seen>::default();
        let function = create(env, &seen, callback.0, 3, 4);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                thread(move || {
                    for item in 1..=500 {
                        assert_eq!(node!(napi_call_threadsafe_function(function, item as *mut c_void, napi_tsfn_blocking)), napi_ok);
                    }
                    assert_eq!(node!(napi_release_threadsafe_function(function, napi_tsfn_release)), napi_ok);
                })
            })
            .collect();
        run(environment);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(text(environment, "sum"), (4 * 500 * 501 / 2).to_string());
        assert_eq!(seen.called.lock().unwrap().len(), 2000);
        assert_eq!((seen.freed.lock().unwrap().len(), seen.finalized.load(Ordering::SeqCst)), (0, 1));
        assert_eq!(node!(napi_acquire_threadsafe_function(function)), napi_invalid_arg, "it is gone");
    });
}

#[test]
fn a_full_queue_is_told() {
    with_environment(|environment| {
        let env = environment.env();
        let seen = Arc::<Seen>::default();
        let function = create(env, &seen, napi_value::NULL, 2, 1);
        let call = |item: usize, mode| node!(napi_call_threadsafe_function(function, item as *mut c_void, mode));
        assert_eq!(call(1, napi_tsfn_nonblocking), napi_ok);
        assert_eq!(call(2, napi_tsfn_blocking), napi_ok);
        assert_eq!(call(3, napi_tsfn_nonblocking), napi_queue_full);
        assert_eq!(call(3, napi_tsfn_blocking), napi_would_deadlock, "on the thread that would make room");
        assert_eq!(node!(napi_release_threadsafe_function(function, napi_tsfn_release)), napi_ok);
        run(environment);
        assert_eq!(*seen.called.lock().unwrap(), [1, 2]);
        assert_eq!(seen.finalized.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn an_abort_wakes_who_waits_and_gives_items_back() {
    with_environment(|environment| {
        let env = environment.env();
        let seen = Arc::<Seen>::default();
        let function = create(env, &seen, napi_value::NULL, 1, 2);
        assert_eq!(node!(napi_call_threadsafe_function(function, 1 as *mut c_void, napi_tsfn_nonblocking)), napi_ok);
        let waiting = thread(move || node!(napi_call_threadsafe_function(function, 2 as *mut c_void, napi_tsfn_blocking)) as u32);
        edge_wasix::clock::sleep(std::time::Duration::from_millis(30));
        assert_eq!(node!(napi_release_threadsafe_function(function, napi_tsfn_abort)), napi_ok);
        assert_eq!(waiting.join().unwrap(), napi_closing as u32);
        assert_eq!(
            node!(napi_call_threadsafe_function(function, 3 as *mut c_void, napi_tsfn_blocking)),
            napi_invalid_arg,
            "nobody is left"
        );
        assert_eq!(node!(napi_acquire_threadsafe_function(function)), napi_closing);
        run(environment);
        assert!(seen.called.lock().unwrap().is_empty());
        assert_eq!(*seen.freed.lock().unwrap(), [1]);
        assert_eq!(seen.finalized.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn the_default_calls_the_function_and_what_it_throws_is_uncaught() {
    with_environment(|environment| {
        let env = environment.env();
        let callback = script(
            environment,
            "process.once('uncaughtException', (e) => { globalThis.seen = e }); (...args) => { throw 'args ' + args.length }",
        )
        .unwrap();
        let mut function = napi_threadsafe_function::NULL;
        let status = node!(napi_create_threadsafe_function(
            env.raw(),
            callback.0,
            napi_value::NULL,
            name(env, "t"),
            0,
            1,
            null_mut(),
            None,
            5 as *mut c_void,
            None,
            &mut function
        ));
        assert_eq!(status, napi_ok);
        let mut context = null_mut();
        assert_eq!(node!(napi_get_threadsafe_function_context(function, &mut context)), napi_ok);
        assert_eq!(context as usize, 5);
        assert_eq!(node!(napi_get_threadsafe_function_context(function, null_mut())), napi_invalid_arg);
        node!(napi_call_threadsafe_function(function, null_mut(), napi_tsfn_nonblocking));
        node!(napi_release_threadsafe_function(function, napi_tsfn_release));
        run(environment);
        assert_eq!(text(environment, "seen"), "args 0");
    });
}

#[test]
fn references_and_acquisitions_count() {
    with_environment(|environment| {
        let env = environment.env();
        let seen = Arc::<Seen>::default();
        let function = create(env, &seen, napi_value::NULL, 0, 1);
        assert!(environment.uv().alive());
        assert_eq!(node!(napi_unref_threadsafe_function(env.raw(), function)), napi_ok);
        assert!(!environment.uv().alive());
        run(environment);
        assert_eq!(node!(napi_ref_threadsafe_function(env.raw(), function)), napi_ok);
        assert!(environment.uv().alive());
        assert_eq!(node!(napi_acquire_threadsafe_function(function)), napi_ok);
        assert_eq!(node!(napi_release_threadsafe_function(function, napi_tsfn_release)), napi_ok);
        assert_eq!(seen.finalized.load(Ordering::SeqCst), 0);
        assert_eq!(node!(napi_release_threadsafe_function(function, napi_tsfn_release)), napi_ok);
        assert_eq!(node!(napi_release_threadsafe_function(function, napi_tsfn_release)), napi_invalid_arg, "more often than acquired");
        run(environment);
        assert_eq!(seen.finalized.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn the_environments_end_closes_what_threads_still_hold() {
    let seen = Arc::<Seen>::default();
    let inside = seen.clone();
    let function = with_environment(move |environment| {
        let function = create(environment.env(), &inside, napi_value::NULL, 0, 2);
        assert_eq!(node!(napi_call_threadsafe_function(function, 9 as *mut c_void, napi_tsfn_nonblocking)), napi_ok);
        function
    });
    assert_eq!(*seen.freed.lock().unwrap(), [9]);
    assert_eq!(seen.finalized.load(Ordering::SeqCst), 1);
    // Both threads learn of it, each by its next call.
    for _ in 0..2 {
        assert_eq!(node!(napi_call_threadsafe_function(function, null_mut(), napi_tsfn_blocking)), napi_closing);
    }
    assert_eq!(node!(napi_call_threadsafe_function(function, null_mut(), napi_tsfn_blocking)), napi_invalid_arg);
}

#[test]
fn wrong_arguments() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        let (good, null, f) = (name(env, "x"), napi_value::NULL, script(environment, "(() => {})").unwrap().0);
        let mut made = napi_threadsafe_function::NULL;
        let mut create = |func, resource, name, threads, call: napi_threadsafe_function_call_js| {
            node!(napi_create_threadsafe_function(raw, func, resource, name, 0, threads, null_mut(), None, null_mut(), call, &mut made))
        };
        assert_eq!(create(f, null, null, 1, None), napi_invalid_arg, "no name");
        assert_eq!(create(f, null, good, 0, None), napi_invalid_arg, "no thread");
        assert_eq!(create(null, null, good, 1, None), napi_invalid_arg, "nothing to call");
        assert_eq!(create(good, null, good, 1, None), napi_invalid_arg, "no function");
        assert_eq!(create(f, env.undefined().unwrap().0, good, 1, None), napi_object_expected);
        for forged in &FORGED[1..] {
            assert_eq!(create(*forged, null, good, 1, Some(call_js)), napi_invalid_arg);
            assert_eq!(create(f, *forged, good, 1, None), napi_invalid_arg);
            assert_eq!(create(f, null, *forged, 1, None), napi_invalid_arg);
            let forged = napi_threadsafe_function(forged.0);
            let mut context = null_mut();
            assert_eq!(node!(napi_get_threadsafe_function_context(forged, &mut context)), napi_invalid_arg);
            assert_eq!(node!(napi_call_threadsafe_function(forged, null_mut(), napi_tsfn_blocking)), napi_invalid_arg);
            assert_eq!(node!(napi_acquire_threadsafe_function(forged)), napi_invalid_arg);
            assert_eq!(node!(napi_release_threadsafe_function(forged, napi_tsfn_abort)), napi_invalid_arg);
            assert_eq!(node!(napi_ref_threadsafe_function(raw, forged)), napi_invalid_arg);
            assert_eq!(node!(napi_unref_threadsafe_function(raw, forged)), napi_invalid_arg);
        }
    });
}
