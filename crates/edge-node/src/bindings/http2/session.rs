//! `Http2Session`: what it holds, its streams, its scope, its end.

use super::options::{self, Limits};
use super::ping::PendingPing;
use super::settings::{CustomSettings, PendingSettings};
use super::state_arrays::SETTINGS;
use super::statistics::SessionStatistics;
use super::stream::Http2Stream;
use super::transport::Transport;
use crate::bindings::stream_base::StreamRequest;
use crate::keep::Keep;
use crate::{AsyncWrap, Environment};
use edge_napi::{Env, Error, Result, Value};
use edge_nghttp2::{Kind, Session, Setting};
use rustc_hash::FxHashMap;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

/// Bytes of the array `session.fields`, which the library writes to: flags, two counts of listeners, two limits.
const FIELDS_LENGTH: usize = 12;
/// Places in it.
const BITFIELD: usize = 0;
const PRIORITY_LISTENERS: usize = 1;
const MAX_INVALID_FRAMES: usize = 4;
const MAX_REJECTED_STREAMS: usize = 8;
/// Bits of its first byte.
pub const REMOTE_SETTINGS_LISTENERS: u8 = 1 << 0;
pub const REMOTE_SETTINGS_UP_TO_DATE: u8 = 1 << 1;
pub const PING_LISTENERS: u8 = 1 << 2;
pub const ALTSVC_LISTENERS: u8 = 1 << 3;

/// A session's count of bytes.
#[derive(Default)]
pub struct Memory(Cell<u64>);

impl Memory {
    pub fn add(&self, bytes: u64) {
        self.0.set(self.0.get().saturating_add(bytes));
    }
    pub fn sub(&self, bytes: u64) {
        self.0.set(self.0.get().saturating_sub(bytes));
    }
}

/// Where a session stands, each named as in Node's `SessionBitfieldFlags`.
#[derive(Default)]
pub struct Flags {
    /// A scope is open further down.
    pub has_scope: Cell<bool>,
    /// An immediate will send.
    pub write_scheduled: Cell<bool>,
    /// `destroy` was called.
    pub closing: Cell<bool>,
    /// It is over: nothing is sent any more.
    pub destroyed: Cell<bool>,
    /// Bytes are being gathered, or are on their way.
    pub sending: Cell<bool>,
    /// The stream below is writing.
    pub write_in_progress: Cell<bool>,
    /// The stream below was told not to read.
    pub reading_stopped: Cell<bool>,
    /// nghttp2 was told to wait with the rest of the input.
    pub receive_paused: Cell<bool>,
    /// The library waits for `ongracefulclosecomplete`.
    pub graceful_close: Cell<bool>,
    /// The library has sent a GOAWAY.
    pub goaway: Cell<bool>,
    /// nghttp2 has sent one by itself, and will look at nothing any more.
    pub internal_goaway: Cell<bool>,
}

/// State of an `Http2Session`.
pub struct Http2Session {
    me: Weak<Self>,
    environment: Weak<Environment>,
    wrap: OnceCell<Weak<AsyncWrap>>,
    pub nghttp2: Session,
    pub kind: Kind,
    pub limits: Limits,
    pub flags: Flags,
    pub memory: Memory,
    fields: Keep,
    pub transport: RefCell<Option<Transport>>,
    streams: RefCell<FxHashMap<i32, Rc<Http2Stream>>>,
    /// How many of them are destroyed and wait for the end of the input.
    pub ending_streams: Cell<usize>,
    /// Input that nghttp2 has not taken yet, from [`Self::input_at`] on.
    pub input: RefCell<Vec<u8>>,
    pub input_at: Cell<usize>,
    /// nghttp2 is looking at it.
    pub receiving: Cell<bool>,
    /// Bytes for the stream below, and the program's writes that are over with them.
    pub outgoing: RefCell<Vec<u8>>,
    pub outgoing_requests: RefCell<Vec<StreamRequest>>,
    /// Streams to be reset once what they had to send is out.
    pub pending_resets: RefCell<Vec<i32>>,
    pub outstanding_pings: RefCell<VecDeque<PendingPing>>,
    pub outstanding_settings: RefCell<VecDeque<PendingSettings>>,
    pub local_custom: CustomSettings,
    pub remote_custom: CustomSettings,
    pub rejected_streams: Cell<u32>,
    pub invalid_frames: Cell<u32>,
    /// Node's code for the error that ends the input, when it has one of its own.
    pub custom_error: Cell<Option<&'static str>>,
    pub chunks_sent: Cell<u32>,
    /// A `destroy` within the input, for its end: the error code, and whether the socket is closed.
    pub pending_close: Cell<Option<(u32, bool)>>,
    pub statistics: SessionStatistics,
}

impl Http2Session {
    /// Makes `object` a session, as `optionsBuffer` and `settingsBuffer` say.
    pub fn create(environment: &Rc<Environment>, object: Value, kind: Kind) -> Result<()> {
        let env = environment.env();
        let (options, limits) = options::read(environment, kind)?;
        let nghttp2 =
            Session::new(kind, &options).map_err(|failure| Error::range_error("ERR_HTTP2_ERROR", edge_nghttp2::error_text(failure.0)))?;
        let mut initial = [0; FIELDS_LENGTH];
        initial[MAX_INVALID_FRAMES..MAX_INVALID_FRAMES + 4].copy_from_slice(&1000_u32.to_ne_bytes());
        initial[MAX_REJECTED_STREAMS..MAX_REJECTED_STREAMS + 4].copy_from_slice(&100_u32.to_ne_bytes());
        let fields = env.uint8_array_from(&initial)?;
        env.set(object, "fields", fields)?;
        let fields = Keep::new(environment, fields)?;
        let remote_custom = CustomSettings::wanted(&environment.aliased::<u32>(SETTINGS)?);
        let session = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            environment: Rc::downgrade(environment),
            wrap: OnceCell::new(),
            nghttp2,
            kind,
            limits,
            flags: Flags::default(),
            memory: Memory::default(),
            fields,
            transport: RefCell::default(),
            streams: RefCell::default(),
            ending_streams: Cell::new(0),
            input: RefCell::default(),
            input_at: Cell::new(0),
            receiving: Cell::new(false),
            outgoing: RefCell::default(),
            outgoing_requests: RefCell::default(),
            pending_resets: RefCell::default(),
            outstanding_pings: RefCell::default(),
            outstanding_settings: RefCell::default(),
            local_custom: CustomSettings::default(),
            remote_custom,
            rejected_streams: Cell::new(0),
            invalid_frames: Cell::new(0),
            custom_error: Cell::new(None),
            chunks_sent: Cell::new(0),
            pending_close: Cell::new(None),
            statistics: SessionStatistics::new(),
        });
        let wrap = AsyncWrap::new(environment, object, "Http2Session", "HTTP2SESSION", session.clone())?;
        // The cell is new.
        let _ = session.wrap.set(Rc::downgrade(&wrap));
        Ok(())
    }

    /// The session itself, to hand on; it is alive while a method runs, but for its drop.
    pub fn me(&self) -> Option<Rc<Self>> {
        self.me.upgrade()
    }

    pub fn environment(&self) -> Option<Rc<Environment>> {
        self.environment.upgrade()
    }

    /// The async resource; `None` once its object was collected.
    pub fn wrap(&self) -> Option<Rc<AsyncWrap>> {
        self.wrap.get()?.upgrade()
    }

    /// Calls one of the functions of `setCallbackFunctions` on the session's object.
    pub fn call(&self, root: &str, args: impl FnOnce(Env) -> Result<Vec<Value>>) {
        if let Some(wrap) = self.wrap() {
            call_library(&wrap, root, args);
        }
    }

    /// Calls `object[name]()`.
    pub fn call_named(&self, name: &str) {
        if let Some(wrap) = self.wrap() {
            wrap.make_callback(name, |_| Ok(Vec::new()));
        }
    }

    /// Tells the library of an error: it destroys the session.
    pub fn call_error(&self, code: i32, custom: Option<&str>) {
        self.call("http2.onSessionInternalError", |env| {
            let custom = custom.map_or_else(|| env.null(), |custom| env.string(custom))?;
            Ok(vec![env.int32(code)?, custom])
        });
    }

    fn with_fields<T: Default>(&self, use_them: impl FnOnce(&mut [u8]) -> T) -> T {
        let Some(environment) = self.environment() else { return T::default() };
        let env = environment.env();
        let Ok(_scope) = env.scope() else { return T::default() };
        // The program may have detached the array: then nothing is set.
        let fields = self.fields.object().ok().flatten();
        fields
            .and_then(|fields| env.with_bytes(fields, |bytes| (bytes.len() == FIELDS_LENGTH).then(|| use_them(bytes))).ok().flatten())
            .unwrap_or_default()
    }

    /// Whether a bit of the flags is set.
    pub fn has_bit(&self, bit: u8) -> bool {
        self.with_fields(|fields| fields[BITFIELD] & bit != 0)
    }

    /// Unsets a bit of the flags.
    pub fn clear_bit(&self, bit: u8) {
        self.with_fields(|fields| fields[BITFIELD] &= !bit);
    }

    pub fn has_priority_listeners(&self) -> bool {
        self.with_fields(|fields| fields[PRIORITY_LISTENERS] != 0)
    }

    pub fn max_invalid_frames(&self) -> u32 {
        self.with_fields(|fields| number_at(fields, MAX_INVALID_FRAMES))
    }

    pub fn max_rejected_streams(&self) -> u32 {
        self.with_fields(|fields| number_at(fields, MAX_REJECTED_STREAMS))
    }

    /// Whether `bytes` more keep the session within its limit.
    pub fn has_memory_for(&self, bytes: u64) -> bool {
        let held = self.memory.0.get() + self.nghttp2.memory() as u64 + self.outgoing.borrow().len() as u64;
        held.saturating_add(bytes) <= self.limits.session_memory
    }

    /// Whether nghttp2 is looking at input: then nothing can be sent.
    pub fn is_receiving(&self) -> bool {
        self.receiving.get()
    }

    /// A stream by its id.
    pub fn stream(&self, id: i32) -> Option<Rc<Http2Stream>> {
        self.streams.borrow().get(&id).cloned()
    }

    /// Whether there is room for one more stream of the peer's.
    pub fn can_add_stream(&self) -> bool {
        let most = self.nghttp2.local_setting(Setting::MAX_CONCURRENT_STREAMS) as usize;
        self.streams.borrow().len().saturating_sub(self.ending_streams.get()) < most && self.has_memory_for(Http2Stream::SIZE)
    }

    pub fn add_stream(&self, stream: Rc<Http2Stream>) {
        let mut streams = self.streams.borrow_mut();
        let old = streams.insert(stream.id, stream);
        self.statistics.stream_added(streams.len());
        drop(streams);
        drop(old);
        self.memory.add(Http2Stream::SIZE);
    }

    pub fn remove_stream(&self, id: i32) -> Option<Rc<Http2Stream>> {
        let removed = self.streams.borrow_mut().remove(&id);
        if removed.is_some() {
            self.memory.sub(Http2Stream::SIZE);
        }
        removed
    }

    /// Does something that may give nghttp2 something to send; at the end of the outermost scope a write is scheduled (Node's
    /// `Http2Scope`).
    pub fn scoped<T>(&self, body: impl FnOnce() -> T) -> T {
        if self.flags.has_scope.get() || self.flags.write_scheduled.get() {
            return body();
        }
        self.flags.has_scope.set(true);
        let answer = body();
        self.flags.has_scope.set(false);
        self.maybe_schedule_write();
        answer
    }

    /// `destroy(code, socketClosed)`. Within the input it happens at its end.
    pub fn close(&self, code: u32, socket_closed: bool) {
        if self.flags.closing.replace(true) {
            return;
        }
        if self.is_receiving() {
            self.pending_close.set(Some((code, socket_closed)));
            return;
        }
        self.finish_close(code, socket_closed);
    }

    pub fn finish_close(&self, code: u32, socket_closed: bool) {
        let transport = self.transport.borrow().clone();
        if let Some(transport) = &transport {
            self.flags.reading_stopped.set(true);
            transport.read_stop();
        }
        if socket_closed {
            self.release_transport();
        } else {
            // No guarantee that the peer gets it.
            let _ = self.nghttp2.terminate(code);
            self.send_pending();
        }
        self.flags.destroyed.set(true);
        // Otherwise the end of the write tells.
        if !self.flags.write_in_progress.get() || socket_closed {
            self.tell_done();
        }
        let pings = self.outstanding_pings.take();
        if let Some(environment) = self.environment() {
            for ping in pings {
                self.memory.sub(PendingPing::SIZE);
                environment.set_immediate(move |_| ping.done(None));
            }
        }
        self.emit_statistics();
    }

    /// The library hears that the session is over; the stream below reads on, so that the other end's end is seen.
    pub fn tell_done(&self) {
        self.call_named("ondone");
        let transport = self.transport.borrow().clone();
        if let Some(transport) = transport {
            self.flags.reading_stopped.set(false);
            transport.read_start();
        }
    }

    /// Lets the stream below go.
    pub fn release_transport(&self) {
        let transport = self.transport.borrow_mut().take();
        if let Some(transport) = transport {
            transport.set_consumer(None);
        }
    }

    /// Whether nghttp2 has anything left to do.
    pub fn has_pending_data(&self) -> bool {
        self.nghttp2.wants_write() || self.nghttp2.wants_read()
    }

    pub fn maybe_notify_graceful_close(&self) {
        if self.flags.graceful_close.get() && !self.has_pending_data() {
            self.call_named("ongracefulclosecomplete");
        }
    }
}

/// Calls one of the functions of `setCallbackFunctions` on an object; answers whether it said `false`, or nothing for it threw.
pub fn call_library(wrap: &AsyncWrap, root: &str, args: impl FnOnce(Env) -> Result<Vec<Value>>) -> bool {
    let Some(environment) = wrap.environment() else { return true };
    let env = environment.env();
    let Ok(_scope) = env.scope() else { return true };
    let called = (|| {
        let (Some(object), Some(function)) = (wrap.object()?, environment.root(root)?) else { return Ok(true) };
        let args = args(env)?;
        match environment.make_callback(wrap.context(&environment, object)?, function, object, &args) {
            Some(answer) => env.strict_equals(answer, env.boolean(false)?),
            None => Ok(true),
        }
    })();
    called.unwrap_or_else(|error| {
        environment.report_uncaught(error);
        true
    })
}

fn number_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_ne_bytes)
}
