//! The phases of one turn run in libuv's order.

use std::cell::RefCell;
use std::rc::Rc;

use edge_loop::{Async, Check, Handle, Idle, Loop, LoopOptions, Prepare, RunMode, Timer};

#[test]
fn phase_order() {
    let l = Loop::new(LoopOptions::default()).unwrap();
    let log: Rc<RefCell<Vec<&'static str>>> = Rc::default();
    let say = |what: &'static str| {
        let log = log.clone();
        move || log.borrow_mut().push(what)
    };
    let (idle, prepare, check, timer) = (Idle::new(&l), Prepare::new(&l), Check::new(&l), Timer::new(&l));
    let signal = Async::new(&l, say("async"));
    let first = say("timer");
    timer.start(0, 0, move |_| first());
    check.start(say("check"));
    prepare.start(say("prepare"));
    idle.start(say("idle"));
    signal.send();
    let pending = say("pending");
    l.defer(move |_| pending());
    check.close(say("closed check"));
    idle.close(say("closed idle"));
    let check = Check::new(&l);
    check.start(say("check 2"));
    l.run(RunMode::Once);
    // A single turn runs its timers last.
    assert_eq!(*log.borrow(), ["pending", "prepare", "async", "check 2", "closed idle", "closed check", "timer"]);
    log.borrow_mut().clear();
    let again = say("timer");
    timer.start(0, 0, move |_| again());
    prepare.unref();
    check.unref();
    signal.close_quietly();
    l.run(RunMode::Default);
    // A whole run also runs those due before its first turn.
    assert_eq!(*log.borrow(), ["timer", "prepare", "check 2"]);
}

#[test]
fn the_watcher_started_last_runs_first() {
    let l = Loop::new(LoopOptions::default()).unwrap();
    let log: Rc<RefCell<Vec<u32>>> = Rc::default();
    let handles: Vec<_> = (0..3)
        .map(|n| {
            let check = Check::new(&l);
            let log = log.clone();
            check.start(move || log.borrow_mut().push(n));
            check
        })
        .collect();
    l.run(RunMode::NoWait);
    l.run(RunMode::NoWait);
    assert_eq!(*log.borrow(), [2, 1, 0, 2, 1, 0]);
    drop(handles);
}
