//! On whose behalf the current thread is inside of SQLite: what allocations are counted against and which hooks its callbacks call.
//!
//! Calls nest (a function of SQL runs SQL on another connection), so each call puts itself in front and takes itself away. Nothing here
//! outlives a call.

use crate::Hooks;
use edge_wasix::Meter;
use std::cell::Cell;
use std::marker::PhantomData;

#[derive(Clone, Copy)]
struct Active {
    meter: *const Meter,
    hooks: Option<*const dyn Hooks>,
}

thread_local! {
    static ACTIVE: Cell<Option<Active>> = const { Cell::new(None) };
}

/// Ends a call when it is dropped.
pub(crate) struct Entered<'a> {
    before: Option<Active>,
    borrowed: PhantomData<(&'a Meter, &'a dyn Hooks, *const ())>,
}

/// Begins a call on behalf of `meter`'s kernel.
pub(crate) fn enter<'a>(meter: &'a Meter, hooks: Option<&'a dyn Hooks>) -> Entered<'a> {
    // SAFETY: only the lifetime is changed; the pointer is used by `hooks` below alone, while the guard, which borrows them, lives.
    let hooks = hooks.map(|hooks| unsafe { std::mem::transmute::<*const (dyn Hooks + 'a), *const (dyn Hooks + 'static)>(hooks) });
    let before = ACTIVE.replace(Some(Active { meter, hooks }));
    Entered { before, borrowed: PhantomData }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        ACTIVE.set(self.before);
    }
}

/// What an allocation is counted against; null outside of calls.
pub(crate) fn meter() -> *const Meter {
    ACTIVE.get().map_or(std::ptr::null(), |active| active.meter)
}

/// Runs `f` with the hooks of the innermost call; `None` where that has none, or `f` panicked.
pub(crate) fn with_hooks<R>(f: impl FnOnce(&dyn Hooks) -> R) -> Option<R> {
    let hooks = ACTIVE.get()?.hooks?;
    // SAFETY: the guard of the innermost call borrows the hooks and lives until that call returns, which is after this callback.
    let hooks = unsafe { &*hooks };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(hooks))).ok()
}
