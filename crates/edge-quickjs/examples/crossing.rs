//! What a binding call costs: `cargo run --release -p edge-quickjs --example crossing`.

#[path = "../tests/isolate/mod.rs"]
mod isolate;

use edge_napi::{CallInfo, Engine, Env, Result, Value};
use edge_quickjs::QuickJs;
use edge_wasix::clock::monotonic_ns;
use isolate::{OPTIONS, eval, global, native, natives};
use std::rc::Rc;

fn add3(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let sum = env.get_i32(info.arg(0))? + env.get_i32(info.arg(1))? + env.get_i32(info.arg(2))?;
    env.int32(sum)
}

fn nothing(_: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

fn call_back(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.call(info.arg(0), info.this(), &[info.arg(1)])
}

fn text_length(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let length = env.with_str(info.arg(0), |s| s.len())?;
    env.size(length)
}

fn make_text(env: Env, _: &CallInfo<'_>) -> Result<Value> {
    env.string("a string of some length, as paths have")
}

fn make_object(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let object = env.object()?;
    env.set(object, "first", info.arg(0))?;
    env.set(object, "second", info.arg(1))?;
    Ok(object)
}

fn bytes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let first = env.with_bytes(info.arg(0), |bytes| i32::from(bytes[0]))?;
    env.int32(first)
}

fn unwrap(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.int32(*env.unwrap::<i32>(info.this())?)
}

fn fail(_: Env, _: &CallInfo<'_>) -> Result<Value> {
    Err(edge_napi::Error::error("ERR_X", "no"))
}

fn main() {
    let list = [
        native("add3", add3),
        native("nothing", nothing),
        native("callBack", call_back),
        native("textLength", text_length),
        native("makeText", make_text),
        native("makeObject", make_object),
        native("bytes", bytes),
        native("unwrap", unwrap),
        native("fail", fail),
    ];
    let isolate = QuickJs.create(natives(&list), &OPTIONS).unwrap();
    let env = isolate.env();
    for native in list {
        global(env, native.name);
    }
    let wrapped = env.object().unwrap();
    env.wrap(wrapped, Rc::new(5_i32)).unwrap();
    env.set(env.global().unwrap(), "wrapped", wrapped).unwrap();
    env.set(wrapped, "unwrap", env.native_function("unwrap", "unwrap").unwrap()).unwrap();
    const ROUNDS: u32 = 1_000_000;
    let time = |body: &str, rounds: u32| {
        let source = format!(
            "(function () {{ const b = new Uint8Array(64), o = wrapped; let s = 0; const f = x => x; for (let i = 0; i < {rounds}; i++) {{ {body} }} return s }})()"
        );
        (0..5)
            .map(|_| {
                let _scope = env.scope().unwrap();
                let start = monotonic_ns();
                eval(env, &source).unwrap();
                (monotonic_ns() - start) as f64 / f64::from(rounds)
            })
            .fold(f64::INFINITY, f64::min)
    };
    println!("best of 5, ns a round, JS loop included");
    for (name, body) in [
        ("empty loop", ""),
        ("call of a JS function", "s = f(i)"),
        ("nothing()", "nothing()"),
        ("add3(i, 2, 3)", "s = add3(i, 2, 3)"),
        ("callBack(f, i): native -> JS", "s = callBack(f, i)"),
        ("textLength('...')", "s = textLength('some text')"),
        ("makeText()", "s = makeText()"),
        ("makeObject(i, 2): 2 properties", "s = makeObject(i, 2)"),
        ("bytes(b): with_bytes", "s = bytes(b)"),
        ("o.unwrap()", "s = o.unwrap()"),
    ] {
        println!("{name:34} {:8.1}", time(body, ROUNDS));
    }
    println!("{:34} {:8.1}", "try { fail() } catch {}", time("try { fail() } catch {}", 100_000));
    let start = monotonic_ns();
    for _ in 0..ROUNDS {
        let _scope = env.scope().unwrap();
        let v = env.int32(1).unwrap();
        env.get_i32(v).unwrap();
    }
    println!("{:34} {:8.1}", "host: scope, int32, get_i32", (monotonic_ns() - start) as f64 / f64::from(ROUNDS));
    let start = monotonic_ns();
    for _ in 0..ROUNDS {
        let _scope = env.scope().unwrap();
        let o = env.object().unwrap();
        env.set(o, "key", o).unwrap();
        env.set(o, "key", env.null().unwrap()).unwrap();
    }
    println!("{:34} {:8.1}", "host: scope, object, 2 set", (monotonic_ns() - start) as f64 / f64::from(ROUNDS));
}
