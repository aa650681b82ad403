//! fs_event and fs_poll handles.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use edge_loop::{FsEvent, FsPoll, Handle, Loop, LoopOptions, RunMode, Timer};
use edge_wasix::{Errno, Kernel, Policy, WatchKind};

type Log<T> = Rc<RefCell<Vec<T>>>;

fn new_loop() -> Loop {
    Loop::new(LoopOptions::default()).unwrap()
}

#[test]
fn fs_event_reports_names() {
    let kernel = Kernel::builder().policy(Policy::open()).build().unwrap();
    let folder = kernel.mkdtemp(b"/tmp/edge-loop-test-XXXXXX").unwrap();
    let file = [&folder[..], b"/name"].concat();
    let l = new_loop();
    let event = FsEvent::new(&l);
    let log: Log<(WatchKind, Vec<u8>)> = Rc::default();
    let seen = log.clone();
    event
        .start(&kernel, &folder, move |event, change| {
            let (kind, name) = change.unwrap();
            seen.borrow_mut().push((kind, name.to_vec()));
            if seen.borrow().len() == 2 {
                event.close_quietly();
            }
        })
        .unwrap();
    assert_eq!(event.start(&kernel, &folder, |_, _| ()).unwrap_err(), Errno::EINVAL);
    let fd = kernel.open(&file, O_CREAT_WRONLY, 0o600).unwrap();
    kernel.write(fd, b"x", None).unwrap();
    kernel.close(fd).unwrap();
    assert!(!l.run(RunMode::Default));
    assert_eq!(*log.borrow(), [(WatchKind::Rename, b"name".to_vec()), (WatchKind::Change, b"name".to_vec())]);
    kernel.unlink(&file).unwrap();
    kernel.rmdir(&folder).unwrap();
    let missing = FsEvent::new(&l);
    assert_eq!(missing.start(&kernel, &folder, |_, _| ()).unwrap_err(), Errno::ENOENT);
    assert!(!missing.is_active());
}

const O_CREAT_WRONLY: i32 = 0o100 | 1;

#[test]
fn fs_poll_reports_changes_only() {
    let l = new_loop();
    // 0, 0, then an error twice, then 7, 7, …
    let asked = Arc::new(AtomicU32::new(0));
    let stat = move || match asked.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Ok(0),
        2 | 3 => Err(Errno::ENOENT),
        _ => Ok(7),
    };
    let poll = FsPoll::new(&l);
    let log: Log<(Result<u32, Errno>, Option<u32>)> = Rc::default();
    let seen = log.clone();
    poll.start(1, stat, move |poll, now, before| {
        seen.borrow_mut().push((now.copied(), before.copied()));
        if now.is_ok() {
            poll.close_quietly();
        }
    })
    .unwrap();
    assert!(poll.is_active() && l.alive());
    assert!(!l.run(RunMode::Default));
    assert_eq!(*log.borrow(), [(Err(Errno::ENOENT), Some(0)), (Ok(7), Some(0))]);
}

#[test]
fn fs_poll_unreferenced_or_stopped() {
    let l = new_loop();
    let poll = FsPoll::new(&l);
    let token = Rc::new(Cell::new(0));
    let held = token.clone();
    poll.start(1, || Ok(1), move |_, _, _| held.set(held.get() + 1)).unwrap();
    poll.unref();
    assert!(!l.run(RunMode::Default), "ends with the first answer");
    poll.stop();
    let timer = Timer::new(&l);
    timer.start(5, 0, |_| ());
    l.run(RunMode::Default);
    assert_eq!(token.get(), 0);
}
