//! The methods of `HTTPParser`.

use super::connections;
use super::parser::ParserState;
use crate::bindings::buffer::new_buffer;
use crate::bindings::stream_base::native_stream_of;
use crate::keep::Keep;
use crate::{AsyncWrap, Environment};
use edge_llhttp::Kind;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::Cell;
use std::rc::Rc;

/// Counts parsers, for their order in lists.
#[derive(Default)]
struct Counter(Cell<u64>);

/// `new HTTPParser()`.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("HTTPParser")?;
    let environment = Environment::of(env)?;
    let counter = environment.state::<Counter>();
    counter.0.set(counter.0.get() + 1);
    let state = ParserState::new(counter.0.get()).ok_or_else(|| Error::range_error("ERR_MEMORY_ALLOCATION_FAILED", "Out of memory"))?;
    AsyncWrap::new_idle(&environment, info.this(), "HTTPParser", "NONE", Rc::new(state))?;
    Ok(info.this())
}

/// The parser behind the receiver; `None` once it is closed.
fn parser(env: Env, info: &CallInfo<'_>) -> Result<Option<(Rc<AsyncWrap>, Rc<ParserState>)>> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let state = wrap.state::<ParserState>()?;
    Ok((!state.closed.get()).then_some((wrap, state)))
}

/// `close()`: no method does anything any more.
pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((wrap, state)) = parser(env, info)? {
        state.closed.set(true);
        state.leave();
        release(&state);
        wrap.emit_destroy();
    }
    Ok(info.undefined())
}

/// `free()`: the resource is over; the parser may be used again.
pub fn free(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((wrap, _)) = parser(env, info)? {
        wrap.emit_destroy();
    }
    Ok(info.undefined())
}

/// `remove()`: off its list.
pub fn remove(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((_, state)) = parser(env, info)? {
        state.leave();
    }
    Ok(info.undefined())
}

/// `execute(buffer)` → bytes parsed, or an `Error`.
pub fn execute(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((wrap, state)) = parser(env, info)? else { return Ok(info.undefined()) };
    // A copy: the callbacks may change or detach the buffer.
    let data: Rc<[u8]> = env.with_bytes(info.arg(0), |bytes| Rc::from(&*bytes))?;
    let environment = Environment::of(env)?;
    let answer = state.with_current(&data, || state.execute(&environment, &wrap, Some(&data)))?;
    Ok(answer.unwrap_or(info.undefined()))
}

/// `finish()` → nothing, or an `Error`.
pub fn finish(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((wrap, state)) = parser(env, info)? else { return Ok(info.undefined()) };
    let answer = state.execute(&Environment::of(env)?, &wrap, None)?;
    Ok(answer.unwrap_or(info.undefined()))
}

/// `initialize(type, resource, maxHeaderSize, lenientFlags, connectionsList)`.
pub fn initialize(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((wrap, state)) = parser(env, info)? else { return Ok(info.undefined()) };
    let environment = Environment::of(env)?;
    let (kind, provider) = match env.get_i32(info.arg(0))? {
        1 => (Kind::Request, "HTTPINCOMINGMESSAGE"),
        2 => (Kind::Response, "HTTPCLIENTREQUEST"),
        _ => return Err(Error::invalid_arg_type("The \"type\" argument must be HTTPParser.REQUEST or HTTPParser.RESPONSE")),
    };
    let mut max = if env.is_number(info.arg(2))? { env.get_f64(info.arg(2))? as u64 } else { 0 };
    if max == 0 {
        max = environment.cli().number("--max-http-header-size") as u64;
    }
    let lenient = if env.is_number(info.arg(3))? { env.get_i32(info.arg(3))? } else { 0 };
    let list = connections::of(&environment, info.arg(4))?;
    let busy = |_| Error::error("ERR_INVALID_STATE", "The parser is running");
    state.llhttp.init(kind, (lenient & 0x3ff) as u16).map_err(busy)?;
    wrap.set_provider(provider);
    wrap.reset(&environment, info.arg(1))?;
    state.max_head_length.set(max);
    state.restart(&wrap, list);
    Ok(info.undefined())
}

/// `pause()`.
pub fn pause(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((_, state)) = parser(env, info)? {
        state.llhttp.pause();
    }
    Ok(info.undefined())
}

/// `resume()`.
pub fn resume(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((_, state)) = parser(env, info)? {
        state.llhttp.resume();
    }
    Ok(info.undefined())
}

/// `consume(handle)`: what the stream reads comes here, without JavaScript in between.
pub fn consume(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let Some((wrap, state)) = parser(env, info)? else { return Ok(info.undefined()) };
    let handle = AsyncWrap::of(env, info.arg(0))?;
    let stream = native_stream_of(&handle)?;
    release(&state);
    *state.stream.borrow_mut() = Rc::downgrade(&handle);
    // Nobody else may hold the parser: its callbacks are reached through the stream.
    let keep = Keep::new(&Environment::of(env)?, info.this())?;
    stream.set_consumer(Some(Rc::new(move |environment, bytes| {
        let _keep = &keep;
        if let Ok(state) = wrap.state::<ParserState>() {
            state.on_stream_read(environment, &wrap, bytes);
        }
    })));
    Ok(info.undefined())
}

/// `unconsume()`.
pub fn unconsume(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((_, state)) = parser(env, info)? {
        release(&state);
    }
    Ok(info.undefined())
}

/// Lets the program have its stream back.
fn release(state: &ParserState) {
    let stream = state.stream.take().upgrade();
    if let Some(stream) = stream
        && let Ok(stream) = native_stream_of(&stream)
    {
        stream.set_consumer(None);
    }
}

/// `getCurrentBuffer()`: a copy of the input that is being parsed.
pub fn get_current_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let data = parser(env, info)?.and_then(|(_, state)| state.current());
    new_buffer(env, data.as_deref().unwrap_or_default())
}
