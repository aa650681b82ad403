//! nghttp2's memory: Rust's allocator, counted per session.

use libnghttp2_sys as ffi;
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::cell::Cell;
use std::ffi::c_void;

/// Bytes that one session holds. Boxed, so that C can keep its address.
pub(crate) struct Counter(Cell<usize>);

/// Before each block lies its size; 16 bytes, so that the block is aligned as `malloc`'s are.
const HEAD: usize = 16;

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(HEAD)?, HEAD).ok()
}

impl Counter {
    pub fn new() -> Box<Self> {
        Box::new(Self(Cell::new(0)))
    }

    pub fn get(&self) -> usize {
        self.0.get()
    }

    /// The allocator to give to nghttp2; valid as long as the counter lives.
    pub fn allocator(&self) -> ffi::nghttp2_mem {
        ffi::nghttp2_mem {
            mem_user_data: (&raw const *self).cast_mut().cast(),
            malloc: Some(mem_malloc),
            free: Some(mem_free),
            calloc: Some(mem_calloc),
            realloc: Some(mem_realloc),
        }
    }

    fn add(&self, size: usize) {
        self.0.set(self.0.get().saturating_add(size));
    }

    fn sub(&self, size: usize) {
        self.0.set(self.0.get().saturating_sub(size));
    }
}

/// # Safety
/// `user_data` must be a live [`Counter`]'s address.
unsafe fn new_block(size: usize, zeroed: bool, user_data: *mut c_void) -> *mut c_void {
    let Some(layout) = layout(size) else { return std::ptr::null_mut() };
    // SAFETY: the layout has at least the head, so it is not empty; the head is written before the block is given out, and a block is
    // aligned for it.
    unsafe {
        let block = if zeroed { alloc_zeroed(layout) } else { alloc(layout) };
        if block.is_null() {
            return std::ptr::null_mut();
        }
        block.cast::<usize>().write(size);
        (*user_data.cast::<Counter>()).add(size);
        block.add(HEAD).cast()
    }
}

unsafe extern "C" fn mem_malloc(size: usize, user_data: *mut c_void) -> *mut c_void {
    // SAFETY: nghttp2 passes on what it was given, and its session does not outlive the counter.
    unsafe { new_block(size, false, user_data) }
}

unsafe extern "C" fn mem_calloc(count: usize, size: usize, user_data: *mut c_void) -> *mut c_void {
    let Some(size) = count.checked_mul(size) else { return std::ptr::null_mut() };
    // SAFETY: as for `mem_malloc`.
    unsafe { new_block(size, true, user_data) }
}

unsafe extern "C" fn mem_free(block: *mut c_void, user_data: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: a block of `new_block`, with its size in the head, freed once; the layout is the one it was made with.
    unsafe {
        let start = block.cast::<u8>().sub(HEAD);
        let size = start.cast::<usize>().read();
        if let Some(layout) = layout(size) {
            (*user_data.cast::<Counter>()).sub(size);
            dealloc(start, layout);
        }
    }
}

unsafe extern "C" fn mem_realloc(block: *mut c_void, size: usize, user_data: *mut c_void) -> *mut c_void {
    if block.is_null() {
        // SAFETY: as for `mem_malloc`.
        return unsafe { new_block(size, false, user_data) };
    }
    // SAFETY: as for `mem_free`; the new size has passed `layout`, and the head is written anew.
    unsafe {
        let start = block.cast::<u8>().sub(HEAD);
        let old = start.cast::<usize>().read();
        let (Some(old_layout), Some(new_layout)) = (layout(old), layout(size)) else { return std::ptr::null_mut() };
        let moved = realloc(start, old_layout, new_layout.size());
        if moved.is_null() {
            return std::ptr::null_mut();
        }
        moved.cast::<usize>().write(size);
        let counter = &*user_data.cast::<Counter>();
        counter.sub(old);
        counter.add(size);
        moved.add(HEAD).cast()
    }
}
