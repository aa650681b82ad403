//! SQLite's memory: Rust's allocator, counted against the kernel that a call is made for.
//!
//! Before each block lie its size and whom it was counted against, because it may be freed by a call for nobody, on another thread.

use crate::active;
use edge_wasix::{Limit, Meter};
use libsqlite3_sys as ffi;
use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::Arc;

#[repr(C)]
struct Head {
    size: usize,
    /// From `Arc::into_raw`; null: not counted.
    meter: *const Meter,
}

const HEAD: usize = 16;
const _: () = assert!(size_of::<Head>() <= HEAD);

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(HEAD)?, HEAD).ok()
}

/// Counts `size` for the current call; null when it is not to be counted, `None` over the limit.
fn charge(size: usize) -> Option<*const Meter> {
    let meter = active::meter();
    // SAFETY: the meter of the innermost call, borrowed by its guard.
    let Some(borrowed) = (unsafe { meter.as_ref() }) else { return Some(std::ptr::null()) };
    if borrowed.limits().amount(Limit::HostMemory).is_none() {
        return Some(std::ptr::null());
    }
    borrowed.take(Limit::HostMemory, size as u64).ok()?;
    // SAFETY: every meter that a call is entered with lies in an Arc (`Kernel::meter`), which the caller keeps.
    unsafe { Arc::increment_strong_count(meter) };
    Some(meter)
}

/// Takes back what `charge` counted.
///
/// # Safety
/// `meter` is from `charge`, once.
unsafe fn discharge(meter: *const Meter, size: usize) {
    if !meter.is_null() {
        // SAFETY: the count that `charge` added.
        let meter = unsafe { Arc::from_raw(meter) };
        meter.give_back(Limit::HostMemory, size as u64);
    }
}

unsafe extern "C" fn mem_malloc(size: c_int) -> *mut c_void {
    let Ok(size) = usize::try_from(size) else { return null_mut() };
    let Some(layout) = layout(size) else { return null_mut() };
    let Some(meter) = charge(size) else { return null_mut() };
    // SAFETY: the layout has at least the head, so it is not empty; a block is aligned for the head, which is written before it is given
    // out.
    unsafe {
        let block = alloc(layout);
        if block.is_null() {
            discharge(meter, size);
            return null_mut();
        }
        block.cast::<Head>().write(Head { size, meter });
        block.add(HEAD).cast()
    }
}

unsafe extern "C" fn mem_free(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: a block of `mem_malloc` or `mem_realloc`, with its head before it, freed once with the layout it was made with.
    unsafe {
        let block = block.cast::<u8>().sub(HEAD);
        let head = block.cast::<Head>().read();
        discharge(head.meter, head.size);
        if let Some(layout) = layout(head.size) {
            dealloc(block, layout);
        }
    }
}

unsafe extern "C" fn mem_realloc(block: *mut c_void, size: c_int) -> *mut c_void {
    let Ok(size) = usize::try_from(size) else { return null_mut() };
    // SAFETY: a block of `mem_malloc` or `mem_realloc` (SQLite never passes null here), with its head before it; on failure it stays as
    // it was, counted as before.
    unsafe {
        let block = block.cast::<u8>().sub(HEAD);
        let head = block.cast::<Head>().read();
        let (Some(old), Some(_)) = (layout(head.size), layout(size)) else { return null_mut() };
        if let Some(meter) = head.meter.as_ref()
            && size > head.size
            && meter.take(Limit::HostMemory, (size - head.size) as u64).is_err()
        {
            return null_mut();
        }
        let moved = realloc(block, old, size + HEAD);
        if let Some(meter) = head.meter.as_ref() {
            match moved.is_null() {
                true if size > head.size => meter.give_back(Limit::HostMemory, (size - head.size) as u64),
                false if size < head.size => meter.give_back(Limit::HostMemory, (head.size - size) as u64),
                _ => {}
            }
        }
        if moved.is_null() {
            return null_mut();
        }
        moved.cast::<Head>().write(Head { size, meter: head.meter });
        moved.add(HEAD).cast()
    }
}

unsafe extern "C" fn mem_size(block: *mut c_void) -> c_int {
    if block.is_null() {
        return 0;
    }
    // SAFETY: a block of ours, with its head before it.
    let size = unsafe { block.cast::<u8>().sub(HEAD).cast::<Head>().read().size };
    c_int::try_from(size).unwrap_or(c_int::MAX)
}

unsafe extern "C" fn mem_roundup(size: c_int) -> c_int {
    size.saturating_add(7) & !7
}

unsafe extern "C" fn mem_init(_: *mut c_void) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn mem_shutdown(_: *mut c_void) {}

/// What SQLite is configured with.
pub(crate) const fn methods() -> ffi::sqlite3_mem_methods {
    ffi::sqlite3_mem_methods {
        xMalloc: Some(mem_malloc),
        xFree: Some(mem_free),
        xRealloc: Some(mem_realloc),
        xSize: Some(mem_size),
        xRoundup: Some(mem_roundup),
        xInit: Some(mem_init),
        xShutdown: Some(mem_shutdown),
        pAppData: null_mut(),
    }
}
