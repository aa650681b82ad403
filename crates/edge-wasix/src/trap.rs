//! Signals for the engine: memory faults inside it become traps, and a thread that runs it can be interrupted from outside.
//!
//! The engine registers two questions ([`Hooks`]), asked inside of signal handlers. When one answers with a place to go on,
//! the handler changes the interrupted context and *returns*: the kernel restores mask and signal stack, and the thread goes
//! on at the landing point. Everything that is not the engine's goes to the handler that was there before.
//!
//! Order with other handlers (`faulthandler` of Python, Rust's own stack-overflow message):
//! * theirs first, then ours: ours is called, and calls theirs for what is foreign;
//! * ours first, then theirs: [`ensure_installed`], which each engine runs when it is made and an event loop may run each
//!   turn, puts ours in front again. In the time between, theirs sees an engine fault first; those that raise the signal
//!   again (as `faulthandler` does, after printing) reach ours, which still lands.
//! * a chain that comes back to us ends with the signal's default action, so it cannot go in circles.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, OnceLock};

/// Where an interrupted thread goes on.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Redirect {
    /// The function to go on with; it never returns.
    pub pc: usize,
    /// The stack pointer it starts with (as just after a call).
    pub sp: usize,
    /// Its first argument.
    pub argument: usize,
}

/// The engine's two questions. Both run inside of a signal handler: no allocation, no lock.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// A memory fault at an address on this thread: 1 when it was engine code's. `usize::MAX` is a fault that another handler
    /// saw first and raised again: its address is not known.
    pub on_fault: unsafe extern "C" fn(address: usize, to: *mut Redirect) -> c_int,
    /// The kill signal arrived on this thread: 1 when it interrupted engine code that shall end.
    pub on_kill: unsafe extern "C" fn(to: *mut Redirect) -> c_int,
}

const FAULTS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

static HOOKS: OnceLock<Hooks> = OnceLock::new();
static KILL_SIGNAL: AtomicI32 = AtomicI32::new(0);

/// The handler that was there before ours, for each of `FAULTS`. Written only under `INSTALLING`, before ours is in place.
struct Previous(std::cell::UnsafeCell<[MaybeUninit<libc::sigaction>; 2]>);
// SAFETY: see `Previous`; handlers read it only once it is written, and a rewrite has the same or a newer handler in it.
unsafe impl Sync for Previous {}
static PREVIOUS: Previous = Previous(std::cell::UnsafeCell::new([const { MaybeUninit::uninit() }; 2]));
static HAVE_PREVIOUS: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];
static INSTALLING: Mutex<()> = Mutex::new(());

thread_local! {
    /// This thread is inside of a handler that ours has called.
    static CHAINING: Cell<bool> = const { Cell::new(false) };
    /// The kill signal came to this thread, since it last began to run an environment.
    static KILLED: Cell<bool> = const { Cell::new(false) };
    static SIGNAL_STACK: Cell<Option<SignalStack>> = const { Cell::new(None) };
}

/// Installs the handlers of the process, once, and puts them in front again when another has taken their place since.
/// Costs two system calls when all is well.
///
/// # Errors
/// Those of `sigaction`; no free real-time signal.
pub fn ensure_installed(hooks: Hooks) -> io::Result<()> {
    let _alone = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let _ = HOOKS.set(hooks);
    for (index, &signal) in FAULTS.iter().enumerate() {
        let current = action_of(signal)?;
        if current.sa_sigaction == on_fault as *const () as usize {
            continue;
        }
        // SAFETY: only this function writes, under the lock; a handler that reads meanwhile is one that was called by
        // somebody else's, and sees the old or the new value of a plain record that lives forever.
        unsafe { (*PREVIOUS.0.get())[index].write(current) };
        HAVE_PREVIOUS[index].store(true, Ordering::Release);
        // SA_NODEFER: a fault in a handler that ours calls must not kill the process without a word.
        set_action(signal, on_fault as *const () as usize, libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER)?;
    }
    if KILL_SIGNAL.load(Ordering::Acquire) == 0 {
        let signal = free_signal()?;
        // Without SA_RESTART: a system call that blocks ends, and who would repeat it asks `is_killed`.
        set_action(signal, on_kill as *const () as usize, libc::SA_SIGINFO | libc::SA_ONSTACK)?;
        KILL_SIGNAL.store(signal, Ordering::Release);
    }
    Ok(())
}

/// A signal that nobody has a handler for: on Linux a real-time one, from the top.
fn free_signal() -> io::Result<c_int> {
    #[cfg(target_os = "linux")]
    let candidates = (libc::SIGRTMIN()..=libc::SIGRTMAX() - 1).rev();
    #[cfg(not(target_os = "linux"))]
    let candidates = [libc::SIGURG, libc::SIGWINCH].into_iter();
    for signal in candidates {
        if action_of(signal)?.sa_sigaction == libc::SIG_DFL {
            return Ok(signal);
        }
    }
    Err(io::Error::other("no free signal"))
}

fn action_of(signal: c_int) -> io::Result<libc::sigaction> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: asks only; the record is ours and is written on success.
    unsafe {
        if libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(action.assume_init())
    }
}

fn set_action(signal: c_int, handler: usize, flags: c_int) -> io::Result<()> {
    // SAFETY: all zero is a valid `sigaction` (no flags, empty mask).
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    // SAFETY: the handler has the three-argument form that SA_SIGINFO asks for and does async-signal-safe things only.
    if unsafe { libc::sigaction(signal, &action, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

unsafe extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's (or a chaining handler's) arguments of an SA_SIGINFO handler.
    unsafe {
        if let Some(hooks) = HOOKS.get() {
            let mut to = Redirect::default();
            let chaining = CHAINING.try_with(Cell::get).unwrap_or(true);
            if !chaining && (hooks.on_fault)(fault_address(info), &mut to) == 1 {
                redirect(context, to);
                return;
            }
        }
        chain(signal, info, context);
    }
}

/// The address of a fault; `usize::MAX` for a signal that this process sent to itself, as a handler before us does that
/// raises the fault's signal again.
///
/// # Safety
/// `info` is a signal handler's.
unsafe fn fault_address(info: *mut libc::siginfo_t) -> usize {
    // SAFETY: the caller's promise; the fields are there for each of the two kinds.
    unsafe {
        match (*info).si_code {
            code if code > 0 => (*info).si_addr() as usize,
            _ if (*info).si_pid() == libc::getpid() => usize::MAX,
            _ => 0,
        }
    }
}

/// A signal that is not the engine's: what would have happened without us.
///
/// # Safety
/// The arguments are a signal handler's.
unsafe fn chain(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let index = usize::from(signal == libc::SIGBUS);
    // A const-initialised Cell without a destructor: reading it allocates nothing.
    let circle = CHAINING.try_with(|chaining| chaining.replace(true)).unwrap_or(true);
    if !circle && HAVE_PREVIOUS[index].load(Ordering::Acquire) {
        // SAFETY: written before the flag went up.
        let previous = unsafe { (*PREVIOUS.0.get())[index].assume_init() };
        if previous.sa_sigaction != libc::SIG_DFL && previous.sa_sigaction != libc::SIG_IGN {
            // SAFETY: it is a handler that somebody installed, of the form its flags say.
            unsafe {
                if previous.sa_flags & libc::SA_SIGINFO != 0 {
                    let handler: unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
                        std::mem::transmute(previous.sa_sigaction);
                    handler(signal, info, context);
                } else {
                    let handler: unsafe extern "C" fn(c_int) = std::mem::transmute(previous.sa_sigaction);
                    handler(signal);
                }
            }
            let _ = CHAINING.try_with(|chaining| chaining.set(false));
            return;
        }
        // SAFETY: `info` is a handler's.
        if previous.sa_sigaction == libc::SIG_IGN && unsafe { (*info).si_code } <= 0 {
            let _ = CHAINING.try_with(|chaining| chaining.set(false));
            return;
        }
    }
    // The default action. A fault repeats itself once we return; a signal that was sent has to be sent again.
    let _ = set_action(signal, libc::SIG_DFL, 0);
    // SAFETY: `info` is a handler's; `raise` is async-signal-safe.
    unsafe {
        if (*info).si_code <= 0 {
            libc::raise(signal);
        }
    }
}

unsafe extern "C" fn on_kill(_signal: c_int, _info: *mut libc::siginfo_t, context: *mut c_void) {
    // A const-initialised Cell without a destructor: writing it allocates nothing.
    let _ = KILLED.try_with(|killed| killed.set(true));
    if let Some(hooks) = HOOKS.get() {
        let mut to = Redirect::default();
        // SAFETY: the hook is async-signal-safe; `context` is the kernel's.
        unsafe {
            if (hooks.on_kill)(&mut to) == 1 {
                redirect(context, to);
            }
        }
    }
}

/// # Safety
/// `context` is a signal handler's, and going on at `to` is right for the interrupted thread.
unsafe fn redirect(context: *mut c_void, to: Redirect) {
    let context = context.cast::<libc::ucontext_t>();
    // SAFETY: the caller's promise; the registers below are general ones.
    unsafe {
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        {
            let registers = &mut (*context).uc_mcontext.gregs;
            registers[libc::REG_RIP as usize] = to.pc as i64;
            registers[libc::REG_RSP as usize] = to.sp as i64;
            registers[libc::REG_RDI as usize] = to.argument as i64;
            // Functions start with the direction flag down.
            registers[libc::REG_EFL as usize] &= !0x400;
        }
        #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
        {
            let registers = &mut (*context).uc_mcontext;
            registers.pc = to.pc as u64;
            registers.sp = to.sp as u64;
            registers.regs[0] = to.argument as u64;
        }
        #[cfg(all(target_os = "macos", target_arch = "aarch64"))]
        {
            let state = &mut (*(*context).uc_mcontext).__ss;
            state.__pc = to.pc as u64;
            state.__sp = to.sp as u64;
            state.__x[0] = to.argument as u64;
        }
        #[cfg(all(target_os = "macos", target_arch = "x86_64"))]
        {
            let state = &mut (*(*context).uc_mcontext).__ss;
            state.__rip = to.pc as u64;
            state.__rsp = to.sp as u64;
            state.__rdi = to.argument as u64;
        }
    }
}

/// A thread that can be sent the kill signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadId(i32);

impl ThreadId {
    /// The calling thread.
    #[must_use]
    pub fn current() -> ThreadId {
        ThreadId(rustix::thread::gettid().as_raw_nonzero().get())
    }

    /// Sends it the kill signal (`tgkill`). A thread that has ended meanwhile gets nothing; one of this process that has its
    /// number now runs a handler that finds nothing to do.
    pub fn send_kill(self) {
        let signal = KILL_SIGNAL.load(Ordering::Acquire);
        if signal != 0 {
            #[cfg(target_os = "linux")]
            // SAFETY: a signal that has a handler of ours, to a thread of this process.
            unsafe {
                libc::syscall(libc::SYS_tgkill, libc::getpid(), self.0, signal);
            }
        }
    }
}

/// Whether what runs on this thread was killed: a system call that the signal ended is then not to be repeated.
pub fn is_killed() -> bool {
    KILLED.try_with(Cell::get).unwrap_or(false)
}

/// Another environment begins to run on this thread.
pub(crate) fn forget_kill() {
    let _ = KILLED.try_with(|killed| killed.set(false));
}

/// The calling thread's stack.
#[derive(Clone, Copy, Debug)]
pub struct StackBounds {
    /// Its lowest address (the guard lies below).
    pub low: usize,
    /// Just past its highest address.
    pub high: usize,
}

/// Asks for the bounds of the calling thread's stack (`pthread_getattr_np`; slow on the main thread, where it reads
/// `/proc/self/maps`).
///
/// # Errors
/// Those of pthread.
pub fn stack_bounds() -> io::Result<StackBounds> {
    #[cfg(target_os = "linux")]
    // SAFETY: the attribute record is made, read and destroyed here.
    unsafe {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::zeroed();
        let error = libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr());
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error));
        }
        let (mut low, mut size, mut guard) = (ptr::null_mut(), 0, 0);
        let error = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size);
        libc::pthread_attr_getguardsize(attributes.as_ptr(), &mut guard);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error));
        }
        let low = low as usize;
        Ok(StackBounds { low, high: low + size })
    }
    #[cfg(target_os = "macos")]
    // SAFETY: asks about the calling thread.
    unsafe {
        let high = libc::pthread_get_stackaddr_np(libc::pthread_self()) as usize;
        Ok(StackBounds { low: high - libc::pthread_get_stacksize_np(libc::pthread_self()), high })
    }
}

/// A signal stack of ours, taken back when the thread ends.
struct SignalStack {
    memory: crate::memory::Reservation,
}

const SIGNAL_STACK_SIZE: usize = 128 << 10;

impl Drop for SignalStack {
    fn drop(&mut self) {
        let mut current = MaybeUninit::<libc::stack_t>::zeroed();
        // SAFETY: asks, then switches off our own stack before its memory goes.
        unsafe {
            if libc::sigaltstack(ptr::null(), current.as_mut_ptr()) == 0
                && current.assume_init().ss_sp == self.memory.base().wrapping_add(crate::memory::GRANULE).cast()
            {
                let mut off: libc::stack_t = MaybeUninit::zeroed().assume_init();
                off.ss_flags = libc::SS_DISABLE;
                libc::sigaltstack(&off, ptr::null_mut());
            }
        }
    }
}

/// Gives the calling thread a signal stack when it has none (`sigaltstack`): without one a stack overflow cannot be handled.
///
/// # Errors
/// Those of `mmap` and `sigaltstack`.
pub fn ensure_signal_stack() -> io::Result<()> {
    let mut current = MaybeUninit::<libc::stack_t>::zeroed();
    // SAFETY: asks only.
    let current = unsafe {
        if libc::sigaltstack(ptr::null(), current.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        current.assume_init()
    };
    if current.ss_flags & libc::SS_DISABLE == 0 {
        return Ok(());
    }
    let memory = crate::memory::Reservation::new(crate::memory::GRANULE + SIGNAL_STACK_SIZE)?;
    memory.commit(crate::memory::GRANULE, SIGNAL_STACK_SIZE)?;
    // SAFETY: all zero is a valid record.
    let mut stack: libc::stack_t = unsafe { MaybeUninit::zeroed().assume_init() };
    stack.ss_sp = memory.base().wrapping_add(crate::memory::GRANULE).cast();
    stack.ss_size = SIGNAL_STACK_SIZE;
    // SAFETY: the memory is usable and stays until the thread ends (SIGNAL_STACK).
    if unsafe { libc::sigaltstack(&stack, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    SIGNAL_STACK.with(|slot| slot.set(Some(SignalStack { memory })));
    Ok(())
}
