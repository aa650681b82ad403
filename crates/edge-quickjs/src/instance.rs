//! One engine: its memory, its instance of the compiled module, and the way in and out.

use crate::image::Image;
use crate::trap::{Closing, HOST_PANIC, KILLED, KillHandle, OUT_OF_MEMORY, Poison};
use edge_wasix::memory::{GRANULE, Reservation};
use edge_wasix::trap::{Hooks, Redirect, ThreadId, ensure_installed, ensure_signal_stack, stack_bounds};
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

include!(concat!(env!("OUT_DIR"), "/boundary.rs"));

/// The address space of one engine: 4 GiB that a 32-bit index reaches, and as much again for the constant offset that an
/// access can add to it.
const RESERVED: usize = (8 << 30) + GRANULE;

/// Pages of linear memory that the module starts with: its stack and its constants.
const INITIAL_PAGES: u64 = match u64::from_str_radix(env!("EDGE_ENGINE_PAGES"), 10) {
    Ok(pages) => pages,
    Err(_) => panic!("the build says no number"),
};

/// Growth is committed in steps of this, so that a heap growing by 64 KiB does not cost a system call each time.
const COMMIT_STEP: u64 = 1 << 20;

/// The same record as `EdgeEngine` in runtime/engine.h.
#[repr(C)]
pub(crate) struct RawEngine {
    poison: AtomicI32,
    interrupt: AtomicU32,
    running: AtomicI32,
    limit_hit: u32,
    stack_limit: usize,
    stack_low: usize,
    landing: *mut c_void,
    instance: *mut c_void,
    pub(crate) memory: *mut u8,
    reserved: u64,
    committed: u64,
    pub(crate) size: u64,
    limit: u64,
    host: *const HostTable,
    context: *const c_void,
}

unsafe extern "C" {
    fn edge_instance_size() -> usize;
    fn edge_table_bytes() -> usize;
    fn edge_table_fill(memory: *mut c_void);
    fn edge_instantiate(engine: *mut RawEngine, instance: *mut c_void, image_pages: u32, stack_pointer: u32);
    fn edge_stack_pointer(instance: *mut c_void) -> u32;
    fn edge_call_initialize(engine: *mut RawEngine) -> i32;
    fn edge_on_fault(address: usize, to: *mut Redirect) -> i32;
    fn edge_on_kill(to: *mut Redirect) -> i32;
}

const HOOKS: Hooks = Hooks { on_fault: edge_on_fault, on_kill: edge_on_kill };

/// What outlives the engine for the sake of kill handles. The record's atomics may be used from any thread; the rest is the
/// engine's thread's.
pub(crate) struct Shared {
    raw: UnsafeCell<RawEngine>,
    /// The thread that runs the engine; none while it is between two. Held while a signal is sent, so that none comes to a thread that
    /// has given the engine away.
    thread: Mutex<Option<ThreadId>>,
    waker: Mutex<Option<Box<dyn Fn() + Send + Sync>>>,
}

// SAFETY: other threads reach only the atomics and the waker (the methods below); the engine itself stays on its thread.
unsafe impl Send for Shared {}
// SAFETY: see above.
unsafe impl Sync for Shared {}

impl Shared {
    fn poison(&self) -> &AtomicI32 {
        // SAFETY: the record is as old as `self`; no `&mut` to it is ever made.
        unsafe { &(*self.raw.get()).poison }
    }

    fn interrupt(&self) -> &AtomicU32 {
        // SAFETY: as above.
        unsafe { &(*self.raw.get()).interrupt }
    }

    fn thread(&self) -> std::sync::MutexGuard<'_, Option<ThreadId>> {
        self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn poison_code(&self) -> i32 {
        self.poison().load(Ordering::SeqCst)
    }

    pub(crate) fn raise_interrupt(&self) {
        self.interrupt().store(1, Ordering::SeqCst);
    }

    pub(crate) fn set_waker(&self, waker: Box<dyn Fn() + Send + Sync>) {
        *self.waker.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(waker);
    }

    pub(crate) fn kill(&self) {
        let _ = self.poison().compare_exchange(0, KILLED, Ordering::SeqCst, Ordering::SeqCst);
        if let Some(thread) = *self.thread() {
            thread.send_kill();
        }
        if let Some(waker) = &*self.waker.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            waker();
        }
    }
}

/// How an engine is made.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes that linear memory may have (stack, constants and heap). 4 GiB is the most there can be.
    pub memory_limit: u64,
    /// Bytes of the thread's stack that are kept for host functions: the engine throws before it uses them. 0 is an eighth
    /// of the stack, at most 2 MiB.
    pub stack_reserve: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config { memory_limit: 4 << 30, stack_reserve: 0 }
    }
}

/// Why an engine could not be made.
#[derive(Debug)]
pub enum EngineError {
    /// The system gave no memory, signal or stack.
    System(String),
    /// The memory limit is smaller than what the engine starts with (bytes).
    LimitTooSmall(u64),
    /// It was poisoned while it started.
    Poisoned(Option<Poison>),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EngineError::System(text) => write!(f, "no room for an engine: {text}"),
            EngineError::LimitTooSmall(need) => write!(f, "the memory limit is below the {need} bytes an engine starts with"),
            EngineError::Poisoned(Some(why)) => write!(f, "the engine did not start: {why}"),
            EngineError::Poisoned(None) => f.write_str("the engine did not start"),
        }
    }
}

impl std::error::Error for EngineError {}

/// One engine instance. It lives on the thread that made it (neither `Send` nor `Sync`); [`KillHandle`] reaches it from
/// others. Its functions are the `edge_*` methods, generated from boundary.in.
pub struct Engine {
    shared: Arc<Shared>,
    memory: Reservation,
    /// wasm2c's record, whose size only C knows.
    _instance: Box<[u64]>,
    host: Box<dyn Host>,
    /// Bytes of stack that engine code leaves.
    reserve: usize,
    _thread: PhantomData<*mut ()>,
}

impl Engine {
    /// A fresh engine: memory with the module's constants, constructors run. The runtime inside is made by `edge_init`.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn new(config: Config, host: Box<dyn Host>) -> Result<Box<Engine>, EngineError> {
        let engine = Engine::prepare(config, host)?;
        let need = INITIAL_PAGES * GRANULE as u64;
        if config.memory_limit < need {
            return Err(EngineError::LimitTooSmall(need));
        }
        engine.commit_to(need)?;
        let raw = engine.raw();
        // SAFETY: the record is complete, the instance's memory large enough, the initial pages are usable.
        unsafe {
            edge_instantiate(raw, (*raw).instance, 0, 0);
            if edge_call_initialize(raw) != 0 {
                return Err(EngineError::Poisoned(engine.poison()));
            }
        }
        Ok(engine)
    }

    /// An engine with the memory of `image`, mapped copy-on-write.
    ///
    /// # Errors
    /// [`EngineError`]; an image larger than the limit is [`EngineError::LimitTooSmall`].
    pub fn restore(image: &Image, config: Config, host: Box<dyn Host>) -> Result<Box<Engine>, EngineError> {
        let engine = Engine::prepare(config, host)?;
        let need = u64::from(image.pages()) * GRANULE as u64;
        if config.memory_limit < need {
            return Err(EngineError::LimitTooSmall(need));
        }
        engine.commit_to(need)?;
        image.map_into(&engine.memory).map_err(|error| EngineError::System(error.to_string()))?;
        let raw = engine.raw();
        for (offset, len) in image.prefault() {
            // A list that asks for what there is not (a damaged one, or a smaller limit) costs only its effect.
            let end = offset.saturating_add(len) as u64;
            if end <= config.memory_limit.min(4 << 30) && engine.commit_to(end).is_ok() {
                engine.memory.populate(offset, len);
            }
        }
        // SAFETY: the record is complete and the image's pages are in place.
        unsafe { edge_instantiate(raw, (*raw).instance, image.pages(), image.stack_pointer()) };
        Ok(engine)
    }

    fn prepare(config: Config, host: Box<dyn Host>) -> Result<Box<Engine>, EngineError> {
        let system = |error: &dyn fmt::Display| EngineError::System(error.to_string());
        ensure_installed(HOOKS).map_err(|error| system(&error))?;
        ensure_signal_stack().map_err(|error| system(&error))?;
        ensure_table().map_err(|error| system(&error))?;
        let stack = stack_bounds().map_err(|error| system(&error))?;
        let reserve = match config.stack_reserve {
            0 => ((stack.high - stack.low) / 8).min(2 << 20),
            bytes => bytes,
        };
        let memory = Reservation::new(RESERVED).map_err(|error| system(&error))?;
        // SAFETY: asks a constant.
        let words = unsafe { edge_instance_size() }.div_ceil(8);
        let mut instance = vec![0u64; words].into_boxed_slice();
        let raw = RawEngine {
            poison: AtomicI32::new(0),
            interrupt: AtomicU32::new(0),
            running: AtomicI32::new(0),
            limit_hit: 0,
            stack_limit: stack.low + reserve,
            stack_low: stack.low,
            landing: std::ptr::null_mut(),
            instance: instance.as_mut_ptr().cast(),
            memory: memory.base(),
            reserved: memory.len() as u64,
            committed: 0,
            size: 0,
            limit: config.memory_limit.min(4 << 30),
            host: &HOST_TABLE,
            context: std::ptr::null(),
        };
        let shared = Shared { raw: UnsafeCell::new(raw), thread: Mutex::new(Some(ThreadId::current())), waker: Mutex::new(None) };
        let engine = Box::new(Engine { shared: Arc::new(shared), memory, _instance: instance, host, reserve, _thread: PhantomData });
        // SAFETY: the record is not in use yet; the box keeps the engine where it is.
        unsafe { (*engine.raw()).context = (&raw const *engine).cast() };
        Ok(engine)
    }

    /// The record that C works with.
    #[inline]
    pub(crate) fn raw(&self) -> *mut RawEngine {
        self.shared.raw.get()
    }

    /// Makes linear memory usable up to `size` bytes, and a little more.
    fn commit_to(&self, size: u64) -> Result<(), EngineError> {
        // SAFETY: the engine's own thread; engine code does not run, or waits for us.
        unsafe {
            let raw = self.raw();
            let from = (*raw).committed;
            let to = size.next_multiple_of(COMMIT_STEP).min((*raw).limit).max(size);
            if to > from {
                self.memory.commit(from as usize, (to - from) as usize).map_err(|error| EngineError::System(error.to_string()))?;
                (*raw).committed = to;
            }
        }
        Ok(())
    }

    /// A handle to interrupt or kill this engine from other threads.
    #[must_use]
    pub fn kill_handle(&self) -> KillHandle {
        KillHandle { shared: Arc::clone(&self.shared) }
    }

    /// The calling thread gives the engine away. No call into it may be under way.
    pub fn leave_thread(&self) {
        debug_assert!(!self.is_entered(), "an engine that runs cannot change threads");
        *self.shared.thread() = None;
    }

    /// The calling thread takes the engine.
    ///
    /// # Errors
    /// [`EngineError::System`].
    pub fn join_thread(&self) -> Result<(), EngineError> {
        let system = |error: &dyn fmt::Display| EngineError::System(error.to_string());
        ensure_signal_stack().map_err(|error| system(&error))?;
        let stack = stack_bounds().map_err(|error| system(&error))?;
        // SAFETY: no call into the engine is under way (the landing is none), so its record is ours alone.
        unsafe {
            let raw = self.raw();
            (*raw).stack_low = stack.low;
            (*raw).stack_limit = stack.low + self.reserve;
        }
        *self.shared.thread() = Some(ThreadId::current());
        Ok(())
    }

    /// Why the engine is poisoned, when it is.
    #[must_use]
    pub fn poison(&self) -> Option<Poison> {
        Poison::from_code(self.shared.poison_code())
    }

    /// Takes the soft interrupt flag down; answers whether it was up.
    pub fn clear_interrupt(&self) -> bool {
        self.shared.interrupt().swap(0, Ordering::SeqCst) != 0
    }

    /// Whether linear memory was refused to grow because of the limit; asking forgets it.
    pub fn take_limit_hit(&self) -> bool {
        // SAFETY: the engine's own thread; engine code, which writes it, does not run now.
        unsafe { std::mem::take(&mut (*self.raw()).limit_hit) != 0 }
    }

    /// Poisons the engine for want of memory: engine code that waits for a host function does not go on.
    pub(crate) fn poison_out_of_memory(&self) {
        let _ = self.shared.poison().compare_exchange(0, OUT_OF_MEMORY, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// The host that was given when the engine was made.
    #[must_use]
    pub fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// Looks whether our signal handlers are still in front and puts them there (an event loop may do it once a turn).
    pub fn verify_traps(&self) {
        let _ = ensure_installed(HOOKS);
    }

    /// Whether a call into the engine has not returned yet.
    pub(crate) fn is_entered(&self) -> bool {
        // SAFETY: the record is live and on its thread.
        unsafe { !(*self.raw()).landing.is_null() }
    }

    /// The wasm stack pointer: linear memory below it is dead while no engine code runs.
    pub(crate) fn stack_pointer(&self) -> u32 {
        // SAFETY: the instance is live.
        unsafe { edge_stack_pointer((*self.raw()).instance) }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("memory", &self.memory_size()).field("poison", &self.poison()).finish()
    }
}

/// The one function table, filled once and read-only from then on.
fn ensure_table() -> Result<(), String> {
    static TABLE: OnceLock<Result<Reservation, String>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        // SAFETY: a constant; then the table is written into memory that is large enough and usable, before any engine runs.
        unsafe {
            let len = edge_table_bytes().next_multiple_of(GRANULE);
            let memory = Reservation::new(len).map_err(|error| error.to_string())?;
            memory.commit(0, len).map_err(|error| error.to_string())?;
            edge_table_fill(memory.base().cast());
            memory.seal(0, len).map_err(|error| error.to_string())?;
            Ok(memory)
        }
    });
    table.as_ref().map(drop).map_err(Clone::clone)
}

/// The memory of `raw` shall reach to `to` (wasm's memory.grow). 0 is success.
///
/// # Safety
/// Called by runtime/memory.c with the engine that is running on this thread.
pub(crate) unsafe extern "C" fn commit(raw: *mut RawEngine, _from: u64, to: u64) -> i32 {
    // SAFETY: the engine of that record is live: its code waits for our answer.
    let engine = unsafe { &*(*raw).context.cast::<Engine>() };
    i32::from(engine.commit_to(to).is_err())
}

/// Runs a host function for the engine of `raw`. A panic stays here: it poisons the engine, and the thunk that called us
/// jumps to the landing point when we are gone.
///
/// # Safety
/// Called by a thunk with the engine that is running on this thread.
pub(crate) unsafe fn answer<T: Default>(raw: *mut RawEngine, function: impl FnOnce(&dyn Host, &Engine) -> T) -> T {
    // SAFETY: the engine of that record is live: its code waits for our answer.
    let engine = unsafe { &*(*raw).context.cast::<Engine>() };
    match catch_unwind(AssertUnwindSafe(|| function(&*engine.host, engine))) {
        Ok(value) => value,
        Err(_) => {
            let _ = engine.shared.poison().compare_exchange(0, HOST_PANIC, Ordering::SeqCst, Ordering::SeqCst);
            T::default()
        }
    }
}
