//! `internalBinding('spawn_sync')`: child processes that are waited for. The calling thread waits here, on a poll set of its own; the
//! environment's loop stands still meanwhile, as in Node.

use super::buffer::new_buffer;
use super::child_program::child_program;
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::host_stream::HostStream;
use edge_wasix::poll::{PollSet, Readiness};
use edge_wasix::{Child, ChildExit, ChildStdio, Errno, Kernel, clock, signal};
use std::sync::Arc;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "spawn_sync",
    natives: natives!("spawn_sync";
        "spawn" => spawn,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    Ok(())
}

/// Tokens of what is waited for; lower ones are the indexes of pipes.
const EXIT: u64 = u64::MAX;
const INTERRUPT: u64 = u64::MAX - 1;

/// The numbers that every Linux has for them.
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;

/// The parent's end of one of the child's descriptors.
struct Pipe {
    stream: Option<HostStream>,
    /// What the child is to read, and how much of it went out; `None` when it is not to read.
    input: Option<Vec<u8>>,
    written: usize,
    /// What the child wrote; `None` when nobody asked.
    output: Option<Vec<u8>>,
}

/// How long and how much.
struct Limits {
    /// Monotonic nanoseconds.
    deadline: Option<u64>,
    /// Bytes of all output together; 0 or less: no limit.
    max_buffer: f64,
    kill_signal: i32,
}

/// A child that is being waited for.
struct Run {
    child: Child,
    exit: Option<ChildExit>,
    pipes: Vec<Option<Pipe>>,
    buffered: f64,
    limits: Limits,
    killed: bool,
    error: Option<Errno>,
    set: PollSet,
}

/// `spawn(options)` → `{error, status, signal, output, pid}`.
fn spawn(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    environment.trace_sync_io();
    let options = info.arg(0);
    if !env.is_object(options)? {
        return Err(Error::invalid_arg_type("The \"options\" argument must be of type object."));
    }
    let mut program = child_program(env, options)?;
    crate::permission_error::check_child(env, &program.file)?;
    let mut pipes = Vec::new();
    for entry in env.array_values(env.get(options, "stdio")?)? {
        let (stdio, pipe) = entry_of(env, entry)?;
        program.stdio.push(stdio);
        pipes.push(pipe);
    }
    let limits = limits(env, options)?;
    let kernel = environment.kernel();
    let started = kernel.spawn(&program).and_then(|spawned| {
        let mut opened = Ok(());
        for (pipe, fd) in pipes.iter_mut().zip(&spawned.pipes) {
            let (Some(pipe), Some(fd)) = (pipe, *fd) else { continue };
            match opened.and_then(|()| HostStream::of(kernel, fd)) {
                Ok(stream) => pipe.stream = Some(stream),
                Err(errno) => opened = Err(errno),
            }
            kernel.close(fd)?;
        }
        let child = spawned.child?;
        // Who is told that there is no child shall not have one.
        let killed = |errno| {
            let _ = child.kill(SIGKILL);
            errno
        };
        opened.map_err(killed)?;
        Run::start(kernel, child, pipes, limits)
    });
    let result = env.object()?;
    let mut run = match started {
        Ok(run) => run,
        Err(errno) => {
            env.set(result, "error", env.int32(errno.uv())?)?;
            for name in ["status", "signal", "output"] {
                env.set(result, name, env.null()?)?;
            }
            env.set(result, "pid", env.int32(0)?)?;
            return Ok(result);
        }
    };
    run.wait(kernel);
    let exit = run.exit.unwrap_or(ChildExit { status: 0, signal: SIGKILL });
    if let Some(errno) = run.error {
        env.set(result, "error", env.int32(errno.uv())?)?;
    }
    env.set(result, "status", if exit.signal > 0 { env.null()? } else { env.int32(exit.status)? })?;
    let name = if exit.signal > 0 { env.string(signal::name(exit.signal).unwrap_or(""))? } else { env.null()? };
    env.set(result, "signal", name)?;
    let output = env.array()?;
    for pipe in &run.pipes {
        let bytes = pipe.as_ref().and_then(|pipe| pipe.output.as_ref());
        env.push(output, bytes.map_or_else(|| env.null(), |bytes| new_buffer(env, bytes))?)?;
    }
    env.set(result, "output", output)?;
    env.set(result, "pid", env.int32(run.child.pid())?)?;
    Ok(result)
}

fn entry_of(env: Env, entry: Value) -> Result<(ChildStdio, Option<Pipe>)> {
    let kind = env.to_string_lossy(env.get(entry, "type")?)?;
    match kind.as_str() {
        "ignore" => Ok((ChildStdio::Ignore, None)),
        "pipe" | "overlapped" => {
            let bytes = env.get(entry, "input")?;
            let bytes = if env.is_array_buffer_view(bytes)? { env.bytes_to_vec(bytes)? } else { Vec::new() };
            let input = env.truthy(env.get(entry, "readable")?)?.then_some(bytes);
            let output = env.truthy(env.get(entry, "writable")?)?.then(Vec::new);
            Ok((ChildStdio::Pipe, Some(Pipe { stream: None, input, written: 0, output })))
        }
        "inherit" | "fd" => Ok((ChildStdio::Inherit(env.get_i32(env.get(entry, "fd")?)?), None)),
        _ => Err(Error::type_error("ERR_INVALID_ARG_VALUE", "A synchronous child takes no stream as stdio")),
    }
}

fn limits(env: Env, options: Value) -> Result<Limits> {
    let number = |name: &str| -> Result<Option<f64>> {
        let value = env.get(options, name)?;
        if env.is_number(value)? { env.get_f64(value).map(Some) } else { Ok(None) }
    };
    let timeout = number("timeout")?.filter(|ms| *ms > 0.0);
    Ok(Limits {
        deadline: timeout.map(|ms| clock::monotonic_ns().saturating_add((ms * 1e6) as u64)),
        max_buffer: number("maxBuffer")?.unwrap_or(0.0),
        kill_signal: number("killSignal")?.map_or(0, |number| number as i32),
    })
}

impl Run {
    fn start(kernel: &Arc<Kernel>, child: Child, pipes: Vec<Option<Pipe>>, limits: Limits) -> edge_wasix::Result<Run> {
        let set = match Run::watched(kernel, &child, &pipes) {
            Ok(set) => set,
            Err(errno) => {
                // Who is told that there is no child shall not have one.
                let _ = child.kill(SIGKILL);
                return Err(errno);
            }
        };
        let mut run = Run { child, exit: None, pipes, buffered: 0.0, limits, killed: false, error: None, set };
        // At once, before the child can have ended: what fits into its pipe is then no error, whether it is read or not.
        for index in 0..run.pipes.len() {
            run.write(index);
        }
        Ok(run)
    }

    /// The set of all that is waited for.
    fn watched(kernel: &Kernel, child: &Child, pipes: &[Option<Pipe>]) -> edge_wasix::Result<PollSet> {
        let set = PollSet::new()?;
        set.add(child.exit_fd(), EXIT, Readiness::READABLE)?;
        if let Some(fd) = kernel.interrupt_fd() {
            set.add(fd, INTERRUPT, Readiness::READABLE)?;
        }
        for (index, pipe) in pipes.iter().enumerate() {
            let Some(pipe) = pipe else { continue };
            let Some(stream) = &pipe.stream else { continue };
            let mut interest = Readiness::empty();
            interest.set(Readiness::READABLE, pipe.output.is_some());
            interest.set(Readiness::WRITABLE, pipe.input.is_some());
            set.add(stream.fd(), index as u64, interest)?;
        }
        Ok(set)
    }

    /// Waits until the child has ended and its pipes are closed, by whoever holds them.
    fn wait(&mut self, kernel: &Arc<Kernel>) {
        let mut events = Vec::new();
        while self.exit.is_none() || self.pipes.iter().flatten().any(|pipe| pipe.stream.is_some()) {
            let now = clock::monotonic_ns();
            let left = self.limits.deadline.filter(|_| !self.killed).map(|deadline| deadline.saturating_sub(now));
            if left == Some(0) {
                self.fail(Errno::ETIMEDOUT);
                continue;
            }
            // Rounded up, so that the deadline has passed when the wait is over.
            if let Err(error) = self.set.wait(&mut events, left.map(|ns| ns.div_ceil(1_000_000))) {
                // Nothing can be waited for: the child is ended, and reaped when it goes.
                return self.fail(error.into());
            }
            for event in &events {
                match event.token {
                    EXIT => {
                        if let Some(exit) = self.child.try_wait() {
                            self.exit = Some(exit);
                            let _ = self.set.remove(self.child.exit_fd());
                        }
                    }
                    INTERRUPT => {
                        if let Some(fd) = kernel.interrupt_fd() {
                            let _ = self.set.remove(fd);
                        }
                        self.limits.kill_signal = SIGKILL;
                        self.fail(Errno::EINTR);
                    }
                    index => self.transfer(index as usize, event.readiness),
                }
            }
        }
    }

    fn transfer(&mut self, index: usize, readiness: Readiness) {
        if readiness.intersects(Readiness::WRITABLE | Readiness::ERROR | Readiness::HANGUP) {
            self.write(index);
        }
        if readiness.intersects(Readiness::READABLE | Readiness::HANGUP | Readiness::ERROR) {
            self.read(index);
        }
    }

    fn write(&mut self, index: usize) {
        let Some(Some(pipe)) = self.pipes.get_mut(index) else { return };
        let (Some(stream), Some(input)) = (&pipe.stream, &pipe.input) else { return };
        let rest = &input[pipe.written..];
        // Nothing to write is not written: a child that is gone already would make an error of it.
        let all = rest.is_empty()
            || match stream.write(&[std::io::IoSlice::new(rest)]) {
                Ok(count) => {
                    pipe.written += count;
                    count == rest.len()
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => false,
                // The child does not read it: told, though the child goes on.
                Err(error) => {
                    self.error.get_or_insert(Errno::from(error));
                    true
                }
            };
        if !all {
            return;
        }
        pipe.input = None;
        if pipe.output.is_none() {
            return self.close(index);
        }
        // The other half goes on; the child sees the end of its input.
        let _ = stream.shutdown_write();
        let _ = self.set.modify(stream.fd(), index as u64, Readiness::READABLE);
    }

    fn read(&mut self, index: usize) {
        let mut chunk = [0; 65536];
        loop {
            let Some(Some(pipe)) = self.pipes.get_mut(index) else { return };
            let Some(stream) = &pipe.stream else { return };
            if pipe.output.is_none() {
                // Only an input, whose reader is gone.
                return self.close(index);
            }
            match stream.read(&mut chunk) {
                Ok(0) => return self.close(index),
                Ok(count) => {
                    if let Some(output) = &mut pipe.output {
                        output.extend_from_slice(&chunk[..count]);
                        self.buffered += count as f64;
                        if self.limits.max_buffer > 0.0 && self.buffered > self.limits.max_buffer {
                            return self.fail(Errno::ENOBUFS);
                        }
                    }
                    if count < chunk.len() {
                        return;
                    }
                }
                Err(error) => {
                    let errno = Errno::from(error);
                    if errno != Errno::EAGAIN {
                        // The other end was closed with bytes unread: the end for us.
                        if errno != Errno::ECONNRESET && self.error.is_none() {
                            self.error = Some(errno);
                        }
                        self.close(index);
                    }
                    return;
                }
            }
        }
    }

    fn close(&mut self, index: usize) {
        if let Some(Some(pipe)) = self.pipes.get_mut(index)
            && let Some(stream) = pipe.stream.take()
        {
            let _ = self.set.remove(stream.fd());
        }
    }

    /// Ends the child and lets go of its pipes; the first reason is the one that is told.
    fn fail(&mut self, errno: Errno) {
        self.error.get_or_insert(errno);
        if std::mem::replace(&mut self.killed, true) {
            return;
        }
        if self.exit.is_none() {
            let signum = if self.limits.kill_signal > 0 { self.limits.kill_signal } else { SIGTERM };
            match self.child.kill(signum) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(errno) => {
                    self.error = Some(errno);
                    // A signal that cannot be sent must not leave the caller waiting.
                    let _ = self.child.kill(SIGKILL);
                }
            }
        }
        for index in 0..self.pipes.len() {
            self.close(index);
        }
    }
}
