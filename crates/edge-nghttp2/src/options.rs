//! What a session is made with.

use crate::Failure;
use libnghttp2_sys as ffi;

/// What a session is made with; `None` leaves nghttp2's own default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Unpredictable bytes for nghttp2's tables, so that a peer cannot choose stream ids that collide.
    pub seed: u64,
    /// The most that the table for header fields to send may hold, in bytes.
    pub max_deflate_dynamic_table_size: Option<u32>,
    /// The most streams that the server may have promised and not begun.
    pub max_reserved_remote_streams: Option<u32>,
    /// The most bytes of one block of header fields to send.
    pub max_send_header_block_length: Option<u32>,
    /// How many streams the peer allows before it has said so.
    pub peer_max_concurrent_streams: Option<u32>,
    /// The most entries of one SETTINGS frame.
    pub max_settings: Option<u32>,
    /// How many resets of streams a client may send: at once, and per second from then on.
    pub stream_reset_rate_limit: Option<(u64, u64)>,
    /// Takes header values with spaces at their ends.
    pub allow_field_whitespace: Option<bool>,
    /// Takes ALTSVC and ORIGIN frames.
    pub receive_altsvc_and_origin: bool,
    /// Frames get padding, as [`crate::Events::select_padding`] says.
    pub padding: bool,
}

/// An `nghttp2_option`.
pub(crate) struct RawOptions(pub *mut ffi::nghttp2_option);

impl RawOptions {
    pub fn new(options: &Options) -> Result<Self, Failure> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: writes a new object to `raw`, or fails.
        Failure::check(unsafe { ffi::nghttp2_option_new(&raw mut raw) })?;
        let this = Self(raw);
        // SAFETY: a live option object, and plain values.
        unsafe {
            // Windows are opened by the reader, as it takes the data: that is the back-pressure.
            ffi::nghttp2_option_set_no_auto_window_update(raw, 1);
            if options.receive_altsvc_and_origin {
                ffi::nghttp2_option_set_builtin_recv_extension_type(raw, crate::frame_type::ALTSVC);
                ffi::nghttp2_option_set_builtin_recv_extension_type(raw, crate::frame_type::ORIGIN);
            }
            if let Some(size) = options.max_deflate_dynamic_table_size {
                ffi::nghttp2_option_set_max_deflate_dynamic_table_size(raw, size as usize);
            }
            if let Some(count) = options.max_reserved_remote_streams {
                ffi::nghttp2_option_set_max_reserved_remote_streams(raw, count);
            }
            if let Some(length) = options.max_send_header_block_length {
                ffi::nghttp2_option_set_max_send_header_block_length(raw, length as usize);
            }
            if let Some(count) = options.peer_max_concurrent_streams {
                ffi::nghttp2_option_set_peer_max_concurrent_streams(raw, count);
            }
            if let Some(count) = options.max_settings {
                ffi::nghttp2_option_set_max_settings(raw, count as usize);
            }
            if let Some((burst, rate)) = options.stream_reset_rate_limit {
                ffi::nghttp2_option_set_stream_reset_rate_limit(raw, burst, rate);
            }
            if let Some(allow) = options.allow_field_whitespace {
                ffi::nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(raw, allow.into());
            }
        }
        Ok(this)
    }
}

impl Drop for RawOptions {
    fn drop(&mut self) {
        // SAFETY: made by `new`, freed once.
        unsafe { ffi::nghttp2_option_del(self.0) };
    }
}
