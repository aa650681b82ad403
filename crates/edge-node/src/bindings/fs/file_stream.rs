//! `FileHandle` as a stream: a part of a file, read from front to end on the thread pool, for `StreamPipe` (http2's `respondWithFile`). It
//! cannot be written to; shutting it down closes the file, as in Node.

use super::file_handle::FileHandle;
use crate::bindings::stream_base::{
    Consumer, Done, EndListener, NativeStream, ONREAD, StreamListener, StreamRequest, Written, external_of,
};
use crate::keep::Keep;
use crate::{AsyncWrap, Environment};
use edge_loop::{ReadEvent, RequestKind, WorkLane};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::{Errno, UV_EOF};
use std::cell::Cell;
use std::rc::Rc;

/// The most that is read at once.
const MOST: usize = 64 * 1024;

/// The stream's part of a `FileHandle`.
pub struct FileStream {
    listener: StreamListener,
    /// Where it reads; negative for the file's own position.
    offset: Cell<i64>,
    /// How much is left; negative for all there is.
    left: Cell<i64>,
    limit: Cell<usize>,
    reading: Cell<bool>,
    in_flight: Cell<bool>,
    bytes_read: Cell<u64>,
}

impl FileStream {
    /// The part from `offset` (negative: the file's own position) of `length` bytes (negative: all).
    pub fn new(offset: i64, length: i64) -> Self {
        Self {
            listener: StreamListener::default(),
            offset: Cell::new(offset),
            left: Cell::new(length),
            limit: Cell::new(MOST),
            reading: Cell::new(false),
            in_flight: Cell::new(false),
            bytes_read: Cell::new(0),
        }
    }
}

/// A handle and its wrap: what native code holds.
struct Source {
    wrap: Rc<AsyncWrap>,
    file: Rc<FileHandle>,
}

/// The stream as native code uses it; `None` for a wrap of another class.
pub fn native(wrap: &Rc<AsyncWrap>) -> Option<Rc<dyn NativeStream>> {
    Some(Rc::new(Source { wrap: wrap.clone(), file: wrap.state().ok()? }))
}

impl Source {
    fn of(env: Env, info: &CallInfo<'_>) -> Result<Self> {
        let wrap = AsyncWrap::of(env, info.this())?;
        let file = wrap.state()?;
        Ok(Self { wrap, file })
    }

    /// Reads the next piece, unless one is on its way.
    fn read_next(self) -> edge_wasix::Result<()> {
        let stream = &self.file.stream;
        let environment = self.wrap.environment().ok_or(Errno::EBADF)?;
        if !self.file.is_open() {
            return Err(Errno::EBADF);
        }
        stream.reading.set(true);
        if stream.in_flight.get() {
            return Ok(());
        }
        if stream.left.get() == 0 {
            stream.reading.set(false);
            stream.listener.emit(&environment, &self.wrap, ReadEvent::End);
            return Ok(());
        }
        let mut size = stream.limit.get().clamp(1, MOST);
        if let Ok(left) = usize::try_from(stream.left.get()) {
            size = size.min(left);
        }
        // The object lives until the read is over.
        let object = self.wrap.object().ok().flatten().ok_or(Errno::EBADF)?;
        let keep = Keep::new(&environment, object).map_err(|_| Errno::ENOMEM)?;
        let (kernel, fd, offset) = (environment.kernel().clone(), self.file.fd(), u64::try_from(stream.offset.get()).ok());
        let file = self.file.clone();
        let work = move || {
            let mut bytes = vec![0; size];
            let count = kernel.read(fd, &mut bytes, offset)?;
            bytes.truncate(count);
            Ok(bytes)
        };
        environment.uv().queue_work(RequestKind::Fs, WorkLane::Fast, work, move |_, answer| {
            let _keep = keep;
            self.after_read(answer.unwrap_or(Err(Errno::ECANCELED)));
        })?;
        file.stream.in_flight.set(true);
        Ok(())
    }

    fn after_read(self, answer: edge_wasix::Result<Vec<u8>>) {
        let stream = &self.file.stream;
        stream.in_flight.set(false);
        let Some(environment) = self.wrap.environment() else { return };
        let Ok(_scope) = environment.env().scope() else { return };
        let event = match &answer {
            Ok(bytes) if bytes.is_empty() => ReadEvent::End,
            Ok(bytes) => {
                let count = bytes.len() as i64;
                if stream.left.get() >= 0 {
                    stream.left.set(stream.left.get() - count);
                }
                if stream.offset.get() >= 0 {
                    stream.offset.set(stream.offset.get().saturating_add(count));
                }
                stream.bytes_read.set(stream.bytes_read.get() + bytes.len() as u64);
                ReadEvent::Data(bytes)
            }
            Err(errno) => ReadEvent::Error(*errno),
        };
        if !matches!(event, ReadEvent::Data(_)) {
            stream.reading.set(false);
        }
        stream.listener.emit(&environment, &self.wrap, event);
        if stream.reading.get() {
            // One that was closed meanwhile has nobody to read for.
            let _ = self.read_next();
        }
    }

    /// Closes the file; `after` is told in the loop.
    fn close(&self, after: impl FnOnce(edge_wasix::Result<()>) + 'static) -> edge_wasix::Result<()> {
        let environment = self.wrap.environment().ok_or(Errno::EBADF)?;
        let (kernel, file, fd) = (environment.kernel().clone(), self.file.clone(), self.file.begin_close().ok_or(Errno::EBADF)?);
        let queued = environment.uv().queue_work(
            RequestKind::Fs,
            WorkLane::Fast,
            move || kernel.close(fd),
            move |_, answer| {
                file.end_close();
                after(answer.unwrap_or(Err(Errno::ECANCELED)));
            },
        );
        queued.map(|_| ())
    }
}

impl NativeStream for Source {
    fn set_consumer(&self, consumer: Option<Consumer>) {
        self.file.stream.listener.set_consumer(consumer);
    }
    fn set_end_listener(&self, listener: Option<EndListener>) {
        self.file.stream.listener.set_end_listener(listener);
    }
    fn read_start(&self) -> edge_wasix::Result<()> {
        Self { wrap: self.wrap.clone(), file: self.file.clone() }.read_next()
    }
    fn read_stop(&self) {
        self.file.stream.reading.set(false);
    }
    fn limit_reads(&self, bytes: usize) {
        self.file.stream.limit.set(bytes);
    }
    fn write(&self, _bytes: Vec<u8>, _done: Done) -> edge_wasix::Result<Written> {
        Err(Errno::ENOSYS)
    }
    fn shutdown(&self, done: Done) -> edge_wasix::Result<Written> {
        let wrap = self.wrap.clone();
        self.close(move |result| {
            if let Some(environment) = wrap.environment()
                && let Ok(_scope) = environment.env().scope()
            {
                done(&environment, result);
            }
        })
        .map(|()| Written::Later)
    }
}

/// `readStart()`.
pub fn read_start(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let started = Source::of(env, info)?.read_next();
    env.int32(match started {
        Ok(()) => 0,
        Err(Errno::EBADF) => UV_EOF,
        Err(errno) => errno.uv(),
    })
}

/// `readStop()`.
pub fn read_stop(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Source::of(env, info)?.file.stream.reading.set(false);
    env.int32(0)
}

/// `shutdown(req)`: closes the file.
pub fn shutdown(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let source = Source::of(env, info)?;
    let request = StreamRequest::begin(&Environment::of(env)?, &source.wrap, info.arg(0), "FileHandleCloseReq", "FILEHANDLECLOSEREQ")?;
    let closed = source.close(move |result| request.complete(result));
    env.int32(closed.map_or_else(Errno::uv, |()| 0))
}

/// `useUserBuffer(uint8Array)`.
pub fn use_user_buffer(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let source = Source::of(env, info)?;
    source.file.stream.listener.use_user_buffer(&Environment::of(env)?, info.arg(0))?;
    env.int32(0)
}

/// `writev` and all the others: files are not written in this way.
pub fn not_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Source::of(env, info)?;
    env.int32(Errno::ENOSYS.uv())
}

/// `bytesRead`; the prototype is no file.
pub fn get_bytes_read(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match env.try_unwrap::<AsyncWrap>(info.this())?.map(|wrap| wrap.state::<FileHandle>()) {
        Some(Ok(file)) => env.number(file.stream.bytes_read.get() as f64),
        _ => Ok(info.undefined()),
    }
}

/// `bytesWritten`: nothing ever is.
pub fn get_bytes_written(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if env.try_unwrap::<AsyncWrap>(info.this())?.is_some() { env.int32(0) } else { Ok(info.undefined()) }
}

/// `_externalStream`; the prototype is no file.
pub fn get_external_stream(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if env.try_unwrap::<AsyncWrap>(info.this())?.is_some() { external_of(env, info.this()) } else { Ok(info.undefined()) }
}

/// `onread`.
pub fn get_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.get_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?)
}

/// `onread = function`.
pub fn set_onread(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    Source::of(env, info)?;
    if !env.is_function(info.arg(0))? {
        return Err(Error::invalid_arg_type("The \"onread\" property must be of type function"));
    }
    env.set_key(info.this(), Environment::of(env)?.private_symbol(ONREAD)?, info.arg(0))?;
    Ok(info.undefined())
}
