//! Memory faults: ours go on at the landing point, foreign ones to whoever had the signal before, in every order.
//!
//! Each case runs in a process of its own (this test program again, with the case's name in the environment). Exit status 42
//! is the landing point, 7 the foreign handler.

use edge_wasix::trap::{Hooks, Redirect, ensure_installed};
use std::ffi::{c_int, c_void};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};

const CASE: &str = "EDGE_TRAP_TEST_CASE";
/// An address in the zero page, which we say is ours; 8 is anybody's.
const OURS: usize = 0x100;
const FOREIGN: usize = 8;

unsafe extern "C" fn landed(_argument: usize) {
    // SAFETY: ends the process.
    unsafe { libc::_exit(42) }
}

unsafe extern "C" fn on_fault(address: usize, to: *mut Redirect) -> c_int {
    static STACK: [AtomicUsize; 4096] = [const { AtomicUsize::new(0) }; 4096];
    if address != OURS && address != usize::MAX {
        return 0;
    }
    let sp = (STACK.as_ptr() as usize + size_of_val(&STACK) - 256) & !15;
    // SAFETY: the handler's record.
    unsafe { *to = Redirect { pc: landed as *const () as usize, sp: sp - 8 * usize::from(cfg!(target_arch = "x86_64")), argument: 0 } };
    1
}

unsafe extern "C" fn on_kill(_to: *mut Redirect) -> c_int {
    0
}

fn install() {
    ensure_installed(Hooks { on_fault, on_kill }).unwrap();
}

static FOREIGN_PREVIOUS: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn foreign_exits(_signal: c_int, _info: *mut libc::siginfo_t, _context: *mut c_void) {
    // SAFETY: ends the process.
    unsafe { libc::_exit(7) }
}

/// As faulthandler does: puts back what was there before and raises the signal again.
unsafe extern "C" fn foreign_raises(signal: c_int, _info: *mut libc::siginfo_t, _context: *mut c_void) {
    set(FOREIGN_PREVIOUS.load(Ordering::SeqCst));
    // SAFETY: async-signal-safe.
    unsafe { libc::raise(signal) };
}

fn set(handler: usize) {
    // SAFETY: a record of zeros is valid; the handlers have the three-argument form.
    unsafe {
        let mut new: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = handler;
        new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        libc::sigaction(libc::SIGSEGV, &new, &mut old);
        FOREIGN_PREVIOUS.store(old.sa_sigaction, Ordering::SeqCst);
    }
}

fn fault(address: usize) {
    // SAFETY: it is not; that is the test. The process does not survive it.
    unsafe { std::ptr::with_exposed_provenance::<u8>(address).read_volatile() };
}

/// What a case does in its process.
fn run(case: &str) {
    let (exits, raises) = (foreign_exits as *const () as usize, foreign_raises as *const () as usize);
    let (order, address) = case.split_once(' ').unwrap();
    match order {
        "alone" => install(),
        "theirs-ours" => {
            set(exits);
            install();
        }
        "ours-theirs-ours" => {
            install();
            set(exits);
            install();
        }
        "ours-raising" => {
            install();
            set(raises);
        }
        "ours-raising-ours" => {
            install();
            set(raises);
            install();
        }
        other => panic!("{other}"),
    }
    fault(if address == "ours" { OURS } else { FOREIGN });
    // SAFETY: ends the process.
    unsafe { libc::_exit(1) }
}

fn outcome(case: &str) -> ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_of_a_case", "--nocapture"])
        .env(CASE, case)
        .output()
        .unwrap()
        .status
}

#[test]
fn the_process_of_a_case() {
    if let Ok(case) = std::env::var(CASE) {
        run(&case);
    }
}

#[test]
fn ours_land_whoever_else_is_there() {
    for order in ["alone", "theirs-ours", "ours-theirs-ours", "ours-raising", "ours-raising-ours"] {
        assert_eq!(outcome(&format!("{order} ours")).code(), Some(42), "{order}");
    }
}

#[test]
fn foreign_faults_reach_the_foreign_handler() {
    for order in ["theirs-ours", "ours-theirs-ours"] {
        assert_eq!(outcome(&format!("{order} foreign")).code(), Some(7), "{order}");
    }
}

#[test]
fn foreign_faults_without_a_handler_end_the_process_and_never_loop() {
    for order in ["alone", "ours-raising-ours"] {
        assert_eq!(outcome(&format!("{order} foreign")).signal(), Some(libc::SIGSEGV), "{order}");
    }
}
