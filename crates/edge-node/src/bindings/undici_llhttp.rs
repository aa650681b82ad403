//! `internalBinding('undici_llhttp')`: not Node's, where undici brings llhttp along as a WebAssembly module; see `replaced`.

use crate::{Binding, Target, natives};
use edge_llhttp::{Event, Kind, Parser, Stop, Verdict};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "undici_llhttp",
    natives: natives!("undici_llhttp";
        "LLHttp" => construct,
        "LLHttp#execute" => execute,
        "LLHttp#resume" => resume,
        "LLHttp#errorPosition" => error_position,
        "LLHttp#errorReason" => error_reason,
    ),
    init,
};

/// The longest reason that the prelude has room for, its end included.
const REASON_LENGTH: usize = 4000;

/// State of an `LLHttp`.
struct State {
    parser: Parser,
    /// What its callbacks know it by.
    id: i32,
    stop: RefCell<Option<Stop>>,
    /// Where the last input began.
    at: Cell<usize>,
}

fn init(target: &Target<'_>) -> Result<()> {
    target.plain_class("undici_llhttp.LLHttp", &["execute", "resume", "errorPosition", "errorReason"])?;
    Ok(())
}

/// `new LLHttp(type, id, callbacks)`: `callbacks` are the imports of undici's module, `wasm_on_…`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("LLHttp")?;
    let kind = if env.get_i32(info.arg(0))? == Kind::Request as i32 { Kind::Request } else { Kind::Response };
    let parser = Parser::new(kind).ok_or_else(|| Error::error("ERR_MEMORY_ALLOCATION_FAILED", "Failed to allocate memory"))?;
    let state = State { parser, id: env.get_i32(info.arg(1))?, stop: RefCell::default(), at: Cell::new(0) };
    env.wrap(info.this(), Rc::new(state))?;
    env.set(info.this(), "callbacks", info.arg(2))?;
    Ok(info.this())
}

/// `execute(uint8Array, at)` → llhttp's error number. The callbacks get `(id, place, length)`, places counted from `at`.
fn execute(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = env.unwrap::<State>(info.this())?;
    let data = env.bytes_to_vec(info.arg(0))?;
    let at = env.get_u32(info.arg(1))? as usize;
    let callbacks = env.get(info.this(), "callbacks")?;
    state.at.set(at);
    let thrown = Cell::new(None);
    let stop = state.parser.execute_raw(&data, &|event| match on_event(env, &state, callbacks, event, at, data.as_ptr().addr()) {
        Ok(0) => Verdict::Continue,
        Ok(code) => Verdict::Skip(code),
        Err(error) => {
            thrown.set(Some(error));
            Verdict::Fail
        }
    });
    if let Some(error) = thrown.take() {
        return Err(error);
    }
    let stop = stop.map_err(|_| Error::error("ERR_INVALID_STATE", "The parser is running"))?;
    let code = stop.code;
    state.stop.replace(Some(stop));
    env.int32(code)
}

/// Calls what undici gave for an event; answers what llhttp is to be told.
fn on_event(env: Env, state: &State, callbacks: Value, event: Event<'_>, at: usize, start: usize) -> Result<i32> {
    let (name, bytes) = match event {
        Event::MessageBegin => ("wasm_on_message_begin", None),
        Event::Status(bytes) => ("wasm_on_status", Some(bytes)),
        Event::HeaderField(bytes) => ("wasm_on_header_field", Some(bytes)),
        Event::HeaderValue(bytes) => ("wasm_on_header_value", Some(bytes)),
        Event::HeadersComplete => ("wasm_on_headers_complete", None),
        Event::Body(bytes) => ("wasm_on_body", Some(bytes)),
        Event::MessageComplete => ("wasm_on_message_complete", None),
        Event::Url(_) | Event::ChunkExtension(_) | Event::ChunkHeader | Event::ChunkComplete => return Ok(0),
    };
    // An empty piece has no place in the input.
    if bytes.is_some_and(<[u8]>::is_empty) {
        return Ok(0);
    }
    let _scope = env.scope()?;
    let mut args = vec![env.int32(state.id)?];
    if let Some(bytes) = bytes {
        args.push(env.size(at + bytes.as_ptr().addr() - start)?);
        args.push(env.size(bytes.len())?);
    } else if matches!(event, Event::HeadersComplete) {
        args.push(env.int32(state.parser.status_code())?);
        args.push(env.int32(i32::from(state.parser.is_upgrade()))?);
        args.push(env.int32(i32::from(state.parser.should_keep_alive()))?);
    }
    let answer = env.call(env.get(callbacks, name)?, callbacks, &args)?;
    if env.is_number(answer)? { env.get_i32(answer) } else { Ok(0) }
}

/// `resume()`: goes on after a pause.
fn resume(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.unwrap::<State>(info.this())?.parser.resume();
    Ok(info.undefined())
}

/// `errorPosition()`: where the last `execute` stopped.
fn error_position(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = env.unwrap::<State>(info.this())?;
    let parsed = state.stop.borrow().as_ref().map_or(0, |stop| stop.parsed);
    env.size(state.at.get() + parsed)
}

/// `errorReason()` → llhttp's text with a zero at its end.
fn error_reason(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let state = env.unwrap::<State>(info.this())?;
    let mut reason = state.stop.borrow().as_ref().map_or_else(Vec::new, |stop| stop.reason.clone().into_bytes());
    reason.truncate(REASON_LENGTH - 1);
    reason.push(0);
    env.uint8_array_from(&reason)
}
