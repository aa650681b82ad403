//! Which JavaScript a call comes from. Only the Node layer can say; a thread that runs JavaScript has its way of asking set here. Work that
//! is done by another thread takes the answer along from where it was asked for.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// The frames of a stack, innermost first.
pub type Origin = Arc<[String]>;

/// Answers the JavaScript stack of the calling thread, innermost frame first; nothing where none runs.
pub type StackSource = fn() -> Vec<String>;

thread_local! {
    static SOURCE: Cell<Option<StackSource>> = const { Cell::new(None) };
    static CARRIED: RefCell<Option<Origin>> = const { RefCell::new(None) };
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Sets how this thread's JavaScript stack is found; `None` on a thread that no observed program runs on.
pub fn set_stack_source(source: Option<StackSource>) {
    SOURCE.set(source);
}

/// Whether this thread runs an observed program.
pub fn is_watched() -> bool {
    SOURCE.get().is_some()
}

/// The JavaScript that this thread works for: what runs here, or what asked for the work that runs here.
pub fn origin() -> Option<Origin> {
    if let Some(carried) = CARRIED.with_borrow(Clone::clone) {
        return Some(carried);
    }
    let source = SOURCE.get()?;
    // Asking must not be told of: it may look at files itself.
    Some(source().into())
}

/// Runs `work` as something that `origin` asked for.
pub fn with_origin<R>(origin: Option<Origin>, work: impl FnOnce() -> R) -> R {
    /// Puts back what was there, also when the work panics.
    struct Back(Option<Origin>);
    impl Drop for Back {
        fn drop(&mut self) {
            CARRIED.set(self.0.take());
        }
    }
    let _back = Back(CARRIED.replace(origin));
    work()
}

/// Runs `ask` unless it runs on this thread already.
pub(crate) fn whole_asking<R>(ask: impl FnOnce() -> R) -> Option<R> {
    /// As above.
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            ASKING.set(false);
        }
    }
    if ASKING.replace(true) {
        return None;
    }
    let _over = Over;
    Some(ask())
}
