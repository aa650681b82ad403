//! What the host keeps behind ids that lie in linear memory: native pointers with their finalisers, and callbacks of functions made
//! at run time. The engine never sees a host pointer; an id that it made up names another entry or none.

use edge_napi::types::{napi_callback, napi_finalize};
use std::cell::RefCell;
use std::ffi::c_void;

/// A native pointer and how it ends.
#[derive(Clone, Copy)]
pub(crate) struct Pointer {
    pub(crate) data: *mut c_void,
    pub(crate) finalize: napi_finalize,
    pub(crate) hint: *mut c_void,
}

/// One entry.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    Free { next: u32 },
    Pointer(Pointer),
    Callback { callback: napi_callback, data: *mut c_void },
}

/// The table; ids count from 1.
#[derive(Default)]
pub(crate) struct HostPointers {
    inner: RefCell<Table>,
}

#[derive(Default)]
struct Table {
    entries: Vec<Entry>,
    free: u32,
    live: usize,
}

impl HostPointers {
    /// A new id for an entry.
    pub(crate) fn add(&self, entry: Entry) -> u32 {
        let mut table = self.inner.borrow_mut();
        table.live += 1;
        let id = table.free;
        if id == 0 {
            table.entries.push(entry);
            return table.entries.len() as u32;
        }
        let slot = &mut table.entries[id as usize - 1];
        let next = if let Entry::Free { next } = *slot { next } else { 0 };
        *slot = entry;
        table.free = next;
        id
    }

    /// The entry behind an id.
    pub(crate) fn get(&self, id: u32) -> Option<Entry> {
        self.inner.borrow().entries.get((id as usize).wrapping_sub(1)).copied()
    }

    /// Takes an entry out.
    pub(crate) fn take(&self, id: u32) -> Option<Entry> {
        let mut table = self.inner.borrow_mut();
        let free = table.free;
        let slot = table.entries.get_mut((id as usize).wrapping_sub(1))?;
        if matches!(slot, Entry::Free { .. }) {
            return None;
        }
        let entry = std::mem::replace(slot, Entry::Free { next: free });
        table.free = id;
        table.live -= 1;
        Some(entry)
    }

    /// Number of entries in use.
    pub(crate) fn live(&self) -> usize {
        self.inner.borrow().live
    }

    /// A copy of every entry in use.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.inner.borrow().entries.iter().filter(|entry| !matches!(entry, Entry::Free { .. })).copied().collect()
    }

    /// Takes any entry out, until none is left.
    pub(crate) fn take_any(&self) -> Option<Entry> {
        let id = self.inner.borrow().entries.iter().rposition(|entry| !matches!(entry, Entry::Free { .. }))?;
        self.take(id as u32 + 1)
    }
}
