//! What a session can be told to send. Nothing goes out before [`Session::send`].

use crate::callbacks::read_data;
use crate::{Failure, HeaderField, Session, Setting, header_field, settings};
use libnghttp2_sys as ffi;

const NONE: u8 = ffi::NGHTTP2_FLAG_NONE as u8;
/// What frames carry besides their heads is less than this, so that sums of lengths cannot overflow in C.
const MOST: usize = 1 << 30;

/// A body that [`crate::Events::read_data`] is asked for.
fn provider() -> ffi::nghttp2_data_provider2 {
    ffi::nghttp2_data_provider2 { source: ffi::nghttp2_data_source { ptr: std::ptr::null_mut() }, read_callback: Some(read_data) }
}

/// Refuses fields so long that nghttp2's sums might overflow.
fn check(fields: &[HeaderField<'_>]) -> Result<(), Failure> {
    let total = fields.iter().try_fold(0_usize, |sum, field| sum.checked_add(field.name.len())?.checked_add(field.value.len()));
    if total.is_some_and(|total| total < MOST) { Ok(()) } else { Err(Failure::INVALID_ARGUMENT) }
}

impl Session {
    /// A request; answers its stream's id. With `body`, [`crate::Events::read_data`] is asked for it.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_request2`).
    pub fn submit_request(&self, fields: &[HeaderField<'_>], body: bool) -> Result<i32, Failure> {
        check(fields)?;
        let (fields, provider) = (header_field::to_raw(fields), provider());
        let provider = if body { &raw const provider } else { std::ptr::null() };
        // SAFETY: a live session; nghttp2 copies fields and provider.
        Failure::check(unsafe {
            ffi::nghttp2_submit_request2(self.raw(), std::ptr::null(), fields.as_ptr(), fields.len(), provider, std::ptr::null_mut())
        })
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_response2`).
    pub fn submit_response(&self, stream_id: i32, fields: &[HeaderField<'_>], body: bool) -> Result<(), Failure> {
        check(fields)?;
        let (fields, provider) = (header_field::to_raw(fields), provider());
        let provider = if body { &raw const provider } else { std::ptr::null() };
        // SAFETY: a live session; nghttp2 copies fields and provider.
        let code = unsafe { ffi::nghttp2_submit_response2(self.raw(), stream_id, fields.as_ptr(), fields.len(), provider) };
        Failure::check(code).map(|_| ())
    }

    /// Header fields before the answer proper.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_headers`).
    pub fn submit_info(&self, stream_id: i32, fields: &[HeaderField<'_>]) -> Result<(), Failure> {
        check(fields)?;
        let fields = header_field::to_raw(fields);
        // SAFETY: a live session; nghttp2 copies the fields.
        let code = unsafe {
            ffi::nghttp2_submit_headers(self.raw(), NONE, stream_id, std::ptr::null(), fields.as_ptr(), fields.len(), std::ptr::null_mut())
        };
        Failure::check(code).map(|_| ())
    }

    /// Header fields after the body.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_trailer`).
    pub fn submit_trailer(&self, stream_id: i32, fields: &[HeaderField<'_>]) -> Result<(), Failure> {
        check(fields)?;
        let fields = header_field::to_raw(fields);
        // SAFETY: a live session; nghttp2 copies the fields.
        let code = unsafe { ffi::nghttp2_submit_trailer(self.raw(), stream_id, fields.as_ptr(), fields.len()) };
        Failure::check(code).map(|_| ())
    }

    /// A body after a body that had no end (`NGHTTP2_DATA_FLAG_NO_END_STREAM`); its end is the stream's.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_data2`).
    pub fn submit_data(&self, stream_id: i32) -> Result<(), Failure> {
        let provider = provider();
        // SAFETY: a live session; nghttp2 copies the provider.
        let code = unsafe { ffi::nghttp2_submit_data2(self.raw(), ffi::NGHTTP2_FLAG_END_STREAM as u8, stream_id, &raw const provider) };
        Failure::check(code).map(|_| ())
    }

    /// Promises a stream; answers its id.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_push_promise`).
    pub fn submit_push_promise(&self, stream_id: i32, fields: &[HeaderField<'_>]) -> Result<i32, Failure> {
        check(fields)?;
        let fields = header_field::to_raw(fields);
        // SAFETY: a live session; nghttp2 copies the fields.
        Failure::check(unsafe {
            ffi::nghttp2_submit_push_promise(self.raw(), NONE, stream_id, fields.as_ptr(), fields.len(), std::ptr::null_mut())
        })
    }

    /// Ends a stream with HTTP/2's error code.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_rst_stream`).
    pub fn submit_rst_stream(&self, stream_id: i32, code: u32) -> Result<(), Failure> {
        // SAFETY: a live session.
        Failure::check(unsafe { ffi::nghttp2_submit_rst_stream(self.raw(), NONE, stream_id, code) }).map(|_| ())
    }

    /// Settings of this end.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_settings`): a value that is not allowed.
    pub fn submit_settings(&self, settings: &[Setting]) -> Result<(), Failure> {
        let raw = settings::to_raw(settings);
        // SAFETY: a live session; nghttp2 copies the entries.
        Failure::check(unsafe { ffi::nghttp2_submit_settings(self.raw(), NONE, raw.as_ptr(), raw.len()) }).map(|_| ())
    }

    /// A ping.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_ping`).
    pub fn submit_ping(&self, payload: &[u8; 8]) -> Result<(), Failure> {
        // SAFETY: a live session; eight bytes, which nghttp2 copies.
        Failure::check(unsafe { ffi::nghttp2_submit_ping(self.raw(), NONE, payload.as_ptr()) }).map(|_| ())
    }

    /// No streams after `last_stream` will be looked at.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_goaway`).
    pub fn submit_goaway(&self, last_stream: i32, code: u32, debug_data: &[u8]) -> Result<(), Failure> {
        if debug_data.len() >= MOST {
            return Err(Failure::INVALID_ARGUMENT);
        }
        // SAFETY: a live session; nghttp2 copies the data.
        let code = unsafe { ffi::nghttp2_submit_goaway(self.raw(), NONE, last_stream, code, debug_data.as_ptr(), debug_data.len()) };
        Failure::check(code).map(|_| ())
    }

    /// An alternative service (ALTSVC); of servers only.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_altsvc`).
    pub fn submit_altsvc(&self, stream_id: i32, origin: &[u8], value: &[u8]) -> Result<(), Failure> {
        if origin.len() >= MOST || value.len() >= MOST {
            return Err(Failure::INVALID_ARGUMENT);
        }
        // SAFETY: a live session; nghttp2 copies both.
        let code =
            unsafe { ffi::nghttp2_submit_altsvc(self.raw(), NONE, stream_id, origin.as_ptr(), origin.len(), value.as_ptr(), value.len()) };
        Failure::check(code).map(|_| ())
    }

    /// Origins that this connection answers for (ORIGIN); of servers only.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_submit_origin`).
    pub fn submit_origin(&self, origins: &[&[u8]]) -> Result<(), Failure> {
        let entries: Vec<_> = origins
            .iter()
            .map(|origin| ffi::nghttp2_origin_entry { origin: origin.as_ptr().cast_mut(), origin_len: origin.len() })
            .collect();
        // SAFETY: a live session; nghttp2 copies the entries and does not write to them.
        Failure::check(unsafe { ffi::nghttp2_submit_origin(self.raw(), NONE, entries.as_ptr(), entries.len()) }).map(|_| ())
    }

    /// Ends the session: a GOAWAY, and nothing is looked at any more.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_session_terminate_session`).
    pub fn terminate(&self, code: u32) -> Result<(), Failure> {
        // SAFETY: a live session.
        Failure::check(unsafe { ffi::nghttp2_session_terminate_session(self.raw(), code) }).map(|_| ())
    }

    /// A body that was deferred has more; does nothing for one that was not.
    ///
    /// # Errors
    /// [`Failure::NO_MEMORY`].
    pub fn resume_data(&self, stream_id: i32) -> Result<(), Failure> {
        // SAFETY: a live session.
        match unsafe { ffi::nghttp2_session_resume_data(self.raw(), stream_id) } {
            ffi::NGHTTP2_ERR_NOMEM => Err(Failure::NO_MEMORY),
            _ => Ok(()),
        }
    }

    /// `bytes` of a stream's data have been taken: its window opens by as much.
    pub fn consume_stream(&self, stream_id: i32, bytes: usize) {
        // SAFETY: a live session. A stream that is over is nothing to it.
        let _ = unsafe { ffi::nghttp2_session_consume_stream(self.raw(), stream_id, bytes) };
    }

    /// `bytes` of data have been taken: the connection's window opens by as much.
    pub fn consume_connection(&self, bytes: usize) {
        // SAFETY: a live session.
        let _ = unsafe { ffi::nghttp2_session_consume_connection(self.raw(), bytes) };
    }

    /// The id of the next stream of this end.
    ///
    /// # Errors
    /// nghttp2's: smaller than the next one, or not of this end.
    pub fn set_next_stream_id(&self, id: i32) -> Result<(), Failure> {
        // SAFETY: a live session.
        Failure::check(unsafe { ffi::nghttp2_session_set_next_stream_id(self.raw(), id) }).map(|_| ())
    }

    /// How much the peer may send on the connection before it waits.
    ///
    /// # Errors
    /// nghttp2's (`nghttp2_session_set_local_window_size`).
    pub fn set_local_window_size(&self, size: i32) -> Result<(), Failure> {
        // SAFETY: a live session.
        Failure::check(unsafe { ffi::nghttp2_session_set_local_window_size(self.raw(), NONE, 0, size) }).map(|_| ())
    }
}
