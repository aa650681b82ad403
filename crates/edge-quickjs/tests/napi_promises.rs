//! Promises, microtasks, and the engine's hooks around them.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Error, JsHook, PromiseState};
use isolate::{eval, isolate, text};

#[test]
fn deferreds_settle_once() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let (deferred, promise) = env.promise().unwrap();
    assert!(env.is_promise(promise).unwrap());
    assert_eq!(env.promise_details(promise).unwrap().0, PromiseState::Pending);
    env.set(env.global().unwrap(), "p", promise).unwrap();
    text(env, "globalThis.seen = []; p.then(v => seen.push(v)); 0");
    env.resolve(deferred, env.int32(5).unwrap()).unwrap();
    assert_eq!(raw!(env, napi_resolve_deferred(deferred, promise.0)), napi_invalid_arg);
    let (state, value) = env.promise_details(promise).unwrap();
    assert_eq!((state, env.get_i32(value).unwrap()), (PromiseState::Fulfilled, 5));
    assert_eq!(text(env, "seen.join()"), "");
    env.run_microtasks().unwrap();
    assert_eq!(text(env, "seen.join()"), "5");
    let (deferred, promise) = env.promise().unwrap();
    env.mark_promise_as_handled(promise).unwrap();
    env.reject(deferred, env.string("no").unwrap()).unwrap();
    assert_eq!(env.promise_details(promise).unwrap().0, PromiseState::Rejected);
    for forged in [napi_deferred(0), napi_deferred(1), napi_deferred(usize::MAX), deferred] {
        assert_eq!(raw!(env, napi_resolve_deferred(forged, promise.0)), napi_invalid_arg);
    }
    assert!(env.promise_details(env.object().unwrap()).is_err());
}

#[test]
fn microtasks_stop_at_an_exception_and_go_on() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    text(env, "globalThis.log = []");
    for source in ["() => log.push(1)", "() => { throw 'middle' }", "() => log.push(2)"] {
        env.enqueue_microtask(eval(env, source).unwrap()).unwrap();
    }
    assert!(matches!(env.run_microtasks(), Err(Error::Pending)));
    assert_eq!(env.to_string_lossy(env.take_exception().unwrap()).unwrap(), "middle");
    assert_eq!(text(env, "log.join()"), "1");
    env.run_microtasks().unwrap();
    assert_eq!(text(env, "log.join()"), "1,2");
}

#[test]
fn rejections_and_async_context_reach_the_hooks() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let hook = eval(env, "globalThis.events = []; (type, promise, reason) => events.push(type + ':' + reason)").unwrap();
    env.set_js_hook(JsHook::PromiseReject, hook).unwrap();
    text(env, "globalThis.q = Promise.reject('r'); 0");
    text(env, "q.catch(() => {}); 0");
    assert_eq!(text(env, "events.join()"), "0:r,1:undefined");
    let inits = eval(env, "globalThis.inits = 0; () => { inits++ }").unwrap();
    env.set_js_hook(JsHook::PromiseInit, inits).unwrap();
    text(env, "new Promise(() => {}).then(() => {}); 0");
    assert_eq!(text(env, "inits"), "2");
    env.set_js_hook(JsHook::PromiseInit, env.undefined().unwrap()).unwrap();
    env.set_continuation_data(env.string("ctx").unwrap()).unwrap();
    env.enqueue_microtask(eval(env, "() => {}").unwrap()).unwrap();
    env.set_continuation_data(env.undefined().unwrap()).unwrap();
    env.run_microtasks().unwrap();
    assert!(env.is_undefined(env.continuation_data().unwrap()).unwrap());
}
