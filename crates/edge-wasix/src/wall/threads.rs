//! Landlock for threads that run already. The system call restricts the calling thread and its future children only, so the others are
//! interrupted by a signal whose handler makes the call.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{Dir, Mode, OFlags};

/// The ruleset's descriptor while threads are being restricted.
static RULES: AtomicI32 = AtomicI32::new(-1);
static ENTERED: AtomicUsize = AtomicUsize::new(0);
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// How long a thread may take to answer: it may be in a system call that cannot be interrupted.
const PATIENCE: Duration = Duration::from_secs(2);

/// Restricts the calling thread; touches errno and nothing else.
fn enter(rules: i32) -> bool {
    // SAFETY: both calls take numbers and touch no memory.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && libc::syscall(libc::SYS_landlock_restrict_self, rules, 0) == 0 }
}

extern "C" fn on_signal(_: libc::c_int) {
    // SAFETY: the address of this thread's errno, which the interrupted code may be about to read.
    let errno = unsafe { &mut *libc::__errno_location() };
    let before = *errno;
    if !enter(RULES.load(Ordering::SeqCst)) {
        REFUSED.fetch_add(1, Ordering::SeqCst);
    }
    ENTERED.fetch_add(1, Ordering::SeqCst);
    *errno = before;
}

/// Puts all threads of the process behind a ruleset.
///
/// # Errors
/// Why not all of them are, for a person. Those that are stay there.
pub fn restrict_all(rules: BorrowedFd<'_>) -> Result<(), String> {
    // Opened while this thread still may, read once it is inside.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let listing = rustix::fs::open(c"/proc/self/task", flags, Mode::empty()).and_then(Dir::new);
    if !enter(rules.as_raw_fd()) {
        return Err(std::io::Error::last_os_error().to_string());
    }
    let others = others(listing.map_err(|error| format!("/proc/self/task: {error}"))?);
    if others.is_empty() {
        return Ok(());
    }
    // One of the signals that no program of ours is sent.
    let signal = libc::SIGRTMAX() - 5;
    RULES.store(rules.as_raw_fd(), Ordering::SeqCst);
    ENTERED.store(0, Ordering::SeqCst);
    REFUSED.store(0, Ordering::SeqCst);
    // SAFETY: all zero is a valid `sigaction`; the handler is async-signal-safe: two system calls and atomics.
    let previous = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut previous: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        if libc::sigaction(signal, &raw const action, &raw mut previous) != 0 {
            return Err(std::io::Error::last_os_error().to_string());
        }
        previous
    };
    let mut sent = 0;
    for thread in others {
        // SAFETY: takes numbers. A thread that has ended meanwhile is an error that does not matter.
        if unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, signal) } == 0 {
            sent += 1;
        }
    }
    let start = Instant::now();
    while ENTERED.load(Ordering::SeqCst) < sent && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_micros(20));
    }
    let missing = sent.saturating_sub(ENTERED.load(Ordering::SeqCst)) + REFUSED.load(Ordering::SeqCst);
    if missing > 0 {
        // The handler stays: a late signal must not end the process.
        return Err(format!("{missing} of {} threads did not enter it", sent + 1));
    }
    // SAFETY: puts back what was there before.
    unsafe { libc::sigaction(signal, &raw const previous, std::ptr::null_mut()) };
    RULES.store(-1, Ordering::SeqCst);
    Ok(())
}

/// The process's other threads.
fn others(listing: Dir) -> Vec<i32> {
    // SAFETY: answers a number.
    let own = unsafe { libc::gettid() };
    let ids = listing.flatten().filter_map(|entry| entry.file_name().to_str().ok()?.parse().ok());
    ids.filter(|&id: &i32| id != own).collect()
}

/// Whether threads of one process may signal each other though each entered by itself: kernels before that was mended take them for
/// strangers.
pub fn may_signal_each_other() -> bool {
    const ERRATA: libc::c_uint = 2;
    const SAME_PROCESS: libc::c_long = 1 << 1;
    // SAFETY: with this flag the call takes no attributes, makes nothing and answers a number.
    let errata = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, ERRATA) };
    errata > 0 && errata & SAME_PROCESS != 0
}
