//! What a session tells, and what it asks.

use crate::{Frame, FrameHead};
use libnghttp2_sys as ffi;

/// What is to become of the input after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Reset this stream and go on (`NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE`).
    RejectStream,
    /// Of [`Events::on_data_chunk`]: `receive` returns what it has taken so far (`NGHTTP2_ERR_PAUSE`).
    Pause,
    /// The session has failed.
    Fail,
}

impl Verdict {
    pub(crate) const fn code(self) -> i32 {
        match self {
            Self::Continue => 0,
            Self::RejectStream => ffi::NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE,
            Self::Pause => ffi::NGHTTP2_ERR_PAUSE,
            Self::Fail => ffi::NGHTTP2_ERR_CALLBACK_FAILURE,
        }
    }
}

/// What a stream has to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Nothing until [`crate::Session::resume_data`].
    Deferred,
    /// This many bytes now, which [`Events::send_data`] takes.
    Data {
        /// At most what was asked for.
        length: usize,
        /// They are the last.
        end: bool,
        /// Trailers follow: the end is not the stream's end.
        trailers: bool,
    },
}

/// Who is told what a session receives and sends. An event may use the session; see the crate's invariants.
pub trait Events {
    /// A block of header fields begins (HEADERS or PUSH_PROMISE); `stream_id` is the promised stream's for the latter.
    fn on_begin_headers(&self, _stream_id: i32, _category: u32) -> Verdict {
        Verdict::Continue
    }
    /// One header field; `flags` has [`crate::HeaderField::NO_INDEX`] for one that must not be kept in tables.
    fn on_header(&self, _stream_id: i32, _name: &[u8], _value: &[u8], _flags: u8) -> Verdict {
        Verdict::Continue
    }
    /// A whole frame has come.
    fn on_frame(&self, _frame: &Frame<'_>) -> Verdict {
        Verdict::Continue
    }
    /// A frame has come that is not allowed here.
    fn on_invalid_frame(&self, _head: FrameHead, _error: i32) -> Verdict {
        Verdict::Continue
    }
    /// A piece of a DATA frame.
    fn on_data_chunk(&self, _stream_id: i32, _data: &[u8]) -> Verdict {
        Verdict::Continue
    }
    /// A stream is over, with HTTP/2's error code.
    fn on_stream_close(&self, _stream_id: i32, _code: u32) {}
    /// A frame has been given out.
    fn on_frame_sent(&self, _head: FrameHead) {}
    /// A frame cannot be sent.
    fn on_frame_not_sent(&self, _head: FrameHead, _error: i32) {}
    /// nghttp2 has more to say about an error.
    fn on_error(&self, _error: i32) {}
    /// How long a frame with a payload of `length` shall be with padding: from `length` to `max`.
    fn select_padding(&self, length: usize, _max: usize) -> usize {
        length
    }
    /// How much of its body a stream sends now, at most `max` bytes.
    fn read_data(&self, _stream_id: i32, _max: usize) -> Outgoing {
        Outgoing::Data { length: 0, end: true, trailers: false }
    }
    /// A DATA frame goes out: `head`, then (when `padding` is not 0) one byte `padding - 1`, `length` bytes of the stream's body, and
    /// `padding - 1` zeros.
    fn send_data(&self, _head: &[u8], _stream_id: i32, _length: usize, _padding: usize) {}
}
