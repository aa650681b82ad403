//! `Http2Stream`: what it holds, its header fields, its body in both directions, its end.

use super::STREAM_CLASS;
use super::session::{Http2Session, call_library};
use super::statistics::StreamStatistics;
use crate::bindings::stream_base::{StreamListener, StreamRequest, WantsWrite};
use crate::keep::Keep;
use crate::{AsyncWrap, Environment};
use edge_loop::ReadEvent;
use edge_napi::{Error, Result, Value};
use edge_nghttp2::{Outgoing, Setting};
use edge_wasix::{Errno, UV_EOF};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

/// The library's options of a request, answer or promise.
pub const OPTION_EMPTY_PAYLOAD: i32 = 1;
pub const OPTION_GET_TRAILERS: i32 = 2;
/// HTTP/2's error code of a stream that nobody wants any more.
const CANCEL: u32 = 8;
/// The most bytes of one block of header fields, whatever was set.
const MAX_HEADER_LIST_SIZE: u32 = 16_777_215;
/// What a header field costs besides its bytes (RFC 9113, section 6.5.2).
const HEADER_OVERHEAD: usize = 32;

/// Name, value and flags of a header field that has come.
pub type ReceivedField = (Vec<u8>, Vec<u8>, u8);

/// A piece of a body that waits to be sent.
struct Chunk {
    bytes: Vec<u8>,
    /// How much of it is sent.
    at: usize,
    /// The program's write that is over with it.
    request: Option<StreamRequest>,
}

/// State of an `Http2Stream`.
pub struct Http2Stream {
    me: Weak<Self>,
    pub id: i32,
    session: Weak<Http2Session>,
    wrap: OnceCell<Weak<AsyncWrap>>,
    /// The session keeps the object of a stream that it knows.
    keep: RefCell<Option<Keep>>,
    /// The last block's kind.
    pub category: Cell<u32>,
    headers: RefCell<Vec<ReceivedField>>,
    headers_length: Cell<usize>,
    max_header_pairs: usize,
    max_header_length: usize,
    pub code: Cell<u32>,
    queue: RefCell<VecDeque<Chunk>>,
    /// Bytes in the queue.
    queued: Cell<usize>,
    /// The writing half is at its end.
    shut: Cell<bool>,
    reading: Cell<bool>,
    /// Bytes that came while nobody read: the window opens by them later.
    unread: Cell<usize>,
    trailers: Cell<bool>,
    destroyed: Cell<bool>,
    /// Who takes what is read, in the program's place.
    pub listener: StreamListener,
    /// Who hears that there is nothing left to send.
    pub wants_write: RefCell<Option<WantsWrite>>,
    pub bytes_read: Cell<u64>,
    pub bytes_written: Cell<u64>,
    pub statistics: StreamStatistics,
}

/// The stream whose object is being constructed: the class makes no others.
#[derive(Default)]
pub struct UnderConstruction(pub RefCell<Option<Rc<Http2Stream>>>);

impl Http2Stream {
    /// What one costs of a session's memory.
    pub const SIZE: u64 = 768;

    /// Makes the stream `id` of a session; answers its object.
    pub fn create(session: &Http2Session, id: i32, category: u32, options: i32) -> Result<Value> {
        let environment = session.environment().ok_or(Error::Closing)?;
        let weak = session.me().map_or_else(Weak::new, |session| Rc::downgrade(&session));
        let max_header_length = session.nghttp2.local_setting(Setting::MAX_HEADER_LIST_SIZE).min(MAX_HEADER_LIST_SIZE);
        let stream = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            id,
            session: weak,
            wrap: OnceCell::new(),
            keep: RefCell::default(),
            category: Cell::new(category),
            headers: RefCell::default(),
            headers_length: Cell::new(0),
            max_header_pairs: session.limits.header_pairs,
            max_header_length: max_header_length as usize,
            code: Cell::new(0),
            queue: RefCell::default(),
            queued: Cell::new(0),
            shut: Cell::new(options & OPTION_EMPTY_PAYLOAD != 0),
            reading: Cell::new(false),
            unread: Cell::new(0),
            trailers: Cell::new(options & OPTION_GET_TRAILERS != 0),
            destroyed: Cell::new(false),
            listener: StreamListener::default(),
            wants_write: RefCell::default(),
            bytes_read: Cell::new(0),
            bytes_written: Cell::new(0),
            statistics: StreamStatistics::new(),
        });
        *environment.state::<UnderConstruction>().0.borrow_mut() = Some(stream.clone());
        let class = environment.expect_root(STREAM_CLASS)?;
        // The object must outlive the scope of whoever asked for the stream: its keep is what holds it from then on.
        let object = environment.env().construct(class, &[])?;
        *stream.keep.borrow_mut() = Some(Keep::new(&environment, object)?);
        session.add_stream(stream);
        Ok(object)
    }

    /// Ties the stream to the object that `new Http2Stream()` makes.
    pub fn attach(self: &Rc<Self>, environment: &Rc<Environment>, object: Value) -> Result<()> {
        let wrap = AsyncWrap::new(environment, object, "Http2Stream", "HTTP2STREAM", self.clone())?;
        // Attached once.
        let _ = self.wrap.set(Rc::downgrade(&wrap));
        Ok(())
    }

    /// The session, while it lives.
    pub fn session(&self) -> Option<Rc<Http2Session>> {
        self.session.upgrade()
    }

    /// The async resource; `None` once its object was collected.
    pub fn wrap(&self) -> Option<Rc<AsyncWrap>> {
        self.wrap.get()?.upgrade()
    }

    pub fn is_destroyed(&self) -> bool {
        self.destroyed.get()
    }

    pub fn is_writable(&self) -> bool {
        !self.shut.get()
    }

    /// Trailers follow its body: the library will be asked for them.
    pub fn want_trailers(&self) {
        self.trailers.set(true);
    }

    /// A new block of header fields begins.
    pub fn start_headers(&self, category: u32) {
        if self.is_destroyed() {
            return;
        }
        if let Some(session) = self.session() {
            self.forget_headers(&session);
        }
        self.category.set(category);
    }

    /// Keeps a header field; answers whether it is within the limits.
    pub fn add_header(&self, session: &Http2Session, name: &[u8], value: &[u8], flags: u8) -> bool {
        // Fields without name are nobody's; what a destroyed stream gets is ignored.
        if name.is_empty() || self.is_destroyed() {
            return true;
        }
        let length = name.len() + value.len() + HEADER_OVERHEAD;
        let mut headers = self.headers.borrow_mut();
        if !session.has_memory_for(length as u64)
            || headers.len() >= self.max_header_pairs
            || self.headers_length.get() + length > self.max_header_length
        {
            return false;
        }
        self.statistics.first_header();
        headers.push((name.to_vec(), value.to_vec(), flags));
        self.headers_length.set(self.headers_length.get() + length);
        session.memory.add(length as u64);
        true
    }

    /// The block's header fields.
    pub fn take_headers(&self, session: &Http2Session) -> Vec<ReceivedField> {
        session.memory.sub(self.headers_length.take() as u64);
        self.headers.take()
    }

    pub fn forget_headers(&self, session: &Http2Session) {
        drop(self.take_headers(session));
    }

    /// A piece of the body has come.
    pub fn receive(&self, session: &Http2Session, data: &[u8]) {
        if self.is_destroyed() {
            return;
        }
        self.statistics.received(data.len());
        self.bytes_read.set(self.bytes_read.get() + data.len() as u64);
        if let (Some(wrap), Some(environment)) = (self.wrap(), session.environment()) {
            self.listener.emit(&environment, &wrap, ReadEvent::Data(data));
        }
        if self.reading.get() {
            session.nghttp2.consume_stream(self.id, data.len());
        } else {
            self.unread.set(self.unread.get() + data.len());
        }
    }

    /// The body has ended.
    pub fn receive_end(&self) {
        if let Some(wrap) = self.wrap()
            && let Some(environment) = wrap.environment()
        {
            self.listener.emit(&environment, &wrap, ReadEvent::End);
        }
    }

    /// The program reads: what it has been given opens the window.
    pub fn read_start(&self) {
        let Some(session) = self.session().filter(|_| !self.is_destroyed()) else { return };
        session.scoped(|| {
            self.reading.set(true);
            session.nghttp2.consume_stream(self.id, self.unread.take());
        });
    }

    pub fn read_stop(&self) {
        self.reading.set(false);
    }

    /// The writing half ends after what waits; answers whether it could.
    pub fn shut_down(&self) -> bool {
        let Some(session) = self.session().filter(|_| !self.is_destroyed()) else { return false };
        session.scoped(|| {
            self.shut.set(true);
            let _ = session.nghttp2.resume_data(self.id);
        });
        true
    }

    /// Queues a piece of the body; `request` is over once it has gone down, or at once when nothing can be written.
    pub fn write(&self, bytes: Vec<u8>, request: StreamRequest) {
        let session = self.session().filter(|_| self.is_writable() && !self.is_destroyed());
        let Some(session) = session else {
            return request.complete_with(|env, handle, _| Ok(vec![env.int32(UV_EOF)?, handle, env.undefined()?]));
        };
        session.scoped(|| {
            self.bytes_written.set(self.bytes_written.get() + bytes.len() as u64);
            self.queued.set(self.queued.get() + bytes.len());
            session.memory.add(bytes.len() as u64);
            self.queue.borrow_mut().push_back(Chunk { bytes, at: 0, request: Some(request) });
            let _ = session.nghttp2.resume_data(self.id);
        });
    }

    /// How much of the body goes out now.
    pub fn read_data(&self, session: &Http2Session, max: usize) -> Outgoing {
        self.statistics.first_byte_sent();
        // Empty writes are over once the stream is asked for something.
        loop {
            let empty = self.queue.borrow().front().is_some_and(|chunk| chunk.bytes.len() == chunk.at);
            if !empty {
                break;
            }
            let chunk = self.queue.borrow_mut().pop_front();
            if let Some(request) = chunk.and_then(|chunk| chunk.request) {
                request.complete(Ok(()));
            }
        }
        if self.queued.get() == 0 && self.is_writable() {
            self.ask(session, max);
        }
        let length = self.queued.get().min(max);
        if length == 0 && self.is_writable() {
            return Outgoing::Deferred;
        }
        self.queued.set(self.queued.get() - length);
        session.memory.sub(length as u64);
        self.statistics.sent(length);
        let end = self.queued.get() == 0 && !self.is_writable();
        let trailers = end && self.trailers.replace(false);
        if trailers
            && !self.is_destroyed()
            && let Some(wrap) = self.wrap()
        {
            call_library(&wrap, "http2.onStreamTrailers", |_| Ok(Vec::new()));
        }
        Outgoing::Data { length, end, trailers }
    }

    /// Tells who waits for it that there is room for `bytes`, or with 0 that there will never be.
    fn ask(&self, session: &Http2Session, bytes: usize) {
        let wants = self.wants_write.borrow().clone();
        if let (Some(wants), Some(environment)) = (wants, session.environment()) {
            wants(&environment, bytes);
        }
    }

    /// Moves `length` bytes of the queue to `outgoing`, and the writes that are over with them to `requests`.
    pub fn take_data(&self, mut length: usize, outgoing: &mut Vec<u8>, requests: &mut Vec<StreamRequest>) {
        let mut queue = self.queue.borrow_mut();
        while length > 0 {
            let Some(chunk) = queue.front_mut() else { return };
            let count = length.min(chunk.bytes.len() - chunk.at);
            outgoing.extend_from_slice(&chunk.bytes[chunk.at..chunk.at + count]);
            chunk.at += count;
            length -= count;
            if chunk.at == chunk.bytes.len()
                && let Some(chunk) = queue.pop_front()
            {
                requests.extend(chunk.request);
            }
        }
    }

    /// Resets the stream, after what it has to send if that can go now.
    pub fn reset(&self, code: u32) {
        let Some(session) = self.session().filter(|_| !self.is_destroyed()) else { return };
        self.code.set(code);
        let in_scope = session.flags.has_scope.get();
        let wait = in_scope && (code == CANCEL || (!self.is_writable() && self.reading.get()));
        if wait || session.send_pending() {
            session.pending_resets.borrow_mut().push(self.id);
            return;
        }
        self.flush_reset();
    }

    /// Resets the stream now.
    pub fn flush_reset(&self) {
        let Some(session) = self.session().filter(|session| session.stream(self.id).is_some()) else { return };
        session.pending_resets.borrow_mut().retain(|id| *id != self.id);
        session.scoped(|| {
            let _ = session.nghttp2.submit_rst_stream(self.id, self.code.get());
        });
    }

    /// The stream cannot be used any more; what waits to be sent is told so in the loop's next turn.
    pub fn destroy(&self) {
        if self.destroyed.replace(true) {
            return;
        }
        let receiving = self.session().filter(|session| session.is_receiving());
        if let (Some(session), Some(me)) = (receiving, self.me.upgrade())
            && let Some(environment) = session.environment()
        {
            // At the end of the input goes out what it has to send, and after that its reset.
            session.ending_streams.set(session.ending_streams.get() + 1);
            return environment.set_immediate(move |_| {
                session.ending_streams.set(session.ending_streams.get().saturating_sub(1));
                me.finish_destroy();
            });
        }
        self.finish_destroy();
    }

    fn finish_destroy(&self) {
        let session = self.session();
        if let Some(session) = &session {
            if session.pending_resets.borrow().contains(&self.id) {
                self.flush_reset();
            }
            self.forget_headers(session);
            session.memory.sub(self.queued.get() as u64);
        }
        let Some(me) = self.me.upgrade() else { return };
        if let Some(session) = &session {
            session.remove_stream(self.id);
        }
        let environment = session.as_ref().and_then(|session| session.environment());
        if let Some(environment) = environment {
            let session = session.clone();
            environment.set_immediate(move |_| {
                if let Some(session) = &session {
                    me.ask(session, 0);
                }
                loop {
                    let chunk = me.queue.borrow_mut().pop_front();
                    let Some(chunk) = chunk else { break };
                    if let Some(request) = chunk.request {
                        request.complete(Err(Errno::ECANCELED));
                    }
                }
                let keep = me.keep.take();
                drop(keep);
            });
        }
        if let Some(session) = &session {
            session.stream_ended(self);
        }
    }
}
