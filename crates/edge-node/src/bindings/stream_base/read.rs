//! The reading half of a stream's object: `readStart`, `readStop`, `onread`, buffers of the program's own.

use super::connection::receive_handle;
use super::{ARRAY_BUFFER_OFFSET, READ_BYTES_OR_ERROR, StreamBase, base_of, method, set_shared};
use crate::{AsyncWrap, Environment};
use edge_loop::ReadEvent;
use edge_napi::types::napi_typedarray_type;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, UV_EOF};
use std::rc::Rc;

/// The private symbol that a stream's `onread` function lies under: with the object, so that it dies with it.
pub const ONREAD: &str = "stream_onread";

/// `readStart()`: from now on `onread(arrayBuffer)` is called with what arrives.
pub fn read_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, wrap, base| {
        if wrap.handle().is_some_and(|handle| handle.is_closing()) {
            return Ok(Err(Errno::EINVAL));
        }
        let stream = base.stream();
        if !stream.is_open() || stream.is_listening() {
            return Ok(Err(Errno::ENOTCONN));
        }
        if stream.is_reading() {
            return Ok(Err(Errno::EALREADY));
        }
        Ok(start_reading(wrap, base))
    })
}

/// What the stream reads goes to its consumer, or to `onread`, from now on.
pub fn start_reading(wrap: &Rc<AsyncWrap>, base: &Rc<StreamBase>) -> edge_wasix::Result<()> {
    let (weak, base_weak) = (Rc::downgrade(wrap), Rc::downgrade(base));
    base.stream().read_start(move |_, event| {
        if let (Some(wrap), Some(base)) = (weak.upgrade(), base_weak.upgrade()) {
            on_event(&wrap, &base, event);
        }
    })
}

/// `readStop()`.
pub fn read_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, base| {
        if !base.stream().is_listening() {
            base.stream().read_stop();
        }
        Ok(Ok(()))
    })
}

/// `useUserBuffer(uint8Array)`: reads go there, and `onread` gets no ArrayBuffer.
pub fn use_user_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, base| {
        if !env.is_array_buffer_view(info.arg(0))? {
            return Err(Error::invalid_arg_type("The \"buffer\" argument must be an instance of Uint8Array"));
        }
        take_user_buffer(env, base, info.arg(0))?;
        Ok(Ok(()))
    })
}

fn take_user_buffer(env: Env, base: &StreamBase, buffer: Value) -> Result<()> {
    base.set_user_buffer(env, Some(buffer))?;
    base.stream().set_read_limit(env.view_bytes(buffer)?.len);
    Ok(())
}

/// `onread`, `undefined` before it is set.
pub fn get_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    base_of(env, info)?;
    env.get_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?)
}

/// `onread = function`.
pub fn set_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    base_of(env, info)?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"onread\" property must be of type function"));
    }
    env.set_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?, info.arg(0))?;
    Ok(info.undefined())
}

pub(super) fn on_event(wrap: &AsyncWrap, base: &StreamBase, event: ReadEvent<'_>) {
    let Some(environment) = wrap.environment() else { return };
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return };
    if let ReadEvent::Data(bytes) = event {
        let consumer = base.consumer.borrow().clone();
        if let Some(consumer) = consumer {
            return consumer(&environment, bytes);
        }
    }
    if let Err(error) = call_onread(&environment, wrap, Some(base), event) {
        environment.report_uncaught(error);
    }
}

/// Calls `onread` of a stream that is none of the loop's.
pub fn emit_read(environment: &Rc<Environment>, wrap: &AsyncWrap, event: ReadEvent<'_>) {
    let Ok(_scope) = environment.env().scope() else { return };
    if let Err(error) = call_onread(environment, wrap, None, event) {
        environment.report_uncaught(error);
    }
}

fn call_onread(environment: &Rc<Environment>, wrap: &AsyncWrap, base: Option<&StreamBase>, event: ReadEvent<'_>) -> Result<()> {
    let env = environment.env();
    let Some(object) = wrap.object()? else { return Ok(()) };
    let onread = env.get_key(object, environment.private_symbol(ONREAD)?)?;
    if !env.is_function(onread)? || !environment.can_call_into_js() {
        return Ok(());
    }
    let mut argument = env.undefined()?;
    let user_buffer = base.and_then(|base| base.user_buffer.get());
    let nread = match event {
        ReadEvent::End => UV_EOF,
        ReadEvent::Error(errno) => errno.uv(),
        ReadEvent::Data(bytes) => match user_buffer {
            None => {
                argument = env.array_buffer_from(bytes)?;
                bytes.len() as i32
            }
            Some(buffer) => match env.deref(buffer)? {
                Some(buffer) => fill(env, buffer, bytes)?,
                None => Errno::ENOBUFS.uv(),
            },
        },
    };
    if nread > 0
        && let Some(received) = base.and_then(|base| base.stream().take_received())
    {
        receive_handle(environment, wrap, object, received)?;
    }
    set_shared(environment, READ_BYTES_OR_ERROR, nread)?;
    set_shared(environment, ARRAY_BUFFER_OFFSET, 0)?;
    let context = wrap.context(environment, object)?;
    let next = environment.make_callback(context, onread, object, &[argument]);
    if user_buffer.is_some()
        && let (Some(next), Some(base)) = (next, base)
        && env.is_typed_array(next)?
        && env.typed_array_info(next)?.0 == napi_typedarray_type::napi_uint8_array
    {
        take_user_buffer(env, base, next)?;
    }
    Ok(())
}

/// Copies what was read, which the stream's limit keeps within the buffer, unless the program has shrunk it since.
fn fill(env: Env, buffer: Value, bytes: &[u8]) -> Result<i32> {
    env.with_bytes(buffer, |to| {
        if to.len() < bytes.len() {
            return Errno::ENOBUFS.uv();
        }
        to[..bytes.len()].copy_from_slice(bytes);
        bytes.len() as i32
    })
}
