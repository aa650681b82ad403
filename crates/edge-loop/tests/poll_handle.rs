//! Poll handles: level-triggered readiness, change of interest, hang-up, what cannot be polled.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_loop::{Handle, Loop, LoopOptions, Poll, RunMode};
use edge_wasix::poll::{HostFd, Readiness};
use edge_wasix::{Errno, Fd, Kernel};

fn host_fd(kernel: &Kernel, fd: Fd) -> HostFd {
    HostFd::share(kernel.file(fd).unwrap().host_fd().unwrap()).unwrap()
}

#[test]
fn level_triggered_until_stopped() {
    let kernel = Kernel::builder().build().unwrap();
    let l = Loop::new(LoopOptions::default()).unwrap();
    let (read, write) = kernel.pipe(true).unwrap();
    let poll = Poll::new(&l, host_fd(&kernel, read));
    let log: Rc<RefCell<Vec<Readiness>>> = Rc::default();
    let seen = log.clone();
    poll.start(Readiness::READABLE, move |poll, readiness| {
        seen.borrow_mut().push(readiness.unwrap());
        if seen.borrow().len() == 3 {
            poll.stop();
        }
    })
    .unwrap();
    l.run(RunMode::NoWait);
    assert!(log.borrow().is_empty());
    kernel.write(write, b"x", None).unwrap();
    assert!(!l.run(RunMode::Default));
    assert_eq!(*log.borrow(), [Readiness::READABLE; 3]);
    let ended = Rc::new(Cell::new(false));
    let seen = ended.clone();
    kernel.read(read, &mut [0; 8], None).unwrap();
    poll.start(Readiness::READABLE | Readiness::DISCONNECT, move |poll, readiness| {
        assert!(readiness.unwrap().contains(Readiness::READABLE));
        seen.set(true);
        poll.close_quietly();
    })
    .unwrap();
    kernel.close(write).unwrap();
    assert!(!l.run(RunMode::Default));
    assert!(ended.get());
    assert_eq!(poll.start(Readiness::READABLE, |_, _| ()).unwrap_err(), Errno::EBADF);
}

#[test]
fn stop_and_start_in_one_turn() {
    let kernel = Kernel::builder().build().unwrap();
    let l = Loop::new(LoopOptions::default()).unwrap();
    let (_read, write) = kernel.pipe(true).unwrap();
    let poll = Poll::new(&l, host_fd(&kernel, write));
    let count = Rc::new(Cell::new(0));
    for _ in 0..10 {
        let seen = count.clone();
        poll.start(Readiness::WRITABLE, move |_, _| seen.set(seen.get() + 1)).unwrap();
        poll.stop();
        l.run(RunMode::NoWait);
    }
    assert_eq!(count.get(), 0);
    let seen = count.clone();
    poll.start(Readiness::WRITABLE, move |_, _| seen.set(seen.get() + 1)).unwrap();
    poll.stop();
    poll.start(Readiness::WRITABLE, |_, _| ()).unwrap();
    let seen = count.clone();
    poll.start(Readiness::WRITABLE, move |_, _| seen.set(seen.get() + 1)).unwrap();
    l.run(RunMode::NoWait);
    assert_eq!(count.get(), 1);
}

#[test]
fn no_reader_is_an_error() {
    let kernel = Kernel::builder().build().unwrap();
    let l = Loop::new(LoopOptions::default()).unwrap();
    let (read, write) = kernel.pipe(true).unwrap();
    let poll = Poll::new(&l, host_fd(&kernel, write));
    let got = Rc::new(Cell::new(None));
    let seen = got.clone();
    poll.start(Readiness::WRITABLE, move |_, readiness| seen.set(Some(readiness))).unwrap();
    kernel.close(read).unwrap();
    assert!(!l.run(RunMode::Default));
    assert_eq!(got.get(), Some(Err(Errno::EBADF)));
}
