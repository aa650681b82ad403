//! Reading and writing linear memory from the host.
//!
//! Addresses come from the engine and are never trusted: each access is checked against the memory's present size. Only the
//! engine's thread touches its memory, and while a host function runs no engine code does, so the copies and the single
//! values are safe; slices are not, because the next call into the engine may write to or grow what they lie in.

use crate::Engine;

macro_rules! scalar {
    ($load:ident, $store:ident, $type:ty) => {
        /// The value at `address`, at any alignment; `None` outside of linear memory.
        #[inline]
        #[must_use]
        pub fn $load(&self, address: u32) -> Option<$type> {
            let at = self.at(address, size_of::<$type>())?;
            // SAFETY: in bounds of usable memory, which any bit pattern is good for; no engine code runs now.
            Some(unsafe { at.cast::<$type>().read_unaligned() })
        }

        /// Writes the value at `address`, at any alignment; `None` outside of linear memory.
        #[inline]
        pub fn $store(&self, address: u32, value: $type) -> Option<()> {
            let at = self.at(address, size_of::<$type>())?;
            // SAFETY: as for loading; `Engine` is not Sync, so nobody reads it meanwhile.
            unsafe { at.cast::<$type>().write_unaligned(value) };
            Some(())
        }
    };
}

impl Engine {
    /// Bytes of linear memory, as the engine sees it.
    #[inline]
    #[must_use]
    pub fn memory_size(&self) -> u64 {
        // SAFETY: the record is live; engine code, which changes the field, does not run now.
        unsafe { (*self.raw()).size }
    }

    /// The host address of `len` bytes at `address`, when they lie in linear memory.
    #[inline]
    #[must_use]
    pub fn at(&self, address: u32, len: usize) -> Option<*mut u8> {
        let end = u64::from(address).checked_add(len as u64)?;
        if end > self.memory_size() {
            return None;
        }
        // SAFETY: the record is live; the offset is inside of the reservation.
        unsafe { Some((*self.raw()).memory.add(address as usize)) }
    }

    scalar!(load_u8, store_u8, u8);
    scalar!(load_u32, store_u32, u32);
    scalar!(load_i32, store_i32, i32);
    scalar!(load_u64, store_u64, u64);
    scalar!(load_i64, store_i64, i64);
    scalar!(load_f64, store_f64, f64);

    /// Copies from linear memory; `None` when it does not all lie inside.
    #[must_use]
    pub fn read(&self, address: u32, into: &mut [u8]) -> Option<()> {
        let at = self.at(address, into.len())?;
        // SAFETY: in bounds; a Rust slice given by safe code does not overlap linear memory.
        unsafe { at.copy_to(into.as_mut_ptr(), into.len()) };
        Some(())
    }

    /// Copies into linear memory; `None` when it does not all fit inside.
    pub fn write(&self, address: u32, bytes: &[u8]) -> Option<()> {
        let at = self.at(address, bytes.len())?;
        // SAFETY: as for reading.
        unsafe { at.copy_from(bytes.as_ptr(), bytes.len()) };
        Some(())
    }

    /// `len` bytes at `address`, in place.
    ///
    /// # Safety
    /// While the slice lives, no engine code may run on this engine and nothing may write to those bytes.
    #[inline]
    #[must_use]
    pub unsafe fn bytes(&self, address: u32, len: usize) -> Option<&[u8]> {
        let at = self.at(address, len)?;
        // SAFETY: in bounds; the rest is the caller's promise.
        Some(unsafe { std::slice::from_raw_parts(at, len) })
    }

    /// `len` bytes at `address`, in place, to write to.
    ///
    /// # Safety
    /// While the slice lives, no engine code may run on this engine and nothing else may touch those bytes.
    #[inline]
    #[must_use]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn bytes_mut(&self, address: u32, len: usize) -> Option<&mut [u8]> {
        let at = self.at(address, len)?;
        // SAFETY: in bounds; the rest is the caller's promise.
        Some(unsafe { std::slice::from_raw_parts_mut(at, len) })
    }
}
