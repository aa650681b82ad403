//! A session's bytes: from the stream below to nghttp2 and back.

use super::session::Http2Session;
use super::session_events::ERR_PROTO;
use super::transport::Written;
use crate::CallbackContext;
use crate::keep::Keep;
use edge_nghttp2::{Failure, Kind};

impl Http2Session {
    /// If nghttp2 has something to send, an immediate will send it.
    pub fn maybe_schedule_write(&self) {
        if self.flags.write_scheduled.get() || !self.nghttp2.wants_write() {
            return;
        }
        let (Some(environment), Some(wrap)) = (self.environment(), self.wrap()) else { return };
        self.flags.write_scheduled.set(true);
        // The object must live until then.
        let Ok(_scope) = environment.env().scope() else { return };
        let Some(keep) = wrap.object().ok().flatten().and_then(|object| Keep::new(&environment, object).ok()) else { return };
        let Some(session) = self.me() else { return };
        environment.set_immediate(move |environment| {
            // Sent earlier, perhaps.
            if !session.flags.write_scheduled.get() {
                return;
            }
            let context = match keep.object() {
                Ok(Some(object)) => wrap.context(environment, object).unwrap_or(CallbackContext::NONE),
                _ => CallbackContext::NONE,
            };
            environment.callback_scope(context, || {
                session.send_pending();
                Ok(())
            });
        });
    }

    /// Gives what nghttp2 has to send to the stream below; answers whether that has to wait (Node's `SendPendingData`).
    pub fn send_pending(&self) -> bool {
        if self.flags.destroyed.get() {
            return false;
        }
        if self.nghttp2.is_running() {
            // The end of the input sends.
            return true;
        }
        self.flags.write_scheduled.set(false);
        if self.flags.sending.replace(true) {
            return true;
        }
        let Some(me) = self.me() else { return false };
        let sent = me.nghttp2.send(self, &|bytes| self.outgoing.borrow_mut().extend_from_slice(bytes));
        let transport = self.transport.borrow().clone();
        let bytes = self.outgoing.take();
        let nothing = bytes.is_empty() && self.outgoing_requests.borrow().is_empty();
        match transport {
            Some(transport) if !nothing => {
                self.statistics.data_sent.set(self.statistics.data_sent.get() + bytes.len() as u64);
                self.chunks_sent.set(self.chunks_sent.get().wrapping_add(1));
                self.flags.write_in_progress.set(true);
                let session = me.clone();
                let keep = self.keep();
                let written = transport.write(bytes, move |_| {
                    session.after_write();
                    drop(keep);
                });
                if matches!(written, Written::Done) {
                    self.flags.write_in_progress.set(false);
                    self.clear_outgoing();
                    self.maybe_notify_graceful_close();
                }
                self.maybe_stop_reading();
            }
            _ => self.clear_outgoing(),
        }
        if let Err(Failure(code)) = sent {
            self.call_error(code, None);
        } else if self.flags.internal_goaway.get() && self.kind == Kind::Server && !self.flags.closing.get() {
            // A client may never close: the session must not stay for ever.
            self.call_error(ERR_PROTO, None);
        }
        false
    }

    /// Keeps the session's object.
    fn keep(&self) -> Option<Keep> {
        let environment = self.environment()?;
        let _scope = environment.env().scope().ok()?;
        let object = self.wrap()?.object().ok()??;
        Keep::new(&environment, object).ok()
    }

    /// What was gathered is out: the program's writes in it are over, and streams whose reset waited for it are reset.
    fn clear_outgoing(&self) {
        self.flags.sending.set(false);
        let requests = self.outgoing_requests.take();
        for request in requests {
            // As in Node, also when the stream below has failed: its own error is told.
            request.complete(Ok(()));
        }
        let resets = self.pending_resets.take();
        if !resets.is_empty() {
            self.send_pending();
            for id in resets {
                if let Some(stream) = self.stream(id) {
                    stream.flush_reset();
                }
            }
        }
    }

    /// The stream below has written (Node's `OnStreamAfterWrite`).
    fn after_write(&self) {
        self.maybe_notify_graceful_close();
        self.flags.write_in_progress.set(false);
        self.clear_outgoing();
        if self.flags.reading_stopped.get() && !self.flags.write_in_progress.get() && self.nghttp2.wants_read() {
            self.flags.reading_stopped.set(false);
            let transport = self.transport.borrow().clone();
            if let Some(transport) = transport {
                transport.read_start();
            }
        }
        if self.flags.destroyed.get() {
            return self.tell_done();
        }
        if self.flags.receive_paused.get() {
            self.consume_input();
        }
        if !self.flags.destroyed.get() {
            self.maybe_schedule_write();
        }
    }

    fn maybe_stop_reading(&self) {
        // One that is closing, or that nghttp2 has ended, reads on to see the other end's end.
        if self.flags.reading_stopped.get() || self.flags.closing.get() {
            return;
        }
        let over = !self.nghttp2.wants_read() && !self.flags.internal_goaway.get();
        if over || self.flags.write_in_progress.get() {
            self.flags.reading_stopped.set(true);
            let transport = self.transport.borrow().clone();
            if let Some(transport) = transport {
                transport.read_stop();
            }
        }
    }

    /// Bytes have come from below, or from the library, which had them before the session was there.
    pub fn on_input(&self, bytes: &[u8]) {
        self.statistics.data_received.set(self.statistics.data_received.get() + bytes.len() as u64);
        self.scoped(|| {
            let mut input = self.input.borrow_mut();
            let at = self.input_at.take().min(input.len());
            input.drain(..at);
            input.extend_from_slice(bytes);
            drop(input);
            self.consume_input();
            self.maybe_stop_reading();
        });
    }

    /// Gives nghttp2 the input (Node's `ConsumeHTTP2Data`). Input that comes meanwhile, from an event, is taken after it.
    fn consume_input(&self) {
        let Some(me) = self.me() else { return };
        if self.nghttp2.is_running() {
            return;
        }
        loop {
            self.flags.receive_paused.set(false);
            self.custom_error.set(None);
            let mut input = self.input.take();
            let at = self.input_at.take().min(input.len());
            let held = input.len() as u64;
            self.memory.add(held);
            self.receiving.set(true);
            let received = me.nghttp2.receive(&input[at..], self);
            self.receiving.set(false);
            self.memory.sub(held);
            if self.flags.receive_paused.get() {
                // The rest, before what came meanwhile. Also when there is no rest: nghttp2 may have held back the end of a frame.
                let taken = received.unwrap_or(0);
                input.drain(..(at + taken).min(input.len()));
                let mut later = self.input.borrow_mut();
                input.append(&mut later);
                *later = input;
            }
            if let Some((code, socket_closed)) = self.pending_close.take() {
                self.finish_close(code, socket_closed);
            }
            if received.is_ok() && !self.flags.destroyed.get() {
                self.send_pending();
            }
            if let Err(Failure(code)) = received {
                // Nothing after it can have a meaning.
                self.input.take();
                return self.call_error(code, self.custom_error.get());
            }
            if self.flags.receive_paused.get() || self.input.borrow().is_empty() {
                return;
            }
        }
    }
}
