//! How an engine ends before its time: poison, its reasons, and the handle to kill from another thread.

use crate::instance::Shared;
use std::fmt;
use std::sync::Arc;

/// The engine is poisoned; the call did not happen or did not finish. Says nothing more, to stay as small as a `bool`:
/// the reason is [`crate::Engine::poison`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing;

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the engine is closing")
    }
}

impl std::error::Error for Closing {}

/// Why an engine is poisoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Poison {
    /// An access outside of linear memory.
    OutOfBounds,
    /// A number that does not fit, or a division by zero.
    Arithmetic,
    /// The engine gave up (`abort`, an assertion, `unreachable`).
    Unreachable,
    /// A call through a bad function index.
    BadCall,
    /// The stack ended before the engine noticed.
    StackOverflow,
    /// Killed from outside.
    Killed,
    /// A host function panicked.
    HostPanic,
    /// The heap reached its limit.
    OutOfMemory,
    /// Something else, with the runtime's code.
    Other(i32),
}

pub(crate) const KILLED: i32 = 16;
pub(crate) const HOST_PANIC: i32 = 17;
pub(crate) const OUT_OF_MEMORY: i32 = 18;

impl Poison {
    /// The codes are wasm-rt.h's `wasm_rt_trap_t` and, from 16, runtime/engine.h's.
    pub(crate) fn from_code(code: i32) -> Option<Poison> {
        Some(match code {
            0 => return None,
            1 => Poison::OutOfBounds,
            2..=4 => Poison::Arithmetic,
            5 => Poison::Unreachable,
            6 | 7 => Poison::BadCall,
            10 => Poison::StackOverflow,
            KILLED => Poison::Killed,
            HOST_PANIC => Poison::HostPanic,
            OUT_OF_MEMORY => Poison::OutOfMemory,
            other => Poison::Other(other),
        })
    }
}

impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Poison::OutOfBounds => f.write_str("an access outside of the engine's memory"),
            Poison::Arithmetic => f.write_str("an arithmetic trap in the engine"),
            Poison::Unreachable => f.write_str("the engine gave up"),
            Poison::BadCall => f.write_str("a call of a bad function index in the engine"),
            Poison::StackOverflow => f.write_str("the engine's stack overflowed"),
            Poison::Killed => f.write_str("killed"),
            Poison::HostPanic => f.write_str("a host function panicked"),
            Poison::OutOfMemory => f.write_str("the heap reached its limit"),
            Poison::Other(code) => write!(f, "trap {code}"),
        }
    }
}

/// Ends what an engine is doing, from any thread. Stays valid, without effect, after the engine is gone.
#[derive(Clone)]
pub struct KillHandle {
    pub(crate) shared: Arc<Shared>,
}

impl KillHandle {
    /// Softly: the engine's interrupt handler asks [`crate::Host::interrupt`] at its next poll. The flag stays up until
    /// [`crate::Engine::clear_interrupt`].
    pub fn interrupt(&self) {
        self.shared.raise_interrupt();
    }

    /// Hard: the engine is poisoned ([`Poison::Killed`]) at once, and when its thread is inside of engine code it leaves it,
    /// wherever it is. A host function that is running first comes to its end: those that block watch for
    /// [`KillHandle::is_poisoned`] or are woken by the waker.
    pub fn kill(&self) {
        self.shared.kill();
    }

    /// What [`KillHandle::kill`] calls after poisoning, to wake a host function that blocks.
    pub fn set_waker(&self, waker: impl Fn() + Send + Sync + 'static) {
        self.shared.set_waker(Box::new(waker));
    }

    /// Whether the engine is poisoned.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.shared.poison_code() != 0
    }
}

impl fmt::Debug for KillHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KillHandle").field("poison", &self.shared.poison_code()).finish()
    }
}
