//! Interrupts and kills from other threads.

mod plain_host;

use edge_quickjs::{Closing, KillHandle, Poison};
use edge_wasix::thread::{Thread, ThreadSpec, spawn};
use plain_host::{engine, eval};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Runs `body` on a thread; gives the handle of the engine that it makes.
fn js_thread<T: Send + 'static>(body: impl FnOnce(&edge_quickjs::Engine) -> T + Send + 'static) -> (Thread<T>, Receiver<KillHandle>) {
    let (send, receive) = channel();
    let spec = ThreadSpec { name: "js".into(), stack_size: 64 << 20 };
    let thread = spawn(spec, move || {
        let engine = engine();
        send.send(engine.kill_handle()).unwrap();
        body(&engine)
    });
    (thread.unwrap(), receive)
}

fn wait(time: Duration) {
    let (_keep, never) = channel::<()>();
    let _ = never.recv_timeout(time);
}

#[test]
fn an_interrupt_ends_the_script_and_not_the_engine() {
    let (thread, handle) = js_thread(|engine| {
        let first = eval(engine, "for (;;) {}");
        assert!(engine.clear_interrupt());
        engine.edge_clear_termination().unwrap();
        (first.map(f64::is_nan), eval(engine, "1 + 1"), engine.poison())
    });
    let handle = handle.recv().unwrap();
    wait(Duration::from_millis(50));
    handle.interrupt();
    assert_eq!(thread.join().unwrap(), (Ok(true), Ok(2.0), None));
}

/// Each kind of jump back, and calls: the only places where a program is asked to stop.
#[test]
fn every_loop_is_interrupted() {
    let (thread, handle) = js_thread(|engine| {
        let far = "n = n;".repeat(100);
        let farther = "n = n;".repeat(10_000);
        [
            "for (;;);".to_owned(),
            "while (true) {}".to_owned(),
            "let x = 1; do {} while (x);".to_owned(),
            "let x = 1; do {} while (x === 1);".to_owned(),
            "let x = {}; do {} while (x !== null);".to_owned(),
            "let x = 'ab'; while (x + 'c' === 'abc');".to_owned(),
            "l: for (;;) { for (;;) continue l; }".to_owned(),
            format!("let n = 0; for (;;) {{ {far} }}"),
            format!("let n = 0; do {{ {far} }} while (n === 0);"),
            format!("let n = 0; do {{ {farther} }} while (n === 0);"),
            format!("let n = 0; for (;;) {{ {farther} }}"),
            "const f = () => 1; for (const x of (function* () { for (;;) yield f(); })());".to_owned(),
            "try { for (;;); } finally { for (;;); }".to_owned(),
            "const f = (n) => n && f(n - 1) + f(n - 1); f(1e9 - 1e9 + 60);".to_owned(),
        ]
        .map(|script| {
            let value = eval(engine, &format!("(() => {{ {script} }})()"));
            assert!(engine.clear_interrupt(), "{}", &script[..script.len().min(60)]);
            engine.edge_clear_termination().unwrap();
            value.map(f64::is_nan)
        })
    });
    let handle = handle.recv().unwrap();
    let spec = ThreadSpec { name: "interrupt".into(), stack_size: 1 << 20 };
    let (done, over) = channel::<()>();
    let interrupter = spawn(spec, move || {
        while over.recv_timeout(Duration::from_millis(20)).is_err() {
            handle.interrupt();
        }
    })
    .unwrap();
    assert_eq!(thread.join().unwrap(), [(); 14].map(|()| Ok(true)));
    done.send(()).unwrap();
    interrupter.join().unwrap();
}

#[test]
fn a_loop_that_never_polls_is_killed() {
    let (thread, handle) = js_thread(|engine| (engine.edge_break_for_test(4), engine.poison()));
    let handle = handle.recv().unwrap();
    wait(Duration::from_millis(50));
    handle.kill();
    assert_eq!(thread.join().unwrap(), (Err(Closing), Some(Poison::Killed)));
}

#[test]
fn a_kill_hits_wherever_the_thread_is() {
    // Between and inside of short calls: the race between kill, entry and exit.
    for round in 0..300u64 {
        let (thread, handle) = js_thread(|engine| {
            let mut calls = 0u64;
            while engine.edge_break_for_test(0).is_ok() {
                calls += 1;
            }
            (calls, engine.poison())
        });
        let handle = handle.recv().unwrap();
        wait(Duration::from_micros(round * 7 % 900));
        handle.kill();
        assert_eq!(thread.join().unwrap().1, Some(Poison::Killed));
    }
}

#[test]
fn a_kill_of_a_running_script() {
    for round in 0..20u64 {
        let (thread, handle) = js_thread(|engine| {
            (eval(engine, "let o = {}; for (let i = 0;; i++) { o['k' + i % 1000] = [i, String(i)]; }"), engine.poison())
        });
        let handle = handle.recv().unwrap();
        wait(Duration::from_micros(500 + round * 331));
        handle.kill();
        assert_eq!(thread.join().unwrap(), (Err(Closing), Some(Poison::Killed)));
    }
}

#[test]
fn the_handle_outlives_the_engine() {
    let handle = engine().kill_handle();
    handle.interrupt();
    handle.kill();
    assert!(handle.is_poisoned());
}

#[test]
fn two_engines_on_two_threads_do_not_meet() {
    let spawn_one = |seed: u32| {
        js_thread(move |engine| {
            for round in 0..50 {
                let source = format!("let s{round} = 0; for (let i = 0; i < 1000; i++) s{round} += i * {seed}; s{round}");
                assert_eq!(eval(engine, &source), Ok(f64::from(499_500 * seed)));
            }
            engine.edge_break_for_test(1)
        })
    };
    let (first, second) = (spawn_one(1), spawn_one(2));
    assert_eq!(first.0.join().unwrap(), Err(Closing));
    assert_eq!(second.0.join().unwrap(), Err(Closing));
}
