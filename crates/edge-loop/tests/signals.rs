//! Signals: several loops in one process, one-shots, counts, and the handler that was there before.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use edge_loop::{Handle, Loop, LoopOptions, RunMode, Signal, Timer};
use edge_wasix::signal::raise;
use edge_wasix::{Errno, clock, thread};

const SIGUSR1: i32 = 10;
const SIGUSR2: i32 = 12;
const SIGWINCH: i32 = 28;

/// The signals of a process are everyone's: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn new_loop() -> Loop {
    Loop::new(LoopOptions::default()).unwrap()
}

#[test]
fn every_signal_is_counted_and_order_is_kept() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let l = new_loop();
    let log: Rc<RefCell<Vec<(u32, i32)>>> = Rc::default();
    let (a, b, other) = (Signal::new(&l), Signal::new(&l), Signal::new(&l));
    for (name, handle, signum) in [(1, &a, SIGUSR1), (2, &b, SIGUSR1), (3, &other, SIGUSR2)] {
        let log = log.clone();
        handle.start(signum, move |_, signum| log.borrow_mut().push((name, signum))).unwrap();
    }
    raise(SIGUSR1).unwrap();
    raise(SIGUSR2).unwrap();
    raise(SIGUSR1).unwrap();
    assert!(log.borrow().is_empty(), "only in the loop");
    l.run(RunMode::Once);
    assert_eq!(*log.borrow(), [(1, 10), (2, 10), (1, 10), (2, 10), (3, 12)]);
    b.stop();
    b.stop();
    other.close_quietly();
    log.borrow_mut().clear();
    raise(SIGUSR1).unwrap();
    l.run(RunMode::Once);
    assert_eq!(*log.borrow(), [(1, 10)]);
    a.unref();
    assert!(!l.run(RunMode::Default));
}

#[test]
fn once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let l = new_loop();
    let (once, keeper) = (Signal::new(&l), Signal::new(&l));
    let count = Rc::new(Cell::new(0));
    let seen = count.clone();
    keeper.start(SIGUSR1, |_, _| ()).unwrap();
    keeper.unref();
    once.start_once(SIGUSR1, move |handle, _| {
        assert!(!handle.is_active());
        seen.set(seen.get() + 1);
    })
    .unwrap();
    raise(SIGUSR1).unwrap();
    raise(SIGUSR1).unwrap();
    assert!(!l.run(RunMode::Default));
    assert_eq!(count.get(), 1);
}

#[test]
fn what_cannot_be_watched() {
    let l = new_loop();
    let handle = Signal::new(&l);
    for signum in [-1, 0, 9, 19, 11, 65, i32::MAX, i32::MIN] {
        assert_eq!(handle.start(signum, |_, _| ()).unwrap_err(), Errno::EINVAL, "{signum}");
    }
    assert!(!handle.is_active() && !l.alive());
}

#[test]
fn several_loops_on_several_threads() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (ready, readies) = std::sync::mpsc::channel();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let ready = ready.clone();
            let spec = thread::ThreadSpec { name: "test".to_owned(), stack_size: 1 << 20 };
            thread::spawn(spec, move || {
                let l = new_loop();
                let handle = Signal::new(&l);
                let got = Rc::new(Cell::new(0));
                let seen = got.clone();
                handle
                    .start(SIGUSR2, move |handle, signum| {
                        seen.set(signum);
                        handle.close_quietly();
                    })
                    .unwrap();
                ready.send(()).unwrap();
                l.run(RunMode::Default);
                got.get()
            })
            .unwrap()
        })
        .collect();
    for _ in 0..8 {
        readies.recv().unwrap();
    }
    raise(SIGUSR2).unwrap();
    for thread in threads {
        assert_eq!(thread.join(), Some(SIGUSR2));
    }
}

#[test]
fn loops_come_and_go_while_signals_arrive() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let spec = |_| thread::ThreadSpec { name: "test".to_owned(), stack_size: 1 << 20 };
    let until = clock::monotonic_ns() + 200_000_000;
    // SIGWINCH does nothing by default: it may come when nobody watches.
    let killer = thread::spawn(spec(()), move || {
        while clock::monotonic_ns() < until {
            raise(SIGWINCH).unwrap();
        }
    })
    .unwrap();
    let makers: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(spec(()), move || {
                let mut loops = 0;
                while clock::monotonic_ns() < until {
                    let l = new_loop();
                    let handle = Signal::new(&l);
                    handle.start(SIGWINCH, |_, _| ()).unwrap();
                    handle.unref();
                    Timer::new(&l).start(0, 0, |timer| timer.close_quietly());
                    l.run(RunMode::Default);
                    loops += 1;
                }
                loops
            })
            .unwrap()
        })
        .collect();
    for maker in makers {
        assert!(maker.join().unwrap() > 0);
    }
    killer.join();
}
