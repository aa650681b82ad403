//! Standard streams of an environment that Python serves: what `edgejs._streams` says, made into what a kernel takes.
//!
//! Output for a Python function goes to whoever waits for the environment ([`Line::output`]) and is heard there; input is asked for in the
//! thread that reads it, one of the environment's or of the thread pool. Captured output is kept here and takes no turn of Python's.

use crate::line::Line;
use edge_wasix::{Errno, IsGone, Sink, Source, Stream, duplicate};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Captured bytes.
pub type Captured = Arc<Mutex<Vec<u8>>>;

/// How much is captured at most where no limit `output` says less.
pub const MOST_CAPTURED: u64 = 256 << 20;

thread_local! {
    /// The lines whose streams this thread is serving.
    static SERVING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Whether this thread is inside of a function that serves a stream of `line`: the program may be waiting for its end.
pub fn is_serving(line: *const Line) -> bool {
    SERVING.with_borrow(|serving| serving.contains(&(line as usize)))
}

/// Runs a function that serves a stream of `line`.
pub fn serve<T>(line: *const Line, run: impl FnOnce() -> T) -> T {
    SERVING.with_borrow_mut(|serving| serving.push(line as usize));
    let result = run();
    SERVING.with_borrow_mut(|serving| serving.pop());
    result
}

/// The three streams, opened.
#[derive(Default)]
pub struct Streams {
    /// For the kernel, by descriptor.
    pub opened: Vec<(i32, Stream)>,
    /// The functions that hear what is written to 1 and 2.
    pub heard: [Option<Py<PyAny>>; 3],
    /// What was written to 1 and 2.
    pub captured: [Option<Captured>; 3],
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing panics under these locks, and what they guard is sound after each step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Streams {
    /// Opens what is said of descriptors 0, 1 and 2: how, and with what.
    ///
    /// # Errors
    /// `OSError` for a descriptor that is not open, `ValueError` for what `edgejs._streams` does not say.
    pub fn open(py: Python<'_>, said: Vec<(String, Py<PyAny>)>, line: &Arc<Line>) -> PyResult<Self> {
        let mut streams = Self::default();
        for (fd, (how, with)) in said.into_iter().enumerate().take(3) {
            let stream = match how.as_str() {
                "inherit" => Stream::Inherit,
                "null" => Stream::Null,
                "fd" => Stream::Host(duplicate(with.extract(py)?).map_err(|errno| {
                    let name = ["stdin", "stdout", "stderr"][fd];
                    PyOSError::new_err((errno.raw(), format!("{name}: {}", errno.message())))
                })?),
                "bytes" => Stream::Source(source_of(with.extract::<Vec<u8>>(py)?)),
                "ask" => Stream::Source(source_of_function(with, Arc::downgrade(line))),
                "tell" => {
                    streams.heard[fd] = Some(with);
                    Stream::Sink(sink_of_function(fd, Arc::downgrade(line)))
                }
                "capture" => {
                    let captured = Captured::default();
                    streams.captured[fd] = Some(Arc::clone(&captured));
                    Stream::Sink(sink_of(captured))
                }
                // Standard error as standard output.
                "stdout" => match (streams.opened.get(1), &streams.captured[1], &streams.heard[1]) {
                    (_, Some(captured), _) => Stream::Sink(sink_of(Arc::clone(captured))),
                    (_, _, Some(_)) => Stream::Sink(sink_of_function(1, Arc::downgrade(line))),
                    (Some((_, Stream::Host(descriptor))), ..) => Stream::Host(descriptor.try_clone()?),
                    (Some((_, Stream::Inherit)), ..) => Stream::Host(duplicate(1).map_err(|errno| PyOSError::new_err(errno.message()))?),
                    _ => Stream::Null,
                },
                _ => return Err(PyValueError::new_err(format!("no such stream: {how}"))),
            };
            streams.opened.push((fd as i32, stream));
        }
        Ok(streams)
    }
}

fn sink_of(captured: Captured) -> Sink {
    Arc::new(move |bytes, _| {
        lock(&captured).extend_from_slice(bytes);
        Ok(bytes.len())
    })
}

fn sink_of_function(stream: usize, line: Weak<Line>) -> Sink {
    Arc::new(move |bytes: &[u8], is_gone: IsGone<'_>| match line.upgrade() {
        Some(line) => line.output(stream, bytes, is_gone),
        None => Err(Errno::EIO),
    })
}

/// Takes from the front of `left`.
fn take(left: &mut VecDeque<u8>, buf: &mut [u8]) -> usize {
    let count = left.len().min(buf.len());
    for (place, byte) in buf.iter_mut().zip(left.drain(..count)) {
        *place = byte;
    }
    count
}

fn source_of(bytes: Vec<u8>) -> Source {
    let left = Mutex::new(VecDeque::from(bytes));
    Arc::new(move |buf, _| Ok(take(&mut lock(&left), buf)))
}

/// What it raises is an I/O error for the program, and an unraisable exception for Python.
fn source_of_function(function: Py<PyAny>, line: Weak<Line>) -> Source {
    let left = Mutex::new(VecDeque::new());
    Arc::new(move |buf, _| {
        let mut left = lock(&left);
        if left.is_empty() {
            let asked = Python::try_attach(|py| {
                let answer = serve(line.as_ptr(), || function.call1(py, (buf.len(),)));
                answer
                    .and_then(|bytes| Ok(bytes.extract::<Vec<u8>>(py)?))
                    .map_err(|error| error.write_unraisable(py, Some(function.bind(py))))
            });
            match asked {
                Some(Ok(bytes)) => left.extend(bytes),
                // The interpreter is shutting down.
                Some(Err(())) | None => return Err(Errno::EIO),
            }
        }
        Ok(take(&mut left, buf))
    })
}
