//! `internalBinding('pipe_wrap')`: pipes that are open already (standard streams). Named pipes, which are sockets, and pipes for
//! messages between processes are not there yet.

use super::stream_base::{StreamBase, status};
use crate::binding::define_constants;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_loop::HandleKind;
use edge_napi::{CallInfo, Env, Error, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "pipe_wrap",
    natives: natives!("pipe_wrap";
        "Pipe" => construct,
        "Pipe#bind" => unavailable,
        "Pipe#listen" => unavailable,
        "Pipe#connect" => unavailable,
        "Pipe#open" => open,
        "Pipe#fchmod" => unavailable,
        "PipeConnectWrap" => construct_connect,
    ),
    init,
};

const CLASS: &str = "PipeWrap";
/// `constants`.
const SOCKET: i32 = 0;
const SERVER: i32 = 1;
const IPC: i32 = 2;

fn init(target: &Target<'_>) -> Result<()> {
    target.stream_class("pipe_wrap.Pipe")?.methods(&["bind", "listen", "connect", "open", "fchmod"])?.install(target.object)?;
    target.async_class("pipe_wrap.PipeConnectWrap")?.install(target.object)?;
    let constants = target.env.null_object()?;
    define_constants(
        target.env,
        constants,
        &[("SOCKET", SOCKET), ("SERVER", SERVER), ("IPC", IPC), ("UV_READABLE", 1), ("UV_WRITABLE", 2)],
    )?;
    target.value("constants", constants)
}

/// `new Pipe(type)`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Pipe")?;
    let provider = match env.get_i32(info.arg(0))? {
        SOCKET => "PIPEWRAP",
        SERVER => "PIPESERVERWRAP",
        IPC => return Err(Error::unavailable("A pipe for messages between processes")),
        _ => return Err(Error::invalid_arg_type("The \"type\" argument must be one of pipe_wrap.constants")),
    };
    let (wrap, base) = StreamBase::create(&Environment::of(env)?, info.this(), CLASS, provider)?;
    base.reserve(&wrap)?;
    Ok(info.this())
}

/// `open(fd)` → 0 or an error number: the pipe reads and writes what the descriptor refers to, and closes it with itself.
fn open(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let base = wrap.state::<StreamBase>()?;
    if wrap.class() != CLASS {
        return Err(Error::type_error("", "Illegal invocation"));
    }
    let fd = env.get_i32(info.arg(0))?;
    status(env, base.open(&environment, &wrap, HandleKind::Pipe, fd, true)?)
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("A named pipe"))
}

/// `new PipeConnectWrap()`: a plain object until it is connected with.
fn construct_connect(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("PipeConnectWrap")?;
    Ok(info.this())
}
