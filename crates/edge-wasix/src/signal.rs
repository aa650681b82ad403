//! Signals of the process, delivered to any number of receivers (event loops) on any threads.
//!
//! The process may belong to someone else (Python). So a handler of ours is installed only while a receiver watches
//! that signal, and what was there before is put back when the last one stops, unless somebody replaced ours
//! meanwhile. The handler counts the signal in each watching receiver and wakes its [`Waker`]; nothing else, for it
//! may interrupt any code on any thread.
//!
//! # How the handler may read what other threads change
//!
//! Receivers' slots form a list that only grows: slots are never freed, only used again, so the handler walks it
//! without a lock. A slot names its waker's descriptor by number; before that descriptor may be closed, the slot
//! forgets it and waits until no handler is running (`IN_HANDLER`), so a number is never used after it was closed.

use std::ffi::c_int;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::kernel::tty_restore;
use crate::waker::Waker;

/// Linux has signals 1 to 64.
const SIGNALS: usize = 65;

struct Slot {
    next: *const Slot,
    in_use: AtomicBool,
    /// The waker's descriptor, or -1.
    fd: AtomicI32,
    /// Bit `n - 1`: signal `n` is watched.
    watched: AtomicU64,
    counts: [AtomicU32; SIGNALS],
}

// SAFETY: `next` is written before the slot is published and never again, and points to a slot that is never freed;
// everything else is atomic.
unsafe impl Sync for Slot {}

static SLOTS: AtomicPtr<Slot> = AtomicPtr::new(ptr::null_mut());
static IN_HANDLER: AtomicUsize = AtomicUsize::new(0);

/// One signal's handler: how many receivers watch it, and what was installed before.
#[derive(Clone, Copy)]
struct Installed {
    receivers: usize,
    previous: libc::sigaction,
}

static INSTALLED: Mutex<[Option<Installed>; SIGNALS]> = Mutex::new([None; SIGNALS]);

fn installed() -> MutexGuard<'static, [Option<Installed>; SIGNALS]> {
    INSTALLED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn slots() -> impl Iterator<Item = &'static Slot> {
    let mut at = SLOTS.load(Ordering::SeqCst).cast_const();
    std::iter::from_fn(move || {
        // SAFETY: published slots are leaked boxes, fully written before they were published.
        let slot = unsafe { at.as_ref() }?;
        at = slot.next;
        Some(slot)
    })
}

/// Async-signal-safe: atomics, and `write` on a descriptor that stays open (see the module's documentation).
extern "C" fn on_signal(signum: c_int) {
    // SAFETY: errno is thread-local; the interrupted code must find it as it left it.
    let errno = unsafe { *libc::__errno_location() };
    IN_HANDLER.fetch_add(1, Ordering::SeqCst);
    let bit = 1u64 << (signum - 1);
    for slot in slots() {
        if slot.watched.load(Ordering::SeqCst) & bit != 0 {
            slot.counts[signum as usize].fetch_add(1, Ordering::SeqCst);
            let fd = slot.fd.load(Ordering::SeqCst);
            if fd >= 0 {
                let one = 1u64;
                // SAFETY: `fd` is an open eventfd while IN_HANDLER is held; it takes 8 bytes.
                unsafe { libc::write(fd, ptr::from_ref(&one).cast(), 8) };
            }
        }
    }
    IN_HANDLER.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Asks what is installed for `signum`, after installing `new` if given.
fn sigaction(signum: c_int, new: Option<&libc::sigaction>) -> io::Result<libc::sigaction> {
    // SAFETY: sigaction is plain data for which all zeros is a value.
    let mut old: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are null or valid for the call; our handler is async-signal-safe.
    let result = unsafe { libc::sigaction(signum, new.map_or(ptr::null(), ptr::from_ref), &mut old) };
    if result == 0 { Ok(old) } else { Err(io::Error::last_os_error()) }
}

/// The name of a signal (`SIGTERM`), as Node gives it; `None` for real-time signals and what is none.
pub fn name(signum: c_int) -> Option<&'static str> {
    const NAMES: [&str; 31] = [
        "SIGHUP",
        "SIGINT",
        "SIGQUIT",
        "SIGILL",
        "SIGTRAP",
        "SIGABRT",
        "SIGBUS",
        "SIGFPE",
        "SIGKILL",
        "SIGUSR1",
        "SIGSEGV",
        "SIGUSR2",
        "SIGPIPE",
        "SIGALRM",
        "SIGTERM",
        "SIGSTKFLT",
        "SIGCHLD",
        "SIGCONT",
        "SIGSTOP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGVTALRM",
        "SIGPROF",
        "SIGWINCH",
        "SIGIO",
        "SIGPWR",
        "SIGSYS",
    ];
    usize::try_from(signum).ok()?.checked_sub(1).and_then(|index| NAMES.get(index)).copied()
}

/// Gives every signal its default action again, whatever the process that started this one had set: Node does the same at its start, so
/// that a program ends on Ctrl-C also when a shell started it in the background. `SIGPIPE` becomes ignored: a write tells; `SIGINT` and `SIGTERM`
/// put the terminal back before they end the process. For an executable that owns its process, before anything else is installed.
pub fn reset_dispositions() {
    for signum in 1..SIGNALS as c_int {
        if matches!(signum, libc::SIGKILL | libc::SIGSTOP) {
            continue;
        }
        // SAFETY: sigaction is plain data for which all zeros is a value.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = match signum {
            libc::SIGPIPE => libc::SIG_IGN,
            libc::SIGINT | libc::SIGTERM => {
                action.sa_flags = libc::SA_RESETHAND;
                let handler: extern "C" fn(c_int) = tty_restore::restore_and_end;
                handler as libc::sighandler_t
            }
            _ => libc::SIG_DFL,
        };
        // Signals 32 and 33 belong to the C library and are refused.
        let _ = sigaction(signum, Some(&action));
    }
}

/// What an event loop receives signals through. Dropping it ends all its watches.
#[derive(Debug)]
pub struct SignalReceiver {
    slot: &'static Slot,
    /// Keeps the descriptor open that the slot names.
    _waker: Waker,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "watched {:#x}", self.watched.load(Ordering::Relaxed))
    }
}

impl SignalReceiver {
    /// Makes a receiver that watches nothing and wakes `waker`.
    pub fn new(waker: &Waker) -> SignalReceiver {
        // The lock orders makers among themselves; the handler does not need it.
        let guard = installed();
        let free = slots().find(|slot| !slot.in_use.load(Ordering::SeqCst));
        let slot = free.unwrap_or_else(|| {
            let slot: &'static Slot = Box::leak(Box::new(Slot {
                next: SLOTS.load(Ordering::SeqCst),
                in_use: AtomicBool::new(true),
                fd: AtomicI32::new(-1),
                watched: AtomicU64::new(0),
                counts: [const { AtomicU32::new(0) }; SIGNALS],
            }));
            SLOTS.store(ptr::from_ref(slot).cast_mut(), Ordering::SeqCst);
            slot
        });
        slot.in_use.store(true, Ordering::SeqCst);
        for count in &slot.counts {
            count.store(0, Ordering::SeqCst);
        }
        slot.fd.store(waker.number(), Ordering::SeqCst);
        drop(guard);
        SignalReceiver { slot, _waker: waker.clone() }
    }

    /// Starts to receive signal `signum` (nothing if it does already).
    ///
    /// # Errors
    /// `EINVAL` for numbers that are no signal, for SIGKILL and SIGSTOP, and for SIGSEGV, SIGBUS, SIGILL and SIGFPE:
    /// those are the engine's traps.
    pub fn watch(&self, signum: i32) -> io::Result<()> {
        let invalid = || io::Error::from_raw_os_error(libc::EINVAL);
        let index = usize::try_from(signum).ok().filter(|n| (1..SIGNALS).contains(n)).ok_or_else(invalid)?;
        if matches!(signum, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE) {
            return Err(invalid());
        }
        let bit = 1u64 << (index - 1);
        let mut installed = installed();
        if self.slot.watched.load(Ordering::SeqCst) & bit != 0 {
            return Ok(());
        }
        match &mut installed[index] {
            Some(entry) => entry.receivers += 1,
            none => {
                // SAFETY: as in `sigaction`.
                let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
                action.sa_sigaction = on_signal as extern "C" fn(c_int) as usize;
                // On the alternate stack if the thread has one: the engine's threads may be near their stack's end.
                action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
                // SAFETY: fills a set that we own.
                unsafe { libc::sigfillset(&mut action.sa_mask) };
                let previous = sigaction(signum, Some(&action))?;
                *none = Some(Installed { receivers: 1, previous });
            }
        }
        self.slot.counts[index].store(0, Ordering::SeqCst);
        self.slot.watched.fetch_or(bit, Ordering::SeqCst);
        Ok(())
    }

    /// Stops receiving `signum`. The last receiver to stop puts the previous handler back.
    pub fn unwatch(&self, signum: i32) {
        let Some(index) = usize::try_from(signum).ok().filter(|n| (1..SIGNALS).contains(n)) else {
            return;
        };
        let bit = 1u64 << (index - 1);
        let mut installed = installed();
        if self.slot.watched.fetch_and(!bit, Ordering::SeqCst) & bit == 0 {
            return;
        }
        let Some(entry) = &mut installed[index] else {
            return;
        };
        entry.receivers -= 1;
        if entry.receivers == 0 {
            let previous = entry.previous;
            let ours = sigaction(signum, None).is_ok_and(|now| now.sa_sigaction == on_signal as extern "C" fn(c_int) as usize);
            if ours {
                // It was installed before, so it can be again.
                let _ = sigaction(signum, Some(&previous));
            }
            installed[index] = None;
        }
    }

    /// Takes what arrived since the last call: pairs of signal number and how often, by number.
    pub fn take(&self) -> Vec<(i32, u32)> {
        let mut taken = Vec::new();
        for (signum, count) in self.slot.counts.iter().enumerate() {
            // The load keeps the usual case free of writes.
            if count.load(Ordering::SeqCst) != 0 {
                taken.push((signum as i32, count.swap(0, Ordering::SeqCst)));
            }
        }
        taken
    }
}

impl Drop for SignalReceiver {
    fn drop(&mut self) {
        for signum in 1..SIGNALS as i32 {
            self.unwatch(signum);
        }
        self.slot.fd.store(-1, Ordering::SeqCst);
        // A handler on this very thread has ended before we go on; one on another thread takes microseconds.
        while IN_HANDLER.load(Ordering::SeqCst) != 0 {
            std::hint::spin_loop();
        }
        self.slot.in_use.store(false, Ordering::SeqCst);
    }
}

/// Sends `signum` to the calling thread (C's `raise`), so that it has arrived when the call returns: what `process.kill(process.pid)` does.
///
/// # Errors
/// `EINVAL` when `signum` is no signal.
pub fn raise(signum: i32) -> io::Result<()> {
    // SAFETY: raise takes a plain number; what the signal does is the caller's wish.
    let result = unsafe { libc::raise(signum) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
