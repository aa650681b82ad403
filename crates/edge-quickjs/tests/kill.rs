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
