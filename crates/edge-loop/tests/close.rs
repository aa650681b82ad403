//! Closing: when callbacks run and when they are dropped.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_loop::{Handle, Idle, Loop, LoopOptions, RequestKind, RunMode, Timer, WorkLane};

fn new_loop() -> Loop {
    Loop::new(LoopOptions::default()).unwrap()
}

#[test]
fn the_close_callback_is_never_immediate_and_runs_once() {
    let l = new_loop();
    let timer = Timer::new(&l);
    let count = Rc::new(Cell::new(0));
    let seen = count.clone();
    timer.start(0, 0, |_| panic!("closed before"));
    timer.close(move || seen.set(seen.get() + 1));
    timer.close(|| panic!("a second close is nothing"));
    assert!(timer.is_closing() && !timer.is_active());
    assert_eq!(count.get(), 0);
    timer.start(0, 0, |_| panic!("closing"));
    assert!(!l.run(RunMode::Default));
    assert_eq!(count.get(), 1);
    assert!(timer.is_closing());
    timer.start(0, 0, |_| panic!("closed"));
    timer.unref();
    timer.add_ref();
    assert!(!l.run(RunMode::Default));
}

#[test]
fn the_last_closed_is_called_first_and_nested_ones_a_turn_later() {
    let l = new_loop();
    let log: Rc<RefCell<Vec<&'static str>>> = Rc::default();
    let say = |what: &'static str| {
        let log = log.clone();
        move || log.borrow_mut().push(what)
    };
    let (a, b, c) = (Idle::new(&l), Idle::new(&l), Idle::new(&l));
    let nested = say("c");
    let first = say("a");
    a.close(move || {
        first();
        c.close(nested);
    });
    b.close(say("b"));
    l.run(RunMode::Once);
    assert_eq!(*log.borrow(), ["b", "a"]);
    assert!(l.alive());
    l.run(RunMode::Once);
    assert_eq!(*log.borrow(), ["b", "a", "c"]);
}

#[test]
fn a_handle_closes_itself_in_its_callback() {
    let l = new_loop();
    let token = Rc::new(());
    let held = token.clone();
    Idle::new(&l);
    let idle = Idle::new(&l);
    let me = idle.clone();
    idle.start(move || {
        let _held = &held;
        me.close_quietly();
    });
    l.run(RunMode::Default);
    assert_eq!(Rc::strong_count(&token), 1, "closing drops the callback");
}

#[test]
fn dropping_callbacks_may_use_the_loop() {
    struct OnDrop(Loop, Timer);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.1.start(5, 0, |_| ());
            self.1.close_quietly();
            Timer::new(&self.0).start(0, 0, |timer| timer.close_quietly());
            assert!(!self.0.handles().is_empty());
        }
    }
    let l = new_loop();
    let timer = Timer::new(&l);
    let guard = OnDrop(l.clone(), Timer::new(&l));
    timer.start(1, 0, move |_| {
        let _ = &guard;
    });
    timer.close_quietly();
    l.run(RunMode::Default);
    assert!(l.handles().is_empty());
}

#[test]
fn close_all_empties_the_loop() {
    let l = new_loop();
    for _ in 0..10 {
        Timer::new(&l).start(1_000_000, 0, |_| ());
    }
    l.queue_work(RequestKind::Work, WorkLane::Fast, || (), |_, _| ()).unwrap();
    l.close_all();
    assert!(!l.run(RunMode::Default));
    assert!(l.handles().is_empty() && l.active_requests().is_empty());
}

#[test]
fn abandon_calls_nothing() {
    let l = new_loop();
    let token = Rc::new(());
    let held = token.clone();
    let timer = Timer::new(&l);
    timer.start(0, 0, move |_| panic!("abandoned {held:?}"));
    let held = token.clone();
    timer.close(move || panic!("abandoned {held:?}"));
    let held = token.clone();
    l.defer(move |_| panic!("abandoned {held:?}"));
    let held = token.clone();
    l.queue_work(RequestKind::Work, WorkLane::Fast, || (), move |_, _| panic!("abandoned {held:?}")).unwrap();
    l.abandon();
    assert!(!l.alive());
    assert_eq!(Rc::strong_count(&token), 1);
    assert!(!l.run(RunMode::Default));
}

#[test]
fn handles_outlive_their_loop_harmlessly() {
    let l = new_loop();
    let timer = Timer::new(&l);
    timer.start(0, 0, |_| ());
    drop(l);
    timer.start(0, 0, |_| ());
    timer.stop();
    timer.unref();
    timer.close(|| panic!("no loop, no call"));
    assert!(timer.owner().is_none());
}
