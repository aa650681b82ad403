//! Counts of sessions and streams, and the performance entries made of them.

use super::session::Http2Session;
use super::stream::Http2Stream;
use crate::Environment;
use edge_napi::{Env, Result, Value};
use edge_nghttp2::Kind;
use edge_wasix::clock;
use std::cell::Cell;
use std::rc::Rc;

/// Monotonic nanoseconds.
pub fn now() -> u64 {
    clock::monotonic_ns()
}

/// Milliseconds since `start`, in nanoseconds.
pub fn milliseconds_since(start: u64) -> f64 {
    now().saturating_sub(start) as f64 / 1e6
}

fn increment(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

/// Of a session; times in nanoseconds.
pub struct SessionStatistics {
    start: u64,
    frames_received: Cell<u64>,
    frames_sent: Cell<u64>,
    streams: Cell<u64>,
    max_concurrent_streams: Cell<usize>,
    pub ping_rtt: Cell<u64>,
    pub data_sent: Cell<u64>,
    pub data_received: Cell<u64>,
    stream_average_duration: Cell<f64>,
}

impl SessionStatistics {
    pub fn new() -> Self {
        Self {
            start: now(),
            frames_received: Cell::default(),
            frames_sent: Cell::default(),
            streams: Cell::default(),
            max_concurrent_streams: Cell::default(),
            ping_rtt: Cell::default(),
            data_sent: Cell::default(),
            data_received: Cell::default(),
            stream_average_duration: Cell::default(),
        }
    }

    pub fn frame_received(&self) {
        increment(&self.frames_received);
    }

    pub fn frame_sent(&self) {
        increment(&self.frames_sent);
    }

    /// One more stream: now there are `open`.
    pub fn stream_added(&self, open: usize) {
        increment(&self.streams);
        self.max_concurrent_streams.set(self.max_concurrent_streams.get().max(open));
    }
}

/// Of a stream; times in nanoseconds, 0 for what has not happened.
pub struct StreamStatistics {
    start: u64,
    first_header: Cell<u64>,
    first_byte: Cell<u64>,
    first_byte_sent: Cell<u64>,
    sent: Cell<u64>,
    received: Cell<u64>,
}

impl StreamStatistics {
    pub fn new() -> Self {
        Self {
            start: now(),
            first_header: Cell::default(),
            first_byte: Cell::default(),
            first_byte_sent: Cell::default(),
            sent: Cell::default(),
            received: Cell::default(),
        }
    }

    fn mark(cell: &Cell<u64>) {
        if cell.get() == 0 {
            cell.set(now());
        }
    }

    pub fn first_header(&self) {
        Self::mark(&self.first_header);
    }

    pub fn first_byte_sent(&self) {
        Self::mark(&self.first_byte_sent);
    }

    pub fn received(&self, bytes: usize) {
        Self::mark(&self.first_byte);
        self.received.set(self.received.get() + bytes as u64);
    }

    pub fn sent(&self, bytes: usize) {
        self.sent.set(self.sent.get() + bytes as u64);
    }
}

/// The index of `http2` among the kinds of observed entries.
const HTTP2: usize = 2;

fn is_observed(environment: &Environment) -> bool {
    environment.aliased::<u32>("performance.observerCounts").is_ok_and(|counts| counts.get(HTTP2) > 0)
}

/// A number among an entry's details.
type Detail = (&'static str, f64);

/// Tells observers of an entry, in the loop's next turn.
fn emit(environment: &Rc<Environment>, name: &'static str, start: u64, details: Vec<Detail>, kind: Option<&'static str>) {
    if !is_observed(environment) {
        return;
    }
    let origin = environment.time_origin_ns();
    let start_time = start.saturating_sub(origin) as f64 / 1e6;
    let duration = now().saturating_sub(start) as f64 / 1e6;
    environment.set_immediate(move |environment| {
        if !is_observed(environment) {
            return;
        }
        let env = environment.env();
        let told = (|| {
            let Some(observer) = environment.root("performance.observer")? else { return Ok(()) };
            let args = [
                env.string(name)?,
                env.string("http2")?,
                env.number(start_time)?,
                env.number(duration)?,
                detail_object(env, &details, kind)?,
            ];
            env.call(observer, env.undefined()?, &args).map(|_| ())
        })();
        if let Err(error) = told {
            environment.report_uncaught(error);
        }
    });
}

fn detail_object(env: Env, details: &[Detail], kind: Option<&str>) -> Result<Value> {
    let object = env.object()?;
    for (name, value) in details {
        env.set(object, name, env.number(*value)?)?;
    }
    if let Some(kind) = kind {
        env.set(object, "type", env.string(kind)?)?;
    }
    Ok(object)
}

impl Http2Session {
    /// The session is over.
    pub fn emit_statistics(&self) {
        let Some(environment) = self.environment() else { return };
        let statistics = &self.statistics;
        let details = vec![
            ("bytesWritten", statistics.data_sent.get() as f64),
            ("bytesRead", statistics.data_received.get() as f64),
            ("framesReceived", statistics.frames_received.get() as f64),
            ("framesSent", statistics.frames_sent.get() as f64),
            ("maxConcurrentStreams", statistics.max_concurrent_streams.get() as f64),
            ("pingRTT", statistics.ping_rtt.get() as f64 / 1e6),
            ("streamAverageDuration", statistics.stream_average_duration.get()),
            ("streamCount", statistics.streams.get() as f64),
        ];
        let kind = if self.kind == Kind::Server { "server" } else { "client" };
        emit(&environment, "Http2Session", statistics.start, details, Some(kind));
    }

    /// A stream of the session is over.
    pub fn stream_ended(&self, stream: &Http2Stream) {
        let statistics = &stream.statistics;
        let duration = milliseconds_since(statistics.start);
        let count = self.statistics.streams.get().max(1) as f64;
        self.statistics.stream_average_duration.set(duration / count);
        let Some(environment) = self.environment() else { return };
        let since = |time: &Cell<u64>| (time.get() as f64 - statistics.start as f64) / 1e6;
        let details = vec![
            ("bytesRead", statistics.received.get() as f64),
            ("bytesWritten", statistics.sent.get() as f64),
            ("id", stream.id.into()),
            ("timeToFirstByte", since(&statistics.first_byte)),
            ("timeToFirstByteSent", since(&statistics.first_byte_sent)),
            ("timeToFirstHeader", since(&statistics.first_header)),
        ];
        emit(&environment, "Http2Stream", statistics.start, details, None);
    }
}
