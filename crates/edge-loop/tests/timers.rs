//! Timers: order, repeat, restart, stop from within, many of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_loop::{Handle, Loop, LoopOptions, RunMode, Timer};
use edge_wasix::clock;

fn new_loop() -> Loop {
    Loop::new(LoopOptions::default()).unwrap()
}

#[test]
fn by_due_time_then_by_start() {
    let l = new_loop();
    let log: Rc<RefCell<Vec<u32>>> = Rc::default();
    for (name, timeout) in [(1, 5), (2, 1), (3, 5), (4, 0), (5, 1)] {
        let log = log.clone();
        Timer::new(&l).start(timeout, 0, move |timer| {
            log.borrow_mut().push(name);
            timer.close_quietly();
        });
    }
    assert!(!l.run(RunMode::Default));
    assert_eq!(*log.borrow(), [4, 2, 5, 1, 3]);
    assert!(l.handles().is_empty());
}

#[test]
fn repeat_until_stopped() {
    let l = new_loop();
    let count = Rc::new(Cell::new(0));
    let timer = Timer::new(&l);
    let seen = count.clone();
    timer.start(1, 2, move |timer| {
        seen.set(seen.get() + 1);
        if seen.get() == 5 {
            timer.stop();
        }
    });
    let before = clock::monotonic_ns();
    l.run(RunMode::Default);
    assert_eq!(count.get(), 5);
    assert!(clock::monotonic_ns() - before >= 8_000_000);
    assert!(!timer.is_active());
    assert!(timer.again(), "it has a callback");
    assert!(timer.is_active());
    timer.stop();
    assert!(!Timer::new(&l).again());
}

#[test]
fn zero_timeout_in_a_callback_waits_for_the_next_turn() {
    let l = new_loop();
    let count = Rc::new(Cell::new(0));
    let timer = Timer::new(&l);
    let seen = count.clone();
    timer.start(0, 0, move |timer| {
        seen.set(seen.get() + 1);
        if seen.get() < 3 {
            timer.restart(0, 0);
        }
    });
    l.run(RunMode::Once);
    assert_eq!(count.get(), 1);
    l.run(RunMode::Default);
    assert_eq!(count.get(), 3);
}

#[test]
fn a_due_timer_stopped_by_another_is_not_called() {
    let l = new_loop();
    let (a, b) = (Timer::new(&l), Timer::new(&l));
    let c = Timer::new(&l);
    let (stop, close) = (b.clone(), c.clone());
    a.start(0, 0, move |_| {
        stop.stop();
        close.close_quietly();
    });
    b.start(0, 0, |_| panic!("stopped"));
    c.start(0, 0, |_| panic!("closed"));
    l.run(RunMode::Default);
}

#[test]
fn new_callback_from_within_the_callback() {
    let l = new_loop();
    let done = Rc::new(Cell::new(false));
    let seen = done.clone();
    Timer::new(&l).start(0, 0, move |timer| {
        let seen = seen.clone();
        timer.start(0, 0, move |_| seen.set(true));
    });
    l.run(RunMode::Default);
    assert!(done.get());
}

#[test]
fn ten_thousand() {
    let l = new_loop();
    let fired: Rc<RefCell<Vec<(u64, u32)>>> = Rc::default();
    let mut state = 12345u64;
    let timers: Vec<_> = (0..10_000u32)
        .map(|n| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let timeout = (state >> 33) % 50;
            let timer = Timer::new(&l);
            let fired = fired.clone();
            timer.start(timeout, 0, move |_| fired.borrow_mut().push((timeout, n)));
            timer
        })
        .collect();
    for timer in timers.iter().step_by(3) {
        timer.stop();
    }
    l.run(RunMode::Default);
    let fired = fired.borrow();
    assert_eq!(fired.len(), 10_000 - 3334);
    assert!(fired.is_sorted(), "by due time, then by start");
    assert!(fired.iter().all(|(_, n)| n % 3 != 0));
}

#[test]
fn due_in_and_now() {
    let l = new_loop();
    let timer = Timer::new(&l);
    timer.start(100, 0, |_| ());
    assert_eq!(timer.due_in(), 100);
    assert_eq!(l.backend_timeout(), Some(100));
    timer.unref();
    assert_eq!(l.backend_timeout(), Some(0));
    let before = l.now();
    clock::sleep(std::time::Duration::from_millis(3));
    assert_eq!(l.now(), before);
    l.update_time();
    assert!(l.now() >= before + 3);
}
