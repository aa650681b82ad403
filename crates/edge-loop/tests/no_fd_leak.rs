//! Loops, streams, watches and pools leave no descriptor and no thread behind. Alone in its file: it counts the
//! process's.

use edge_loop::{FsEvent, Handle, HandleKind, Loop, LoopOptions, RequestKind, RunMode, Signal, Stream, ThreadPool, WorkLane};
use edge_wasix::host_stream::HostStream;
use edge_wasix::{Kernel, Policy};

fn entries(kernel: &Kernel, folder: &[u8]) -> usize {
    kernel.readdir(folder).unwrap().len()
}

#[test]
fn no_fd_leak() {
    let host = Kernel::builder().policy(Policy::open()).build().unwrap();
    let round = |close: bool| {
        let pool = ThreadPool::new(2);
        let l = Loop::new(LoopOptions { pool: Some(pool.clone()) }).unwrap();
        let kernel = Kernel::builder().policy(Policy::open()).build().unwrap();
        let (read, write) = kernel.pipe(false).unwrap();
        let (signal, watch) = (Signal::new(&l), FsEvent::new(&l));
        signal.start(10, |_, _| ()).unwrap();
        watch.start(&kernel, b"/tmp", |_, _| ()).unwrap();
        for fd in [read, write] {
            Stream::new(&l, HandleKind::Pipe, HostStream::of(&kernel, fd).unwrap());
        }
        for _ in 0..4 {
            l.queue_work(RequestKind::Work, WorkLane::Fast, || (), |_, _| ()).unwrap();
        }
        if close {
            l.close_all();
            assert!(!l.run(RunMode::Default));
        }
        pool.shut_down();
    };
    round(true);
    let (fds, threads) = (entries(&host, b"/proc/self/fd"), entries(&host, b"/proc/self/task"));
    for n in 0..50 {
        round(n % 2 == 0);
    }
    assert_eq!(entries(&host, b"/proc/self/fd"), fds);
    assert_eq!(entries(&host, b"/proc/self/task"), threads);
    assert!(Signal::new(&Loop::new(LoopOptions::default()).unwrap()).has_ref());
}
