//! The functions that nghttp2 calls, and how they find whom to tell.

use crate::frame::bytes;
use crate::{Events, Failure, Frame, FrameHead, Outgoing};
use libnghttp2_sys as ffi;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// The seed of the session that is being made: `nghttp2_rand_callback` gets nothing that says whose it is.
    pub(crate) static SEED: Cell<u64> = const { Cell::new(0) };
}

/// Whom the events of one `receive` or `send` go to.
pub(crate) struct Context<'a> {
    pub events: &'a dyn Events,
    pub panic: RefCell<Option<Box<dyn Any + Send>>>,
}

/// A set of nghttp2's callbacks.
pub(crate) struct RawCallbacks(pub *mut ffi::nghttp2_session_callbacks);

impl RawCallbacks {
    pub fn new(padding: bool) -> Result<Self, Failure> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: writes a new object to `raw`, or fails.
        Failure::check(unsafe { ffi::nghttp2_session_callbacks_new(&raw mut raw) })?;
        // SAFETY: a live object, and functions of the types that are asked for.
        unsafe {
            ffi::nghttp2_session_callbacks_set_on_begin_headers_callback(raw, Some(on_begin_headers));
            ffi::nghttp2_session_callbacks_set_on_header_callback2(raw, Some(on_header));
            ffi::nghttp2_session_callbacks_set_on_invalid_header_callback2(raw, Some(on_invalid_header));
            ffi::nghttp2_session_callbacks_set_on_frame_recv_callback(raw, Some(on_frame_recv));
            ffi::nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(raw, Some(on_invalid_frame_recv));
            ffi::nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw, Some(on_data_chunk_recv));
            ffi::nghttp2_session_callbacks_set_on_stream_close_callback(raw, Some(on_stream_close));
            ffi::nghttp2_session_callbacks_set_on_frame_send_callback(raw, Some(on_frame_send));
            ffi::nghttp2_session_callbacks_set_on_frame_not_send_callback(raw, Some(on_frame_not_send));
            ffi::nghttp2_session_callbacks_set_error_callback2(raw, Some(on_error));
            ffi::nghttp2_session_callbacks_set_send_data_callback(raw, Some(send_data));
            ffi::nghttp2_session_callbacks_set_rand_callback(raw, Some(fill_random));
            if padding {
                ffi::nghttp2_session_callbacks_set_select_padding_callback2(raw, Some(select_padding));
            }
        }
        Ok(Self(raw))
    }
}

impl Drop for RawCallbacks {
    fn drop(&mut self) {
        // SAFETY: made by `new`, freed once; sessions have copies.
        unsafe { ffi::nghttp2_session_callbacks_del(self.0) };
    }
}

/// Tells the events of the call that is running. Outside of one (nothing of nghttp2's calls back then) `idle` is the answer; after a
/// panic, and for a new one, `failed`.
///
/// # Safety
/// `user_data` must be null or the [`Context`] of a call that is running.
unsafe fn tell<T>(user_data: *mut c_void, idle: T, failed: T, tell: impl FnOnce(&dyn Events) -> T) -> T {
    // SAFETY: promised by the caller.
    let Some(context) = (unsafe { user_data.cast::<Context<'_>>().as_ref() }) else { return idle };
    if context.panic.borrow().is_some() {
        return failed;
    }
    match catch_unwind(AssertUnwindSafe(|| tell(context.events))) {
        Ok(answer) => answer,
        Err(panic) => {
            *context.panic.borrow_mut() = Some(panic);
            failed
        }
    }
}

const FAILED: c_int = ffi::NGHTTP2_ERR_CALLBACK_FAILURE;

/// The head of a frame that nghttp2 tells of.
///
/// # Safety
/// `frame` must be one.
unsafe fn head(frame: *const ffi::nghttp2_frame) -> FrameHead {
    // SAFETY: promised by the caller; every member of the union begins with the head.
    FrameHead::of(unsafe { &(*frame).hd })
}

/// The stream that a frame with header fields is for.
///
/// # Safety
/// `frame` must be such a frame.
unsafe fn headers_stream(frame: *const ffi::nghttp2_frame) -> i32 {
    // SAFETY: promised by the caller; the head says which member it is.
    unsafe {
        if (*frame).hd.type_ == crate::frame_type::PUSH_PROMISE { (*frame).push_promise.promised_stream_id } else { (*frame).hd.stream_id }
    }
}

unsafe extern "C" fn on_begin_headers(_: *mut ffi::nghttp2_session, frame: *const ffi::nghttp2_frame, user_data: *mut c_void) -> c_int {
    // SAFETY: nghttp2 passes a frame with header fields and the data that `Session::call` has set. Only HEADERS have a category.
    unsafe {
        let category = if (*frame).hd.type_ == crate::frame_type::HEADERS { (*frame).headers.cat } else { 0 };
        let id = headers_stream(frame);
        tell(user_data, 0, FAILED, |events| events.on_begin_headers(id, category).code())
    }
}

unsafe extern "C" fn on_header(
    _: *mut ffi::nghttp2_session,
    frame: *const ffi::nghttp2_frame,
    name: *mut ffi::nghttp2_rcbuf,
    value: *mut ffi::nghttp2_rcbuf,
    flags: u8,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: as for `on_begin_headers`; both buffers are alive for the call and nobody writes to them.
    unsafe {
        let id = headers_stream(frame);
        let (name, value) = (ffi::nghttp2_rcbuf_get_buf(name), ffi::nghttp2_rcbuf_get_buf(value));
        let (name, value) = (bytes(name.base, name.len), bytes(value.base, value.len));
        tell(user_data, 0, FAILED, |events| events.on_header(id, name, value, flags).code())
    }
}

/// Fields that are not allowed are left out, as in Node; without this function nghttp2 would end the stream.
unsafe extern "C" fn on_invalid_header(
    _: *mut ffi::nghttp2_session,
    _: *const ffi::nghttp2_frame,
    _: *mut ffi::nghttp2_rcbuf,
    _: *mut ffi::nghttp2_rcbuf,
    _: u8,
    _: *mut c_void,
) -> c_int {
    0
}

unsafe extern "C" fn on_frame_recv(_: *mut ffi::nghttp2_session, frame: *const ffi::nghttp2_frame, user_data: *mut c_void) -> c_int {
    // SAFETY: nghttp2 passes a whole frame, alive for the call, and the data that `Session::call` has set.
    unsafe {
        let frame = Frame::of(&*frame);
        tell(user_data, 0, FAILED, |events| events.on_frame(&frame).code())
    }
}

unsafe extern "C" fn on_invalid_frame_recv(
    _: *mut ffi::nghttp2_session,
    frame: *const ffi::nghttp2_frame,
    error: c_int,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: as for `on_frame_recv`; only the head is looked at.
    unsafe {
        let head = head(frame);
        tell(user_data, 0, FAILED, |events| events.on_invalid_frame(head, error).code())
    }
}

unsafe extern "C" fn on_data_chunk_recv(
    _: *mut ffi::nghttp2_session,
    _flags: u8,
    stream_id: i32,
    data: *const u8,
    len: usize,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: a part of the input, which is borrowed for the whole call; the data that `Session::call` has set.
    unsafe {
        let data = bytes(data, len);
        tell(user_data, 0, FAILED, |events| events.on_data_chunk(stream_id, data).code())
    }
}

unsafe extern "C" fn on_stream_close(_: *mut ffi::nghttp2_session, stream_id: i32, code: u32, user_data: *mut c_void) -> c_int {
    // SAFETY: the data that `Session::call` has set.
    unsafe {
        tell(user_data, 0, FAILED, |events| {
            events.on_stream_close(stream_id, code);
            0
        })
    }
}

unsafe extern "C" fn on_frame_send(_: *mut ffi::nghttp2_session, frame: *const ffi::nghttp2_frame, user_data: *mut c_void) -> c_int {
    // SAFETY: a frame of nghttp2's; the data that `Session::call` has set.
    unsafe {
        let head = head(frame);
        tell(user_data, 0, FAILED, |events| {
            events.on_frame_sent(head);
            0
        })
    }
}

unsafe extern "C" fn on_frame_not_send(
    _: *mut ffi::nghttp2_session,
    frame: *const ffi::nghttp2_frame,
    error: c_int,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: as for `on_frame_send`.
    unsafe {
        let head = head(frame);
        tell(user_data, 0, FAILED, |events| {
            events.on_frame_not_sent(head, error);
            0
        })
    }
}

unsafe extern "C" fn on_error(
    _: *mut ffi::nghttp2_session,
    error: c_int,
    _message: *const c_char,
    _len: usize,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: the data that `Session::call` has set.
    unsafe {
        tell(user_data, 0, FAILED, |events| {
            events.on_error(error);
            0
        })
    }
}

unsafe extern "C" fn select_padding(
    _: *mut ffi::nghttp2_session,
    frame: *const ffi::nghttp2_frame,
    max: usize,
    user_data: *mut c_void,
) -> ffi::nghttp2_ssize {
    // SAFETY: a frame of nghttp2's; the data that `Session::call` has set.
    unsafe {
        let length = head(frame).length;
        let padded = tell(user_data, length, length, |events| events.select_padding(length, max));
        // Nothing else is allowed; nghttp2 would take it for a failure.
        padded.clamp(length, max.max(length)) as ffi::nghttp2_ssize
    }
}

/// The read callback of every body: asks how much there is; the bytes themselves go around nghttp2, by [`send_data`].
pub(crate) unsafe extern "C" fn read_data(
    _: *mut ffi::nghttp2_session,
    stream_id: i32,
    _buf: *mut u8,
    max: usize,
    flags: *mut u32,
    _: *mut ffi::nghttp2_data_source,
    user_data: *mut c_void,
) -> ffi::nghttp2_ssize {
    // SAFETY: the data that `Session::call` has set; `flags` is nghttp2's, to be written to.
    unsafe {
        let none = Some(Outgoing::Deferred);
        let answer = tell(user_data, none, None, |events| Some(events.read_data(stream_id, max)));
        match answer {
            None => FAILED as ffi::nghttp2_ssize,
            Some(Outgoing::Deferred) => ffi::NGHTTP2_ERR_DEFERRED as ffi::nghttp2_ssize,
            Some(Outgoing::Data { length, end, trailers }) => {
                let length = length.min(max);
                if length > 0 {
                    *flags |= ffi::NGHTTP2_DATA_FLAG_NO_COPY;
                }
                if end {
                    *flags |= ffi::NGHTTP2_DATA_FLAG_EOF;
                }
                if end && trailers {
                    *flags |= ffi::NGHTTP2_DATA_FLAG_NO_END_STREAM;
                }
                length as ffi::nghttp2_ssize
            }
        }
    }
}

unsafe extern "C" fn send_data(
    _: *mut ffi::nghttp2_session,
    frame: *mut ffi::nghttp2_frame,
    framehd: *const u8,
    length: usize,
    _: *mut ffi::nghttp2_data_source,
    user_data: *mut c_void,
) -> c_int {
    // SAFETY: a DATA frame, the nine bytes of its head, and the data that `Session::call` has set.
    unsafe {
        let (stream_id, padding) = ((*frame).hd.stream_id, (*frame).data.padlen);
        let head = bytes(framehd, 9);
        tell(user_data, 0, FAILED, |events| {
            events.send_data(head, stream_id, length, padding);
            0
        })
    }
}

unsafe extern "C" fn fill_random(dest: *mut u8, len: usize) {
    let seed = SEED.get().to_ne_bytes();
    for index in 0..len {
        // SAFETY: nghttp2 asks for `len` bytes at `dest`.
        unsafe { dest.add(index).write(seed[index % seed.len()]) };
    }
}
