//! Typed arrays shared with native code (Node's `AliasedBuffer`): the array lies in the engine's linear memory, native code reads and
//! writes it in place.

use edge_napi::types::napi_typedarray_type;
use std::cell::Cell;

mod sealed {
    pub trait Sealed {}
}

/// An element type of an [`Aliased`] array. Every bit pattern is a value.
pub trait AliasedElement: Copy + sealed::Sealed + 'static {
    /// The typed array's kind.
    const KIND: napi_typedarray_type;
}

macro_rules! element {
    ($($ty:ty => $kind:ident),*) => {$(
        impl sealed::Sealed for $ty {}
        impl AliasedElement for $ty {
            const KIND: napi_typedarray_type = napi_typedarray_type::$kind;
        }
    )*};
}
element! {
    u8 => napi_uint8_array, u32 => napi_uint32_array, i32 => napi_int32_array, f64 => napi_float64_array,
    u64 => napi_biguint64_array, i64 => napi_bigint64_array
}

/// Native view of a shared typed array. The guest cannot detach or resize its buffer's memory away: the provider keeps the bytes of
/// an array buffer where they are as long as the buffer lives, and a named root keeps it alive.
pub struct Aliased<T> {
    ptr: Cell<*mut T>,
    len: usize,
}

impl<T> Clone for Aliased<T> {
    fn clone(&self) -> Self {
        Self { ptr: self.ptr.clone(), len: self.len }
    }
}

impl<T: AliasedElement> Aliased<T> {
    /// # Safety
    /// `ptr` must point at `len` elements of linear memory that live and stay in place as long as this value is used.
    pub(crate) unsafe fn new(ptr: *mut T, len: usize) -> Self {
        Self { ptr: Cell::new(ptr), len }
    }
    /// Number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Element `index`.
    ///
    /// # Panics
    /// Past the end: indexes are the host's own constants.
    #[must_use]
    pub fn get(&self, index: usize) -> T {
        assert!(index < self.len);
        // SAFETY: in bounds; `new` promises live memory; linear memory is shared with the engine only, on this thread.
        unsafe { self.ptr.get().add(index).read_unaligned() }
    }
    /// Sets element `index`.
    ///
    /// # Panics
    /// Past the end: indexes are the host's own constants.
    pub fn set(&self, index: usize, value: T) {
        assert!(index < self.len);
        // SAFETY: as for `get`.
        unsafe { self.ptr.get().add(index).write_unaligned(value) }
    }
    /// Sets elements from the start.
    pub fn set_all(&self, values: &[T]) {
        for (index, value) in values.iter().enumerate().take(self.len) {
            self.set(index, *value);
        }
    }
}
