//! `internalBinding('tty_wrap')`: terminals.

use super::stream_base::{StreamBase, status};
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_loop::{HandleKind, Stream};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::fs::HandleType;
use edge_wasix::{Errno, Fd, TtyMode};
use std::rc::Rc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "tty_wrap",
    natives: natives!("tty_wrap";
        "isTTY" => is_tty,
        "TTY" => construct,
        "TTY#getWindowSize" => get_window_size,
        "TTY#setRawMode" => set_raw_mode,
    ),
    init,
};

const CLASS: &str = "TTYWrap";

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.stream_class("tty_wrap.TTY")?.methods(&["getWindowSize", "setRawMode"])?.install(target.object)?;
    Ok(())
}

/// `isTTY(fd)`.
fn is_tty(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let kernel = Environment::of(env)?.kernel().clone();
    env.boolean(kernel.guess_handle_type(env.get_i32(info.arg(0))?) == HandleType::Tty)
}

/// `new TTY(fd, ctx)`: a failure is told in `ctx`, and leaves an object without a stream.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("TTY")?;
    let environment = Environment::of(env)?;
    let fd = env.get_i32(info.arg(0))?;
    let stream = Stream::unopened(environment.uv(), environment.kernel(), HandleKind::Tty);
    let opened = match environment.kernel().guess_handle_type(fd) {
        HandleType::File | HandleType::Unknown => Err(Errno::EINVAL),
        // libuv opens a terminal anew and leaves the descriptor to its owner.
        _ => stream.open(fd, false),
    };
    let (wrap, _) = StreamBase::create(&environment, info.this(), CLASS, "TTYWRAP", stream)?;
    if let Err(errno) = opened {
        wrap.close();
        let ctx = info.arg(1);
        env.set(ctx, "errno", env.int32(errno.uv())?)?;
        env.set(ctx, "code", env.string(errno.name())?)?;
        env.set(ctx, "message", env.string(errno.message())?)?;
        env.set(ctx, "syscall", env.string("uv_tty_init")?)?;
    }
    Ok(info.this())
}

/// The environment and descriptor of a terminal that is open.
fn terminal(env: Env, info: &CallInfo<'_>) -> Result<std::result::Result<(Rc<Environment>, Fd), Errno>> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let base = wrap.state::<StreamBase>()?;
    if wrap.class() != CLASS {
        return Err(Error::type_error("", "Illegal invocation"));
    }
    let fd = base.fd();
    Ok(if fd < 0 { Err(Errno::EBADF) } else { Ok((Environment::of(env)?, fd)) })
}

/// `getWindowSize([columns, rows])`.
fn get_window_size(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let size = terminal(env, info)?.and_then(|(environment, fd)| environment.kernel().tty_window_size(fd));
    if let Ok((columns, rows)) = size {
        env.set_index(info.arg(0), 0, env.uint32(columns.into())?)?;
        env.set_index(info.arg(0), 1, env.uint32(rows.into())?)?;
    }
    status(env, size.map(|_| ()))
}

/// `setRawMode(on)`.
fn set_raw_mode(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let mode = if env.truthy(info.arg(0))? { TtyMode::Raw } else { TtyMode::Normal };
    status(env, terminal(env, info)?.and_then(|(environment, fd)| environment.kernel().tty_set_mode(fd, mode)))
}
