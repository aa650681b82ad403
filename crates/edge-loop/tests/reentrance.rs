//! Callbacks do anything to any handle at any time: nothing panics, the count of active handles stays right, and the
//! loop ends when everything is closed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use edge_loop::{
    Async, Check, Handle, HandleKind, Idle, Loop, LoopOptions, Prepare, RequestKind, RunMode, Signal, Stream, ThreadPool, Timer, WorkLane,
};
use edge_wasix::Kernel;
use edge_wasix::host_stream::HostStream;

enum Any {
    Async(Async),
    Check(Check),
    Idle(Idle),
    Prepare(Prepare),
    Signal(Signal),
    Stream(Stream, Stream),
    Timer(Timer),
}

struct World {
    l: Loop,
    kernel: Arc<Kernel>,
    handles: RefCell<Vec<Rc<Any>>>,
    seed: Cell<u64>,
    steps: Cell<u32>,
}

impl World {
    fn random(&self, below: u64) -> u64 {
        let next = self.seed.get().wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.seed.set(next);
        (next >> 33) % below
    }

    fn make(self: &Rc<Self>) {
        let l = &self.l;
        let made = match self.random(7) {
            0 => {
                let me = Rc::downgrade(self);
                Any::Async(Async::new(l, move || {
                    if let Some(me) = me.upgrade() {
                        me.act();
                    }
                }))
            }
            1 => Any::Check(Check::new(l)),
            2 => Any::Idle(Idle::new(l)),
            3 => Any::Prepare(Prepare::new(l)),
            4 => Any::Signal(Signal::new(l)),
            5 => {
                let (read, write) = self.kernel.pipe(false).unwrap();
                let open = |fd| {
                    let host = HostStream::of(&self.kernel, fd).unwrap();
                    self.kernel.close(fd).unwrap();
                    Stream::new(l, HandleKind::Pipe, host)
                };
                Any::Stream(open(read), open(write))
            }
            _ => Any::Timer(Timer::new(l)),
        };
        self.handles.borrow_mut().push(Rc::new(made));
    }

    /// Does something to a handle.
    fn act(self: &Rc<Self>) {
        if self.steps.get() == 0 {
            self.l.close_all();
            return;
        }
        self.steps.set(self.steps.get() - 1);
        for _ in 0..self.random(4) {
            if self.random(6) == 0 {
                self.make();
            }
            let count = self.handles.borrow().len() as u64;
            if count == 0 {
                continue;
            }
            let at = self.random(count) as usize;
            let handle = self.handles.borrow()[at].clone();
            let what = self.random(8);
            let me = self.clone();
            let act = move || me.act();
            macro_rules! common {
                ($handle:expr) => {
                    match what {
                        4 => $handle.unref(),
                        5 => $handle.add_ref(),
                        6 if self.random(4) == 0 => $handle.close(act),
                        _ => {}
                    }
                };
            }
            match &*handle {
                Any::Async(handle) if what < 4 => handle.send(),
                Any::Async(handle) => common!(handle),
                Any::Check(handle) if what < 3 => handle.start(act),
                Any::Check(handle) if what == 3 => handle.stop(),
                Any::Check(handle) => common!(handle),
                Any::Idle(handle) if what < 2 => handle.start(act),
                Any::Idle(handle) if what < 4 => handle.stop(),
                Any::Idle(handle) => common!(handle),
                Any::Prepare(handle) if what < 3 => handle.start(act),
                Any::Prepare(handle) if what == 3 => handle.stop(),
                Any::Prepare(handle) => common!(handle),
                Any::Signal(handle) if what < 3 => {
                    let _ = handle.start(28, move |_, _| act());
                }
                Any::Signal(handle) if what == 3 => {
                    handle.stop();
                    // No default action, so harmless when nobody watches.
                    edge_wasix::signal::raise(28).unwrap();
                }
                Any::Signal(handle) => common!(handle),
                Any::Stream(read, write) => match what {
                    0 => {
                        let _ = read.read_start(move |_, _| act());
                    }
                    1 => {
                        let _ = write.write(vec![0; self.random(100_000) as usize], move |_, _| act());
                    }
                    2 => read.read_stop(),
                    3 if self.random(5) == 0 => {
                        let _ = write.shutdown(move |_, _| act());
                    }
                    7 => common!(write),
                    _ => common!(read),
                },
                Any::Timer(handle) => match what {
                    0..3 => handle.start(self.random(3), self.random(2), move |_| act()),
                    3 => handle.stop(),
                    7 => {
                        handle.again();
                    }
                    _ => common!(handle),
                },
            }
        }
        if self.random(10) == 0 {
            let me = self.clone();
            let work = self.l.queue_work(RequestKind::Work, WorkLane::Fast, || (), move |_, _| me.act());
            if self.random(2) == 0 {
                work.unwrap().cancel();
            }
        }
        if self.random(20) == 0 {
            let me = self.clone();
            self.l.defer(move |_| me.act());
        }
        let active = self.l.active_handles().len();
        assert_eq!(active > 0 || !self.l.active_requests().is_empty() || self.l.alive(), self.l.alive());
    }
}

#[test]
fn reentrance() {
    let pool = ThreadPool::new(2);
    for seed in 0..150 {
        let l = Loop::new(LoopOptions { pool: Some(pool.clone()) }).unwrap();
        let world = Rc::new(World {
            l: l.clone(),
            kernel: Kernel::builder().build().unwrap(),
            handles: RefCell::default(),
            seed: Cell::new(seed),
            steps: Cell::new(400),
        });
        for _ in 0..10 {
            world.make();
        }
        for _ in 0..1000 {
            world.act();
            // Not `Once`: what is active may be a stream that nobody will ever write to.
            l.run(RunMode::NoWait);
            if world.steps.get() == 0 {
                break;
            }
        }
        if seed % 5 == 0 {
            l.abandon();
            assert!(!l.alive() && l.handles().is_empty() && l.active_requests().is_empty());
            continue;
        }
        for _ in 0..100 {
            l.close_all();
            if !l.run(RunMode::NoWait) {
                break;
            }
            edge_wasix::clock::sleep(std::time::Duration::from_micros(100));
        }
        assert!(!l.alive(), "seed {seed}: {l:?} {:?}", l.active_requests());
        assert!(l.handles().is_empty() && l.active_handles().is_empty());
    }
}
