//! Figures, not checks: `cargo test --release -p edge-loop --test figures -- --ignored --nocapture`.

use std::cell::Cell;
use std::rc::Rc;

use edge_loop::{Check, Handle, Idle, Loop, LoopOptions, RequestKind, RunMode, Timer, WorkLane};
use edge_wasix::clock::monotonic_ns;

fn per(name: &str, count: u64, run: impl FnOnce()) {
    let before = monotonic_ns();
    run();
    println!("{name}: {} ns", (monotonic_ns() - before) / count);
}

#[test]
#[ignore = "figures"]
fn figures() {
    per("make and drop a loop", 1000, || {
        for _ in 0..1000 {
            Loop::new(LoopOptions::default()).unwrap();
        }
    });
    let l = Loop::new(LoopOptions::default()).unwrap();
    let (idle, check, left) = (Idle::new(&l), Check::new(&l), Rc::new(Cell::new(1_000_000u32)));
    idle.start(|| ());
    let (me, seen) = (l.clone(), left.clone());
    check.start(move || {
        seen.set(seen.get() - 1);
        if seen.get() == 0 {
            me.stop();
        }
    });
    per("a turn with an idle and a check handle (one epoll_wait)", 1_000_000, || {
        l.run(RunMode::Default);
    });
    idle.stop();
    check.stop();
    let timer = Timer::new(&l);
    timer.set_callback(|_| ());
    per("restart of the one timer", 10_000_000, || {
        for n in 0..10_000_000 {
            timer.restart(n & 1023, 0);
        }
    });
    timer.stop();
    let timers: Vec<_> = (0..10_000).map(|_| Timer::new(&l)).collect();
    per("start of one of 10,000 timers", 10_000, || {
        for (n, timer) in timers.iter().enumerate() {
            timer.start((n as u64 * 7919) % 1000 + 1000, 0, |_| ());
        }
    });
    per("stop of one of 10,000 timers", 10_000, || timers.iter().for_each(Timer::stop));
    fn next(l: &Loop, left: u32) {
        if left > 0 {
            l.queue_work(RequestKind::Work, WorkLane::Fast, || (), move |l, _| next(l, left - 1)).unwrap();
        }
    }
    per("a request there and back, one at a time", 20_000, || {
        next(&l, 20_000);
        l.run(RunMode::Default);
    });
    per("a request there and back, 20,000 at once", 20_000, || {
        for _ in 0..20_000 {
            l.queue_work(RequestKind::Work, WorkLane::Fast, || (), |_, _| ()).unwrap();
        }
        l.run(RunMode::Default);
    });
    timers.iter().for_each(|timer| timer.close_quietly());
}
