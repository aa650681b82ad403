//! What a session can be asked.

use crate::Session;
use libnghttp2_sys as ffi;

/// Where a session stands; sizes in bytes, -1 where nghttp2 cannot say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // nghttp2's getters of these names.
pub struct SessionState {
    pub effective_local_window_size: i32,
    pub effective_recv_data_length: i32,
    pub next_stream_id: u32,
    pub local_window_size: i32,
    pub last_proc_stream_id: i32,
    pub remote_window_size: i32,
    pub outbound_queue_size: usize,
    pub hd_deflate_dynamic_table_size: usize,
    pub hd_inflate_dynamic_table_size: usize,
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // nghttp2's getters of these names.
pub struct StreamState {
    pub state: u32,
    pub weight: i32,
    pub sum_dependency_weight: i32,
    pub local_close: i32,
    pub remote_close: i32,
    pub local_window_size: i32,
}

impl Session {
    /// Whether it has something to send (`nghttp2_session_want_write`).
    #[must_use]
    pub fn wants_write(&self) -> bool {
        // SAFETY: a live session.
        unsafe { ffi::nghttp2_session_want_write(self.raw()) != 0 }
    }

    /// Whether it would look at input (`nghttp2_session_want_read`).
    #[must_use]
    pub fn wants_read(&self) -> bool {
        // SAFETY: a live session.
        unsafe { ffi::nghttp2_session_want_read(self.raw()) != 0 }
    }

    /// A setting of this end that the peer has accepted; 0 for a number that nghttp2 does not know.
    #[must_use]
    pub fn local_setting(&self, id: u16) -> u32 {
        if !is_known(id) {
            return 0;
        }
        // SAFETY: a live session; of other numbers nghttp2 would make a failed assertion.
        unsafe { ffi::nghttp2_session_get_local_settings(self.raw(), id.into()) }
    }

    /// A setting of the peer's; 0 for a number that nghttp2 does not know.
    #[must_use]
    pub fn remote_setting(&self, id: u16) -> u32 {
        if !is_known(id) {
            return 0;
        }
        // SAFETY: as for `local_setting`.
        unsafe { ffi::nghttp2_session_get_remote_settings(self.raw(), id.into()) }
    }

    /// The last stream of the peer's that was looked at.
    #[must_use]
    pub fn last_proc_stream_id(&self) -> i32 {
        // SAFETY: a live session.
        unsafe { ffi::nghttp2_session_get_last_proc_stream_id(self.raw()) }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> SessionState {
        let raw = self.raw();
        // SAFETY: a live session.
        unsafe {
            SessionState {
                effective_local_window_size: ffi::nghttp2_session_get_effective_local_window_size(raw),
                effective_recv_data_length: ffi::nghttp2_session_get_effective_recv_data_length(raw),
                next_stream_id: ffi::nghttp2_session_get_next_stream_id(raw),
                local_window_size: ffi::nghttp2_session_get_local_window_size(raw),
                last_proc_stream_id: ffi::nghttp2_session_get_last_proc_stream_id(raw),
                remote_window_size: ffi::nghttp2_session_get_remote_window_size(raw),
                outbound_queue_size: ffi::nghttp2_session_get_outbound_queue_size(raw),
                hd_deflate_dynamic_table_size: ffi::nghttp2_session_get_hd_deflate_dynamic_table_size(raw),
                hd_inflate_dynamic_table_size: ffi::nghttp2_session_get_hd_inflate_dynamic_table_size(raw),
            }
        }
    }

    /// Where a stream stands; `None` for one that is not there (any more).
    #[must_use]
    pub fn stream_state(&self, id: i32) -> Option<StreamState> {
        let raw = self.raw();
        // SAFETY: a live session; the stream is looked at before anything can free it.
        unsafe {
            let stream = ffi::nghttp2_session_find_stream(raw, id);
            if stream.is_null() {
                return None;
            }
            Some(StreamState {
                state: ffi::nghttp2_stream_get_state(stream),
                weight: ffi::nghttp2_stream_get_weight(stream),
                sum_dependency_weight: ffi::nghttp2_stream_get_sum_dependency_weight(stream),
                local_close: ffi::nghttp2_session_get_stream_local_close(raw, id),
                remote_close: ffi::nghttp2_session_get_stream_remote_close(raw, id),
                local_window_size: ffi::nghttp2_session_get_stream_local_window_size(raw, id),
            })
        }
    }
}

/// The numbers that nghttp2's getters take; of others they make a failed assertion, which would end the process.
const fn is_known(id: u16) -> bool {
    matches!(id, 1..=6 | 8 | 9)
}
