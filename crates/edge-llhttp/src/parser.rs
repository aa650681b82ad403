//! The parser.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::ffi::{self, Raw};

/// What a parser parses, with llhttp's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Requests.
    Request = 1,
    /// Responses.
    Response = 2,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message begins.
    MessageBegin,
    /// A piece of the URL.
    Url(&'a [u8]),
    /// A piece of the status text.
    Status(&'a [u8]),
    /// A piece of a header's name.
    HeaderField(&'a [u8]),
    /// A piece of a header's value.
    HeaderValue(&'a [u8]),
    /// A piece of a chunk extension's name or value.
    ChunkExtension(&'a [u8]),
    /// All headers are there; [`Verdict::Skip`] says what to skip.
    HeadersComplete,
    /// A piece of the body.
    Body(&'a [u8]),
    /// The message is over.
    MessageComplete,
    /// A chunk begins.
    ChunkHeader,
    /// A chunk is over.
    ChunkComplete,
}

/// What is to become of the parsing after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Of [`Event::HeadersComplete`]: what llhttp takes there: 1 for no body, 2 for no body and an upgrade.
    Skip(i32),
    /// Stop with llhttp's error for this event.
    Fail,
    /// Stop with `HPE_USER` and this reason.
    Refuse(&'static CStr),
}

/// Why parsing stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// llhttp's name, `HPE_…`.
    pub name: String,
    /// Its text.
    pub reason: String,
    /// How much of the input was good.
    pub parsed: usize,
    /// The parser was paused by [`Parser::pause`].
    pub paused: bool,
    /// An event refused.
    pub refused: bool,
}

/// Where and why [`Parser::execute_raw`] stopped, in llhttp's own terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// llhttp's number of the error: 0 for none, 21 after a pause, 22 before an upgrade.
    pub code: i32,
    /// How much of the input was parsed.
    pub parsed: usize,
    /// llhttp's text, empty for none.
    pub reason: String,
}

/// The parser is running: an event called what it may not call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

type Panic = Box<dyn Any + Send>;

/// An HTTP/1 parser.
pub struct Parser {
    raw: *mut Raw,
    running: Cell<bool>,
}

/// What the events of one call go to.
struct Context<'a> {
    parser: *mut Raw,
    handler: &'a dyn Fn(Event<'_>) -> Verdict,
    panic: RefCell<Option<Panic>>,
}

const HPE_OK: c_int = 0;
const HPE_PAUSED: c_int = 21;
const HPE_PAUSED_UPGRADE: c_int = 22;
const HPE_USER: c_int = 24;

impl Parser {
    /// A parser that parses nothing yet; `None` when there is no memory.
    #[must_use]
    pub fn new(kind: Kind) -> Option<Self> {
        // SAFETY: allocates.
        let raw = unsafe { ffi::edge_llhttp_new() };
        if raw.is_null() {
            return None;
        }
        // SAFETY: a fresh parser.
        unsafe { ffi::edge_llhttp_init(raw, kind as c_int, 0) };
        Some(Self { raw, running: Cell::new(false) })
    }

    /// Starts anew. The bits of `lenient` are Node's `kLenient…`.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn init(&self, kind: Kind, lenient: u16) -> Result<(), Busy> {
        if self.running.get() {
            return Err(Busy);
        }
        // SAFETY: a live parser that is not running.
        unsafe { ffi::edge_llhttp_init(self.raw, kind as c_int, lenient.into()) };
        Ok(())
    }

    /// Parses `data`; `handler` is told what is in it. Answers how much was parsed: all of it, or what comes before an upgrade.
    ///
    /// # Errors
    /// [`Busy`]; [`Failure`].
    pub fn execute(&self, data: &[u8], handler: &dyn Fn(Event<'_>) -> Verdict) -> Result<Result<usize, Failure>, Busy> {
        self.run(handler, data.as_ptr().addr(), data.len(), |raw| {
            // SAFETY: a live parser; the data lives for the call and is shared, so nobody writes to it.
            unsafe { ffi::llhttp_execute(raw, data.as_ptr().cast(), data.len()) }
        })
    }

    /// As [`Parser::execute`], with llhttp's own answers: an upgrade is a stop like others, and nothing is resumed.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn execute_raw(&self, data: &[u8], handler: &dyn Fn(Event<'_>) -> Verdict) -> Result<Stop, Busy> {
        let code = self.call(handler, |raw| {
            // SAFETY: a live parser; the data lives for the call and is shared, so nobody writes to it.
            unsafe { ffi::llhttp_execute(raw, data.as_ptr().cast(), data.len()) }
        })?;
        if code == HPE_OK {
            return Ok(Stop { code, parsed: data.len(), reason: String::new() });
        }
        // SAFETY: a live parser; the reason lives as long as it, or is a constant.
        let (position, reason) = unsafe { (ffi::llhttp_get_error_pos(self.raw).addr(), text(ffi::llhttp_get_error_reason(self.raw))) };
        Ok(Stop { code, parsed: position.saturating_sub(data.as_ptr().addr()).min(data.len()), reason })
    }

    /// The input is over.
    ///
    /// # Errors
    /// [`Busy`]; [`Failure`] when a message is not.
    pub fn finish(&self, handler: &dyn Fn(Event<'_>) -> Verdict) -> Result<Result<usize, Failure>, Busy> {
        // SAFETY: a live parser.
        self.run(handler, 0, 0, |raw| unsafe { ffi::llhttp_finish(raw) })
    }

    fn run(
        &self,
        handler: &dyn Fn(Event<'_>) -> Verdict,
        start: usize,
        len: usize,
        call: impl FnOnce(*mut Raw) -> c_int,
    ) -> Result<Result<usize, Failure>, Busy> {
        let error = self.call(handler, call)?;
        if error == HPE_OK {
            return Ok(Ok(len));
        }
        // SAFETY: a live parser.
        let position = unsafe { ffi::llhttp_get_error_pos(self.raw) }.addr();
        let parsed = position.saturating_sub(start).min(len);
        if error == HPE_PAUSED_UPGRADE {
            // No real pause, only a way to stop early.
            // SAFETY: a live parser.
            unsafe { ffi::llhttp_resume_after_upgrade(self.raw) };
            return Ok(Ok(parsed));
        }
        // SAFETY: the name of an error is a constant; the reason lives as long as the parser, or is one.
        let (name, reason) = unsafe { (text(ffi::llhttp_errno_name(error)), text(ffi::llhttp_get_error_reason(self.raw))) };
        Ok(Err(Failure { name, reason, parsed, paused: error == HPE_PAUSED, refused: error == HPE_USER }))
    }

    /// Lets llhttp run with `handler` for its events.
    fn call(&self, handler: &dyn Fn(Event<'_>) -> Verdict, call: impl FnOnce(*mut Raw) -> c_int) -> Result<c_int, Busy> {
        if self.running.replace(true) {
            return Err(Busy);
        }
        let context = Context { parser: self.raw, handler, panic: RefCell::new(None) };
        // SAFETY: a live parser; the context outlives the call and is taken back right after it.
        unsafe { ffi::edge_llhttp_set_context(self.raw, (&raw const context).cast_mut().cast()) };
        let error = call(self.raw);
        // SAFETY: as above.
        unsafe { ffi::edge_llhttp_set_context(self.raw, std::ptr::null_mut()) };
        self.running.set(false);
        if let Some(panic) = context.panic.into_inner() {
            resume_unwind(panic);
        }
        Ok(error)
    }

    /// Stops the parsing after the event that calls this, or before the next input.
    pub fn pause(&self) {
        // SAFETY: a live parser; llhttp lets events do this.
        unsafe { ffi::llhttp_pause(self.raw) };
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        // SAFETY: a live parser; llhttp lets events do this.
        unsafe { ffi::llhttp_resume(self.raw) };
    }

    /// What it parses.
    #[must_use]
    pub fn is_request(&self) -> bool {
        // SAFETY: a live parser.
        unsafe { ffi::edge_llhttp_type(self.raw) == Kind::Request as c_int }
    }

    /// The number of the request's method.
    #[must_use]
    pub fn method(&self) -> i32 {
        // SAFETY: a live parser.
        unsafe { ffi::edge_llhttp_method(self.raw) }
    }

    /// The response's status.
    #[must_use]
    pub fn status_code(&self) -> i32 {
        // SAFETY: a live parser.
        unsafe { ffi::edge_llhttp_status_code(self.raw) }
    }

    /// The message's version.
    #[must_use]
    pub fn version(&self) -> (i32, i32) {
        // SAFETY: a live parser.
        unsafe { (ffi::edge_llhttp_major(self.raw), ffi::edge_llhttp_minor(self.raw)) }
    }

    /// Whether the message asks for another protocol.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        // SAFETY: a live parser.
        unsafe { ffi::edge_llhttp_upgrade(self.raw) != 0 }
    }

    /// Whether the connection may serve another message.
    #[must_use]
    pub fn should_keep_alive(&self) -> bool {
        // SAFETY: a live parser.
        unsafe { ffi::llhttp_should_keep_alive(self.raw) != 0 }
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        // SAFETY: made by `edge_llhttp_new`, dropped once; `execute` borrows the parser, so it is not running.
        unsafe { ffi::edge_llhttp_drop(self.raw) };
    }
}

impl std::fmt::Debug for Parser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parser").field("running", &self.running.get()).finish_non_exhaustive()
    }
}

/// # Safety
/// `text` is null or a C string that lives for the call.
unsafe fn text(text: *const std::ffi::c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// Hands an event to the handler of the running call.
///
/// # Safety
/// `context` is null or a live [`Context`]; `at` and `length` are bytes that live for the call (none for events without text).
pub(crate) unsafe fn dispatch(context: *mut c_void, kind: c_int, at: *const u8, length: usize) -> c_int {
    if context.is_null() {
        return -1;
    }
    // SAFETY: the caller's promise; only shared borrows of it are ever made.
    let context = unsafe { &*context.cast::<Context<'_>>() };
    let bytes = if at.is_null() || length == 0 {
        &[]
    } else {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(at, length) }
    };
    let event = match kind {
        0 => Event::MessageBegin,
        1 => Event::Url(bytes),
        2 => Event::Status(bytes),
        3 => Event::HeaderField(bytes),
        4 => Event::HeaderValue(bytes),
        5 => Event::ChunkExtension(bytes),
        6 => Event::HeadersComplete,
        7 => Event::Body(bytes),
        8 => Event::MessageComplete,
        9 => Event::ChunkHeader,
        _ => Event::ChunkComplete,
    };
    match catch_unwind(AssertUnwindSafe(|| (context.handler)(event))) {
        Ok(Verdict::Continue) => 0,
        Ok(Verdict::Skip(code)) => code,
        Ok(Verdict::Fail) => -1,
        Ok(Verdict::Refuse(reason)) => {
            // SAFETY: a live parser; a constant text.
            unsafe { ffi::llhttp_set_error_reason(context.parser, reason.as_ptr()) };
            HPE_USER
        }
        Err(panic) => {
            *context.panic.borrow_mut() = Some(panic);
            -1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(kind: Kind, input: &[u8]) -> (Vec<String>, Result<usize, Failure>) {
        let parser = Parser::new(kind).unwrap();
        let seen = RefCell::new(Vec::new());
        let result = parser.execute(input, &|event| {
            seen.borrow_mut().push(match event {
                Event::Url(t) => format!("url {}", String::from_utf8_lossy(t)),
                Event::HeaderField(t) => format!("field {}", String::from_utf8_lossy(t)),
                Event::HeaderValue(t) => format!("value {}", String::from_utf8_lossy(t)),
                Event::Body(t) => format!("body {}", String::from_utf8_lossy(t)),
                other => format!("{other:?}"),
            });
            Verdict::Continue
        });
        (seen.into_inner(), result.unwrap())
    }

    #[test]
    fn a_request_is_told_piece_by_piece() {
        let (seen, result) = events(Kind::Request, b"POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi");
        assert_eq!(result, Ok(41));
        assert_eq!(seen, ["MessageBegin", "url /x", "field Content-Length", "value 2", "HeadersComplete", "body hi", "MessageComplete"]);
    }

    #[test]
    fn nonsense_is_a_failure_with_a_place() {
        let (_, result) = events(Kind::Request, b"GET / HTTP/1.1\r\nA b: c\r\n\r\n");
        let failure = result.unwrap_err();
        assert_eq!((failure.name.as_str(), failure.parsed), ("HPE_INVALID_HEADER_TOKEN", 17));
    }

    #[test]
    fn an_event_cannot_run_its_parser_and_a_panic_comes_out() {
        let parser = Parser::new(Kind::Request).unwrap();
        let busy = Cell::new(false);
        let _ = parser.execute(b"GET / HTTP/1.1\r\n\r\n", &|_| {
            busy.set(parser.execute(b"x", &|_| Verdict::Continue) == Err(Busy));
            Verdict::Continue
        });
        assert!(busy.get());
        let caught = catch_unwind(AssertUnwindSafe(|| parser.execute(b"GET / HTTP/1.1\r\n\r\n", &|_| panic!("ours"))));
        assert!(caught.is_err());
    }

    #[test]
    fn a_refusal_has_its_reason() {
        let parser = Parser::new(Kind::Request).unwrap();
        let result = parser.execute(b"GET / HTTP/1.1\r\n\r\n", &|event| match event {
            Event::Url(_) => Verdict::Refuse(c"HPE_HEADER_OVERFLOW:Header overflow"),
            _ => Verdict::Continue,
        });
        let failure = result.unwrap().unwrap_err();
        assert!(failure.refused);
        assert_eq!(failure.reason, "HPE_HEADER_OVERFLOW:Header overflow");
    }
}
