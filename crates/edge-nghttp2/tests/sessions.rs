//! Two sessions that talk to each other, and sessions that get anything else: whatever comes in and whatever events do, a session answers.

use edge_nghttp2::{Events, Failure, Frame, FrameHead, HeaderField, Kind, Options, Outgoing, Payload, Session, Setting, Verdict};
use std::cell::{Cell, RefCell};

/// One end: keeps what it is told.
struct End {
    session: Session,
    body: &'static [u8],
    sent: Cell<usize>,
    out: RefCell<Vec<u8>>,
    told: RefCell<Vec<String>>,
    answer: bool,
}

impl End {
    fn new(kind: Kind, body: &'static [u8], padding: bool) -> Self {
        let session = Session::new(kind, &Options { seed: 7, padding, ..Options::default() }).expect("a session");
        Self { session, body, sent: Cell::new(0), out: RefCell::default(), told: RefCell::default(), answer: kind == Kind::Server }
    }

    fn tell(&self, what: String) {
        self.told.borrow_mut().push(what);
    }

    fn take(&self) -> Vec<u8> {
        self.session.send(self, &|bytes| self.out.borrow_mut().extend_from_slice(bytes)).expect("sends");
        self.out.take()
    }
}

impl Events for End {
    fn on_header(&self, stream_id: i32, name: &[u8], value: &[u8], _flags: u8) -> Verdict {
        self.tell(format!("{stream_id} {}: {}", String::from_utf8_lossy(name), String::from_utf8_lossy(value)));
        Verdict::Continue
    }
    fn on_frame(&self, frame: &Frame<'_>) -> Verdict {
        if self.answer && matches!(frame.payload, Payload::Headers) {
            assert_eq!(self.session.receive(b"", self), Err(Failure::BUSY));
            let fields = [HeaderField { name: b":status", value: b"200", never_index: false }];
            self.session.submit_response(frame.head.stream_id, &fields, true).expect("responds");
        }
        Verdict::Continue
    }
    fn on_data_chunk(&self, stream_id: i32, data: &[u8]) -> Verdict {
        self.tell(format!("{stream_id} data {}", data.len()));
        self.session.consume_connection(data.len());
        self.session.consume_stream(stream_id, data.len());
        Verdict::Continue
    }
    fn on_stream_close(&self, stream_id: i32, code: u32) {
        self.tell(format!("{stream_id} closed {code}"));
    }
    fn select_padding(&self, length: usize, max: usize) -> usize {
        max.min(length + 5)
    }
    fn read_data(&self, _stream_id: i32, max: usize) -> Outgoing {
        let length = (self.body.len() - self.sent.get()).min(max);
        Outgoing::Data { length, end: self.sent.get() + length == self.body.len(), trailers: false }
    }
    fn send_data(&self, head: &[u8], _stream_id: i32, length: usize, padding: usize) {
        let mut out = self.out.borrow_mut();
        out.extend_from_slice(head);
        if padding > 0 {
            out.push((padding - 1) as u8);
        }
        out.extend_from_slice(&self.body[self.sent.get()..self.sent.get() + length]);
        self.sent.set(self.sent.get() + length);
        let end = out.len() + padding.saturating_sub(1);
        out.resize(end, 0);
    }
}

fn request(end: &End) -> i32 {
    let field = |name, value| HeaderField { name, value, never_index: false };
    let fields = [field(b":method", b"GET"), field(b":scheme", b"http"), field(b":path", b"/a"), field(b":authority", b"x")];
    end.session.submit_request(&fields, false).expect("requests")
}

fn talk(client: &End, server: &End) {
    loop {
        let (there, back) = (client.take(), server.take());
        if there.is_empty() && back.is_empty() {
            return;
        }
        assert_eq!(server.session.receive(&there, server), Ok(there.len()));
        assert_eq!(client.session.receive(&back, client), Ok(back.len()));
    }
}

#[test]
fn a_request_is_answered_with_and_without_padding() {
    for padding in [false, true] {
        let (client, server) = (End::new(Kind::Client, b"", padding), End::new(Kind::Server, &[b'x'; 100_000], padding));
        for end in [&client, &server] {
            end.session.submit_settings(&[Setting { id: Setting::MAX_FRAME_SIZE, value: 20_000 }]).expect("settings");
        }
        assert_eq!(request(&client), 1);
        talk(&client, &server);
        let told = client.told.borrow();
        let received: usize =
            told.iter().filter_map(|line| line.strip_prefix("1 data ")).map(|n| n.parse::<usize>().expect("a number")).sum();
        assert_eq!(received, 100_000);
        assert_eq!(told.first().map(String::as_str), Some("1 :status: 200"));
        assert_eq!(told.last().map(String::as_str), Some("1 closed 0"));
        assert!(server.told.borrow().contains(&"1 :path: /a".to_owned()));
        assert_eq!(client.session.remote_setting(Setting::MAX_FRAME_SIZE), 20_000);
        assert_eq!(client.session.remote_setting(4242), 0);
        assert!(client.session.memory() > 0);
    }
}

#[test]
fn a_panic_in_an_event_reaches_the_caller() {
    struct Panics;
    impl Events for Panics {
        fn on_frame(&self, _frame: &Frame<'_>) -> Verdict {
            panic!("in an event");
        }
    }
    let (client, server) = (End::new(Kind::Client, b"", false), End::new(Kind::Server, b"", false));
    client.session.submit_settings(&[]).expect("settings");
    let bytes = client.take();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.session.receive(&bytes, &Panics)));
    assert!(caught.is_err());
    assert!(!server.session.is_running());
}

/// Does something by chance in every event, as programs do.
struct Wild<'a> {
    session: &'a Session,
    state: &'a Cell<u64>,
}

fn next(state: &Cell<u64>) -> u64 {
    // xorshift64: any will do, as long as it is the same each time.
    let mut x = state.get();
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    state.set(x);
    x
}

impl Wild<'_> {
    fn act(&self, stream_id: i32) -> Verdict {
        let session = self.session;
        let fields = [
            HeaderField { name: b":status", value: b"200", never_index: true },
            HeaderField { name: b"A", value: b"", never_index: false },
        ];
        match next(self.state) % 40 {
            0 => drop(session.submit_rst_stream(stream_id, 8)),
            1 => drop(session.submit_response(stream_id, &fields, true)),
            2 => drop(session.submit_response(stream_id, &fields, false)),
            3 => drop(session.submit_goaway(stream_id, 0, b"bye")),
            4 => drop(session.submit_ping(&[1; 8])),
            5 => drop(session.submit_settings(&[Setting { id: 4, value: 70_000 }])),
            6 => drop(session.submit_push_promise(stream_id, &fields)),
            7 => drop(session.submit_trailer(stream_id, &fields[1..])),
            8 => drop(session.submit_data(stream_id)),
            9 => drop(session.resume_data(stream_id)),
            10 => session.consume_stream(stream_id, 100),
            11 => session.consume_connection(100),
            12 => drop(session.set_local_window_size(100)),
            13 => drop(session.submit_info(stream_id, &fields)),
            14 => drop(session.submit_request(&fields, true)),
            15 => drop(session.stream_state(stream_id)),
            16 => drop(session.submit_altsvc(0, b"o", b"v")),
            17 if next(self.state) % 30 == 0 => drop(session.terminate(1)),
            18 => return Verdict::RejectStream,
            19 if next(self.state) % 30 == 0 => return Verdict::Fail,
            _ => {}
        }
        Verdict::Continue
    }
}

impl Events for Wild<'_> {
    fn on_begin_headers(&self, stream_id: i32, _category: u32) -> Verdict {
        self.act(stream_id)
    }
    fn on_header(&self, stream_id: i32, _name: &[u8], _value: &[u8], _flags: u8) -> Verdict {
        self.act(stream_id)
    }
    fn on_frame(&self, frame: &Frame<'_>) -> Verdict {
        match self.act(frame.headers_stream()) {
            Verdict::RejectStream => Verdict::Continue,
            verdict => verdict,
        }
    }
    fn on_invalid_frame(&self, head: FrameHead, _error: i32) -> Verdict {
        self.on_frame(&Frame { head, payload: Payload::Other })
    }
    fn on_data_chunk(&self, stream_id: i32, _data: &[u8]) -> Verdict {
        match self.act(stream_id) {
            Verdict::RejectStream => Verdict::Pause,
            verdict => verdict,
        }
    }
    fn on_stream_close(&self, stream_id: i32, _code: u32) {
        self.act(stream_id);
    }
    fn on_frame_sent(&self, head: FrameHead) {
        self.act(head.stream_id);
    }
    fn on_frame_not_sent(&self, head: FrameHead, _error: i32) {
        self.act(head.stream_id);
    }
    fn read_data(&self, stream_id: i32, max: usize) -> Outgoing {
        self.act(stream_id);
        match next(self.state) % 4 {
            0 => Outgoing::Deferred,
            1 => Outgoing::Data { length: max * 2, end: false, trailers: false },
            2 => Outgoing::Data { length: 0, end: true, trailers: true },
            _ => Outgoing::Data { length: 3, end: true, trailers: false },
        }
    }
}

/// A good conversation's client half, to be spoilt.
fn good_input() -> Vec<u8> {
    let client = End::new(Kind::Client, b"some body", false);
    client.session.submit_settings(&[Setting { id: Setting::INITIAL_WINDOW_SIZE, value: 65_536 }]).expect("settings");
    let field = |name, value| HeaderField { name, value, never_index: false };
    for _ in 0..5 {
        let fields = [field(b":method", b"POST"), field(b":scheme", b"http"), field(b":path", b"/a"), field(b"content-length", b"9")];
        client.session.submit_request(&fields, true).expect("requests");
        client.session.submit_ping(&[3; 8]).expect("pings");
    }
    client.session.submit_rst_stream(3, 8).expect("resets");
    client.take()
}

#[test]
fn spoilt_and_random_frames_are_survived() {
    let state = Cell::new(0x9e37_79b9_7f4a_7c15);
    let good = good_input();
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for round in 0..20_000 {
        let kind = if round % 3 == 0 { Kind::Client } else { Kind::Server };
        let options = Options { seed: round, receive_altsvc_and_origin: true, padding: round % 5 == 0, ..Options::default() };
        let session = Session::new(kind, &options).expect("a session");
        let wild = Wild { session: &session, state: &state };
        let mut input = if round % 2 == 0 { good.clone() } else { PREFACE.to_vec() };
        if kind == Kind::Client {
            input.drain(..PREFACE.len().min(input.len()));
        }
        if round % 2 == 0 {
            for _ in 0..1 + next(&state) % 6 {
                let at = PREFACE.len() + (next(&state) as usize) % (input.len().max(PREFACE.len() + 1) - PREFACE.len());
                if let Some(byte) = input.get_mut(at) {
                    *byte = next(&state) as u8;
                }
            }
        } else {
            input.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        }
        for _ in 0..next(&state) % 30 {
            let length = (next(&state) % 40) as usize;
            input.extend([0, 0, length as u8, (next(&state) % 17) as u8, next(&state) as u8, 0, 0, 0, (next(&state) % 12) as u8]);
            input.extend((0..length).map(|_| next(&state) as u8));
        }
        let mut rest = input.as_slice();
        for _ in 0..200 {
            let piece = &rest[..rest.len().min(1 + (next(&state) % 200) as usize)];
            let received = session.receive(piece, &wild);
            let written = Cell::new(0_usize);
            // What is to go out ends, whatever events add: each is asked for by a frame that came.
            let sent = session.send(&wild, &|bytes| {
                written.set(written.get() + bytes.len());
                if written.get() > 1 << 20 {
                    let _ = session.terminate(1);
                }
            });
            match received {
                Ok(taken) if sent.is_ok() => rest = &rest[taken.min(rest.len())..],
                _ => break,
            }
            if rest.is_empty() {
                break;
            }
        }
    }
}
