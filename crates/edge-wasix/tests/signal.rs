//! The process's own handling of a signal comes back after the last watch, unless somebody changed it meanwhile.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU32, Ordering};

use edge_wasix::signal::{SignalReceiver, raise};
use edge_wasix::waker::Waker;

static CALLS: AtomicU32 = AtomicU32::new(0);

extern "C" fn owner(_: c_int) {
    CALLS.fetch_add(1, Ordering::SeqCst);
}

fn install() -> usize {
    let handler = owner as extern "C" fn(c_int) as usize;
    // SAFETY: the handler only counts.
    unsafe { libc::signal(libc::SIGUSR1, handler) };
    handler
}

fn installed() -> usize {
    // SAFETY: only asks; all zeros is a valid sigaction.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGUSR1, std::ptr::null(), &mut action);
        action.sa_sigaction
    }
}

#[test]
fn the_previous_handler_comes_back() {
    let theirs = install();
    let waker = Waker::new().unwrap();
    let (a, b) = (SignalReceiver::new(&waker), SignalReceiver::new(&waker));
    a.watch(libc::SIGUSR1).unwrap();
    a.watch(libc::SIGUSR1).unwrap();
    b.watch(libc::SIGUSR1).unwrap();
    assert_ne!(installed(), theirs);
    raise(libc::SIGUSR1).unwrap();
    assert_eq!(CALLS.load(Ordering::SeqCst), 0);
    assert_eq!(a.take(), [(libc::SIGUSR1, 1)]);
    assert_eq!(a.take(), []);
    assert!(waker.drain() && !waker.drain());
    a.unwatch(libc::SIGUSR1);
    assert_ne!(installed(), theirs, "b watches still");
    raise(libc::SIGUSR1).unwrap();
    drop(b);
    assert_eq!(installed(), theirs);
    assert_eq!(a.take(), []);
    raise(libc::SIGUSR1).unwrap();
    assert_eq!(CALLS.load(Ordering::SeqCst), 1);

    a.watch(libc::SIGUSR1).unwrap();
    // SAFETY: ignoring a signal is harmless.
    unsafe { libc::signal(libc::SIGUSR1, libc::SIG_IGN) };
    drop(a);
    assert_eq!(installed(), libc::SIG_IGN, "someone else's change is kept");
}
