//! Streams over pipes: reading, the end, writing, back-pressure, shutdown, closing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use edge_loop::{Handle, HandleKind, Loop, LoopOptions, ReadEvent, RequestKind, RunMode, Stream, Timer};
use edge_wasix::host_stream::HostStream;
use edge_wasix::poll::AsFd;
use edge_wasix::thread::{ThreadSpec, spawn};
use edge_wasix::{Errno, Kernel};

/// A loop and the two ends of a pipe, which is open nowhere else.
fn pipe() -> (Loop, Stream, Stream) {
    let kernel = Kernel::builder().build().unwrap();
    let l = Loop::new(LoopOptions::default()).unwrap();
    let (read, write) = kernel.pipe(false).unwrap();
    let open = |fd| {
        let host = HostStream::of(&kernel, fd).unwrap();
        kernel.close(fd).unwrap();
        Stream::new(&l, HandleKind::Pipe, host)
    };
    let (read, write) = (open(read), open(write));
    (l, read, write)
}

#[derive(Debug, PartialEq, Clone)]
enum Seen {
    Data(Vec<u8>),
    End,
    Error(Errno),
}

fn log_reads(stream: &Stream) -> Rc<RefCell<Vec<Seen>>> {
    let log: Rc<RefCell<Vec<Seen>>> = Rc::default();
    let seen = log.clone();
    stream
        .read_start(move |_, event| {
            seen.borrow_mut().push(match event {
                ReadEvent::Data(bytes) => Seen::Data(bytes.to_vec()),
                ReadEvent::End => Seen::End,
                ReadEvent::Error(error) => Seen::Error(error),
            });
        })
        .unwrap();
    log
}

#[test]
fn data_then_the_end() {
    let (l, read, write) = pipe();
    let log = log_reads(&read);
    assert!(read.is_active() && !write.is_active());
    assert_eq!(write.try_write(&[b"he", b"", b"llo"]).unwrap(), 5);
    l.run(RunMode::Once);
    assert_eq!(*log.borrow(), [Seen::Data(b"hello".to_vec())]);
    write.close_quietly();
    assert!(!l.run(RunMode::Default), "the end stops the reading");
    assert_eq!(log.borrow()[1..], [Seen::End]);
    assert!(!read.is_readable() && !read.is_active());
    assert_eq!((read.bytes_read(), write.bytes_written()), (5, 5));
}

#[test]
fn stop_and_restart() {
    let (l, read, write) = pipe();
    let log = log_reads(&read);
    read.read_stop();
    write.try_write(&[b"later"]).unwrap();
    assert!(!l.run(RunMode::Default), "nothing reads");
    assert!(log.borrow().is_empty());
    read.read_restart().unwrap();
    l.run(RunMode::Once);
    assert_eq!(*log.borrow(), [Seen::Data(b"later".to_vec())]);
}

#[test]
fn one_megabyte_with_back_pressure() {
    let (l, read, write) = pipe();
    let data: Vec<u8> = (0..1u32 << 18).flat_map(u32::to_le_bytes).collect();
    let (got, done) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(false)));
    let (seen, finished, writer) = (got.clone(), done.clone(), write.clone());
    let id = write
        .write(data.clone(), move |_, result| {
            result.unwrap();
            assert_eq!(writer.write_queue_size(), 0);
            finished.set(true);
            writer.close_quietly();
        })
        .unwrap();
    assert!(write.write_queue_size() > 0 && write.bytes_written() > 0);
    assert_eq!(write.try_write(&[b"x"]), Err(Errno::EAGAIN));
    assert!(!done.get());
    let requests = l.active_requests();
    assert_eq!((requests[0].id, requests[0].kind), (id, RequestKind::Write));
    read.read_start(move |_, event| {
        if let ReadEvent::Data(bytes) = event {
            seen.borrow_mut().extend_from_slice(bytes);
        }
    })
    .unwrap();
    assert!(!l.run(RunMode::Default));
    assert!(done.get());
    assert_eq!(*got.borrow(), data);
}

#[test]
fn writes_are_reported_in_order_and_never_at_once() {
    let (l, _read, write) = pipe();
    let log: Rc<RefCell<Vec<u32>>> = Rc::default();
    for n in 0..5 {
        let log = log.clone();
        write
            .write(vec![b'x'; 10], move |_, result| {
                result.unwrap();
                log.borrow_mut().push(n);
            })
            .unwrap();
    }
    let last = log.clone();
    write
        .shutdown(move |_, result| {
            assert_eq!(result, Err(Errno::ENOTSOCK), "as libuv does for pipes");
            last.borrow_mut().push(99);
        })
        .unwrap();
    assert!(!write.is_writable());
    assert_eq!(write.write(vec![1], |_, _| ()), Err(Errno::EPIPE));
    assert_eq!(write.shutdown(|_, _| ()), Err(Errno::ENOTCONN));
    assert!(log.borrow().is_empty());
    assert!(!l.run(RunMode::Default));
    assert_eq!(*log.borrow(), [0, 1, 2, 3, 4, 99]);
}

#[test]
fn closing_cancels_what_waits() {
    let (l, _read, write) = pipe();
    let log: Rc<RefCell<Vec<&'static str>>> = Rc::default();
    let (first, second, third) = (log.clone(), log.clone(), log.clone());
    write
        .write(vec![0; 1 << 20], move |_, result| {
            assert_eq!(result, Err(Errno::ECANCELED));
            first.borrow_mut().push("write");
        })
        .unwrap();
    write
        .shutdown(move |_, result| {
            assert_eq!(result, Err(Errno::ECANCELED));
            second.borrow_mut().push("shutdown");
        })
        .unwrap();
    write.close(move || third.borrow_mut().push("close"));
    assert_eq!(write.try_write(&[b"x"]), Err(Errno::EBADF));
    assert!(!l.run(RunMode::Default));
    assert_eq!(*log.borrow(), ["write", "shutdown", "close"]);
    assert!(l.active_requests().is_empty());
}

#[test]
fn no_reader_is_epipe() {
    let (l, read, write) = pipe();
    read.close_quietly();
    l.run(RunMode::Default);
    assert_eq!(write.try_write(&[b"x"]), Err(Errno::EPIPE));
    let got = Rc::new(Cell::new(None));
    let seen = got.clone();
    write.write(vec![1], move |_, result| seen.set(Some(result))).unwrap();
    assert!(!l.run(RunMode::Default));
    assert_eq!(got.get(), Some(Err(Errno::EPIPE)));
}

#[test]
fn close_from_the_read_callback() {
    let (l, read, write) = pipe();
    write.try_write(&[&vec![7u8; 60_000]]).unwrap();
    let calls = Rc::new(Cell::new(0));
    let seen = calls.clone();
    read.read_start(move |stream, _| {
        seen.set(seen.get() + 1);
        stream.close_quietly();
    })
    .unwrap();
    assert!(!l.run(RunMode::Default));
    assert_eq!(calls.get(), 1);
}

#[test]
fn a_blocking_stream_writes_everything_at_once() {
    let (_l, read, write) = pipe();
    write.set_blocking(true);
    let other = read.with_host(|host| host.fd().clone()).unwrap();
    let reader = spawn(ThreadSpec { name: "reader".to_owned(), stack_size: 1 << 20 }, move || {
        let l = Loop::new(LoopOptions::default()).unwrap();
        let total = Rc::new(Cell::new(0));
        let stream = Stream::new(&l, HandleKind::Pipe, HostStream::open(AsFd::as_fd(&other)).unwrap());
        let seen = total.clone();
        stream
            .read_start(move |stream, event| {
                if let ReadEvent::Data(bytes) = event {
                    seen.set(seen.get() + bytes.len());
                }
                if seen.get() == 1 << 20 {
                    stream.close_quietly();
                }
            })
            .unwrap();
        l.run(RunMode::Default);
        total.get()
    })
    .unwrap();
    assert_eq!(write.try_write(&[&vec![1u8; 1 << 19], &vec![2u8; 1 << 19]]).unwrap(), 1 << 20);
    assert_eq!(reader.join(), Some(1 << 20));
}

#[test]
fn the_wrong_direction_is_refused() {
    let (_l, read, write) = pipe();
    assert_eq!(write.read_start(|_, _| ()), Err(Errno::ENOTCONN));
    assert_eq!(read.write(vec![1], |_, _| ()), Err(Errno::EPIPE));
    assert!(!read.is_writable() && !write.is_readable());
}

#[test]
fn an_unreferenced_reader_lets_the_loop_end() {
    let (l, read, _write) = pipe();
    let log = log_reads(&read);
    read.unref();
    Timer::new(&l).start(2, 0, |timer| timer.close_quietly());
    assert!(!l.run(RunMode::Default));
    assert!(log.borrow().is_empty());
}
