//! What the engine asks of the host: native functions above all.
//!
//! Receiver, `new.target` and arguments are slots already. A native runs with its own floor of handle scopes, so that it cannot close
//! those of its callers; its error is thrown where it was called; a panic poisons the engine (`instance::answer`).

use crate::host_table::Entry;
use crate::inner::{Frame, Inner};
use crate::slots::{Kind, UNDEFINED};
use crate::{Engine, Host, time_zone, zone_name};
use edge_napi::types::*;
use edge_napi::{CallInfo, Error, Value};
use edge_wasix::clock;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What the engine says when its heap is full (`edge_out_of_memory` in shim/edge_host.c).
const OUT_OF_MEMORY: &[u8] = b"out of memory";

/// Calls with more arguments than this put them on the heap.
const SMALL: usize = 16;

/// The environment's address, which is known only after the engine (that owns its host) was made.
#[derive(Clone, Default)]
pub(crate) struct Link(Rc<Cell<Option<*const Inner>>>);

impl Link {
    pub(crate) fn set(&self, inner: Option<*const Inner>) {
        self.0.set(inner);
    }
}

/// The host of an environment's engine.
pub(crate) struct Bridge {
    link: Link,
    /// The seed of the first realm, when it shall be the same each time.
    first_seed: Cell<Option<i64>>,
}

/// Any number that is not 0.
const FIRST_SEED: i64 = 0x5DEE_CE66_D1CE_4E5B;

impl Bridge {
    /// The host of a fresh engine. Its main realm begins with a seed that is always the same, so that an image of it has the same bytes
    /// each time (an image's seeds are the same for all who start from it anyhow); whoever runs a program in it reseeds first.
    pub(crate) fn of_fresh(link: Link) -> Self {
        Self { link, first_seed: Cell::new(Some(FIRST_SEED)) }
    }

    /// The host of an engine with an image's heap.
    pub(crate) fn of_restored(link: Link) -> Self {
        Self { link, first_seed: Cell::new(None) }
    }

    fn inner(&self) -> Option<&Inner> {
        // SAFETY: set to the boxed environment that owns the engine that owns us, and taken away before that one goes.
        self.link.0.get().and_then(|inner| unsafe { inner.as_ref() })
    }
}

impl Inner {
    /// Runs a native: the slot of its result, or -1 with an exception pending.
    fn dispatch(&self, id: u32, base: u32, argc: u32) -> i32 {
        let scopes = self.scopes.borrow().len();
        let floor = self.scope_floor.replace(scopes);
        let result = match self.natives.get(id) {
            Some(native) => self.call_rust(native.call, base, argc),
            None => self.call_callback(id - self.natives.len() as u32, base, argc),
        };
        self.scope_floor.set(floor);
        self.scopes.borrow_mut().truncate(scopes);
        if self.is_closing() {
            return -1;
        }
        match result {
            Ok(value) if !self.state.has_exception(&self.engine) => self.slot(value).map_or(UNDEFINED as i32, |slot| slot as i32),
            Ok(_) => -1,
            Err(error) => {
                self.env().raise(error);
                -1
            }
        }
    }

    fn call_rust(&self, call: edge_napi::NativeFn, base: u32, argc: u32) -> Result<napi_value, Error> {
        let base = base as usize;
        let count = argc as usize;
        let this = Value(napi_value(base));
        let target = Value(napi_value(base + 1));
        let new_target = match self.kind(target.0) {
            Ok(Kind::Undefined) | Err(_) => None,
            Ok(_) => Some(target),
        };
        let first = base + 2;
        let mut small = [Value(napi_value::NULL); SMALL];
        let large: Vec<Value>;
        let args = if count <= SMALL {
            for (index, arg) in small[..count].iter_mut().enumerate() {
                *arg = Value(napi_value(first + index));
            }
            &small[..count]
        } else {
            large = (first..first + count).map(|slot| Value(napi_value(slot))).collect();
            &large
        };
        call(self.env(), &CallInfo::new(this, new_target, args, Value(napi_value(UNDEFINED)))).map(|value| value.0)
    }

    fn call_callback(&self, host: u32, base: u32, argc: u32) -> Result<napi_value, Error> {
        let Some(Entry::Callback { callback: Some(callback), data }) = self.pointers.get(host) else {
            return Err(Error::error("", "native function is gone"));
        };
        let index = {
            let mut frames = self.frames.borrow_mut();
            frames.push(Frame { base, argc, data });
            frames.len()
        };
        // SAFETY: the callback that was registered, with this environment and the call just recorded.
        let value = unsafe { callback(self.raw_env(), napi_callback_info(index)) };
        self.frames.borrow_mut().truncate(index - 1);
        Ok(value)
    }
}

impl Host for Bridge {
    fn call_native(&self, _engine: &Engine, function_id: i32, base_slot: i32, argc: i32) -> i32 {
        self.inner().map_or(-1, |inner| inner.dispatch(function_id as u32, base_slot as u32, argc as u32))
    }

    fn interrupt(&self, engine: &Engine) -> i32 {
        let stop = self.inner().is_some_and(|inner| inner.terminate.load(Ordering::SeqCst));
        if !stop {
            engine.clear_interrupt();
        }
        i32::from(stop)
    }

    fn clock_realtime_ns(&self, _engine: &Engine) -> i64 {
        clock::realtime_ns() as i64
    }

    fn clock_monotonic_ns(&self, _engine: &Engine) -> i64 {
        clock::monotonic_ns() as i64
    }

    fn tz_offset_minutes(&self, _engine: &Engine, epoch_ms: i64) -> i32 {
        self.inner().map_or(0, |inner| time_zone::offset_minutes(&inner.time_zone.borrow(), epoch_ms))
    }

    fn tz_name_byte(&self, _engine: &Engine, epoch_ms: i64, at: i32) -> i32 {
        let name = self.inner().map_or("", |inner| zone_name::name(&inner.time_zone.borrow(), epoch_ms));
        usize::try_from(at).ok().and_then(|at| name.as_bytes().get(at)).map_or(0, |byte| i32::from(*byte))
    }

    fn random_seed(&self, _engine: &Engine) -> i64 {
        use std::hash::{BuildHasher, Hasher};
        if let Some(seed) = self.first_seed.take() {
            return seed;
        }
        // The standard library's own random keys: seeded by the system once a thread, different at each call.
        let mut hasher = std::hash::RandomState::new().build_hasher();
        hasher.write_u64(clock::monotonic_ns());
        hasher.finish() as i64
    }

    /// One thread has an engine's memory, so nobody can change or notify what is waited for: it is a sleep, for ever without a
    /// time limit (negative), as in Node. It ends early, as if timed out, when the isolate is told to stop.
    fn atomics_wait(&self, engine: &Engine, _address: u32, _expected: i64, _is_64: i32, timeout_ms: i64) -> i32 {
        const TIMED_OUT: i32 = 2;
        /// How long a kill may take to be seen.
        const SLICE_NS: u64 = 10_000_000;
        let deadline = u64::try_from(timeout_ms).map(|ms| clock::monotonic_ns().saturating_add(ms.saturating_mul(1_000_000)));
        loop {
            let left = deadline.map_or(SLICE_NS, |at| at.saturating_sub(clock::monotonic_ns()));
            if left == 0 || engine.poison().is_some() || self.inner().is_none_or(|inner| inner.terminate.load(Ordering::SeqCst)) {
                return TIMED_OUT;
            }
            clock::sleep(Duration::from_nanos(left.min(SLICE_NS)));
        }
    }

    fn atomics_notify(&self, _engine: &Engine, _address: u32, _count: i32) -> i32 {
        0
    }

    /// What the engine said stays for the isolate's owner; the trap follows.
    fn panic(&self, engine: &Engine, message: u32, len: i32) {
        let mut text = vec![0; len.clamp(0, 4096) as usize];
        let _ = engine.read(message, &mut text);
        if text == OUT_OF_MEMORY {
            engine.poison_out_of_memory();
        }
        if let Some(inner) = self.inner() {
            *inner.last_words.borrow_mut() = String::from_utf8_lossy(&text).into_owned();
        }
    }
}
