//! Frames, as events see them.

use crate::Setting;
use libnghttp2_sys as ffi;

/// Numbers of frame types (RFC 9113, section 6).
#[allow(missing_docs)]
pub mod frame_type {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const PRIORITY: u8 = 2;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PUSH_PROMISE: u8 = 5;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const ALTSVC: u8 = 10;
    pub const ORIGIN: u8 = 12;
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// Of the payload, in bytes.
    pub length: usize,
    /// 0 for the connection.
    pub stream_id: i32,
    /// See [`frame_type`].
    pub kind: u8,
    /// The frame's flags.
    pub flags: u8,
}

impl FrameHead {
    /// DATA, HEADERS: nothing follows on this stream.
    pub const END_STREAM: u8 = 1;
    /// SETTINGS, PING: an answer.
    pub const ACK: u8 = 1;

    pub(crate) const fn of(head: &ffi::nghttp2_frame_hd) -> Self {
        Self { length: head.length, stream_id: head.stream_id, kind: head.type_, flags: head.flags }
    }

    /// Whether one of the flags is set.
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// What is in a frame that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// The body was told piece by piece.
    Data,
    /// The fields were told one by one.
    Headers,
    /// As `Headers`, of a stream that the server promises.
    PushPromise {
        /// That stream.
        promised: i32,
    },
    /// PRIORITY.
    Priority {
        /// The stream that this one depends on.
        parent: i32,
        /// 1 to 256.
        weight: i32,
        /// It is the parent's only child.
        exclusive: bool,
    },
    /// SETTINGS; none in an answer.
    Settings(Vec<Setting>),
    /// PING.
    Ping([u8; 8]),
    /// GOAWAY.
    Goaway {
        /// The last stream that the peer has looked at.
        last_stream: i32,
        /// HTTP/2's error code.
        code: u32,
        /// For people who look for errors.
        debug_data: &'a [u8],
    },
    /// ALTSVC (RFC 7838).
    Altsvc {
        /// Whose alternative it is; empty on a stream.
        origin: &'a [u8],
        /// The alternative.
        value: &'a [u8],
    },
    /// ORIGIN (RFC 8336).
    Origin(Vec<&'a [u8]>),
    /// Something else, of which the head says all.
    Other,
}

/// A frame that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its head.
    pub head: FrameHead,
    /// What is in it.
    pub payload: Payload<'a>,
}

/// `len` bytes at `data`, which may be null when there are none.
///
/// # Safety
/// The bytes must live and stay as they are for `'a`.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if data.is_null() || len == 0 {
        return &[];
    }
    // SAFETY: promised by the caller.
    unsafe { std::slice::from_raw_parts(data, len) }
}

impl Frame<'_> {
    /// # Safety
    /// `frame` must be one that nghttp2 is telling of, whole, and alive for the life of the result.
    pub(crate) unsafe fn of(frame: &ffi::nghttp2_frame) -> Self {
        // SAFETY: every member of the union begins with the head.
        let head = FrameHead::of(unsafe { &frame.hd });
        let payload = match head.kind {
            frame_type::DATA => Payload::Data,
            frame_type::HEADERS => Payload::Headers,
            frame_type::PUSH_PROMISE => {
                // SAFETY: the head says that this member is the one.
                Payload::PushPromise { promised: unsafe { frame.push_promise.promised_stream_id } }
            }
            frame_type::PRIORITY => {
                // SAFETY: as above.
                let spec = unsafe { frame.priority.pri_spec };
                Payload::Priority { parent: spec.stream_id, weight: spec.weight, exclusive: spec.exclusive != 0 }
            }
            frame_type::SETTINGS => {
                // SAFETY: as above; nghttp2's own array of `niv` entries, or null and 0.
                let entries = unsafe {
                    let settings = frame.settings;
                    if settings.iv.is_null() { &[] } else { std::slice::from_raw_parts(settings.iv, settings.niv) }
                };
                Payload::Settings(entries.iter().map(|entry| Setting { id: entry.settings_id as u16, value: entry.value }).collect())
            }
            frame_type::PING => {
                // SAFETY: as above.
                Payload::Ping(unsafe { frame.ping.opaque_data })
            }
            frame_type::GOAWAY => {
                // SAFETY: as above; the bytes are nghttp2's and live as long as the frame.
                unsafe {
                    let goaway = frame.goaway;
                    Payload::Goaway {
                        last_stream: goaway.last_stream_id,
                        code: goaway.error_code,
                        debug_data: bytes(goaway.opaque_data, goaway.opaque_data_len),
                    }
                }
            }
            frame_type::ALTSVC => {
                // SAFETY: nghttp2 tells of these frames only with its own payload (no other handler is ever set), which lives as long as
                // the frame.
                unsafe {
                    let altsvc = frame.ext.payload.cast::<ffi::nghttp2_ext_altsvc>();
                    if altsvc.is_null() {
                        Payload::Other
                    } else {
                        Payload::Altsvc {
                            origin: bytes((*altsvc).origin, (*altsvc).origin_len),
                            value: bytes((*altsvc).field_value, (*altsvc).field_value_len),
                        }
                    }
                }
            }
            frame_type::ORIGIN => {
                // SAFETY: as for ALTSVC; an array of `nov` entries, or null and 0.
                unsafe {
                    let origin = frame.ext.payload.cast::<ffi::nghttp2_ext_origin>();
                    if origin.is_null() || (*origin).ov.is_null() {
                        Payload::Origin(Vec::new())
                    } else {
                        let entries = std::slice::from_raw_parts((*origin).ov, (*origin).nov);
                        Payload::Origin(entries.iter().map(|entry| bytes(entry.origin, entry.origin_len)).collect())
                    }
                }
            }
            _ => Payload::Other,
        };
        Self { head, payload }
    }

    /// The stream that a block of header fields is for: the promised one, or the frame's.
    #[must_use]
    pub const fn headers_stream(&self) -> i32 {
        match self.payload {
            Payload::PushPromise { promised } => promised,
            _ => self.head.stream_id,
        }
    }
}
