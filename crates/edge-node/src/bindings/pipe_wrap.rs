//! `internalBinding('pipe_wrap')`: pipes: local sockets with names, what is open already (standard streams), and pipes for messages between
//! processes, which carry open handles too.

use super::stream_base::{StreamBase, StreamRequest, after_connect, client_of, status};
use crate::async_context::uid_fields;
use crate::binding::define_constants;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_loop::Pipe;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Errno;
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "pipe_wrap",
    natives: natives!("pipe_wrap";
        "Pipe" => construct,
        "Pipe#bind" => bind,
        "Pipe#listen" => listen,
        "Pipe#connect" => connect,
        "Pipe#open" => open,
        "Pipe#fchmod" => fchmod,
        "PipeConnectWrap" => construct_connect,
    ),
    init,
};

const CLASS: &str = "PipeWrap";
/// `constants`.
const SOCKET: i32 = 0;
const SERVER: i32 = 1;
const IPC: i32 = 2;
const UV_READABLE: i32 = 1;
const UV_WRITABLE: i32 = 2;

fn init(target: &Target<'_>) -> Result<()> {
    let class = target.stream_class("pipe_wrap.Pipe")?.methods(&["bind", "listen", "connect", "open", "fchmod"])?.install(target.object)?;
    target.root("pipe_wrap.Pipe", class.constructor)?;
    target.async_class("pipe_wrap.PipeConnectWrap")?.install(target.object)?;
    let constants = target.env.null_object()?;
    define_constants(
        target.env,
        constants,
        &[("SOCKET", SOCKET), ("SERVER", SERVER), ("IPC", IPC), ("UV_READABLE", UV_READABLE), ("UV_WRITABLE", UV_WRITABLE)],
    )?;
    target.value("constants", constants)
}

/// `new Pipe(type)`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Pipe")?;
    let kind = env.get_i32(info.arg(0))?;
    let provider = match kind {
        SOCKET | IPC => "PIPEWRAP",
        SERVER => "PIPESERVERWRAP",
        _ => return Err(Error::invalid_arg_type("The \"type\" argument must be one of pipe_wrap.constants")),
    };
    let environment = Environment::of(env)?;
    let pipe = Pipe::new(environment.uv(), environment.kernel());
    if kind == IPC {
        pipe.stream().set_ipc();
    }
    StreamBase::create(&environment, info.this(), CLASS, provider, pipe.stream().clone())?;
    Ok(info.this())
}

/// Runs a method of a pipe: `EBADF` once it is closed.
fn method(
    env: Env,
    info: &CallInfo<'_>,
    body: impl FnOnce(&Rc<Environment>, &Rc<AsyncWrap>, &Rc<StreamBase>, &Pipe) -> Result<edge_wasix::Result<()>>,
) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let base = wrap.state::<StreamBase>()?;
    if wrap.class() != CLASS {
        return Err(Error::type_error("", "Illegal invocation"));
    }
    if base.is_closed() {
        return status(env, Err(Errno::EBADF));
    }
    status(env, body(&environment, &wrap, &base, &Pipe::of(base.stream().clone()))?)
}

/// `open(fd)` → 0 or an error number: the pipe reads and writes what the descriptor refers to, and closes it with itself.
fn open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, base, _| Ok(base.stream().open(env.get_i32(info.arg(0))?, true)))
}

/// `bind(name)`.
fn bind(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, _, pipe| Ok(pipe.bind(&name(env, info.arg(0))?)))
}

fn name(env: Env, value: Value) -> Result<Vec<u8>> {
    Ok(env.to_string_lossy(value)?.into_bytes())
}

/// `listen(backlog)`: `onconnection(status, client)` for each connection from now on.
fn listen(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, wrap, _, pipe| {
        let backlog = env.get_i32(info.arg(0))?;
        let server = Rc::downgrade(wrap);
        Ok(pipe.listen(backlog, move |_, fd| {
            let Some(server) = server.upgrade() else { return };
            if let Some(environment) = server.environment() {
                client_of(&environment, &server, "pipe_wrap.Pipe", fd);
            }
        }))
    })
}

/// `connect(req, name)`.
fn connect(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |environment, wrap, base, pipe| {
        let name = name(env, info.arg(1))?;
        let ids = &environment.async_hooks()?.ids;
        let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
        ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, wrap.ids().async_id);
        let request = StreamRequest::begin(environment, wrap, info.arg(0), "PipeConnectWrap", "PIPECONNECTWRAP");
        ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
        let (request, base) = (request?, base.clone());
        Ok(pipe.connect(&name, move |_, result| after_connect(request, &base, result)).map(|_| ()))
    })
}

/// `fchmod(UV_READABLE | UV_WRITABLE)`.
fn fchmod(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    method(env, info, |_, _, _, pipe| {
        let mode = env.get_i32(info.arg(0))?;
        if mode & (UV_READABLE | UV_WRITABLE) == 0 {
            return Ok(Err(Errno::EINVAL));
        }
        Ok(pipe.chmod(mode & UV_READABLE != 0, mode & UV_WRITABLE != 0))
    })
}

/// `new PipeConnectWrap()`: a plain object until it is connected with.
fn construct_connect(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("PipeConnectWrap")?;
    Ok(info.this())
}
