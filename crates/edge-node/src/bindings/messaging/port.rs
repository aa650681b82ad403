//! The class `MessagePort`: an end of a channel as an object with a handle of the loop.

use super::message::Message;
use super::port_data::{Broadcasts, Dispatch, Incoming, PortData};
use super::transfer_list;
use crate::{AsyncWrap, Environment};
use edge_loop::Async;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Messages handled in one turn of the loop at least, if they were there when it began.
const AT_LEAST: usize = 1000;

/// Native state of a port.
struct Port {
    /// `None` once the end was handed on or is closed.
    data: RefCell<Option<Rc<PortData>>>,
    /// `start()` was called, and `stopMessagePort` not since.
    receiving: Cell<bool>,
}

/// Set while native code makes a port: programs may not.
#[derive(Default)]
struct Making(Cell<bool>);

fn port_of(env: Env, object: Value) -> Result<Option<(Rc<AsyncWrap>, Rc<Port>)>> {
    if !env.is_object(object)? {
        return Ok(None);
    }
    let Some(wrap) = env.try_unwrap::<AsyncWrap>(object)? else { return Ok(None) };
    match wrap.state::<Port>() {
        Ok(port) => Ok(Some((wrap, port))),
        Err(_) => Ok(None),
    }
}

impl Port {
    fn data(&self) -> Option<Rc<PortData>> {
        self.data.borrow().clone()
    }
}

/// Whether an object is a port.
pub fn is_port(environment: &Environment, object: Value) -> Result<bool> {
    Ok(port_of(environment.env(), object)?.is_some())
}

/// Whether a port still has its end, and is not about to close.
pub fn is_open(env: Env, object: Value) -> Result<bool> {
    let Some((wrap, port)) = port_of(env, object)? else { return Ok(false) };
    Ok(port.data.borrow().is_some() && wrap.handle().is_some_and(|handle| !handle.is_closing()))
}

/// Takes a port's end; the port closes.
pub fn detach(env: Env, object: Value) -> Result<Option<Rc<PortData>>> {
    let Some((wrap, port)) = port_of(env, object)? else { return Ok(None) };
    let data = port.data.borrow_mut().take();
    if let Some(data) = &data {
        data.set_waker(None);
    }
    close_wrap(&wrap, &port);
    Ok(data)
}

fn close_wrap(wrap: &Rc<AsyncWrap>, port: &Rc<Port>) {
    let port = port.clone();
    wrap.close_after(move || {
        let data = port.data.borrow_mut().take();
        if let Some(data) = data {
            data.set_waker(None);
            data.disentangle();
        }
    });
}

/// A new port over an end.
pub fn create(environment: &Rc<Environment>, data: Rc<PortData>) -> Result<Value> {
    let env = environment.env();
    let making = environment.state::<Making>();
    making.0.set(true);
    let object = env.construct(environment.expect_root("messaging.MessagePort")?, &[]);
    making.0.set(false);
    let object = object?;
    let port = Rc::new(Port { data: RefCell::new(Some(data.clone())), receiving: Cell::new(false) });
    let wrap = AsyncWrap::new(environment, object, "MessagePort", "MESSAGEPORT", port)?;
    let weak = Rc::downgrade(&wrap);
    let uv = Async::new(environment.uv(), move || on_wake(&weak));
    data.set_waker(Some(uv.sender()));
    wrap.set_handle(Rc::new(uv))?;
    let init = env.get_key(object, environment.symbol("oninit")?)?;
    if env.is_function(init)? {
        env.call(init, object, &[])?;
    }
    if data.waiting() > 0 {
        data.wake();
    }
    Ok(object)
}

/// `new MessagePort()`: not for programs.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if info.new_target().is_none() || !Environment::of(env)?.state::<Making>().0.get() {
        return Err(Error::type_error("ERR_CONSTRUCT_CALL_INVALID", "Constructor cannot be called"));
    }
    Ok(info.this())
}

/// `new MessageChannel()`.
pub fn new_channel(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if info.new_target().is_none() {
        return Err(Error::type_error("ERR_CONSTRUCT_CALL_REQUIRED", "Cannot call constructor without `new`"));
    }
    let environment = Environment::of(env)?;
    let (first, second) = PortData::pair();
    env.set(info.this(), "port1", create(&environment, first)?)?;
    env.set(info.this(), "port2", create(&environment, second)?)?;
    Ok(info.this())
}

/// `broadcastChannel(name)` → a port.
pub fn broadcast_channel(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let name = env.get_string(info.arg(0))?;
    let data = environment.state::<Broadcasts>().join(&name);
    create(&environment, data)
}

fn this(env: Env, info: &CallInfo<'_>) -> Result<(Rc<AsyncWrap>, Rc<Port>)> {
    port_of(env, info.this())?.ok_or_else(|| Error::type_error("", "Illegal invocation"))
}

/// `postMessage(message, transferList or { transfer })`. A closed port still takes what is transferred, as the standard has it.
pub fn post_message(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (wrap, port) = this(env, info)?;
    if info.is_empty() {
        return Err(Error::type_error("ERR_MISSING_ARGS", "Not enough arguments to MessagePort.postMessage"));
    }
    let environment = Environment::of(env)?;
    let list = transfer_list::from_options(env, info.arg(1))?;
    let message = Rc::new(Message::serialize(&environment, info.arg(0), list, Some(info.this()))?);
    let open = wrap.handle().is_some_and(|handle| !handle.is_closing());
    let Some(data) = port.data().filter(|_| open) else { return Ok(info.undefined()) };
    match data.dispatch(&message) {
        Dispatch::Done(done) => env.boolean(done),
        Dispatch::Warning(warning) => {
            let process = environment.expect_root("process")?;
            env.call_method(process, "emitWarning", &[env.string(warning)?])?;
            env.boolean(true)
        }
    }
}

/// `start()`: messages are emitted from now on.
pub fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (_, port) = this(env, info)?;
    if let Some(data) = port.data() {
        port.receiving.set(true);
        if data.waiting() > 0 {
            data.wake();
        }
    }
    Ok(info.undefined())
}

/// `close()`.
pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (wrap, port) = this(env, info)?;
    close_wrap(&wrap, &port);
    Ok(info.undefined())
}

fn port_argument(env: Env, info: &CallInfo<'_>) -> Result<(Rc<AsyncWrap>, Rc<Port>)> {
    port_of(env, info.arg(0))?.ok_or_else(|| Error::invalid_arg_type("The \"port\" argument must be a MessagePort instance"))
}

/// `stopMessagePort(port)`: messages wait from now on.
pub fn stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if let Some((_, port)) = port_of(env, info.arg(0))? {
        port.receiving.set(false);
    }
    Ok(info.undefined())
}

/// `checkMessagePort(value)` → whether it is one.
pub fn check(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(port_of(env, info.arg(0))?.is_some())
}

/// `drainMessagePort(port)`: emits all that waits, now.
pub fn drain(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (wrap, port) = port_argument(env, info)?;
    on_message(&Environment::of(env)?, &wrap, &port, true);
    Ok(info.undefined())
}

/// `receiveMessageOnPort(port)` → the next message, or `no_message_symbol`.
pub fn receive(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (wrap, port) = port_argument(env, info)?;
    let environment = Environment::of(env)?;
    match next_message(&wrap, &port, true) {
        Some(message) => message.deserialize(&environment).map(|received| received.value),
        None => environment.symbol("no_message_symbol"),
    }
}

/// `moveMessagePortToContext(port, contextifiedSandbox)`: what a port of another context receives would have to be made of that
/// context's classes, which the deserializer cannot do yet.
pub fn move_to_context(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    port_argument(env, info)?;
    let environment = Environment::of(env)?;
    let key = environment.private_symbol("contextify_context_private_symbol")?;
    if !env.is_object(info.arg(1))? || env.is_undefined(env.get_key(info.arg(1), key)?)? {
        return Err(Error::invalid_arg_type("Invalid context argument"));
    }
    if !is_open(env, info.arg(0))? {
        return Err(Error::error("ERR_CLOSED_MESSAGE_PORT", "Cannot send data on closed MessagePort"));
    }
    Err(Error::unavailable("moveMessagePortToContext"))
}

/// The next message that is to be seen; a closing note closes the port.
fn next_message(wrap: &Rc<AsyncWrap>, port: &Rc<Port>, force: bool) -> Option<Rc<Message>> {
    let data = port.data()?;
    match data.take(force || port.receiving.get())? {
        Incoming::Message(message) => Some(message),
        Incoming::Close => {
            close_wrap(wrap, port);
            None
        }
    }
}

fn on_wake(wrap: &Weak<AsyncWrap>) {
    let Some(wrap) = wrap.upgrade() else { return };
    let (Some(environment), Ok(port)) = (wrap.environment(), wrap.state::<Port>()) else { return };
    on_message(&environment, &wrap, &port, false);
}

/// Node's `MessagePort::OnMessage`.
fn on_message(environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, port: &Rc<Port>, force: bool) {
    let env = environment.env();
    let mut left = if force { usize::MAX } else { port.data().map_or(0, |data| data.waiting()).max(AT_LEAST) };
    // The end may be handed on, or closed, by what a message causes.
    while let Some(data) = port.data() {
        if left == 0 {
            // The loop's other work has its turn first.
            data.wake();
            return;
        }
        left -= 1;
        let Some(message) = next_message(wrap, port, force) else { return };
        if !environment.can_call_into_js() {
            continue;
        }
        let Ok(_scope) = env.scope() else { return };
        if !emit(environment, wrap, &message) {
            if let Some(data) = port.data() {
                data.wake();
            }
            return;
        }
    }
}

/// Calls `emitMessage` with a message; whether nothing was thrown. What cannot be made anew is a `messageerror`.
fn emit(environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, message: &Rc<Message>) -> bool {
    let env = environment.env();
    let emitted = (|| {
        let Some(object) = wrap.object()? else { return Ok(true) };
        let exports = environment.expect_root("per_context_exports")?;
        let function = env.get(exports, "emitMessage")?;
        let context = wrap.context(environment, object)?;
        let (args, received) = match env.catch(|| message.deserialize(environment))? {
            Ok(received) => ([received.value, received.ports, env.string("message")?], true),
            Err(error) => ([error, env.undefined()?, env.string("messageerror")?], false),
        };
        let called = environment.make_callback(context, function, object, &args);
        Ok(called.is_some() && received)
    })();
    match emitted {
        Ok(went_well) => went_well,
        Err(error) => {
            environment.report_uncaught(error);
            false
        }
    }
}
