//! `_native.measure_boundary`: what crossing between JavaScript and native code costs, for the benchmarks.

use edge_napi::{CallInfo, Engine, Env, IsolateOptions, Native, NativeTable, Result, Value};
use edge_quickjs::QuickJs;
use edge_wasix::clock::monotonic_ns;
use edge_wasix::thread::{ThreadSpec, spawn};
use std::sync::OnceLock;

fn nothing(_: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

fn add3(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.int32(env.get_i32(info.arg(0))?.wrapping_add(env.get_i32(info.arg(1))?).wrapping_add(env.get_i32(info.arg(2))?))
}

fn call_back(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.call(info.arg(0), info.this(), &[info.arg(1)])
}

fn natives() -> &'static NativeTable {
    static NATIVES: OnceLock<NativeTable> = OnceLock::new();
    NATIVES.get_or_init(|| {
        NativeTable::new(vec![
            Native { name: "nothing", call: nothing },
            Native { name: "add3", call: add3 },
            Native { name: "callBack", call: call_back },
        ])
    })
}

/// Nanoseconds a round, the best of five.
fn best(rounds: u32, mut body: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = monotonic_ns();
        body()?;
        best = best.min((monotonic_ns() - start) as f64 / f64::from(rounds));
    }
    Ok(best)
}

fn rows(env: Env, rounds: u32) -> Result<Vec<(&'static str, f64)>> {
    let _scope = env.scope()?;
    for native in ["nothing", "add3", "callBack"] {
        env.set_method(env.global()?, native, native)?;
    }
    let looped = |body: &str| {
        let source = format!("(function () {{ let s = 0; const f = (x) => x; for (let i = 0; i < {rounds}; i++) {{ {body} }} return s }})");
        let function = env.run_text(&source, "boundary.js")?;
        best(rounds, || {
            let _scope = env.scope()?;
            env.call(function, env.undefined()?, &[]).map(|_| ())
        })
    };
    let empty = looped("s = i")?;
    let callee = env.run_text("(function () {})", "boundary.js")?;
    let into = best(rounds, || {
        for _ in 0..rounds {
            let _scope = env.scope()?;
            env.call(callee, env.undefined()?, &[])?;
        }
        Ok(())
    })?;
    Ok(vec![
        ("JavaScript to native, no arguments", looped("s = nothing()")? - empty),
        ("native to JavaScript", into),
        ("binding call, three arguments", looped("s = add3(i, 2, 3)")? - empty),
        ("nested callback", looped("s = callBack(f, i)")? - empty),
    ])
}

/// Nanoseconds for each way across, on a fresh engine and a thread of its own.
///
/// # Errors
/// Text: no engine, or no thread.
pub fn measure(rounds: u32) -> std::result::Result<Vec<(&'static str, f64)>, String> {
    let run = move || {
        let isolate = QuickJs.create(natives(), &IsolateOptions { memory_limit: 256 << 20, stack_limit: 0 })?;
        rows(isolate.env(), rounds.max(1)).map_err(|error| format!("{error:?}"))
    };
    let spec = ThreadSpec { name: "edge-measure".to_owned(), stack_size: 16 << 20 };
    spawn(spec, run).map_err(|error| error.to_string())?.join().ok_or("it panicked")?
}
