//! Handles of the runtime's half: numbers of this process that are never used again, and what they name.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The next number; 0 names nothing.
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// A number that was never given before.
pub(super) fn next_handle() -> usize {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What the handles of one environment and kind name.
pub(super) struct Registry<T>(RefCell<BTreeMap<usize, T>>);

impl<T> Default for Registry<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: Clone> Registry<T> {
    /// Takes something in; its handle.
    pub(super) fn add(&self, value: T) -> usize {
        let handle = next_handle();
        self.insert(handle, value);
        handle
    }
    /// Takes something in under a handle made before.
    pub(super) fn insert(&self, handle: usize, value: T) {
        self.0.borrow_mut().insert(handle, value);
    }
    /// What a handle names.
    pub(super) fn get(&self, handle: usize) -> Option<T> {
        self.0.borrow().get(&handle).cloned()
    }
    /// Takes it out. Its drop may call anything, so it is the caller's.
    pub(super) fn take(&self, handle: usize) -> Option<T> {
        self.0.borrow_mut().remove(&handle)
    }
    /// The youngest.
    pub(super) fn last(&self) -> Option<(usize, T)> {
        self.0.borrow().last_key_value().map(|(handle, value)| (*handle, value.clone()))
    }
    /// The youngest that fits.
    pub(super) fn find(&self, fits: impl Fn(&T) -> bool) -> Option<usize> {
        self.0.borrow().iter().rev().find(|(_, value)| fits(value)).map(|(handle, _)| *handle)
    }
}
