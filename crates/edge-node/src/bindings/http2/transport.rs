//! The stream below a session, from which it has taken reading and writing over.

use crate::bindings::stream_base::{Consumer, StreamBase, start_reading};
use crate::{AsyncWrap, Environment};
use edge_napi::{Env, Result, Value};
use edge_wasix::Errno;
use std::rc::Rc;

/// What became of a write.
pub enum Written {
    /// All of it has gone out, or will never.
    Done,
    /// `done` will be called.
    Later,
}

/// A stream of the loop's that a session sits on.
#[derive(Clone)]
pub struct Transport {
    wrap: Rc<AsyncWrap>,
    base: Rc<StreamBase>,
}

impl Transport {
    /// The stream behind `handle`.
    ///
    /// # Errors
    /// A `TypeError` for an object that is no stream.
    pub fn of(env: Env, handle: Value) -> Result<Self> {
        let wrap = AsyncWrap::of(env, handle)?;
        let base = wrap.state::<StreamBase>()?;
        Ok(Self { wrap, base })
    }

    /// Has `consumer` get what is read, or the program again.
    pub fn set_consumer(&self, consumer: Option<Consumer>) {
        self.base.set_consumer(consumer);
    }

    /// Reads on. A stream that is over says so elsewhere.
    pub fn read_start(&self) {
        if !self.base.is_closed() && self.base.stream().is_open() && !self.base.stream().is_reading() {
            let _ = start_reading(&self.wrap, &self.base);
        }
    }

    /// Stops reading.
    pub fn read_stop(&self) {
        self.base.stream().read_stop();
    }

    /// Writes `bytes`, now as far as there is room; `done` is called from the loop, in a handle scope, if any are left.
    pub fn write(&self, mut bytes: Vec<u8>, done: impl FnOnce(&Rc<Environment>) + 'static) -> Written {
        let stream = self.base.stream();
        match stream.try_write(&[&bytes]) {
            Ok(written) if written == bytes.len() => return Written::Done,
            Ok(written) => drop(bytes.drain(..written)),
            Err(Errno::EAGAIN) => {}
            // The error is told by the reading half, or by the end of the stream.
            Err(_) => return Written::Done,
        }
        let wrap = self.wrap.clone();
        let write = stream.write(bytes, move |_, _| {
            let Some(environment) = wrap.environment() else { return };
            let Ok(_scope) = environment.env().scope() else { return };
            done(&environment);
        });
        if write.is_ok() { Written::Later } else { Written::Done }
    }
}
