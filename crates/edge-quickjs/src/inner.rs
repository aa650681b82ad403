//! One environment: the engine instance and what the host keeps beside it. `napi_env` points at an [`Inner`].
//!
//! Every table function goes through [`run`] or [`run_js`]: they refuse a null environment and a poisoned one, and record the status
//! for `napi_get_last_error_info`; `run_js` is Node's `NAPI_PREAMBLE`, which also refuses to run while an exception is pending.

use crate::host_table::HostPointers;
use crate::slots::{Kind, Raw, SCRATCH_SIZE, State};
use crate::{Closing, Engine};
use edge_napi::types::*;
use edge_napi::{Env, NativeTable};
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What the inside of a table function answers.
pub(crate) type Res<T> = Result<T, napi_status>;

impl From<Closing> for napi_status {
    fn from(_: Closing) -> Self {
        Self::napi_closing
    }
}

/// An open handle scope.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    /// Slots from here on belong to it.
    pub(crate) mark: u32,
    /// For escapable ones: the slot below the mark that takes the value.
    pub(crate) escape: u32,
    pub(crate) escaped: bool,
}

/// A native call that has not returned: what `napi_callback_info` names.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) base: u32,
    pub(crate) argc: u32,
    pub(crate) data: *mut c_void,
}

/// One environment.
pub(crate) struct Inner {
    pub(crate) engine: Box<Engine>,
    pub(crate) state: State,
    pub(crate) natives: &'static NativeTable,
    pub(crate) pointers: HostPointers,
    pub(crate) scopes: RefCell<Vec<Scope>>,
    /// Scopes below this one belong to calls further out.
    pub(crate) scope_floor: Cell<usize>,
    pub(crate) frames: RefCell<Vec<Frame>>,
    pub(crate) posted: RefCell<Vec<crate::host_table::Pointer>>,
    pub(crate) instance_data: Cell<Option<crate::host_table::Pointer>>,
    pub(crate) external_memory: Cell<i64>,
    pub(crate) memory_limit: u64,
    /// The environment is being torn down: finalisers run, the engine is not to be used.
    pub(crate) closed: Cell<bool>,
    pub(crate) terminate: Arc<AtomicBool>,
    /// The zone of local time.
    pub(crate) time_zone: RefCell<jiff::tz::TimeZone>,
    /// What the engine said before it gave up.
    pub(crate) last_words: RefCell<String>,
    last_error: UnsafeCell<napi_extended_error_info>,
}

const NO_ERROR: napi_extended_error_info = napi_extended_error_info {
    error_message: std::ptr::null(),
    engine_reserved: std::ptr::null_mut(),
    engine_error_code: 0,
    error_code: napi_status::napi_ok,
};

impl Inner {
    pub(crate) fn new(
        engine: Box<Engine>,
        state: State,
        natives: &'static NativeTable,
        terminate: Arc<AtomicBool>,
        memory_limit: u64,
    ) -> Box<Self> {
        Box::new(Self {
            engine,
            state,
            natives,
            pointers: HostPointers::default(),
            scopes: RefCell::default(),
            scope_floor: Cell::new(0),
            frames: RefCell::default(),
            posted: RefCell::default(),
            instance_data: Cell::new(None),
            external_memory: Cell::new(0),
            memory_limit,
            closed: Cell::new(false),
            terminate,
            time_zone: RefCell::new(jiff::tz::TimeZone::UTC),
            last_words: RefCell::default(),
            last_error: UnsafeCell::new(NO_ERROR),
        })
    }

    /// The pointer that stands for this environment.
    pub(crate) fn raw_env(&self) -> napi_env {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// The environment as the Rust face of Node-API has it.
    pub(crate) fn env(&self) -> Env {
        // SAFETY: `self` is a live environment of these tables; natives and the loop use it on its thread only.
        unsafe { Env::from_raw(self.raw_env(), &crate::TABLES, self.natives) }
    }

    /// Whether nothing may be asked of the engine any more.
    #[inline]
    pub(crate) fn is_closing(&self) -> bool {
        self.closed.get() || self.engine.poison().is_some()
    }

    /// The slot number of a handle that is one.
    #[inline]
    pub(crate) fn slot(&self, v: napi_value) -> Res<u32> {
        self.value(v).map(|(slot, _)| slot)
    }

    /// Slot and value of a handle that is one.
    #[inline]
    pub(crate) fn value(&self, v: napi_value) -> Res<(u32, Raw)> {
        let slot = u32::try_from(v.0).map_err(|_| napi_status::napi_invalid_arg)?;
        let raw = self.state.get(&self.engine, slot).ok_or(napi_status::napi_invalid_arg)?;
        Ok((slot, raw))
    }

    /// Slot of a handle, or 0 for NULL.
    pub(crate) fn optional(&self, v: napi_value) -> Res<u32> {
        if v.is_null() { Ok(0) } else { self.slot(v) }
    }

    /// What a handle's value is.
    #[inline]
    pub(crate) fn kind(&self, v: napi_value) -> Res<Kind> {
        self.value(v).map(|(_, raw)| raw.kind())
    }

    /// Slot of an object (or function), or `status`.
    #[inline]
    pub(crate) fn object(&self, v: napi_value, status: napi_status) -> Res<u32> {
        match self.value(v)? {
            (slot, raw) if raw.kind() == Kind::Object => Ok(slot),
            _ => Err(status),
        }
    }

    /// Slot of what property calls may be made on: ToObject of the handle. Undefined and null: `napi_object_expected`.
    pub(crate) fn to_object(&self, v: napi_value) -> Res<u32> {
        let (slot, raw) = self.value(v)?;
        match raw.kind() {
            Kind::Object => Ok(slot),
            Kind::Undefined | Kind::Null => Err(napi_status::napi_object_expected),
            _ => {
                let object = self.engine.edge_coerce(slot, 2)?;
                if object == 0 { Err(napi_status::napi_object_expected) } else { Ok(object) }
            }
        }
    }

    /// Puts a number, boolean, undefined or null on the handle stack.
    #[inline]
    pub(crate) fn push(&self, value: Raw) -> Res<napi_value> {
        if let Some(slot) = self.state.push(&self.engine, value) {
            return Ok(napi_value(slot as usize));
        }
        if self.engine.edge_reserve_slots(1)? < 0 {
            return Err(napi_status::napi_generic_failure);
        }
        self.state.push(&self.engine, value).map(|slot| napi_value(slot as usize)).ok_or(napi_status::napi_generic_failure)
    }

    /// The handle of a shim call's slot; 0 is a pending exception.
    #[inline]
    pub(crate) fn made(&self, slot: u32) -> Res<napi_value> {
        if slot == 0 { Err(napi_status::napi_pending_exception) } else { Ok(napi_value(slot as usize)) }
    }

    /// The answer of a shim call: negative is a pending exception.
    #[inline]
    pub(crate) fn done(&self, status: i32) -> Res<i32> {
        if status < 0 { Err(napi_status::napi_pending_exception) } else { Ok(status) }
    }

    /// Further result `index` of the last shim call.
    #[inline]
    pub(crate) fn out(&self, index: u32) -> u64 {
        self.state.out(&self.engine, index)
    }

    /// The same, as an address or 32-bit number.
    #[inline]
    pub(crate) fn out32(&self, index: u32) -> u32 {
        self.state.out32(&self.engine, index)
    }

    /// Checks handles and lends their slot numbers to `f` as an array in linear memory.
    pub(crate) fn with_slots<T>(&self, values: &[napi_value], f: impl FnOnce(u32) -> Res<T>) -> Res<T> {
        let bytes = values.len() * 4;
        // The lower half of the scratch belongs to what else the call passes.
        let scratch = SCRATCH_SIZE / 2;
        let block = if bytes <= scratch {
            self.state.scratch() + scratch as u32
        } else {
            let size = u32::try_from(bytes).map_err(|_| napi_status::napi_invalid_arg)?;
            self.engine.edge_malloc(size)?
        };
        if block == 0 {
            return Err(napi_status::napi_generic_failure);
        }
        let result = self.write_slots(block, values).and_then(|()| f(block));
        if bytes > scratch && !self.is_closing() {
            self.engine.edge_free(block)?;
        }
        result
    }

    fn write_slots(&self, block: u32, values: &[napi_value]) -> Res<()> {
        for (index, v) in values.iter().enumerate() {
            let slot = self.slot(*v)?;
            self.engine.store_u32(block + index as u32 * 4, slot).ok_or(napi_status::napi_generic_failure)?;
        }
        Ok(())
    }

    /// Lends bytes to `f` as an address in linear memory, with a NUL behind them.
    pub(crate) fn with_bytes<T>(&self, bytes: &[u8], f: impl FnOnce(u32) -> Res<T>) -> Res<T> {
        let size = bytes.len() + 1;
        let in_scratch = size <= SCRATCH_SIZE / 2;
        let block = if in_scratch {
            self.state.scratch()
        } else {
            self.engine.edge_malloc(u32::try_from(size).map_err(|_| napi_status::napi_invalid_arg)?)?
        };
        if block == 0 {
            return Err(napi_status::napi_generic_failure);
        }
        self.engine.write(block, bytes).ok_or(napi_status::napi_generic_failure)?;
        self.engine.store_u8(block + bytes.len() as u32, 0).ok_or(napi_status::napi_generic_failure)?;
        let result = f(block);
        if !in_scratch && !self.is_closing() {
            self.engine.edge_free(block)?;
        }
        result
    }

    pub(crate) fn last_error(&self) -> *mut napi_extended_error_info {
        self.last_error.get()
    }

    #[inline]
    fn record(&self, status: napi_status) -> napi_status {
        // SAFETY: the environment is used on one thread; nobody holds a reference into the cell.
        unsafe { (*self.last_error.get()).error_code = status };
        status
    }
}

/// The environment behind the pointer.
#[inline]
fn inner<'a>(env: napi_env) -> Option<&'a Inner> {
    // SAFETY: callers of table functions promise null or a live environment of this provider, on its thread.
    unsafe { env.cast::<Inner>().cast_const().as_ref() }
}

/// Runs a table function that neither runs JavaScript nor throws.
#[inline]
pub(crate) fn run(env: napi_env, f: impl FnOnce(&Inner) -> Res<()>) -> napi_status {
    let Some(inner) = inner(env) else { return napi_status::napi_invalid_arg };
    if inner.is_closing() {
        return inner.record(napi_status::napi_closing);
    }
    match f(inner) {
        Ok(()) => inner.record(napi_status::napi_ok),
        Err(status) => inner.record(status),
    }
}

/// Runs a table function that may run JavaScript or throw: refused while an exception is pending.
#[inline]
pub(crate) fn run_js(env: napi_env, f: impl FnOnce(&Inner) -> Res<()>) -> napi_status {
    run(env, |inner| if inner.state.has_exception(&inner.engine) { Err(napi_status::napi_pending_exception) } else { f(inner) })
}

/// The environment, also while it is closing: for what must work during tear-down.
pub(crate) fn run_always(env: napi_env, f: impl FnOnce(&Inner) -> Res<()>) -> napi_status {
    let Some(inner) = inner(env) else { return napi_status::napi_invalid_arg };
    f(inner).err().unwrap_or(napi_status::napi_ok)
}

/// Writes an out parameter; null is `napi_invalid_arg`.
#[inline]
pub(crate) fn put<T>(to: *mut T, value: T) -> Res<()> {
    check(to)?;
    // SAFETY: Node-API's contract: out parameters are null or valid for writing.
    unsafe { to.write(value) };
    Ok(())
}

/// Writes an out parameter that may be null.
#[inline]
pub(crate) fn put_optional<T>(to: *mut T, value: T) {
    let _ = put(to, value);
}

/// Refuses a null pointer.
#[inline]
pub(crate) fn check<T>(pointer: *const T) -> Res<()> {
    if pointer.is_null() { Err(napi_status::napi_invalid_arg) } else { Ok(()) }
}

/// Lends an array of the caller; null is `napi_invalid_arg` unless it is empty.
pub(crate) fn array<'a, T>(pointer: *const T, len: usize) -> Res<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    check(pointer)?;
    if len > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(napi_status::napi_invalid_arg);
    }
    // SAFETY: Node-API's contract: the array has that many elements and lives for the call.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}
