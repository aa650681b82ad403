//! What a parser keeps, and what it tells the library: `parser[kOnHeadersComplete](…)` and the others. No borrow is held while
//! JavaScript runs, which may call any method of the parser.

use super::connections::Connections;
use super::headers::Headers;
use crate::bindings::buffer::new_buffer;
use crate::{AsyncWrap, Environment};
use edge_llhttp::{Event, Failure, Kind, Parser, Verdict};
use edge_napi::{Env, Error, ErrorKind, Result, Value};
use edge_wasix::clock;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

/// Where in the parser's object the library puts its functions.
const ON_MESSAGE_BEGIN: u32 = 0;
const ON_HEADERS: u32 = 1;
const ON_HEADERS_COMPLETE: u32 = 2;
const ON_BODY: u32 = 3;
const ON_MESSAGE_COMPLETE: u32 = 4;
const ON_EXECUTE: u32 = 5;
/// With more header fields than this they are told in several goes.
const MAX_HEADER_FIELDS: usize = 32;
/// Bytes of extensions that one chunk may have.
const MAX_CHUNK_EXTENSIONS: u64 = 16384;

/// State of an `HTTPParser`.
pub struct ParserState {
    pub llhttp: Parser,
    id: u64,
    headers: RefCell<Headers>,
    url: RefCell<Vec<u8>>,
    status: RefCell<Vec<u8>>,
    have_flushed: Cell<bool>,
    pub headers_completed: Cell<bool>,
    /// Bytes of the head so far.
    head_length: Cell<u64>,
    pub max_head_length: Cell<u64>,
    chunk_extensions: Cell<u64>,
    /// When the present message began; 0 between messages.
    message_start: Cell<u64>,
    connections: RefCell<Option<Rc<Connections>>>,
    /// What a callback threw.
    thrown: Cell<Option<Error>>,
    pub closed: Cell<bool>,
    /// The input that is being parsed, or has just been.
    current: RefCell<Option<Rc<[u8]>>>,
    /// Input that came while a callback of the parser ran (`None`: its end), to be parsed after that.
    waiting: RefCell<VecDeque<Option<Rc<[u8]>>>>,
    running: Cell<bool>,
    /// The stream whose bytes come here.
    pub stream: RefCell<Weak<AsyncWrap>>,
}

impl ParserState {
    /// A parser that is not initialised yet.
    pub fn new(id: u64) -> Option<Self> {
        Some(Self {
            llhttp: Parser::new(Kind::Request)?,
            id,
            headers: RefCell::default(),
            url: RefCell::default(),
            status: RefCell::default(),
            have_flushed: Cell::new(false),
            headers_completed: Cell::new(false),
            head_length: Cell::new(0),
            max_head_length: Cell::new(0),
            chunk_extensions: Cell::new(0),
            message_start: Cell::new(0),
            connections: RefCell::default(),
            thrown: Cell::new(None),
            closed: Cell::new(false),
            current: RefCell::default(),
            waiting: RefCell::default(),
            running: Cell::new(false),
            stream: RefCell::default(),
        })
    }

    /// Forgets the last message and joins a list.
    pub fn restart(&self, wrap: &Rc<AsyncWrap>, connections: Option<Rc<Connections>>) {
        self.head_length.set(0);
        self.url.borrow_mut().clear();
        self.status.borrow_mut().clear();
        self.headers.borrow_mut().clear();
        self.have_flushed.set(false);
        self.headers_completed.set(false);
        self.leave();
        // A connection that never sends anything is found by its time, too.
        self.message_start.set(if connections.is_some() { clock::monotonic_ns() } else { 0 });
        let old = self.connections.replace(connections);
        drop(old);
        self.join(wrap, true);
    }

    fn join(&self, wrap: &Rc<AsyncWrap>, active: bool) {
        if let Some(connections) = &*self.connections.borrow() {
            connections.push((self.message_start.get(), self.id), wrap, active);
        }
    }

    /// Leaves the list's entries.
    pub fn leave(&self) {
        if let Some(connections) = &*self.connections.borrow() {
            connections.pop((self.message_start.get(), self.id));
        }
    }

    /// A copy of the input that is being parsed; `None` outside of that.
    pub fn current(&self) -> Option<Rc<[u8]>> {
        self.current.borrow().clone()
    }

    /// Parses `data` (`None`: the input is over). Answers the number of bytes, or an error object for the library, or nothing for a good
    /// end. Called by one of its callbacks it takes the input on for later: llhttp cannot run inside itself.
    ///
    /// # Errors
    /// What a callback threw.
    pub fn execute(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, data: Option<&[u8]>) -> Result<Option<Value>> {
        let env = environment.env();
        if self.running.replace(true) {
            self.waiting.borrow_mut().push_back(data.map(Rc::from));
            return data.map(|data| env.size(data.len())).transpose();
        }
        let mut answer = self.execute_now(environment, wrap, data);
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(next) = next else { break };
            let failed = match &answer {
                Ok(Some(value)) => !env.is_number(*value)?,
                Ok(None) => false,
                Err(_) => true,
            };
            if !failed {
                let later = self.execute_now(environment, wrap, next.as_deref());
                let good = match &later {
                    Ok(Some(value)) => env.is_number(*value)?,
                    Ok(None) => true,
                    Err(_) => false,
                };
                if !good {
                    answer = later;
                }
            }
        }
        self.running.set(false);
        answer
    }

    fn execute_now(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, data: Option<&[u8]>) -> Result<Option<Value>> {
        let env = environment.env();
        let handler = |event: Event<'_>| self.on_event(environment, wrap, event);
        let outcome = match data {
            Some(data) => self.llhttp.execute(data, &handler),
            None => self.llhttp.finish(&handler),
        };
        let outcome = outcome.map_err(|_| Error::error("ERR_INVALID_STATE", "The parser is running"))?;
        if let Some(error) = self.thrown.take() {
            return Err(error);
        }
        match outcome {
            Err(failure) if !self.llhttp.is_upgrade() => Ok(Some(parse_error(env, &failure)?)),
            _ if data.is_none() => Ok(None),
            Ok(parsed) => Ok(Some(env.size(parsed)?)),
            Err(failure) => Ok(Some(env.size(failure.parsed)?)),
        }
    }

    /// Bytes have come from the stream that is consumed: parses them and tells `kOnExecute`.
    pub fn on_stream_read(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, data: &[u8]) {
        let env = environment.env();
        let result = (|| {
            let Some(object) = wrap.object()? else { return Ok(()) };
            let Some(answer) = self.execute(environment, wrap, Some(data))? else { return Ok(()) };
            let function = env.get_index(object, ON_EXECUTE)?;
            if env.is_function(function)? {
                *self.current.borrow_mut() = (!env.is_number(answer)? || self.llhttp.is_upgrade()).then(|| data.into());
                environment.make_callback(wrap.context(environment, object)?, function, object, &[answer]);
                let current = self.current.take();
                drop(current);
            }
            Ok(())
        })();
        if let Err(error) = result {
            environment.report_uncaught(error);
        }
    }

    /// With the input at hand for `getCurrentBuffer`, which the library asks for in the midst of a request's head.
    pub fn with_current<T>(&self, data: &Rc<[u8]>, body: impl FnOnce() -> T) -> T {
        *self.current.borrow_mut() = Some(data.clone());
        let result = body();
        let current = self.current.take();
        drop(current);
        result
    }

    fn on_event(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, event: Event<'_>) -> Verdict {
        match event {
            Event::MessageBegin => self.on_message_begin(environment, wrap),
            Event::Url(piece) => self.track(piece, |piece| self.url.borrow_mut().extend_from_slice(piece)),
            Event::Status(piece) => self.track(piece, |piece| self.status.borrow_mut().extend_from_slice(piece)),
            Event::HeaderField(piece) => {
                let full = self.headers.borrow().at_pair_end() && self.headers.borrow().fields() + 1 >= MAX_HEADER_FIELDS;
                if full {
                    self.flush(environment, wrap);
                }
                self.track(piece, |piece| self.headers.borrow_mut().add_field(piece))
            }
            Event::HeaderValue(piece) => self.track(piece, |piece| self.headers.borrow_mut().add_value(piece)),
            Event::ChunkExtension(piece) => {
                self.chunk_extensions.set(self.chunk_extensions.get() + piece.len() as u64);
                if self.chunk_extensions.get() > MAX_CHUNK_EXTENSIONS {
                    return Verdict::Refuse(c"HPE_CHUNK_EXTENSIONS_OVERFLOW:Chunk extensions overflow");
                }
                Verdict::Continue
            }
            Event::HeadersComplete => self.on_headers_complete(environment, wrap),
            Event::Body(piece) => self.on_body(environment, wrap, piece),
            Event::MessageComplete => self.on_message_complete(environment, wrap),
            Event::ChunkHeader => {
                self.head_length.set(0);
                self.chunk_extensions.set(0);
                Verdict::Continue
            }
            Event::ChunkComplete => {
                self.head_length.set(0);
                Verdict::Continue
            }
        }
    }

    /// Counts a piece of the head and keeps it.
    fn track(&self, piece: &[u8], keep: impl FnOnce(&[u8])) -> Verdict {
        self.head_length.set(self.head_length.get() + piece.len() as u64);
        if self.head_length.get() >= self.max_head_length.get() {
            return Verdict::Refuse(c"HPE_HEADER_OVERFLOW:Header overflow");
        }
        keep(piece);
        Verdict::Continue
    }

    /// Calls one of the library's functions, if it is there, in a handle scope of its own.
    fn call(
        &self,
        environment: &Rc<Environment>,
        wrap: &Rc<AsyncWrap>,
        index: u32,
        ticks: bool,
        args: impl FnOnce(Env) -> Result<Vec<Value>>,
    ) -> Result<Option<i64>> {
        let env = environment.env();
        let _scope = env.scope()?;
        let Some(object) = wrap.object()? else { return Ok(None) };
        let function = env.get_index(object, index)?;
        if !env.is_function(function)? {
            return Ok(None);
        }
        let args = args(env)?;
        let answer = environment.call_in_scope(wrap.context(environment, object)?, function, object, &args, ticks)?;
        if index != ON_HEADERS_COMPLETE {
            return Ok(Some(0));
        }
        env.get_f64(env.to_number(answer)?).map(|number| Some(number as i64))
    }

    /// Keeps what a callback threw for the end of the call.
    fn failed(&self, error: Error) {
        self.thrown.set(Some(error));
    }

    fn on_message_begin(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>) -> Verdict {
        self.leave();
        self.headers.borrow_mut().clear();
        self.headers_completed.set(false);
        self.chunk_extensions.set(0);
        self.message_start.set(clock::monotonic_ns());
        self.url.borrow_mut().clear();
        self.status.borrow_mut().clear();
        self.join(wrap, true);
        match self.call(environment, wrap, ON_MESSAGE_BEGIN, false, |_| Ok(Vec::new())) {
            Ok(_) => Verdict::Continue,
            Err(error) => {
                self.failed(error);
                Verdict::Fail
            }
        }
    }

    /// Tells the headers so far.
    fn flush(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>) {
        let told = self.call(environment, wrap, ON_HEADERS, true, |env| {
            Ok(vec![self.headers.borrow().to_array(env)?, env.string_latin1(&self.url.borrow())?])
        });
        self.headers.borrow_mut().clear();
        match told {
            Ok(Some(_)) => {
                self.url.borrow_mut().clear();
                self.have_flushed.set(true);
            }
            Ok(None) => {}
            Err(error) => self.failed(error),
        }
    }

    fn on_headers_complete(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>) -> Verdict {
        self.headers_completed.set(true);
        self.head_length.set(0);
        let flushed = self.have_flushed.get();
        if flushed {
            self.flush(environment, wrap);
        }
        let llhttp = &self.llhttp;
        let answer = self.call(environment, wrap, ON_HEADERS_COMPLETE, false, |env| {
            let undefined = env.undefined()?;
            let request = llhttp.is_request();
            let (major, minor) = llhttp.version();
            Ok(vec![
                env.int32(major)?,
                env.int32(minor)?,
                if flushed { undefined } else { self.headers.borrow().to_array(env)? },
                if request { env.int32(llhttp.method())? } else { undefined },
                if request && !flushed { env.string_latin1(&self.url.borrow())? } else { undefined },
                if request { undefined } else { env.int32(llhttp.status_code())? },
                if request { undefined } else { env.string_latin1(&self.status.borrow())? },
                env.boolean(llhttp.is_upgrade())?,
                env.boolean(llhttp.should_keep_alive())?,
            ])
        });
        self.headers.borrow_mut().clear();
        match answer {
            Ok(answer) => Verdict::Skip(answer.unwrap_or(0) as i32),
            Err(error) => {
                self.failed(error);
                Verdict::Fail
            }
        }
    }

    fn on_body(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>, piece: &[u8]) -> Verdict {
        if piece.is_empty() {
            return Verdict::Continue;
        }
        match self.call(environment, wrap, ON_BODY, true, |env| Ok(vec![new_buffer(env, piece)?])) {
            Ok(_) => Verdict::Continue,
            Err(error) => {
                self.failed(error);
                Verdict::Refuse(c"HPE_JS_EXCEPTION:JS Exception")
            }
        }
    }

    fn on_message_complete(&self, environment: &Rc<Environment>, wrap: &Rc<AsyncWrap>) -> Verdict {
        self.leave();
        self.message_start.set(0);
        self.join(wrap, false);
        let trailers = self.headers.borrow().fields() > 0;
        if trailers {
            self.flush(environment, wrap);
        }
        match self.call(environment, wrap, ON_MESSAGE_COMPLETE, false, |_| Ok(Vec::new())) {
            Ok(_) => Verdict::Continue,
            Err(error) => {
                self.failed(error);
                Verdict::Fail
            }
        }
    }
}

/// `Error: Parse Error` with `bytesParsed`, `code` and `reason`.
fn parse_error(env: Env, failure: &Failure) -> Result<Value> {
    let error = env.create_error(ErrorKind::Error, "", "Parse Error")?;
    env.set(error, "bytesParsed", env.size(failure.parsed)?)?;
    let (code, reason) = match failure.reason.split_once(':') {
        Some((code, reason)) if failure.refused => (code, reason),
        _ => (failure.name.as_str(), failure.reason.as_str()),
    };
    env.set(error, "code", env.string(code)?)?;
    env.set(error, "reason", env.string(reason)?)?;
    Ok(error)
}
