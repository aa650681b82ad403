//! [`StreamListener`]: who hears what a stream that is none of the loop's reads: a native consumer, or the program's `onread`.

use super::read::{ONREAD, emit_read};
use super::{ARRAY_BUFFER_OFFSET, Consumer, READ_BYTES_OR_ERROR, set_shared};
use crate::keep::Keep;
use crate::{AsyncWrap, Environment};
use edge_loop::ReadEvent;
use edge_napi::types::napi_typedarray_type;
use edge_napi::{Env, Error, Result, Value};
use edge_wasix::Errno;
use std::cell::RefCell;
use std::rc::Rc;

/// Hears of the end of a stream, or of the error that ended it, in the place of the program's `onread`, which its second argument tells.
pub type EndListener = Rc<dyn Fn(&Rc<Environment>, &dyn Fn())>;

/// Part of a stream's state.
#[derive(Default)]
pub struct StreamListener {
    /// What reads go to instead of new ArrayBuffers.
    user_buffer: RefCell<Option<Keep>>,
    consumer: RefCell<Option<Consumer>>,
    end: RefCell<Option<EndListener>>,
}

impl StreamListener {
    /// Has `consumer` get what is read, or the program again.
    pub fn set_consumer(&self, consumer: Option<Consumer>) {
        let old = self.consumer.replace(consumer);
        drop(old);
    }

    /// Has `listener` hear of the end, or the program again.
    pub fn set_end_listener(&self, listener: Option<EndListener>) {
        let old = self.end.replace(listener);
        drop(old);
    }

    /// `useUserBuffer(uint8Array)`.
    ///
    /// # Errors
    /// A `TypeError` for anything but a view.
    pub fn use_user_buffer(&self, environment: &Rc<Environment>, buffer: Value) -> Result<()> {
        if !environment.env().is_array_buffer_view(buffer)? {
            return Err(Error::invalid_arg_type("The \"buffer\" argument must be an instance of Uint8Array"));
        }
        let old = self.user_buffer.replace(Some(Keep::new(environment, buffer)?));
        drop(old);
        Ok(())
    }

    /// Tells what was read, in a handle scope. Bytes come in pieces when the program's own buffer is smaller.
    pub fn emit(&self, environment: &Rc<Environment>, wrap: &AsyncWrap, event: ReadEvent<'_>) {
        let ReadEvent::Data(bytes) = event else {
            let end = self.end.borrow().clone();
            return match end {
                Some(end) => end(environment, &|| emit_read(environment, wrap, event)),
                None => emit_read(environment, wrap, event),
            };
        };
        let consumer = self.consumer.borrow().clone();
        if let Some(consumer) = consumer {
            return consumer(environment, bytes);
        }
        if self.user_buffer.borrow().is_none() {
            return emit_read(environment, wrap, event);
        }
        if let Err(error) = self.emit_in_pieces(environment, wrap, bytes) {
            environment.report_uncaught(error);
        }
    }

    fn emit_in_pieces(&self, environment: &Rc<Environment>, wrap: &AsyncWrap, mut bytes: &[u8]) -> Result<()> {
        let env = environment.env();
        while !bytes.is_empty() {
            let _scope = env.scope()?;
            let buffer = self.user_buffer.borrow().as_ref().map(Keep::object).transpose()?.flatten();
            let (Some(buffer), Some(object)) = (buffer, wrap.object()?) else { return Ok(()) };
            let onread = env.get_key(object, environment.private_symbol(ONREAD)?)?;
            if !env.is_function(onread)? || !environment.can_call_into_js() {
                return Ok(());
            }
            let count = fill(env, buffer, bytes)?;
            // A buffer without room takes nothing, ever: libuv's answer to such a one.
            let nread = if count == 0 { Errno::ENOBUFS.uv() } else { count as i32 };
            set_shared(environment, READ_BYTES_OR_ERROR, nread)?;
            set_shared(environment, ARRAY_BUFFER_OFFSET, 0)?;
            let next = environment.make_callback(wrap.context(environment, object)?, onread, object, &[env.undefined()?]);
            if count == 0 {
                return Ok(());
            }
            bytes = &bytes[count..];
            if let Some(next) = next
                && env.is_typed_array(next)?
                && env.typed_array_info(next)?.0 == napi_typedarray_type::napi_uint8_array
            {
                self.use_user_buffer(environment, next)?;
            }
        }
        Ok(())
    }
}

fn fill(env: Env, buffer: Value, bytes: &[u8]) -> Result<usize> {
    env.with_bytes(buffer, |to| {
        let count = bytes.len().min(to.len());
        to[..count].copy_from_slice(&bytes[..count]);
        count
    })
}
