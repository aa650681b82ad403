//! The extensions that compile and run: functions, scripts, bytecode, contexts, positions, modules.

mod isolate;

use edge_napi::{Env, Error, JsHook, Source, Value};
use isolate::{eval, isolate, text};

fn source(env: Env, text: &str, filename: &str) -> Source {
    Source::new(env.string(text).unwrap(), env.string(filename).unwrap())
}

fn thrown(env: Env, result: edge_napi::Result<Value>) -> String {
    match result {
        Err(Error::Pending) => env.to_string_lossy(env.take_exception().unwrap()).unwrap(),
        other => format!("{:?}", other.is_ok()),
    }
}

#[test]
fn functions_scripts_and_bytecode() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let undefined = env.undefined().unwrap();
    let function = env
        .compile_function(
            &source(env, "return a + b + (() => new Error().stack.split('\\n')[1])()", "/some/file.js"),
            &[env.string("a").unwrap(), env.string("b").unwrap()],
        )
        .unwrap();
    let result = env.call(function, undefined, &[env.int32(1).unwrap(), env.string(" ").unwrap()]).unwrap();
    let result = env.get_string(result).unwrap();
    assert!(result.starts_with("1 ") && result.contains("/some/file.js:1:"), "{result}");
    assert!(thrown(env, env.compile_function(&source(env, "return }", "x.js"), &[])).starts_with("SyntaxError"));
    assert!(thrown(env, env.compile_function(&source(env, "} function g() {", "x.js"), &[])).starts_with("SyntaxError"));
    let many: Vec<Value> = (0..40).map(|i| env.string(&format!("p{i}")).unwrap()).collect();
    let function = env.compile_function(&source(env, "return p39", "x.js"), &many).unwrap();
    assert_eq!(env.get_i32(env.call(function, undefined, &vec![env.int32(9).unwrap(); 40]).unwrap()).unwrap(), 9);
    let script = env.compile_script(&source(env, "var counter = (globalThis.counter ?? 0) + 1; counter", "s.js")).unwrap();
    for want in 1..4 {
        assert_eq!(env.get_i32(env.run_script(script, None).unwrap()).unwrap(), want);
    }
    let double = env.compile_function(&source(env, "return x * 2", "d.js"), &[env.string("x").unwrap()]).unwrap();
    let bytes = env.bytes_to_vec(env.write_bytecode(double, true).unwrap()).unwrap();
    // SAFETY: bytes of this build.
    let again = unsafe { env.read_bytecode(&bytes, None) }.unwrap();
    assert_eq!(env.get_i32(env.call(again, undefined, &[env.int32(21).unwrap()]).unwrap()).unwrap(), 42);
    assert!(env.run_script(env.object().unwrap(), None).is_err());
    let _ = env.take_exception();
}

#[test]
fn errors_have_positions_and_call_sites() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let script = env.compile_script(&source(env, "\n  function f() { throw new TypeError('here') }\nf()", "/p/a.js")).unwrap();
    assert!(env.run_script(script, None).is_err());
    let error = env.take_exception().unwrap();
    let position = env.error_position(error).unwrap().unwrap();
    assert_eq!(env.get_string(Value(position.filename)).unwrap(), "/p/a.js");
    assert_eq!((position.line, position.start_column), (2, 17));
    assert!(env.error_position(env.object().unwrap()).unwrap().is_none());
    let error = env.compile_script(&source(env, "let let = 1", "/p/b.js"));
    assert!(matches!(error, Err(Error::Pending)));
    let error = env.take_exception().unwrap();
    let position = env.error_position(error).unwrap().unwrap();
    assert_eq!(position.line, 1);
    let hook =
        eval(env, "(globalThis_, error, sites) => error.message + '@' + sites[0].getFileName() + ':' + sites[0].getLineNumber()").unwrap();
    env.set_js_hook(JsHook::PrepareStackTrace, hook).unwrap();
    let script = env.compile_script(&source(env, "\n\nnew Error('e').stack", "/p/c.js")).unwrap();
    assert_eq!(env.get_string(env.run_script(script, None).unwrap()).unwrap(), "e@/p/c.js:3");
}

#[test]
fn contexts_have_their_own_globals() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let global = match env.make_context(None, true, true, false) {
        Ok(global) => global,
        Err(Error::Pending) => {
            // Until the engine's patch for contexts is there: a clear error.
            let error = env.to_string_lossy(env.take_exception().unwrap()).unwrap();
            assert!(error.contains("not in this engine yet"), "{error}");
            return;
        }
        Err(other) => panic!("{other:?}"),
    };
    let script = env.compile_script(&source(env, "var inside = typeof outside; Array", "ctx.js")).unwrap();
    text(env, "globalThis.outside = 1; 0");
    let array = env.run_script(script, Some(global)).unwrap();
    assert!(!env.strict_equals(array, eval(env, "Array").unwrap()).unwrap());
    assert_eq!(env.get_string(env.get(global, "inside").unwrap()).unwrap(), "undefined");
    let sandbox = eval(env, "globalThis.box = { seen: 5 }; box").unwrap();
    let inner = env.make_context(Some(sandbox), true, true, false).unwrap();
    let script = env.compile_script(&source(env, "var made = seen + 1; made", "box.js")).unwrap();
    assert_eq!(env.get_i32(env.run_script(script, Some(inner)).unwrap()).unwrap(), 6);
    assert_eq!(text(env, "box.made"), "6");
    assert!(env.run_script(script, Some(env.object().unwrap())).is_err());
    env.take_exception().unwrap();
}

#[test]
fn modules_are_linked_by_the_host() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let wrap = env.object().unwrap();
    let module = env.module_source(&source(env, "import d, { x } from 'dep'; import * as again from 'dep'; export const sum = d + x + again.x; export default import.meta.url", "file:///main.mjs"), wrap).unwrap();
    let requests = env.module_requests(module).unwrap();
    assert_eq!(env.array_length(requests).unwrap(), 1);
    let first = env.get_index(requests, 0).unwrap();
    assert_eq!(env.get_string(env.get_index(first, 0).unwrap()).unwrap(), "dep");
    assert_eq!(env.module_status(module).unwrap(), 0);
    assert_eq!(env.module_async(module).unwrap().0, false);
    let steps = eval(env, "globalThis.ran = 0; (function () { ran++ })").unwrap();
    let names = env.array_from(&[env.string("default").unwrap(), env.string("x").unwrap()]).unwrap();
    let dep = env.module_synthetic(env.string("dep").unwrap(), None, names, steps, env.object().unwrap()).unwrap();
    env.module_set_export(dep, env.string("default").unwrap(), env.int32(1).unwrap()).unwrap();
    env.module_set_export(dep, env.string("x").unwrap(), env.int32(20).unwrap()).unwrap();
    env.module_link(module, env.array_from(&[dep]).unwrap()).unwrap();
    let meta = eval(env, "(symbol, meta, wrap) => { meta.url = 'from hook' }").unwrap();
    env.set_js_hook(JsHook::InitializeImportMeta, meta).unwrap();
    env.module_instantiate(module).unwrap();
    let promise = env.module_evaluate(module).unwrap();
    env.run_microtasks().unwrap();
    assert_eq!(env.promise_details(promise).unwrap().0, edge_napi::PromiseState::Fulfilled);
    let namespace = env.module_namespace(module).unwrap();
    assert_eq!(env.get_i32(env.get(namespace, "sum").unwrap()).unwrap(), 41);
    assert_eq!(env.get_string(env.get(namespace, "default").unwrap()).unwrap(), "from hook");
    assert_eq!(text(env, "ran"), "1");
    assert_eq!(env.module_status(module).unwrap(), 4);
    let failing = env.module_source(&source(env, "throw new RangeError('m')", "file:///bad.mjs"), env.object().unwrap()).unwrap();
    env.module_link(failing, env.array().unwrap()).unwrap();
    env.module_instantiate(failing).unwrap();
    env.module_evaluate(failing).unwrap();
    env.run_microtasks().unwrap();
    assert_eq!(env.module_status(failing).unwrap(), 5);
    assert_eq!(env.to_string_lossy(env.module_error(failing).unwrap()).unwrap(), "RangeError: m");
    assert!(thrown(env, env.module_source(&source(env, "import {", "x.mjs"), wrap)).starts_with("SyntaxError"));
    let bad = env.module_source(&source(env, "export {}", "y.mjs"), wrap).unwrap();
    assert!(env.module_link(bad, env.array_from(&[wrap]).unwrap()).is_err());
}

#[test]
fn dynamic_import_asks_the_hook() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let hook = eval(env, "(referrer, specifier) => Promise.resolve({ got: String(referrer?.description) + ':' + specifier })").unwrap();
    env.set_js_hook(JsHook::ImportModuleDynamically, hook).unwrap();
    let mut info = source(env, "import('thing').then(m => { globalThis.result = m.got }); 0", "f.js");
    info.host_defined_option = Some(env.symbol("option").unwrap());
    let script = env.compile_script(&info).unwrap();
    env.run_script(script, None).unwrap();
    env.run_microtasks().unwrap();
    assert_eq!(text(env, "result"), "option:thing");
}
