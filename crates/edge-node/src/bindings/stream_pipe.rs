//! `internalBinding('stream_pipe')`: `StreamPipe`, which carries what one stream handle reads to another without JavaScript in between.
//!
//! While it is piped both handles name it (`source.pipeTarget`, `sink.pipeSource`), and it names them, so that they are collected
//! together. It reads while no write is under way, or, for a sink that asks for bytes (an http2 stream), when it asks. The end of the
//! source, told to its `onread` first, shuts the sink down and unpipes; so does an error of the source, and a failed write only unpipes.

use super::stream_base::{NativeStream, Written, native_stream};
use crate::keep::Keep;
use crate::{AsyncWrap, Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};
use std::cell::{Cell, OnceCell};
use std::rc::{Rc, Weak};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "stream_pipe",
    natives: natives!("stream_pipe";
        "StreamPipe" => construct,
        "StreamPipe#unpipe" => unpipe,
        "StreamPipe#start" => start,
        "StreamPipe#isClosed" => is_closed,
        "StreamPipe#pendingWrites" => pending_writes,
    ),
    init,
};

/// What a sink that never asks is taken to want.
const WANTED: usize = 64 * 1024;

struct StreamPipe {
    source: Rc<dyn NativeStream>,
    sink: Rc<dyn NativeStream>,
    wrap: OnceCell<Weak<AsyncWrap>>,
    /// The sink says when it wants bytes.
    asks: Cell<bool>,
    closed: Cell<bool>,
    reading: Cell<bool>,
    ended: Cell<bool>,
    pending: Cell<u32>,
}

fn init(target: &Target<'_>) -> Result<()> {
    target.async_class("stream_pipe.StreamPipe")?.methods(&["unpipe", "start", "isClosed", "pendingWrites"])?.install(target.object)?;
    Ok(())
}

/// `new StreamPipe(source, sink)`.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("StreamPipe")?;
    let environment = Environment::of(env)?;
    let (source, sink) = (info.arg(0), info.arg(1));
    let pipe = Rc::new(StreamPipe {
        source: native_stream(env, source)?,
        sink: native_stream(env, sink)?,
        wrap: OnceCell::new(),
        asks: Cell::new(false),
        closed: Cell::new(true),
        reading: Cell::new(false),
        ended: Cell::new(false),
        pending: Cell::new(0),
    });
    let wrap = AsyncWrap::new(&environment, info.this(), "StreamPipe", "STREAMPIPE", pipe.clone())?;
    // The cell is new.
    let _ = pipe.wrap.set(Rc::downgrade(&wrap));
    pipe.listen();
    env.set(info.this(), "source", source)?;
    env.set(source, "pipeTarget", info.this())?;
    env.set(info.this(), "sink", sink)?;
    env.set(sink, "pipeSource", info.this())?;
    Ok(info.this())
}

fn of(env: Env, info: &CallInfo<'_>) -> Result<Rc<StreamPipe>> {
    AsyncWrap::state_of(env, info.this())
}

/// `start()`.
fn start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let pipe = of(env, info)?;
    pipe.closed.set(false);
    pipe.read(&Environment::of(env)?, WANTED);
    Ok(info.undefined())
}

/// `unpipe()`: `onunpipe()` is called in the next check phase.
fn unpipe(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    of(env, info)?.unpipe(&Environment::of(env)?);
    Ok(info.undefined())
}

/// `isClosed()`: not started, or unpiped.
fn is_closed(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(of(env, info)?.closed.get())
}

/// `pendingWrites()`.
fn pending_writes(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.uint32(of(env, info)?.pending.get())
}

impl StreamPipe {
    /// Takes both streams over. What they hold of the pipe is weak: it is its object's, which they name.
    fn listen(self: &Rc<Self>) {
        let pipe = Rc::downgrade(self);
        self.source.set_consumer(Some(Rc::new(move |environment, bytes| {
            if let Some(pipe) = pipe.upgrade() {
                pipe.in_scope(environment, || pipe.carry(environment, bytes));
            }
        })));
        let pipe = Rc::downgrade(self);
        self.source.set_end_listener(Some(Rc::new(move |environment, tell| {
            if let Some(pipe) = pipe.upgrade() {
                pipe.in_scope(environment, || pipe.end(environment, tell));
            }
        })));
        let pipe = Rc::downgrade(self);
        self.asks.set(self.sink.set_wants_write(Some(Rc::new(move |environment, bytes| {
            let Some(pipe) = pipe.upgrade() else { return };
            if bytes > 0 {
                return pipe.read(environment, bytes);
            }
            pipe.ended.set(true);
            pipe.pending.set(0);
            pipe.unpipe(environment);
        }))));
    }

    /// Runs `body` in a callback scope of the pipe's resource.
    fn in_scope(&self, environment: &Rc<Environment>, body: impl FnOnce()) {
        let wrap = self.wrap.get().and_then(Weak::upgrade);
        let object = wrap.as_ref().map(|wrap| wrap.object());
        if let (Some(wrap), Some(Ok(Some(object)))) = (wrap, object)
            && let Ok(context) = wrap.context(environment, object)
        {
            environment.callback_scope(context, || {
                body();
                Ok(())
            });
        }
    }

    fn read(&self, environment: &Rc<Environment>, wanted: usize) {
        if self.reading.get() || self.closed.get() {
            return;
        }
        self.in_scope(environment, || {
            self.reading.set(true);
            self.source.limit_reads(wanted);
            // A source that cannot be read tells its end elsewhere, or never, as in Node.
            let _ = self.source.read_start();
        });
    }

    fn carry(self: &Rc<Self>, environment: &Rc<Environment>, bytes: &[u8]) {
        let before = self.pending.get();
        self.pending.set(before + 1);
        let pipe = Rc::downgrade(self);
        let written = self.sink.write(
            bytes.to_vec(),
            Box::new(move |environment, result| {
                if let Some(pipe) = pipe.upgrade() {
                    pipe.after_write(environment, result);
                }
            }),
        );
        match written {
            Ok(Written::Now) => self.after_write(environment, Ok(())),
            Err(errno) => self.after_write(environment, Err(errno)),
            // Unless it was done within the call.
            Ok(Written::Later) if self.pending.get() > before => {
                self.reading.set(false);
                if !self.closed.get() {
                    self.source.read_stop();
                }
            }
            Ok(Written::Later) => {}
        }
    }

    fn after_write(&self, environment: &Rc<Environment>, result: edge_wasix::Result<()>) {
        self.pending.set(self.pending.get().saturating_sub(1));
        if self.closed.get() {
            if self.pending.get() == 0 && self.ended.get() {
                self.in_scope(environment, || self.shutdown_sink());
            }
        } else if self.ended.get() {
            self.in_scope(environment, || {
                self.shutdown_sink();
                self.unpipe(environment);
            });
        } else if result.is_err() {
            self.unpipe(environment);
        } else if !self.asks.get() {
            self.read(environment, WANTED);
        }
    }

    /// `tell` tells the source's `onread`.
    fn end(&self, environment: &Rc<Environment>, tell: &dyn Fn()) {
        self.ended.set(true);
        self.source.read_stop();
        tell();
        // Otherwise the end of the write sees to it.
        if self.pending.get() == 0 {
            self.shutdown_sink();
            self.unpipe(environment);
        }
    }

    fn shutdown_sink(&self) {
        // One that is closed already needs none.
        let _ = self.sink.shutdown(Box::new(|_, _| {}));
    }

    fn unpipe(&self, environment: &Rc<Environment>) {
        if self.closed.replace(true) {
            return;
        }
        self.reading.set(false);
        self.source.read_stop();
        self.source.set_consumer(None);
        self.source.set_end_listener(None);
        self.sink.set_wants_write(None);
        let Some(wrap) = self.wrap.get().and_then(Weak::upgrade) else { return };
        let Ok(Some(object)) = wrap.object() else { return };
        let Ok(keep) = Keep::new(environment, object) else { return };
        environment.set_immediate(move |environment| {
            wrap.make_callback("onunpipe", |_| Ok(Vec::new()));
            if let Err(error) = unlink(environment.env(), &keep) {
                environment.report_uncaught(error);
            }
        });
    }
}

/// The pipe and its streams name each other no more.
fn unlink(env: Env, keep: &Keep) -> Result<()> {
    let Some(pipe) = keep.object()? else { return Ok(()) };
    let null = env.null()?;
    for (name, back) in [("source", "pipeTarget"), ("sink", "pipeSource")] {
        let stream = env.get(pipe, name)?;
        env.set(pipe, name, null)?;
        if env.is_object(stream)? {
            env.set(stream, back, null)?;
        }
    }
    Ok(())
}
