//! Errors as V8 has them: messages, stacks, call sites, positions; and in which order code runs until one, where that was changed.
//!
//! Each `tests/js/errors/<case>.js` prints lines; `<case>.out` is what Node 24.12 prints for it (settled by
//! `node node_host.js <case>.js`). `<case>.differs` lists, by line number, the lines in which this engine is known to
//! differ, with what it prints instead. The list is strict: a line that agrees although listed fails the test too.

mod isolate;

use edge_napi::{CallInfo, Env, Result, Value};
use isolate::{global, isolate, native, text};
use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static PRINTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn print(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let mut line = String::new();
    for i in 0..info.len() {
        if i > 0 {
            line.push(' ');
        }
        line.push_str(&env.to_string_lossy(info.arg(i))?);
    }
    PRINTED.with_borrow_mut(|all| all.extend(line.split('\n').map(str::to_owned)));
    env.undefined()
}

fn run_script(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.run_text(&env.get_string(info.arg(0))?, &env.get_string(info.arg(1))?)
}

fn differs(list: &str) -> BTreeMap<usize, &str> {
    list.lines().filter_map(|l| l.split_once('\t')).map(|(n, l)| (n.parse().unwrap(), l)).collect()
}

fn check(name: &'static str, source: &'static str, expected: &'static str, known: &'static str) {
    isolate::on_stack(32 << 20, move || {
        let isolate = isolate(&[native("print", print), native("runScript", run_script)]);
        let env = isolate.env();
        global(env, "print");
        global(env, "runScript");
        PRINTED.take();
        let scope = env.scope().unwrap();
        if env.run_text(source, &format!("{name}.js")).is_err() {
            let error = env.take_exception().unwrap();
            env.set(env.global().unwrap(), "uncaught", error).unwrap();
            panic!("{name}: {}", text(env, "String(uncaught && uncaught.stack)"));
        }
        drop(scope);
        env.run_microtasks().unwrap();
        let printed = PRINTED.take();
        let known = differs(known);
        let expected: Vec<&str> = expected.lines().collect();
        let mut wrong = Vec::new();
        for i in 0..printed.len().max(expected.len()) {
            let got = printed.get(i).map_or("(nothing)", String::as_str);
            let node = expected.get(i).copied().unwrap_or("(nothing)");
            match known.get(&(i + 1)) {
                Some(ours) if got == *ours => {}
                None if got == node => {}
                Some(_) if got == node => wrong.push(format!("line {}: agrees with Node now, unlist it: {got}", i + 1)),
                _ => wrong.push(format!("line {}:\n  node {node}\n  ours {got}", i + 1)),
            }
        }
        assert!(wrong.is_empty(), "{name}: {} lines\n{}", wrong.len(), wrong.join("\n"));
    });
}

macro_rules! cases {
    ($($name:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            check(
                stringify!($name),
                include_str!(concat!("js/errors/", stringify!($name), ".js")),
                include_str!(concat!("js/errors/", stringify!($name), ".out")),
                include_str!(concat!("js/errors/", stringify!($name), ".differs")),
            );
        }
    )*};
}

cases!(awaiting, callee, calls, declared, equal, for_await, inferred, json, keys, language, natives, stacks, syntax, values);
