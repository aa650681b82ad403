//! Wake-ups of a callback from other threads (`uv_async_t`).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::event_loop::Loop;
use crate::handle::{HandleCore, HandleKind, HandleState, impl_handle};
use crate::wake::LoopShared;

pub(crate) struct AsyncState {
    core: HandleCore,
    callback: RefCell<Option<Rc<dyn Fn()>>>,
    pending: Arc<AtomicBool>,
    shared: Arc<LoopShared>,
}

impl HandleState for AsyncState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        if let Some(owner) = self.core.owner() {
            owner.inner.asyncs.borrow_mut().remove(&self.core.id);
        }
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.borrow_mut().take();
        drop(callback);
    }
}

/// A handle that other threads can fire. Active from the start until it is closed.
#[derive(Clone)]
pub struct Async(Rc<AsyncState>);
impl_handle!(Async);

/// Fires an [`Async`] from any thread.
#[derive(Clone)]
pub struct AsyncSender {
    id: u64,
    pending: Arc<AtomicBool>,
    shared: Arc<LoopShared>,
}

impl Async {
    /// Makes the handle and starts it (`uv_async_init`).
    pub fn new(owner: &Loop, callback: impl Fn() + 'static) -> Async {
        let state = Rc::new(AsyncState {
            core: HandleCore::new(owner, HandleKind::Async),
            callback: RefCell::new(Some(Rc::new(callback))),
            pending: Arc::default(),
            shared: owner.inner.shared.clone(),
        });
        state.core.set_active(true);
        owner.inner.asyncs.borrow_mut().insert(state.core.id, state.clone());
        owner.adopt(state.clone());
        Async(state)
    }

    /// The part for other threads.
    pub fn sender(&self) -> AsyncSender {
        AsyncSender { id: self.0.core.id, pending: self.0.pending.clone(), shared: self.0.shared.clone() }
    }

    /// [`AsyncSender::send`] from the loop's own thread.
    pub fn send(&self) {
        self.sender().send();
    }
}

impl AsyncSender {
    /// Makes the loop call the handle's callback in its poll phase (`uv_async_send`). Sends before the call coalesce
    /// into one; a send during the call gives another. Harmless after close. Never blocks.
    pub fn send(&self) {
        if !self.pending.swap(true, Ordering::AcqRel) {
            self.shared.push_async(self.id);
        }
    }
}

impl std::fmt::Debug for AsyncSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsyncSender").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Calls the async handle `id`, if it is open.
pub(crate) fn fire(owner: &Loop, id: u64) {
    let state = owner.inner.asyncs.borrow().get(&id).cloned();
    let Some(state) = state else { return };
    // Before the call, so that a send during it is not lost.
    state.pending.store(false, Ordering::Release);
    let callback = state.callback.borrow().clone();
    if let Some(callback) = callback {
        callback();
    }
}
