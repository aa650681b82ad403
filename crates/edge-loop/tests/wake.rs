//! Doors from other threads: async handles, posts, stop, terminate.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use edge_loop::{Async, Handle, Idle, Loop, LoopOptions, RunMode, Timer};
use edge_wasix::clock;
use edge_wasix::thread::{Thread, ThreadSpec, spawn};

fn new_loop() -> Loop {
    Loop::new(LoopOptions::default()).unwrap()
}

fn start(body: impl FnOnce() + Send + 'static) -> Thread<()> {
    spawn(ThreadSpec { name: "test".to_owned(), stack_size: 1 << 20 }, body).unwrap()
}

#[test]
fn async_sends_coalesce() {
    let l = new_loop();
    let count = Rc::new(Cell::new(0));
    let seen = count.clone();
    let handle = Async::new(&l, move || seen.set(seen.get() + 1));
    for _ in 0..1000 {
        handle.send();
    }
    l.run(RunMode::NoWait);
    assert_eq!(count.get(), 1);
    l.run(RunMode::NoWait);
    assert_eq!(count.get(), 1);
    handle.send();
    l.run(RunMode::NoWait);
    assert_eq!(count.get(), 2);
    let sender = handle.sender();
    handle.close_quietly();
    sender.send();
    l.run(RunMode::Default);
    assert_eq!(count.get(), 2);
    drop(l);
    sender.send();
}

#[test]
fn wake_latency() {
    let l = new_loop();
    let sent_at = Arc::new(AtomicU64::new(0));
    let latencies = Rc::new(std::cell::RefCell::new(Vec::new()));
    let (at, log) = (sent_at.clone(), latencies.clone());
    let handle = Async::new(&l, move || log.borrow_mut().push(clock::monotonic_ns() - at.load(Ordering::SeqCst)));
    let (sender, door) = (handle.sender(), l.handle());
    let other = start(move || {
        for _ in 0..50 {
            clock::sleep(Duration::from_millis(1));
            sent_at.store(clock::monotonic_ns(), Ordering::SeqCst);
            sender.send();
        }
        clock::sleep(Duration::from_millis(5));
        door.stop();
    });
    l.run(RunMode::Default);
    other.join();
    let mut latencies = latencies.borrow().clone();
    latencies.sort_unstable();
    println!("wake latency: median {} ns of {}", latencies[latencies.len() / 2], latencies.len());
    assert!(latencies[latencies.len() / 2] < 10_000_000);
}

#[test]
fn posts_run_in_order_on_the_loops_thread() {
    let l = new_loop();
    let keep = Timer::new(&l);
    keep.start(60_000, 0, |_| panic!("a post ends the loop before"));
    let door = l.handle();
    let total = Arc::new(AtomicU64::new(0));
    let seen = total.clone();
    let other = start(move || {
        for n in 0..1000 {
            let seen = seen.clone();
            assert!(door.post(move |_| assert_eq!(seen.fetch_add(1, Ordering::SeqCst), n)));
        }
        door.post(Loop::stop);
    });
    l.run(RunMode::Default);
    other.join();
    assert_eq!(total.load(Ordering::SeqCst), 1000);
    let door = l.handle();
    keep.close_quietly();
    drop(l);
    assert!(!door.post(|_| ()), "the loop is gone");
}

#[test]
fn terminate_is_for_good() {
    let l = new_loop();
    let idle = Idle::new(&l);
    idle.start(|| ());
    let door = l.handle();
    let other = start(move || {
        clock::sleep(Duration::from_millis(5));
        door.terminate();
    });
    assert!(!l.run(RunMode::Default));
    other.join();
    idle.stop();
    idle.start(|| panic!("terminated"));
    assert!(!l.run(RunMode::Once));
    assert!(!l.alive() && idle.is_active());
    l.abandon();
    assert!(l.handles().is_empty());
    assert!(l.handle().is_terminated());
}
