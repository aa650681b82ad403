//! Endless recursion in every shape is a RangeError and never a trap, on small stacks and large ones, called from the host directly
//! and from inside natives.

mod isolate;

use edge_napi::{CallInfo, Engine, Env, IsolateOptions, Result, Value};
use edge_quickjs::QuickJs;
use isolate::{eval, global, isolate, native, natives, on_stack, text};

/// Name and a body that recurses without end when `run()` is called. Every body leaves the value of what it caught.
const SHAPES: &[(&str, &str)] = &[
    ("plain", "function f() { return f() + 1 } f()"),
    ("getter", "const o = { get x() { return o.x } }; o.x"),
    ("proxy", "const p = new Proxy({}, { get(t, k, r) { return r[k] } }); p.x"),
    ("proxy chain", "let p = {}; for (let i = 0; i < 200000; i++) p = new Proxy(p, {}); p.x"),
    ("sort", "function f() { [2, 1].sort(f); return 0 } f()"),
    ("forEach", "function f() { [1].forEach(f) } f()"),
    ("JSON.stringify", "let o = {}; for (let i = 0; i < 200000; i++) o = { o }; JSON.stringify(o)"),
    ("JSON.parse", "JSON.parse('['.repeat(200000) + ']'.repeat(200000))"),
    ("JSON.parse reviver", "function f() { JSON.parse('[1]', f) } f()"),
    ("toJSON", "const o = { toJSON() { return JSON.stringify(o) } }; JSON.stringify(o)"),
    ("regex", "new RegExp('('.repeat(200000) + ')'.repeat(200000))"),
    ("parser nesting", "eval('('.repeat(200000) + ')'.repeat(200000))"),
    ("parser blocks", "eval('{'.repeat(200000) + '}'.repeat(200000))"),
    ("parser functions", "eval('()=>'.repeat(200000) + '1')"),
    ("parser operators", "eval('1' + '+(1'.repeat(100000) + ')'.repeat(100000))"),
    ("parser arrays", "eval('['.repeat(200000) + ']'.repeat(200000))"),
    ("parser unary", "eval('!'.repeat(500000) + '1')"),
    ("parser templates", "eval('`${'.repeat(50000) + '1' + '}`'.repeat(50000))"),
    (
        "bind chains",
        "let f = () => 1; for (let i = 0; i < 200000; i++) { f = f.bind(null); Object.defineProperty(f, 'name', { value: '' }) } f()",
    ),
    ("toString", "const o = { toString() { return '' + o } }; '' + o"),
    ("toPrimitive", "const o = { [Symbol.toPrimitive]() { return +o } }; +o"),
    ("spread", "function f(...a) { return f(...a, 1) } f()"),
    ("apply", "function f() { return f.apply(this, arguments) } f(1, 2, 3)"),
    ("generators", "function* g() { yield* g() } [...g()]"),
    ("async", "async function f() { await f() } f()"),
    ("async generators", "async function* g() { for await (const x of g()); } g().next(); function h() { h() } h()"),
    ("class", "class A { constructor() { new A() } } new A()"),
    ("derived class", "class A { constructor() { new B() } } class B extends A {} new B()"),
    ("class fields", "class A { x = new A() } new A()"),
    ("eval", "function f() { eval('f()') } f()"),
    ("new Function", "function f() { new Function('f', 'f()')(f) } f()"),
    ("Reflect.construct", "function F() { Reflect.construct(F, []) } new F()"),
    ("iterator", "const o = { [Symbol.iterator]() { return [...o] } }; [...o]"),
    ("instanceof", "const o = { [Symbol.hasInstance](x) { return x instanceof o } }; 1 instanceof o"),
    ("replace", "function f() { 'a'.replace(/a/, f) } f()"),
    ("Array.flat", "let a = []; for (let i = 0; i < 200000; i++) a = [a]; a.flat(Infinity)"),
    ("Array.join", "let a = []; for (let i = 0; i < 200000; i++) a = [a]; a.join()"),
    ("structured toString", "let a = []; for (let i = 0; i < 200000; i++) a = [a, a]; String(a)"),
    ("prototype chain getters", "let o = { get x() { return this.x } }; for (let i = 0; i < 100; i++) o = Object.create(o); o.x"),
    (
        "rope",
        "let s = 'ab'.repeat(200); for (let i = 0; i < 20000; i++) s = i % 2 ? s + 'x' : 'x' + s; s.charCodeAt(5); function f() { f() } f()",
    ),
    ("regex backtracking", "/(?:a|b|(c))*?d/y.exec('abc'.repeat(100000)); function f() { f() } f()"),
    ("deep free", "let o = null; for (let i = 0; i < 500000; i++) o = { o }; o = null; function f() { f() } f()"),
    ("error in stack", "function f() { try { f() } finally { f } } f()"),
    (
        "prepareStackTrace",
        "Error.prepareStackTrace = () => new Error().stack; new Error().stack; delete Error.prepareStackTrace; function f() { f() } f()",
    ),
    ("date", "const d = new Date(); d.valueOf = () => +d; d[Symbol.toPrimitive] = () => +d; +d"),
    ("map callback", "function f() { Array.from([1], f) } f()"),
    (
        "array species",
        "class A extends Array { static get [Symbol.species]() { return A.from([1]).map(x => x).constructor } } A.from([1]).map(x => x)",
    ),
    ("tagged template", "function f(...a) { return f`${a}` } f``"),
    ("with", "const o = new Proxy({}, { has(t, k) { with (o) { return typeof q } } }); with (o) q"),
    ("json in getter", "const o = { get a() { return JSON.stringify(o) } }; JSON.stringify(o)"),
];

fn call_back(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.call(info.arg(0), info.this(), &info.args()[1..])
}

/// What each shape gave that is not a RangeError (or, where the engine needs no recursion for it, a result).
fn failures(through_native: bool) -> Vec<String> {
    let mut failures = Vec::new();
    for (name, body) in SHAPES {
        let isolate =
            QuickJs.create(natives(&[native("callBack", call_back)]), &IsolateOptions { memory_limit: 1 << 30, stack_limit: 0 }).unwrap();
        let env = isolate.env();
        global(env, "callBack");
        let call = if through_native { "callBack(() => run())" } else { "run()" };
        let setup = format!("globalThis.run = function () {{ {body} }}; 0");
        assert_eq!(text(env, &setup), "0", "{name}");
        let got = text(
            env,
            &format!("let got = 'no error'; try {{ {call} }} catch (e) {{ got = e === null ? 'null' : e.name + ': ' + e.message }} got"),
        );
        let lives = isolate.poisoned().is_none() && text(env, "1 + 1") == "2" && env.run_microtasks().is_ok();
        let fine = got == "RangeError: Maximum call stack size exceeded"
            || got == "no error"
            || got.starts_with("SyntaxError")
            || got.starts_with("RangeError");
        if !fine || !lives {
            failures.push(format!("{name}: {got:.100}, poisoned {:?}", isolate.poisoned()));
        }
    }
    failures
}

#[test]
fn on_a_large_stack() {
    assert_eq!(on_stack(32 << 20, || failures(false)), Vec::<String>::new());
}

#[test]
fn on_a_small_stack() {
    assert_eq!(on_stack(2 << 20, || failures(false)), Vec::<String>::new());
}

#[test]
fn through_a_native() {
    assert_eq!(on_stack(8 << 20, || failures(true)), Vec::<String>::new());
}

#[test]
fn recursion_over_natives_alone() {
    on_stack(8 << 20, || {
        let isolate = isolate(&[native("callBack", call_back)]);
        let env = isolate.env();
        global(env, "callBack");
        for body in [
            "let f = () => callBack(f)",
            "let f = callBack.bind(null, () => f())",
            "let f = () => [1].forEach(() => callBack(callBack, f))",
            "let f = () => Reflect.apply(callBack, null, [f])",
        ] {
            assert_eq!(
                text(env, &format!("{{ {body}; try {{ f() }} catch (e) {{ e.name + ': ' + e.message }} }}")),
                "RangeError: Maximum call stack size exceeded"
            );
        }
        assert!(eval(env, "1").is_ok());
        assert!(isolate.poisoned().is_none());
    });
}
