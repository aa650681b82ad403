//! `internalBinding('process_wrap')`: what is behind a `ChildProcess`.

use super::child_program::child_program;
use super::stream_base::{StreamBase, status};
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_loop::Process;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{ChildStdio, Errno, Fd, signal};
use std::rc::Rc;

/// The number that every Linux has for it.
const SIGKILL: i32 = 9;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "process_wrap",
    natives: natives!("process_wrap";
        "Process" => construct,
        "Process#spawn" => spawn,
        "Process#kill" => kill,
    ),
    init,
};

const CLASS: &str = "Process";

/// What is behind a `Process`.
struct ProcessWrap(Process);

fn init(target: &Target<'_>) -> Result<()> {
    target.handle_class("process_wrap.Process")?.methods(&["spawn", "kill"])?.install(target.object)?;
    Ok(())
}

/// `new Process()`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Process")?;
    let environment = Environment::of(env)?;
    let process = Process::new(environment.uv());
    let wrap = AsyncWrap::new(&environment, info.this(), CLASS, "PROCESSWRAP", Rc::new(ProcessWrap(process.clone())))?;
    wrap.set_handle(Rc::new(process))?;
    Ok(info.this())
}

/// One entry of `options.stdio`: what the child gets, and the stream that is opened over the parent's end of a pipe.
fn stdio(env: Env, entry: Value) -> Result<(ChildStdio, Option<Value>)> {
    let kind = env.to_string_lossy(env.get(entry, "type")?)?;
    Ok(match kind.as_str() {
        "ignore" => (ChildStdio::Ignore, None),
        "pipe" | "overlapped" => (ChildStdio::Pipe, Some(env.get(entry, "handle")?)),
        "wrap" => {
            let stream = AsyncWrap::state_of::<StreamBase>(env, env.get(entry, "handle")?)?;
            (ChildStdio::Inherit(stream.fd()), None)
        }
        _ => (ChildStdio::Inherit(env.get_i32(env.get(entry, "fd")?)? as Fd), None),
    })
}

/// `spawn(options)` → 0 or an error number. Sets `pid`; `onexit(status, signal)` is called when the child has ended. The streams of `pipe` entries are
/// open afterwards, also when the program could not be executed.
fn spawn(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let wrap = AsyncWrap::of(env, info.this())?;
    let process = wrap.state::<ProcessWrap>()?.0.clone();
    let options = info.arg(0);
    if !env.is_object(options)? {
        return Err(Error::invalid_arg_type("The \"options\" argument must be of type object."));
    }
    let mut program = child_program(env, options)?;
    crate::permission_error::check_child(env, &program.file)?;
    let mut streams = Vec::new();
    for entry in env.array_values(env.get(options, "stdio")?)? {
        let (entry, stream) = stdio(env, entry)?;
        program.stdio.push(entry);
        streams.push(stream);
    }
    if process.pid() != 0 {
        return status(env, Err(Errno::EINVAL));
    }
    let spawned = match environment.kernel().spawn(&program) {
        Ok(spawned) => spawned,
        Err(errno) => return status(env, Err(errno)),
    };
    let mut opened = Ok(());
    let mut bases = Vec::new();
    for (stream, fd) in streams.into_iter().zip(&spawned.pipes) {
        let (Some(stream), Some(fd)) = (stream, *fd) else { continue };
        let stream = AsyncWrap::of(env, stream)?;
        let base = stream.state::<StreamBase>()?;
        // The descriptors that follow one that could not be opened have nobody to close them.
        match opened.and_then(|()| base.stream().open(fd, true)) {
            Ok(()) => bases.push(base),
            Err(errno) => {
                // Closing what was just opened cannot fail in a way that matters more.
                let _ = environment.kernel().close(fd);
                opened = Err(errno);
            }
        }
    }
    let child = match (opened, spawned.child) {
        (Ok(()), child) => child,
        (Err(errno), child) => {
            // The library does not close the streams of a child that there is not room for, and is told that there is no child.
            bases.iter().for_each(|base| base.stream().undo_open());
            if let Ok(child) = child {
                let _ = child.kill(SIGKILL);
            }
            Err(errno)
        }
    };
    let started = child.and_then(|child| {
        let weak = Rc::downgrade(&wrap);
        let pid = child.pid();
        process.start(child, move |_, exit| {
            if let Some(wrap) = weak.upgrade() {
                let name = signal::name(exit.signal).unwrap_or("");
                wrap.make_callback("onexit", |env| Ok(vec![env.int32(exit.status)?, env.string(name)?]));
            }
        })?;
        Ok(pid)
    });
    match started {
        Ok(pid) => {
            env.set(info.this(), "pid", env.int32(pid)?)?;
            status(env, Ok(()))
        }
        Err(errno) => status(env, Err(errno)),
    }
}

/// `kill(signum)` → 0 or an error number.
fn kill(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let process = AsyncWrap::state_of::<ProcessWrap>(env, info.this())?;
    status(env, process.0.kill(env.get_i32(info.arg(0))?))
}
