//! What keeps a loop alive, and what is reported about it.

use std::cell::Cell;
use std::rc::Rc;

use edge_loop::{Async, Check, Handle, HandleKind, Idle, Loop, LoopOptions, RequestKind, RunMode, Timer, WorkLane};

fn new_loop() -> Loop {
    Loop::new(LoopOptions::default()).unwrap()
}

#[test]
fn an_empty_loop_returns() {
    let l = new_loop();
    assert!(!l.alive());
    assert!(!l.run(RunMode::Default));
    assert!(!l.run(RunMode::Once));
}

#[test]
fn unref_and_ref() {
    let l = new_loop();
    let timer = Timer::new(&l);
    timer.unref();
    timer.start(1_000_000, 0, |_| panic!("far away"));
    assert!(timer.is_active() && !timer.has_ref() && !l.alive());
    assert!(!l.run(RunMode::Default));
    timer.add_ref();
    timer.add_ref();
    assert!(l.alive());
    timer.unref();
    assert!(!l.alive());
}

#[test]
fn an_async_handle_is_active_until_closed() {
    let l = new_loop();
    let handle = Async::new(&l, || ());
    assert!(l.alive() && handle.is_active());
    handle.close_quietly();
    assert!(l.alive(), "a closing handle is work to do");
    assert!(!l.run(RunMode::Default));
}

#[test]
fn an_unreferenced_check_still_runs() {
    let l = new_loop();
    let count = Rc::new(Cell::new(0));
    let (check, timer) = (Check::new(&l), Timer::new(&l));
    let seen = count.clone();
    check.start(move || seen.set(seen.get() + 1));
    check.unref();
    timer.start(1, 0, |_| ());
    l.run(RunMode::Default);
    assert!(count.get() >= 1);
}

#[test]
fn stop_ends_a_busy_loop() {
    let l = new_loop();
    let (idle, turns) = (Idle::new(&l), Rc::new(Cell::new(0)));
    let (me, seen) = (l.clone(), turns.clone());
    idle.start(move || {
        seen.set(seen.get() + 1);
        if seen.get() == 3 {
            me.stop();
        }
    });
    assert!(l.run(RunMode::Default));
    assert_eq!(turns.get(), 3);
    l.stop();
    assert!(l.run(RunMode::Default), "stopped before it began, and the flag is used up");
    assert_eq!(turns.get(), 3);
    l.run(RunMode::NoWait);
    assert_eq!(turns.get(), 4);
}

#[test]
fn report() {
    let l = new_loop();
    let (timer, idle) = (Timer::new(&l), Idle::new(&l));
    timer.start(10, 0, |_| ());
    let kinds: Vec<_> = l.handles().iter().map(|info| (info.kind, info.active)).collect();
    assert_eq!(kinds, [(HandleKind::Timer, true), (HandleKind::Idle, false)]);
    assert_eq!(l.active_handles().len(), 1);
    let work = l.queue_work(RequestKind::Fs, WorkLane::Fast, || (), |_, _| ()).unwrap();
    let requests = l.active_requests();
    assert_eq!((requests.len(), requests[0].kind, requests[0].id), (1, RequestKind::Fs, work.id()));
    l.run(RunMode::Default);
    assert!(l.active_requests().is_empty());
    drop(idle);
}

#[test]
fn running_inside_a_callback_does_nothing() {
    let l = new_loop();
    let me = l.clone();
    Timer::new(&l).start(0, 0, move |timer| {
        timer.start(0, 0, |_| ());
        assert!(me.run(RunMode::Default));
        assert!(timer.is_active());
    });
    l.run(RunMode::Default);
}
