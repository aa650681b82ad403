//! Async contexts, `napi_make_callback`, callback scopes.

use crate::host::{FORGED, name, run, script, text, thrown, with_environment};
use crate::node;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{Env, Value};
use std::ptr::null_mut;

fn context(env: Env, resource: napi_value) -> napi_async_context {
    let mut made = napi_async_context::NULL;
    assert_eq!(node!(napi_async_init(env.raw(), resource, name(env, "ctx"), &mut made)), napi_ok);
    made
}

fn global(env: Env, key: &str) -> Value {
    env.get(env.global().unwrap(), key).unwrap()
}

#[test]
fn calls_run_in_the_context_and_drain_the_queues() {
    with_environment(|environment| {
        let env = environment.env();
        script(
            environment,
            "globalThis.log = []; const hooks = process.getBuiltinModule('async_hooks');
             const storage = new hooks.AsyncLocalStorage(); globalThis.storage = storage; globalThis.resource = { mine: 1 };
             globalThis.ids = new Set();
             hooks.createHook({ init(id, type) { if (type === 'ctx') { ids.add(id); log.push('init') } },
               before(id) { if (ids.has(id)) log.push('before') }, after(id) { if (ids.has(id)) log.push('after') },
               destroy(id) { if (ids.has(id)) log.push('destroy') } }).enable();
             globalThis.f = function (a, b) {
               log.push(this.tag, a + b, hooks.executionAsyncResource() === resource, ids.has(hooks.executionAsyncId()), storage.getStore());
               process.nextTick(() => log.push('tick')); Promise.resolve().then(() => log.push('micro'));
               return 'answer';
             }; globalThis.recv = { tag: 'recv' };",
        )
        .unwrap();
        let made = context(env, global(env, "resource").0);
        let args = [env.int32(1).unwrap().0, env.int32(2).unwrap().0];
        let mut result = napi_value::NULL;
        let (recv, f) = (global(env, "recv").0, global(env, "f").0);
        assert_eq!(node!(napi_make_callback(env.raw(), made, recv, f, 2, args.as_ptr(), &mut result)), napi_ok);
        assert_eq!(env.get_string(Value(result)).unwrap(), "answer");
        assert_eq!(text(environment, "log.join()"), "init,before,recv,3,true,true,,after,tick,micro");
        assert_eq!(node!(napi_async_destroy(env.raw(), made)), napi_ok);
        assert_eq!(node!(napi_async_destroy(env.raw(), made)), napi_invalid_arg, "twice");
        run(environment);
        assert_eq!(text(environment, "log.at(-1)"), "destroy");
    });
}

#[test]
fn what_the_function_throws_stays_pending() {
    with_environment(|environment| {
        let env = environment.env();
        let f = script(environment, "(function () { throw new TypeError('mine') })").unwrap();
        let recv = env.object().unwrap();
        let made = context(env, napi_value::NULL);
        for context in [made, napi_async_context::NULL] {
            let mut result = napi_value::NULL;
            assert_eq!(
                node!(napi_make_callback(env.raw(), context, recv.0, f.0, 0, std::ptr::null(), &mut result)),
                napi_pending_exception
            );
            assert_eq!(thrown(env).unwrap(), "TypeError: mine");
        }
        // The stack of contexts is as before.
        assert_eq!(text(environment, "String(process.getBuiltinModule('async_hooks').executionAsyncId())"), "0");
    });
}

#[test]
fn an_opened_scope_is_a_callback_scope() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        script(environment, "globalThis.log = []").unwrap();
        let made = context(env, napi_value::NULL);
        let (mut outer, mut inner) = (napi_callback_scope::NULL, napi_callback_scope::NULL);
        assert_eq!(node!(napi_open_callback_scope(raw, napi_value::NULL, made, &mut outer)), napi_ok);
        assert_eq!(node!(napi_open_callback_scope(raw, napi_value::NULL, made, &mut inner)), napi_ok);
        env.run_text(
            "process.nextTick(() => log.push('tick')); log.push(process.getBuiltinModule('async_hooks').executionAsyncId() > 1)",
            "t",
        )
        .unwrap();
        assert_eq!(node!(napi_close_callback_scope(raw, outer)), napi_callback_scope_mismatch, "not the innermost");
        assert_eq!(node!(napi_close_callback_scope(raw, inner)), napi_ok);
        assert_eq!(env.to_string_lossy(env.run_text("log.join()", "t").unwrap()).unwrap(), "true", "ticks wait for the outermost");
        assert_eq!(node!(napi_close_callback_scope(raw, outer)), napi_ok);
        assert_eq!(text(environment, "log.join()"), "true,tick");
        assert_eq!(node!(napi_close_callback_scope(raw, outer)), napi_callback_scope_mismatch, "twice");
        assert_eq!(node!(napi_close_callback_scope(raw, napi_callback_scope::NULL)), napi_invalid_arg);
    });
}

#[test]
fn wrong_arguments() {
    with_environment(|environment| {
        let env = environment.env();
        let raw = env.raw();
        let mut made = napi_async_context::NULL;
        let good = name(env, "x");
        assert_eq!(node!(napi_async_init(raw, napi_value::NULL, napi_value::NULL, &mut made)), napi_invalid_arg);
        assert_eq!(node!(napi_async_init(raw, napi_value::NULL, good, null_mut())), napi_invalid_arg);
        assert_eq!(node!(napi_async_init(raw, env.null().unwrap().0, good, &mut made)), napi_object_expected);
        let recv = env.object().unwrap().0;
        let f = script(environment, "(() => {})").unwrap().0;
        let mut result = napi_value::NULL;
        let none = napi_async_context::NULL;
        assert_eq!(node!(napi_make_callback(raw, none, napi_value::NULL, f, 0, std::ptr::null(), &mut result)), napi_invalid_arg);
        assert_eq!(node!(napi_make_callback(raw, none, recv, recv, 0, std::ptr::null(), &mut result)), napi_invalid_arg);
        assert_eq!(node!(napi_make_callback(raw, none, recv, f, 1, std::ptr::null(), &mut result)), napi_invalid_arg);
        assert_eq!(node!(napi_make_callback(raw, none, recv, f, 1, FORGED.as_ptr(), &mut result)), napi_invalid_arg);
        for forged in &FORGED[1..] {
            let context = napi_async_context(forged.0);
            assert_eq!(node!(napi_make_callback(raw, context, recv, f, 0, std::ptr::null(), &mut result)), napi_invalid_arg);
            assert_eq!(node!(napi_async_destroy(raw, context)), napi_invalid_arg);
            let mut scope = napi_callback_scope::NULL;
            assert_eq!(node!(napi_open_callback_scope(raw, napi_value::NULL, context, &mut scope)), napi_invalid_arg);
            assert_eq!(node!(napi_close_callback_scope(raw, napi_callback_scope(forged.0))), napi_callback_scope_mismatch);
        }
        // While an exception is pending no callback is made.
        let _ = env.throw(env.object().unwrap());
        assert_eq!(node!(napi_make_callback(raw, none, recv, f, 0, std::ptr::null(), &mut result)), napi_pending_exception);
        env.take_exception().unwrap();
    });
}
