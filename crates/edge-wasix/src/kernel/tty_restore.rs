//! A terminal in raw mode is put back when SIGINT or SIGTERM ends the process, as in Node.
//!
//! What the handler reads is written once and never freed; all that it calls is async-signal-safe.

use std::ffi::c_int;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

struct Saved {
    /// Stays open as long as the process lives.
    fd: c_int,
    termios: libc::termios,
}

static SAVED: AtomicPtr<Saved> = AtomicPtr::new(ptr::null_mut());

/// Remembers how the terminal behind `tty` is set. `tty` must never be closed.
pub(super) fn remember(tty: &OwnedFd) {
    let fd = tty.as_raw_fd();
    // SAFETY: termios is plain data for which all zeros is a value.
    let mut termios: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: `fd` is open and `termios` valid for the call.
    if unsafe { libc::tcgetattr(fd, &mut termios) } == 0 {
        SAVED.store(Box::leak(Box::new(Saved { fd, termios })), Ordering::SeqCst);
    }
}

/// The handler of a signal that ends the process: installed with `SA_RESETHAND`, so that the signal it raises has its default action.
pub(crate) extern "C" fn restore_and_end(signum: c_int) {
    // SAFETY: what is stored is a leaked box, fully written before it was stored.
    if let Some(saved) = unsafe { SAVED.load(Ordering::SeqCst).as_ref() } {
        // SAFETY: the descriptor is open, the settings are valid; the call is async-signal-safe.
        unsafe { libc::tcsetattr(saved.fd, libc::TCSANOW, &saved.termios) };
    }
    // SAFETY: async-signal-safe; the signal waits until this handler has returned.
    unsafe { libc::raise(signum) };
}
