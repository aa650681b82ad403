//! [`CompressionStream`]: what is behind the objects of `internalBinding('zlib')`.
//!
//! A write is done in pieces: threads of the pool must not see the engine's memory, so each piece of input is copied out and its output
//! copied in. The codec travels with the job, so nothing is locked. A stream that is closed while it writes is closed after that.

use super::codec::{CONTINUE, Codec, CodecError, Progress};
use crate::{AsyncWrap, Environment, ThreadPoolWork};
use edge_loop::WorkError;
use edge_napi::{CallInfo, Env, Error, Reference, Result, Value};
use edge_wasix::Limit;
use edge_wasix::limits::Charge;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Bytes of input in a piece: small beside what is copied for nothing when the output is full, large beside the cost of a job.
const PIECE: usize = 128 << 10;

/// State of a stream.
pub struct CompressionStream {
    environment: Weak<Environment>,
    /// Node's mode number, for zlib and Brotli.
    pub(super) mode: u32,
    /// `None` before `init`, while a job runs, and after `close`.
    codec: RefCell<Option<Box<dyn Codec>>>,
    /// The library's array and function: where and how to say how far a write came.
    answer: Cell<Option<(Reference, Reference)>>,
    busy: Cell<bool>,
    close_later: Cell<bool>,
    closed: Cell<bool>,
    /// What the codec counts as host memory.
    charge: RefCell<Option<Charge>>,
    /// Bytes that the engine was told of.
    reported: Cell<i64>,
    work: ThreadPoolWork,
}

/// A write under way.
struct Write {
    flush: u32,
    input: Option<Reference>,
    /// Of what is left of the input: first byte and length.
    from: usize,
    left: usize,
    output: Reference,
    /// Of what is left of the output.
    to: usize,
    room: usize,
}

/// One piece of a write, for any thread.
struct Job {
    codec: Box<dyn Codec>,
    flush: u32,
    input: Vec<u8>,
    room: usize,
}

/// A job that is done.
struct Done {
    codec: Box<dyn Codec>,
    given: usize,
    output: Vec<u8>,
    progress: std::result::Result<Progress, CodecError>,
}

/// What follows a piece.
enum Next {
    Piece,
    End,
    Failed(CodecError),
}

impl Job {
    fn run(mut self) -> Done {
        let mut output = vec![0; self.room];
        let progress = self.codec.run(self.flush, &self.input, &mut output);
        Done { codec: self.codec, given: self.input.len(), output, progress }
    }
}

impl CompressionStream {
    /// A stream that is not initialised yet.
    pub(super) fn new(environment: &Rc<Environment>, mode: u32) -> Rc<Self> {
        Rc::new(Self {
            environment: Rc::downgrade(environment),
            mode,
            codec: RefCell::default(),
            answer: Cell::default(),
            busy: Cell::default(),
            close_later: Cell::default(),
            closed: Cell::default(),
            charge: RefCell::default(),
            reported: Cell::default(),
            work: ThreadPoolWork::default(),
        })
    }

    /// Gives the stream its codec, and the array and function of its answers.
    pub(super) fn initialise(&self, env: Env, codec: Box<dyn Codec>, array: Value, callback: Value) -> Result<()> {
        if self.busy.get() || self.closed.get() {
            return Err(misuse("init() while a write is under way, or after close()"));
        }
        if !env.is_typed_array(array)? || !env.is_function(callback)? {
            return Err(Error::invalid_arg_type("The write result must be a Uint32Array and the callback a function"));
        }
        let meter = Environment::of(env)?.kernel().meter().clone();
        let charge = meter.charge(Limit::HostMemory, codec.memory() as u64);
        let charge = charge.map_err(|_| Error::error("ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed: no memory"))?;
        *self.charge.borrow_mut() = Some(charge);
        let answer = (env.reference(array)?, env.reference(callback)?);
        if let Some((array, callback)) = self.answer.replace(Some(answer)) {
            env.drop_reference(array);
            env.drop_reference(callback);
        }
        *self.codec.borrow_mut() = Some(codec);
        self.report_memory(env);
        Ok(())
    }

    /// Tells the engine how much memory the codec holds.
    fn report_memory(&self, env: Env) {
        let now = self.codec.borrow().as_ref().map_or(0, |codec| codec.memory() as i64);
        if now == 0 {
            self.charge.borrow_mut().take();
        }
        let change = now - self.reported.replace(now);
        if change != 0 {
            // Only bookkeeping; a closing engine keeps none.
            let _ = env.adjust_external_memory(change);
        }
    }

    fn close(&self, env: Env) {
        if self.busy.get() {
            self.close_later.set(true);
            return;
        }
        self.close_later.set(false);
        self.closed.set(true);
        let codec = self.codec.borrow_mut().take();
        drop(codec);
        self.report_memory(env);
    }

    /// `write(flush, in, in_off, in_len, out, out_off, out_len)`: what is to be done.
    fn begin(&self, env: Env, info: &CallInfo<'_>) -> Result<Write> {
        // What reads numbers may run the program, so it comes first.
        let number = |index| -> Result<u32> { env.get_u32(env.to_number(info.arg(index))?) };
        let flush = number(0)?;
        let input = if env.is_null(info.arg(1))? { None } else { Some((info.arg(1), number(2)?, number(3)?)) };
        let output = (info.arg(4), number(5)?, number(6)?);
        if self.busy.get() {
            return Err(misuse("write already in progress"));
        }
        if flush > 5 {
            return Err(Error::range_error("ERR_OUT_OF_RANGE", "Invalid flush value"));
        }
        let range = |(view, offset, length): (Value, u32, u32)| -> Result<(usize, usize)> {
            let size = env.with_bytes(view, |bytes| bytes.len())?;
            env.check_range(f64::from(offset), f64::from(length), size)
        };
        let (from, left) = input.map_or(Ok((0, 0)), range)?;
        let (to, room) = range(output)?;
        match &mut *self.codec.borrow_mut() {
            Some(codec) => codec.begin(flush, left),
            None => return Err(misuse("write before init, or after close")),
        }
        let input = if left == 0 { None } else { Some(env.reference(info.arg(1))?) };
        self.busy.set(true);
        Ok(Write { flush, input, from, left, output: env.reference(info.arg(4))?, to, room })
    }

    /// The next piece, its input copied out. `None`: the codec is gone.
    fn piece(&self, env: Env, write: &Write) -> Result<Option<Job>> {
        let length = write.left.min(PIECE);
        let input = match write.input.map(|input| env.deref(input)).transpose()?.flatten() {
            // The program may have shortened its buffer since.
            Some(view) => env.with_bytes(view, |bytes| bytes.get(write.from..write.from + length).unwrap_or_default().to_vec())?,
            None => Vec::new(),
        };
        let flush = if write.left > PIECE { CONTINUE } else { write.flush };
        let codec = self.codec.borrow_mut().take();
        Ok(codec.map(|codec| Job { codec, flush, input, room: write.room }))
    }

    /// Copies a piece's output in and says what follows.
    fn apply(&self, env: Env, write: &mut Write, done: Done) -> Result<Next> {
        *self.codec.borrow_mut() = Some(done.codec);
        let progress = match done.progress {
            Ok(progress) => progress,
            Err(error) => return Ok(Next::Failed(error)),
        };
        if let (Some(view), Some(output)) = (env.deref(write.output)?, done.output.get(..progress.produced)) {
            env.with_bytes(view, |bytes| {
                // The program may have shortened its buffer since.
                if let Some(to) = bytes.get_mut(write.to..write.to + output.len()) {
                    to.copy_from_slice(output);
                }
            })?;
        }
        let was_last = write.left <= PIECE;
        write.from += progress.consumed;
        write.left -= progress.consumed.min(write.left);
        write.to += progress.produced;
        write.room -= progress.produced.min(write.room);
        // The output is full, that was all, or the stream ended before its input did.
        let ended = write.room == 0 || was_last || progress.consumed < done.given || done.given == 0;
        Ok(if ended { Next::End } else { Next::Piece })
    }

    /// The write is over: lets go of its buffers.
    fn finish(&self, env: Env, write: &Write) {
        self.busy.set(false);
        if let Some(input) = write.input {
            env.drop_reference(input);
        }
        env.drop_reference(write.output);
        self.report_memory(env);
    }

    /// `writeState[0]` is what is left of the output, `writeState[1]` of the input.
    fn tell(&self, env: Env, write: &Write) -> Result<()> {
        let Some((array, _)) = self.answer.get() else { return Ok(()) };
        let Some(array) = env.deref(array)? else { return Ok(()) };
        env.with_bytes(array, |bytes| {
            for (slot, value) in bytes.chunks_exact_mut(4).zip([write.room, write.left]) {
                slot.copy_from_slice(&(value as u32).to_ne_bytes());
            }
        })
    }

    fn callback(&self, env: Env) -> Result<Option<Value>> {
        self.answer.get().map_or(Ok(None), |(_, callback)| env.deref(callback))
    }
}

impl Drop for CompressionStream {
    fn drop(&mut self) {
        let Some(environment) = self.environment.upgrade() else { return };
        let env = environment.env();
        if let Some((array, callback)) = self.answer.take() {
            env.drop_reference(array);
            env.drop_reference(callback);
        }
        self.codec.borrow_mut().take();
        self.report_memory(env);
    }
}

/// What Node's own library never does; Node ends the process.
fn misuse(what: &str) -> Error {
    Error::error("ERR_INTERNAL_ASSERTION", format!("zlib binding: {what}"))
}

/// `onerror(message, errno, code)`, in the stream's async context.
pub(super) fn emit_error(env: Env, wrap: &AsyncWrap, stream: &CompressionStream, error: &CodecError) {
    wrap.make_callback("onerror", |env| Ok(vec![env.string(&error.message)?, env.int32(error.errno)?, env.string(&error.code)?]));
    if stream.close_later.get() {
        stream.close(env);
    }
}

fn of(env: Env, info: &CallInfo<'_>) -> Result<(Rc<AsyncWrap>, Rc<CompressionStream>)> {
    let wrap = AsyncWrap::of(env, info.this())?;
    let stream = wrap.state::<CompressionStream>()?;
    Ok((wrap, stream))
}

/// `writeSync(…)`: runs the codec here; the answer is in the array, or `onerror` was called.
pub fn write_sync(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (wrap, stream) = of(env, info)?;
    let mut write = stream.begin(env, info)?;
    let mut run = || -> Result<Option<CodecError>> {
        loop {
            let Some(job) = stream.piece(env, &write)? else { return Err(misuse("closed")) };
            match stream.apply(env, &mut write, job.run())? {
                Next::Piece => {}
                Next::Failed(error) => return Ok(Some(error)),
                Next::End => return Ok(None),
            }
        }
    };
    let outcome = run();
    stream.finish(env, &write);
    match outcome? {
        Some(error) => emit_error(env, &wrap, &stream, &error),
        None => stream.tell(env, &write)?,
    }
    Ok(info.undefined())
}

/// `write(…)`: runs the codec on the thread pool, then calls the function that `init` was given.
pub fn write(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (wrap, stream) = of(env, info)?;
    let write = stream.begin(env, info)?;
    // The object lives until the answer.
    let under_way = UnderWay { keep: env.reference(info.this())?, wrap, stream, write };
    under_way.schedule(&Environment::of(env)?)?;
    Ok(info.undefined())
}

/// A write between its pieces.
struct UnderWay {
    keep: Reference,
    wrap: Rc<AsyncWrap>,
    stream: Rc<CompressionStream>,
    write: Write,
}

impl UnderWay {
    /// Puts the next piece on the pool.
    fn schedule(self, environment: &Rc<Environment>) -> Result<()> {
        let env = environment.env();
        let Some(job) = self.stream.piece(env, &self.write)? else { return Err(misuse("closed")) };
        let stream = Rc::clone(&self.stream);
        let scheduled = stream.work.schedule(
            environment,
            move || job.run(),
            move |environment, answer| {
                let Ok(_scope) = environment.env().scope() else { return };
                if let Err(error) = self.after(environment, answer) {
                    environment.report_uncaught(error);
                }
            },
        );
        scheduled.map_err(|errno| Error::error("ERR_OPERATION_FAILED", format!("Operation failed: {errno}")))
    }

    /// A piece is done.
    fn after(mut self, environment: &Rc<Environment>, answer: std::result::Result<Done, WorkError>) -> Result<()> {
        let env = environment.env();
        let next = match answer {
            Ok(done) => self.stream.apply(env, &mut self.write, done)?,
            // The codec went with the job.
            Err(WorkError::Cancelled) => {
                self.stream.close_later.set(true);
                Next::End
            }
            Err(WorkError::Panicked) => Next::Failed(CodecError::new("Zlib error", -1, "ERR_INTERNAL_ASSERTION")),
        };
        if matches!(next, Next::Piece) {
            return self.schedule(environment);
        }
        self.stream.finish(env, &self.write);
        let object = env.deref(self.keep)?;
        env.drop_reference(self.keep);
        let Some(object) = object else { return Ok(()) };
        if let Next::Failed(error) = next {
            emit_error(env, &self.wrap, &self.stream, &error);
            return Ok(());
        }
        self.stream.tell(env, &self.write)?;
        if let Some(callback) = self.stream.callback(env)? {
            environment.make_callback(self.wrap.context(environment, object)?, callback, object, &[]);
        }
        if self.stream.close_later.get() {
            self.stream.close(env);
        }
        Ok(())
    }
}

/// `close()`.
pub fn close(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    of(env, info)?.1.close(env);
    Ok(info.undefined())
}

/// Runs `change` on the codec; its error goes to `onerror`.
fn change(env: Env, info: &CallInfo<'_>, change: impl FnOnce(&mut dyn Codec) -> std::result::Result<(), CodecError>) -> Result<Value> {
    let (wrap, stream) = of(env, info)?;
    let changed = match &mut *stream.codec.borrow_mut() {
        Some(codec) => change(&mut **codec),
        None => return Err(misuse("a write is under way, or the stream is closed")),
    };
    stream.report_memory(env);
    if let Err(error) = changed {
        emit_error(env, &wrap, &stream, &error);
    }
    Ok(info.undefined())
}

/// `params(level, strategy)`.
pub fn params(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let (level, strategy) = (env.get_i32(info.arg(0))?, env.get_i32(info.arg(1))?);
    change(env, info, |codec| codec.params(level, strategy))
}

/// `params()` of the other libraries, which have none to change.
pub fn no_params(_env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Ok(info.undefined())
}

/// `reset()`.
pub fn reset(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    change(env, info, |codec| codec.reset())
}
