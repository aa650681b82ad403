//! The half of a thread-safe function that all threads share: its queue, how many threads use it, and whether it still takes calls.
//!
//! Nothing of it runs module code, and its lock is never held while anything else runs.

use super::ModuleData;
use edge_loop::AsyncSender;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_wasix::thread::current_thread_id;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

struct State {
    items: VecDeque<ModuleData>,
    threads: usize,
    /// Takes no calls any more.
    closing: bool,
    /// The loop's half is gone.
    finished: bool,
}

/// The shared half.
pub(super) struct Queue {
    handle: usize,
    /// Most items it holds; 0: any number.
    limit: usize,
    context: ModuleData,
    sender: AsyncSender,
    /// The environment's thread: it alone makes room, so it must not wait for it.
    owner: u32,
    state: Mutex<State>,
    room: Condvar,
}

// SAFETY: `context` is only handed back to the module (see `ModuleData`); the rest is `Sync` of itself.
unsafe impl Sync for Queue {}

/// All thread-safe functions of the process: their handles come from any thread, without an environment.
static ALL: Mutex<BTreeMap<usize, Arc<Queue>>> = Mutex::new(BTreeMap::new());

fn all() -> MutexGuard<'static, BTreeMap<usize, Arc<Queue>>> {
    // Nothing panics while it holds the lock.
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The queue of a handle, which may be forged.
pub(super) fn find(handle: napi_threadsafe_function) -> Result<Arc<Queue>, napi_status> {
    all().get(&handle.0).cloned().ok_or(napi_invalid_arg)
}

/// What the loop has to do next.
pub(super) enum Next {
    /// Hand this item to the module; `more`: there is another.
    Item {
        /// The item.
        data: ModuleData,
        /// Another waits.
        more: bool,
        /// It was the last there will ever be.
        last: bool,
    },
    /// Nothing is queued.
    Idle,
    /// It takes no calls any more: close.
    Close,
}

impl Queue {
    /// Lists a new one.
    pub(super) fn list(handle: usize, limit: usize, threads: usize, context: ModuleData, sender: AsyncSender) -> Arc<Self> {
        let state = State { items: VecDeque::new(), threads, closing: false, finished: false };
        let owner = current_thread_id();
        let queue = Arc::new(Self { handle, limit, context, sender, owner, state: Mutex::new(state), room: Condvar::new() });
        all().insert(handle, queue.clone());
        queue
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The module's context.
    pub(super) const fn context(&self) -> ModuleData {
        self.context
    }

    /// Takes the handle off the list when neither the loop nor a thread can use it.
    fn forget_if_done(&self, state: &State) {
        if state.finished && state.threads == 0 {
            all().remove(&self.handle);
        }
    }

    /// `napi_call_threadsafe_function`.
    pub(super) fn push(&self, data: ModuleData, mode: napi_threadsafe_function_call_mode) -> napi_status {
        let mut state = self.state();
        while self.limit > 0 && state.items.len() >= self.limit && !state.closing {
            if mode == napi_threadsafe_function_call_mode::napi_tsfn_nonblocking {
                return napi_queue_full;
            }
            if current_thread_id() == self.owner {
                return napi_would_deadlock;
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closing {
            if state.threads == 0 {
                return napi_invalid_arg;
            }
            state.threads -= 1;
            self.forget_if_done(&state);
            return napi_closing;
        }
        state.items.push_back(data);
        drop(state);
        self.sender.send();
        napi_ok
    }

    /// `napi_acquire_threadsafe_function`.
    pub(super) fn acquire(&self) -> napi_status {
        let mut state = self.state();
        if state.closing {
            return napi_closing;
        }
        match state.threads.checked_add(1) {
            Some(threads) => state.threads = threads,
            None => return napi_generic_failure,
        }
        napi_ok
    }

    /// `napi_release_threadsafe_function`.
    pub(super) fn release(&self, mode: napi_threadsafe_function_release_mode) -> napi_status {
        let abort = mode == napi_threadsafe_function_release_mode::napi_tsfn_abort;
        let mut state = self.state();
        if state.threads == 0 {
            return napi_invalid_arg;
        }
        state.threads -= 1;
        self.forget_if_done(&state);
        if (state.threads == 0 || abort) && !state.closing {
            state.closing = abort;
            drop(state);
            if abort {
                self.room.notify_all();
            }
            self.sender.send();
        }
        napi_ok
    }

    /// The loop's turn.
    pub(super) fn next(&self) -> Next {
        let mut state = self.state();
        if state.closing {
            return Next::Close;
        }
        let item = state.items.pop_front();
        let more = !state.items.is_empty();
        if !more && state.threads == 0 {
            state.closing = true;
        }
        let last = state.closing;
        drop(state);
        self.room.notify_all();
        match item {
            Some(data) => Next::Item { data, more, last },
            None if last => Next::Close,
            None => Next::Idle,
        }
    }

    /// Asks the loop for another turn.
    pub(super) fn wake(&self) {
        self.sender.send();
    }

    /// Takes no calls from here on; who waits for room is told.
    pub(super) fn close(&self) {
        self.state().closing = true;
        self.room.notify_all();
    }

    /// The loop's half is gone: what is still queued, for the module to free.
    pub(super) fn finish(&self) -> VecDeque<ModuleData> {
        let mut state = self.state();
        state.closing = true;
        state.finished = true;
        self.forget_if_done(&state);
        std::mem::take(&mut state.items)
    }
}
