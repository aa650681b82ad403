//! What nghttp2 tells a session.

use super::ping::PendingPing;
use super::session::call_library;
use super::session::{ALTSVC_LISTENERS, Http2Session, PING_LISTENERS, REMOTE_SETTINGS_LISTENERS, REMOTE_SETTINGS_UP_TO_DATE};
use super::settings::PendingSettings;
use super::statistics;
use super::stream::Http2Stream;
use crate::bindings::buffer::new_buffer;
use edge_napi::{Env, Result, Value};
use edge_nghttp2::{Events, Frame, FrameHead, HeaderField, Outgoing, Payload, Verdict, frame_type, is_fatal};

/// nghttp2's errors that are looked at here.
pub const ERR_PROTO: i32 = -505;
const ERR_STREAM_CLOSED: i32 = -510;
const ERR_STREAM_CLOSING: i32 = -511;
const ERR_FRAME_SIZE_ERROR: i32 = -522;
const ERR_HEADER_COMP: i32 = -523;
const ERR_FLOW_CONTROL: i32 = -524;
const ERR_SESSION_CLOSING: i32 = -530;
const ERR_HTTP_HEADER: i32 = -531;
const ERR_HTTP_MESSAGING: i32 = -532;
const ERR_REFUSED_STREAM: i32 = -533;
const ERR_SETTINGS_EXPECTED: i32 = -536;

/// HTTP/2's error codes.
const PROTOCOL_ERROR: u32 = 1;
const INTERNAL_ERROR: u32 = 2;
const FLOW_CONTROL_ERROR: u32 = 3;
const STREAM_CLOSED: u32 = 5;
const FRAME_SIZE_ERROR: u32 = 6;
const REFUSED_STREAM: u32 = 7;
const COMPRESSION_ERROR: u32 = 9;
const ENHANCE_YOUR_CALM: u32 = 11;

/// HTTP/2's code for one of nghttp2's errors.
const fn http2_code(error: i32) -> u32 {
    match error {
        ERR_STREAM_CLOSED => STREAM_CLOSED,
        ERR_HEADER_COMP => COMPRESSION_ERROR,
        ERR_FRAME_SIZE_ERROR => FRAME_SIZE_ERROR,
        ERR_FLOW_CONTROL => FLOW_CONTROL_ERROR,
        ERR_REFUSED_STREAM => REFUSED_STREAM,
        ERR_PROTO | ERR_HTTP_HEADER | ERR_HTTP_MESSAGING => PROTOCOL_ERROR,
        _ => INTERNAL_ERROR,
    }
}

impl Events for Http2Session {
    fn on_begin_headers(&self, stream_id: i32, category: u32) -> Verdict {
        if self.is_ending() {
            return Verdict::RejectStream;
        }
        if let Some(stream) = self.stream(stream_id) {
            stream.start_headers(category);
            return Verdict::Continue;
        }
        let added = self.can_add_stream() && Http2Stream::create(self, stream_id, category, 0).is_ok();
        if added {
            self.rejected_streams.set(0);
            return Verdict::Continue;
        }
        let rejected = self.rejected_streams.get();
        self.rejected_streams.set(rejected.saturating_add(1));
        if rejected > self.max_rejected_streams() {
            return Verdict::Fail;
        }
        let _ = self.nghttp2.submit_rst_stream(stream_id, ENHANCE_YOUR_CALM);
        Verdict::RejectStream
    }

    fn on_header(&self, stream_id: i32, name: &[u8], value: &[u8], flags: u8) -> Verdict {
        // Closed from this end meanwhile.
        let Some(stream) = self.stream(stream_id) else { return Verdict::RejectStream };
        if stream.add_header(self, name, value, flags) {
            return Verdict::Continue;
        }
        // More than is allowed. At once: nghttp2 would reset it with a code of its own.
        stream.code.set(ENHANCE_YOUR_CALM);
        let _ = self.nghttp2.submit_rst_stream(stream_id, ENHANCE_YOUR_CALM);
        Verdict::RejectStream
    }

    fn on_frame(&self, frame: &Frame<'_>) -> Verdict {
        self.statistics.frame_received();
        if self.is_ending() {
            return Verdict::Continue;
        }
        match &frame.payload {
            Payload::Data => return self.on_data_frame(frame.head),
            Payload::Headers | Payload::PushPromise { .. } => self.on_headers_frame(frame),
            Payload::Settings(settings) if frame.head.has(FrameHead::ACK) => {
                debug_assert!(settings.is_empty());
                self.on_settings_ack();
            }
            Payload::Settings(settings) => {
                self.remote_custom.received(settings);
                self.clear_bit(REMOTE_SETTINGS_UP_TO_DATE);
                if self.has_bit(REMOTE_SETTINGS_LISTENERS) {
                    self.call("http2.onSettings", |_| Ok(Vec::new()));
                }
            }
            Payload::Priority { parent, weight, exclusive } => {
                if self.has_priority_listeners() {
                    self.call("http2.onPriority", |env| {
                        Ok(vec![env.int32(frame.head.stream_id)?, env.int32(*parent)?, env.int32(*weight)?, env.boolean(*exclusive)?])
                    });
                }
            }
            Payload::Goaway { last_stream, code, debug_data } => self.call("http2.onGoawayData", |env| {
                let data = if debug_data.is_empty() { env.undefined()? } else { new_buffer(env, debug_data)? };
                Ok(vec![env.uint32(*code)?, env.int32(*last_stream)?, data])
            }),
            Payload::Ping(payload) if frame.head.has(FrameHead::ACK) => self.on_ping_ack(payload),
            Payload::Ping(payload) => {
                if self.has_bit(PING_LISTENERS) {
                    self.call("http2.onPing", |env| Ok(vec![new_buffer(env, payload)?]));
                }
            }
            Payload::Altsvc { origin, value } => {
                if self.has_bit(ALTSVC_LISTENERS) {
                    self.call("http2.onAltSvc", |env| {
                        Ok(vec![env.int32(frame.head.stream_id)?, env.string_latin1(origin)?, env.string_latin1(value)?])
                    });
                }
            }
            Payload::Origin(origins) => self.call("http2.onOrigin", |env| {
                let list: Result<Vec<Value>> = origins.iter().map(|origin| env.string_latin1(origin)).collect();
                Ok(vec![env.array_from(&list?)?])
            }),
            Payload::Other => {}
        }
        Verdict::Continue
    }

    fn on_invalid_frame(&self, _head: FrameHead, error: i32) -> Verdict {
        if self.count_invalid_frame() {
            return Verdict::Fail;
        }
        if is_fatal(error) || error == ERR_STREAM_CLOSED || error == ERR_PROTO {
            self.call_error(error, None);
        }
        Verdict::Continue
    }

    fn on_data_chunk(&self, stream_id: i32, data: &[u8]) -> Verdict {
        if data.is_empty() || self.is_ending() {
            return Verdict::Continue;
        }
        // The connection goes on whatever becomes of this stream.
        self.nghttp2.consume_connection(data.len());
        if let Some(stream) = self.stream(stream_id) {
            stream.receive(self, data);
        }
        if self.flags.write_in_progress.get() {
            self.flags.receive_paused.set(true);
            return Verdict::Pause;
        }
        Verdict::Continue
    }

    fn on_stream_close(&self, stream_id: i32, code: u32) {
        let Some(stream) = self.stream(stream_id).filter(|stream| !stream.is_destroyed()) else { return };
        stream.code.set(code);
        let unknown = match stream.wrap() {
            Some(wrap) => call_library(&wrap, "http2.onStreamClose", |env| Ok(vec![env.uint32(code)?])),
            None => true,
        };
        // It may have ended before the library ever saw it.
        if unknown {
            stream.destroy();
        }
    }

    fn on_frame_sent(&self, head: FrameHead) {
        self.statistics.frame_sent();
        let flags = &self.flags;
        if head.kind == frame_type::GOAWAY && !(flags.closing.get() || flags.graceful_close.get() || flags.goaway.get()) {
            flags.internal_goaway.set(true);
        }
    }

    fn on_frame_not_sent(&self, head: FrameHead, error: i32) {
        if matches!(error, ERR_SESSION_CLOSING | ERR_STREAM_CLOSED | ERR_STREAM_CLOSING) {
            if let Some(stream) = self.stream(head.stream_id) {
                stream.forget_headers(self);
            }
            // A GOAWAY that cannot go says that the session is over; anything else is nobody's concern any more.
            if head.kind != frame_type::GOAWAY {
                return;
            }
        }
        self.call("http2.onFrameError", |env| {
            Ok(vec![env.int32(head.stream_id)?, env.int32(head.kind.into())?, env.uint32(http2_code(error))?])
        });
    }

    fn on_error(&self, error: i32) {
        // The only way to know that the peer speaks something else.
        if error == ERR_SETTINGS_EXPECTED {
            self.call_error(ERR_PROTO, None);
        }
    }

    fn select_padding(&self, length: usize, max: usize) -> usize {
        self.limits.padding.select(length, max)
    }

    fn read_data(&self, stream_id: i32, max: usize) -> Outgoing {
        match self.stream(stream_id) {
            Some(stream) => stream.read_data(self, max),
            // Nothing now; its reset follows.
            None => Outgoing::Data { length: 0, end: false, trailers: false },
        }
    }

    fn send_data(&self, head: &[u8], stream_id: i32, length: usize, padding: usize) {
        let stream = self.stream(stream_id);
        let mut requests = Vec::new();
        let mut outgoing = self.outgoing.borrow_mut();
        outgoing.extend_from_slice(head);
        if padding > 0 {
            outgoing.push((padding - 1) as u8);
        }
        let end = outgoing.len() + length;
        if let Some(stream) = stream {
            stream.take_data(length, &mut outgoing, &mut requests);
        }
        // A stream that gives less than it promised would put the peer out of step.
        outgoing.resize(end + padding.saturating_sub(1), 0);
        drop(outgoing);
        self.outgoing_requests.borrow_mut().extend(requests);
    }
}

impl Http2Session {
    /// The library has destroyed it while nghttp2 still looks at input.
    fn is_ending(&self) -> bool {
        self.pending_close.get().is_some()
    }

    /// Counts a frame that is not allowed; answers whether that was one too many.
    fn count_invalid_frame(&self) -> bool {
        let count = self.invalid_frames.get();
        self.invalid_frames.set(count.saturating_add(1));
        if count <= self.max_invalid_frames() {
            return false;
        }
        self.custom_error.set(Some("ERR_HTTP2_TOO_MANY_INVALID_FRAMES"));
        true
    }

    fn on_data_frame(&self, head: FrameHead) -> Verdict {
        let stream = self.stream(head.stream_id).filter(|stream| !stream.is_destroyed());
        match stream {
            Some(stream) if head.has(FrameHead::END_STREAM) => {
                stream.receive_end();
                Verdict::Continue
            }
            // A flood of empty frames costs us and nothing them.
            _ if head.length == 0 && self.count_invalid_frame() => Verdict::Fail,
            _ => Verdict::Continue,
        }
    }

    fn on_headers_frame(&self, frame: &Frame<'_>) {
        let id = frame.headers_stream();
        let Some(stream) = self.stream(id).filter(|stream| !stream.is_destroyed()) else { return };
        let Some(wrap) = stream.wrap() else { return };
        let fields = stream.take_headers(self);
        self.call("http2.onSessionHeaders", |env: Env| {
            let mut list = Vec::with_capacity(fields.len() * 2);
            let mut sensitive = Vec::new();
            for (name, value, flags) in &fields {
                let name = env.string_latin1(name)?;
                list.push(name);
                list.push(env.string_latin1(value)?);
                if flags & HeaderField::NO_INDEX != 0 {
                    sensitive.push(name);
                }
            }
            let handle = wrap.object()?.map_or_else(|| env.undefined(), Ok)?;
            Ok(vec![
                handle,
                env.int32(id)?,
                env.uint32(stream.category.get())?,
                env.int32(frame.head.flags.into())?,
                env.array_from(&list)?,
                env.array_from(&sensitive)?,
            ])
        });
    }

    fn on_settings_ack(&self) {
        let settings = self.outstanding_settings.borrow_mut().pop_front();
        match settings {
            Some(settings) => {
                self.memory.sub(PendingSettings::SIZE);
                settings.done(true);
            }
            None => self.call_error(ERR_PROTO, None),
        }
    }

    fn on_ping_ack(&self, payload: &[u8; 8]) {
        let ping = self.outstanding_pings.borrow_mut().pop_front();
        match ping {
            Some(ping) => {
                self.memory.sub(PendingPing::SIZE);
                self.statistics.ping_rtt.set(statistics::now().saturating_sub(ping.start()));
                ping.done(Some(payload));
            }
            // Nobody asked: the peer is broken, or worse.
            None => self.call_error(ERR_PROTO, None),
        }
    }
}
