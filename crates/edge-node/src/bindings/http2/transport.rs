//! The stream below a session, from which it has taken reading and writing over.

use crate::Environment;
use crate::bindings::stream_base::{self, Consumer, NativeStream, native_stream};
use edge_napi::{Env, Result, Value};
use std::rc::Rc;

/// What became of a write.
pub enum Written {
    /// All of it has gone out, or will never.
    Done,
    /// `done` will be called.
    Later,
}

/// A stream that a session sits on: of the loop's, or a program's.
#[derive(Clone)]
pub struct Transport(Rc<dyn NativeStream>);

impl Transport {
    /// The stream behind `handle`.
    ///
    /// # Errors
    /// A `TypeError` for an object that is no stream.
    pub fn of(env: Env, handle: Value) -> Result<Self> {
        Ok(Self(native_stream(env, handle)?))
    }

    /// Has `consumer` get what is read, or the program again.
    pub fn set_consumer(&self, consumer: Option<Consumer>) {
        self.0.set_consumer(consumer);
    }

    /// Reads on. A stream that is over says so elsewhere.
    pub fn read_start(&self) {
        let _ = self.0.read_start();
    }

    /// Stops reading.
    pub fn read_stop(&self) {
        self.0.read_stop();
    }

    /// Writes `bytes`, now as far as there is room; `done` is called from the loop, in a handle scope, if any are left.
    pub fn write(&self, bytes: Vec<u8>, done: impl FnOnce(&Rc<Environment>) + 'static) -> Written {
        match self.0.write(bytes, Box::new(move |environment, _| done(environment))) {
            Ok(stream_base::Written::Later) => Written::Later,
            // An error is told by the reading half, or by the end of the stream.
            Ok(stream_base::Written::Now) | Err(_) => Written::Done,
        }
    }
}
