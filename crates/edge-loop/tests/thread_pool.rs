//! Requests on the thread pool: results, order of ends, cancel, panics, threads.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use edge_loop::{Loop, LoopOptions, RequestKind, RunMode, ThreadPool, WorkError, WorkLane};
use edge_wasix::{clock, thread};

type Log<T> = Rc<RefCell<Vec<T>>>;

fn with_pool(size: usize) -> (Loop, Arc<ThreadPool>) {
    let pool = ThreadPool::new(size);
    (Loop::new(LoopOptions { pool: Some(pool.clone()) }).unwrap(), pool)
}

#[test]
fn a_result_comes_back_on_the_loops_thread() {
    let (l, pool) = with_pool(4);
    assert_eq!(pool.threads(), 0, "no thread before the first request");
    let here = thread::current_thread_id();
    let got = Rc::new(Cell::new(0));
    let seen = got.clone();
    l.queue_work(RequestKind::Work, WorkLane::Fast, thread::current_thread_id, move |_, there| {
        assert_eq!(thread::current_thread_id(), here);
        seen.set(there.unwrap());
    })
    .unwrap();
    assert!(l.alive());
    assert!(!l.run(RunMode::Default));
    assert!(got.get() != 0 && got.get() != here);
    assert_eq!(pool.threads(), 1);
}

#[test]
fn requests_made_in_after_callbacks() {
    fn next(l: &Loop, left: u32, done: Rc<Cell<bool>>) {
        if left == 0 {
            return done.set(true);
        }
        l.queue_work(RequestKind::Work, WorkLane::Fast, || (), move |l, _| next(l, left - 1, done)).unwrap();
    }
    let (l, _) = with_pool(2);
    let done = Rc::new(Cell::new(false));
    next(&l, 200, done.clone());
    l.run(RunMode::Default);
    assert!(done.get());
}

#[test]
fn cancel_what_has_not_begun() {
    let (l, _) = with_pool(1);
    let (release, wait) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel::<()>();
    let log: Log<(&'static str, Option<WorkError>)> = Rc::default();
    let seen = log.clone();
    let running = l
        .queue_work(
            RequestKind::Work,
            WorkLane::Fast,
            move || {
                began.send(()).unwrap();
                wait.recv().unwrap();
            },
            move |_, result| seen.borrow_mut().push(("running", result.err())),
        )
        .unwrap();
    let seen = log.clone();
    let queued = l
        .queue_work(
            RequestKind::Work,
            WorkLane::Fast,
            || panic!("cancelled"),
            move |_, result: Result<(), _>| seen.borrow_mut().push(("queued", result.err())),
        )
        .unwrap();
    begun.recv().unwrap();
    assert!(!running.cancel(), "too late");
    assert!(queued.cancel());
    assert!(!queued.cancel(), "once");
    assert!(log.borrow().is_empty(), "never at once");
    release.send(()).unwrap();
    l.run(RunMode::Default);
    let mut log = log.borrow().clone();
    log.sort_by_key(|entry| entry.0);
    assert_eq!(log, [("queued", Some(WorkError::Cancelled)), ("running", None)]);
    assert!(!running.cancel() && !queued.cancel());
}

#[test]
fn a_panic_is_a_result() {
    let (l, pool) = with_pool(1);
    let got = Rc::new(Cell::new(None));
    let seen = got.clone();
    l.queue_work(
        RequestKind::Work,
        WorkLane::Fast,
        || panic!("expected in this test"),
        move |_, result: Result<(), _>| {
            seen.set(result.err());
        },
    )
    .unwrap();
    l.run(RunMode::Default);
    assert_eq!(got.get(), Some(WorkError::Panicked));
    let seen = got.clone();
    l.queue_work(RequestKind::Work, WorkLane::Fast, || (), move |_, result| seen.set(result.err())).unwrap();
    l.run(RunMode::Default);
    assert_eq!((got.get(), pool.threads()), (None, 1));
}

#[test]
fn slow_work_leaves_threads_for_fast_work() {
    let (l, _) = with_pool(2);
    let (release, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    for _ in 0..4 {
        let wait = wait.clone();
        l.queue_work(RequestKind::GetAddrInfo, WorkLane::Slow, move || wait.lock().unwrap().recv().unwrap(), |_, _| ()).unwrap();
    }
    // Would never run if the slow ones had both threads.
    l.queue_work(
        RequestKind::Fs,
        WorkLane::Fast,
        || (),
        move |_, _| {
            for _ in 0..4 {
                release.send(()).unwrap();
            }
        },
    )
    .unwrap();
    assert!(!l.run(RunMode::Default));
}

#[test]
fn one_pool_serves_many_loops_and_is_joined() {
    let pool = ThreadPool::new(3);
    let loops: Vec<_> = (0..20).map(|_| Loop::new(LoopOptions { pool: Some(pool.clone()) }).unwrap()).collect();
    let count = Rc::new(Cell::new(0));
    for l in &loops {
        for _ in 0..5 {
            let seen = count.clone();
            l.queue_work(
                RequestKind::Work,
                WorkLane::Fast,
                || clock::sleep(Duration::from_micros(50)),
                move |_, _| {
                    seen.set(seen.get() + 1);
                },
            )
            .unwrap();
        }
    }
    for l in &loops {
        l.run(RunMode::Default);
    }
    assert_eq!(count.get(), 100);
    assert!(pool.threads() <= 3);
    pool.shut_down();
    assert_eq!(pool.threads(), 0);
    assert!(loops[0].queue_work(RequestKind::Work, WorkLane::Fast, || (), |_, _| ()).is_err());
    assert!(!loops[0].alive());
}

#[test]
fn a_loop_may_go_before_its_work() {
    let (l, pool) = with_pool(1);
    let (release, wait) = mpsc::channel::<()>();
    l.queue_work(RequestKind::Work, WorkLane::Fast, move || wait.recv().unwrap(), |_, _| panic!("no loop")).unwrap();
    drop(l);
    release.send(()).unwrap();
    pool.shut_down();
}
