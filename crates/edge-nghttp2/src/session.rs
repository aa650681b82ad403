//! [`Session`]: its life, bytes in and bytes out. `submit.rs` is what it can be told to send, `state.rs` what it can be asked.

use crate::callbacks::{Context, RawCallbacks, SEED};
use crate::memory::Counter;
use crate::options::RawOptions;
use crate::{Events, Failure, Options};
use libnghttp2_sys as ffi;
use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;

/// Which end of a connection a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Waits for requests.
    Server,
    /// Makes requests.
    Client,
}

/// One end of an HTTP/2 connection.
pub struct Session {
    raw: *mut ffi::nghttp2_session,
    /// Freed after the session: nghttp2 counts to the end.
    memory: Box<Counter>,
    running: Cell<bool>,
}

impl Session {
    /// A session.
    ///
    /// # Errors
    /// [`Failure::NO_MEMORY`]; what nghttp2 does not like about `options`.
    pub fn new(kind: Kind, options: &Options) -> Result<Self, Failure> {
        let raw_options = RawOptions::new(options)?;
        let callbacks = RawCallbacks::new(options.padding)?;
        let memory = Counter::new();
        let mut allocator = memory.allocator();
        let mut raw = std::ptr::null_mut();
        SEED.set(options.seed);
        let new = match kind {
            Kind::Server => ffi::nghttp2_session_server_new3,
            Kind::Client => ffi::nghttp2_session_client_new3,
        };
        // SAFETY: writes a new session to `raw`, or fails; it copies callbacks, options and allocator. The allocator's counter is in a
        // box that lives as long as the session.
        Failure::check(unsafe { new(&raw mut raw, callbacks.0, std::ptr::null_mut(), raw_options.0, &raw mut allocator) })?;
        Ok(Self { raw, memory, running: Cell::new(false) })
    }

    pub(crate) const fn raw(&self) -> *mut ffi::nghttp2_session {
        self.raw
    }

    /// Bytes that nghttp2 holds for this session.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory.get()
    }

    /// Whether a `receive` or `send` is running: an event asks.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running.get()
    }

    /// Takes bytes of the peer's; answers how many: all, unless an event answered [`crate::Verdict::Pause`].
    ///
    /// # Errors
    /// nghttp2's: the connection is over. [`Failure::BUSY`] from an event.
    pub fn receive(&self, data: &[u8], events: &dyn Events) -> Result<usize, Failure> {
        let taken = self.call(events, || {
            // SAFETY: a live session that is in no other call; the input is shared, so nobody writes to it during the call.
            unsafe { ffi::nghttp2_session_mem_recv2(self.raw, data.as_ptr(), data.len()) }
        })?;
        usize::try_from(taken).map_err(|_| Failure(taken as i32))
    }

    /// Gives out everything that is to be sent, in order: what `write` gets, and in between what [`Events::send_data`] is told to take.
    ///
    /// # Errors
    /// nghttp2's: the connection is over. [`Failure::BUSY`] from an event.
    pub fn send(&self, events: &dyn Events, write: &dyn Fn(&[u8])) -> Result<(), Failure> {
        self.call(events, || {
            loop {
                let mut data = std::ptr::null();
                // SAFETY: a live session that is in no other call.
                let len = unsafe { ffi::nghttp2_session_mem_send2(self.raw, &raw mut data) };
                if len <= 0 {
                    return len;
                }
                // SAFETY: that many bytes of nghttp2's, which live until its next call; `write` cannot make one that changes them, for
                // `send` and `receive` are refused now.
                write(unsafe { std::slice::from_raw_parts(data, len as usize) });
            }
        })
        .and_then(|code| if code < 0 { Err(Failure(code as i32)) } else { Ok(()) })
    }

    /// Lets nghttp2 run with `events` for its callbacks.
    fn call(&self, events: &dyn Events, call: impl FnOnce() -> ffi::nghttp2_ssize) -> Result<ffi::nghttp2_ssize, Failure> {
        if self.running.replace(true) {
            return Err(Failure::BUSY);
        }
        let context = Context { events, panic: RefCell::new(None) };
        // SAFETY: a live session; the context outlives the call and is taken back by the guard, also when `call` panics.
        unsafe { ffi::nghttp2_session_set_user_data(self.raw, (&raw const context).cast_mut().cast()) };
        let guard = Guard(self);
        let answer = call();
        drop(guard);
        if let Some(panic) = context.panic.into_inner() {
            resume_unwind(panic);
        }
        Ok(answer)
    }
}

/// Ends a call, in whatever way it ends.
struct Guard<'a>(&'a Session);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // SAFETY: a live session.
        unsafe { ffi::nghttp2_session_set_user_data(self.0.raw, std::ptr::null_mut()) };
        self.0.running.set(false);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: made by `new`, freed once. No call of it can be running: it would borrow `self`.
        unsafe { ffi::nghttp2_session_del(self.raw) };
    }
}
