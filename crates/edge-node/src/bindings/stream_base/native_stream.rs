//! [`NativeStream`]: a stream handle of any kind as native code uses it (Node's `StreamResource`): a pipe between two of them, a
//! protocol on top of one.

use super::read::on_event;
use super::{Consumer, EndListener, StreamBase};
use crate::bindings::fs::file_stream;
use crate::bindings::{http2, js_stream};
use crate::{AsyncWrap, Environment};
use edge_loop::ReadEvent;
use edge_napi::{Env, Error, Result, Value};
use edge_wasix::Errno;
use std::rc::Rc;

/// Hears how a write or a shutdown ended; called in a handle scope.
pub type Done = Box<dyn FnOnce(&Rc<Environment>, edge_wasix::Result<()>)>;
/// Hears that a sink wants that many bytes; 0: it is gone.
pub type WantsWrite = Rc<dyn Fn(&Rc<Environment>, usize)>;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// All of it is out; `done` was dropped uncalled.
    Now,
    /// `done` will be called.
    Later,
}

/// A stream handle that native code has taken over.
///
/// Calls may run JavaScript when the stream is one of the program's. None of them keeps the object alive.
pub trait NativeStream {
    /// Has `consumer` get what is read, or the program again.
    fn set_consumer(&self, consumer: Option<Consumer>);
    /// Has `listener` hear of the end or of the error that ended the stream, or the program again. It is not told when the program
    /// starts the reading of a stream of the loop's itself.
    fn set_end_listener(&self, listener: Option<EndListener>);
    /// Reads on.
    ///
    /// # Errors
    /// libuv's; `UV_EOF` has no errno and is told as an end.
    fn read_start(&self) -> edge_wasix::Result<()>;
    /// Stops reading.
    fn read_stop(&self);
    /// Limits each report of what was read, for a stream that can.
    fn limit_reads(&self, _bytes: usize) {}
    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// libuv's; `done` is then dropped uncalled.
    fn write(&self, bytes: Vec<u8>, done: Done) -> edge_wasix::Result<Written>;
    /// Ends the writing half after what waits.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn shutdown(&self, done: Done) -> edge_wasix::Result<Written>;
    /// Has `listener` hear when the stream wants bytes, or nobody. `false`: it is of a kind that never asks.
    fn set_wants_write(&self, _listener: Option<WantsWrite>) -> bool {
        false
    }
}

/// The stream behind `object`.
///
/// # Errors
/// A `TypeError` for an object that is no stream.
pub fn native_stream(env: Env, object: Value) -> Result<Rc<dyn NativeStream>> {
    native_stream_of(&AsyncWrap::of(env, object)?)
}

/// The stream behind the object of `wrap`.
///
/// # Errors
/// A `TypeError` for an object that is no stream.
pub fn native_stream_of(wrap: &Rc<AsyncWrap>) -> Result<Rc<dyn NativeStream>> {
    if let Ok(base) = wrap.state::<StreamBase>() {
        return Ok(Rc::new(LoopStream { wrap: wrap.clone(), base }));
    }
    if let Some(stream) = js_stream::native(wrap) {
        return Ok(stream);
    }
    if let Some(stream) = http2::native(wrap) {
        return Ok(stream);
    }
    file_stream::native(wrap).ok_or_else(|| Error::type_error("ERR_INVALID_ARG_TYPE", "The object is no stream"))
}

/// A stream of the loop's.
struct LoopStream {
    wrap: Rc<AsyncWrap>,
    base: Rc<StreamBase>,
}

impl NativeStream for LoopStream {
    fn set_consumer(&self, consumer: Option<Consumer>) {
        self.base.set_consumer(consumer);
    }

    fn set_end_listener(&self, listener: Option<EndListener>) {
        let old = self.base.end_listener.replace(listener);
        drop(old);
    }

    fn read_start(&self) -> edge_wasix::Result<()> {
        if self.base.is_closed() {
            return Err(Errno::EINVAL);
        }
        let (wrap, base) = (Rc::downgrade(&self.wrap), Rc::downgrade(&self.base));
        self.base.stream().read_start(move |_, event| {
            let (Some(wrap), Some(base)) = (wrap.upgrade(), base.upgrade()) else { return };
            let listener = base.end_listener.borrow().clone();
            match (listener, wrap.environment()) {
                (Some(listener), Some(environment)) if !matches!(event, ReadEvent::Data(_)) => {
                    if let Ok(_scope) = environment.env().scope() {
                        listener(&environment, &|| on_event(&wrap, &base, event));
                    }
                }
                _ => on_event(&wrap, &base, event),
            }
        })
    }

    fn read_stop(&self) {
        if !self.base.is_closed() && !self.base.stream().is_listening() {
            self.base.stream().read_stop();
        }
    }

    fn write(&self, mut bytes: Vec<u8>, done: Done) -> edge_wasix::Result<Written> {
        let stream = self.base.stream();
        match stream.try_write(&[&bytes]) {
            Ok(written) => drop(bytes.drain(..written)),
            Err(Errno::EAGAIN) => {}
            Err(errno) => return Err(errno),
        }
        if bytes.is_empty() {
            return Ok(Written::Now);
        }
        stream.write(bytes, self.told(done)).map(|_| Written::Later)
    }

    fn shutdown(&self, done: Done) -> edge_wasix::Result<Written> {
        self.base.stream().shutdown(self.told(done)).map(|_| Written::Later)
    }
}

impl LoopStream {
    /// `done` as the loop calls it.
    fn told(&self, done: Done) -> impl FnOnce(&edge_loop::Loop, edge_wasix::Result<()>) + 'static {
        let wrap = self.wrap.clone();
        move |_, result| {
            if let Some(environment) = wrap.environment()
                && let Ok(_scope) = environment.env().scope()
            {
                done(&environment, result);
            }
        }
    }
}
