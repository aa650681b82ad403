//! One question: asked of one server after the other over UDP, over TCP when the answer does not fit, with time limits that double with
//! each round (c-ares' rules and defaults).

use super::wire::{self, Code, Reply};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use edge_loop::{Handle, Loop, ReadEvent, ReceiveEvent, Tcp, Timer, Udp, UdpBindFlags};
use edge_wasix::{Errno, Kernel};
use hickory_proto::rr::Record;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// How to ask.
#[derive(Clone)]
pub struct Settings {
    pub servers: Vec<SocketAddr>,
    /// Milliseconds for the first try of a server.
    pub timeout: u64,
    /// The most, 0 for no limit.
    pub max_timeout: u64,
    pub tries: usize,
    pub local_v4: Option<Ipv4Addr>,
    pub local_v6: Option<Ipv6Addr>,
}

/// Less time than this no server gets.
const LEAST_TIMEOUT: u64 = 250;

type Done = Box<dyn FnOnce(Result<Vec<Record>, Code>)>;

/// A question under way.
pub struct Query {
    id: u16,
    packet: Vec<u8>,
    settings: Settings,
    owner: Loop,
    kernel: Arc<Kernel>,
    asked: Cell<usize>,
    last_error: Cell<Code>,
    udp: RefCell<Option<Udp>>,
    tcp: RefCell<Option<Tcp>>,
    received: RefCell<Vec<u8>>,
    timer: Timer,
    done: RefCell<Option<Done>>,
    me: Weak<Query>,
}

impl Query {
    /// Asks. `done` is called once, from the loop.
    pub fn start(owner: &Loop, kernel: &Arc<Kernel>, settings: Settings, id: u16, packet: Vec<u8>, done: Done) -> Rc<Query> {
        let query = Rc::new_cyclic(|me| Query {
            id,
            packet,
            settings,
            owner: owner.clone(),
            kernel: kernel.clone(),
            asked: Cell::new(0),
            last_error: Cell::new("ENOSERVER"),
            udp: RefCell::default(),
            tcp: RefCell::default(),
            received: RefCell::default(),
            timer: Timer::new(owner),
            done: RefCell::new(Some(done)),
            me: me.clone(),
        });
        query.next();
        query
    }

    /// Ends it with this error, unless it is over.
    pub fn fail(&self, code: Code) {
        self.finish(Err(code));
    }

    fn finish(&self, result: Result<Vec<Record>, Code>) {
        let done = self.done.take();
        let Some(done) = done else { return };
        self.hang_up();
        self.timer.close_quietly();
        // Never from within the call that asks.
        self.owner.defer(move |_| done(result));
    }

    fn hang_up(&self) {
        let (udp, tcp) = (self.udp.take(), self.tcp.take());
        if let Some(udp) = udp {
            udp.close_quietly();
        }
        if let Some(tcp) = tcp {
            tcp.stream().close_quietly();
        }
    }

    /// Goes to the next server, or ends with the last error.
    fn next(&self) {
        self.hang_up();
        let (servers, asked) = (&self.settings.servers, self.asked.get());
        if asked >= servers.len() * self.settings.tries.max(1) {
            return self.finish(Err(self.last_error.get()));
        }
        self.asked.set(asked + 1);
        let server = servers[asked % servers.len()];
        match self.ask(server) {
            Ok(()) => self.start_timer(asked / servers.len()),
            Err(errno) => self.unreachable(errno),
        }
    }

    fn unreachable(&self, errno: Errno) {
        self.last_error.set(if errno == Errno::EACCES { "EREFUSED" } else { "ECONNREFUSED" });
        let me = self.me.clone();
        // In the loop, so that many servers are no deep recursion.
        self.owner.defer(move |_| {
            if let Some(me) = me.upgrade()
                && me.done.borrow().is_some()
            {
                me.next();
            }
        });
    }

    fn start_timer(&self, round: usize) {
        let base = self.settings.timeout.max(LEAST_TIMEOUT);
        let mut timeout = base.saturating_mul(1 << round.min(16));
        if self.settings.max_timeout > 0 {
            timeout = timeout.min(self.settings.max_timeout.max(LEAST_TIMEOUT));
        }
        let me = self.me.clone();
        self.owner.update_time();
        self.timer.start(timeout, 0, move |_| {
            if let Some(me) = me.upgrade() {
                me.last_error.set("ETIMEOUT");
                me.next();
            }
        });
    }

    fn local(&self, server: SocketAddr) -> Option<SocketAddr> {
        match server.ip() {
            IpAddr::V4(_) => self.settings.local_v4.map(|ip| SocketAddr::new(ip.into(), 0)),
            IpAddr::V6(_) => self.settings.local_v6.map(|ip| SocketAddr::new(ip.into(), 0)),
        }
    }

    fn ask(&self, server: SocketAddr) -> edge_wasix::Result<()> {
        let udp = Udp::new(&self.owner, &self.kernel);
        *self.udp.borrow_mut() = Some(udp.clone());
        if let Some(local) = self.local(server) {
            udp.bind(local, UdpBindFlags::default())?;
        }
        // Connected, so that nobody else's datagrams count.
        udp.connect(server)?;
        udp.try_send(&self.packet, None)?;
        let me = self.me.clone();
        udp.receive_start(move |_, event| {
            let Some(me) = me.upgrade() else { return };
            match event {
                ReceiveEvent::Datagram(bytes, _) => me.on_reply(bytes, server, false),
                ReceiveEvent::Error(errno) => {
                    me.hang_up();
                    me.unreachable(errno);
                }
            }
        })
    }

    fn on_reply(&self, bytes: &[u8], server: SocketAddr, whole: bool) {
        match wire::reply(self.id, bytes) {
            Reply::Foreign => {}
            Reply::Records(records) => self.finish(Ok(records)),
            Reply::Truncated if !whole => {
                self.hang_up();
                if let Err(errno) = self.ask_over_tcp(server) {
                    self.unreachable(errno);
                }
            }
            Reply::Truncated => self.finish(Err("EBADRESP")),
            Reply::Unwilling(code) => {
                self.last_error.set(code);
                self.next();
            }
            Reply::Failed(code) => self.finish(Err(code)),
        }
    }

    fn ask_over_tcp(&self, server: SocketAddr) -> edge_wasix::Result<()> {
        let tcp = Tcp::new(&self.owner, &self.kernel);
        *self.tcp.borrow_mut() = Some(tcp.clone());
        if let Some(local) = self.local(server) {
            tcp.bind(local, edge_loop::BindFlags::default())?;
        }
        self.received.borrow_mut().clear();
        let me = self.me.clone();
        let stream = tcp.stream().clone();
        tcp.connect(server, move |_, result| {
            let Some(me) = me.upgrade() else { return };
            let begun = result.and_then(|()| {
                let mut framed = (me.packet.len() as u16).to_be_bytes().to_vec();
                framed.extend_from_slice(&me.packet);
                stream.write(framed, |_, _| {})?;
                let weak = me.me.clone();
                stream.read_start(move |_, event| {
                    if let Some(me) = weak.upgrade() {
                        me.on_tcp(event, server);
                    }
                })
            });
            if let Err(errno) = begun
                && me.done.borrow().is_some()
            {
                me.hang_up();
                me.unreachable(errno);
            }
        })
        .map(|_| ())
    }

    fn on_tcp(&self, event: ReadEvent<'_>, server: SocketAddr) {
        let ReadEvent::Data(bytes) = event else {
            self.hang_up();
            return self.unreachable(Errno::ECONNRESET);
        };
        let mut received = self.received.borrow_mut();
        received.extend_from_slice(bytes);
        let [high, low, rest @ ..] = &received[..] else { return };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if rest.len() < length {
            return;
        }
        let reply = rest[..length].to_vec();
        drop(received);
        self.on_reply(&reply, server, true);
    }
}

impl Drop for Query {
    fn drop(&mut self) {
        self.hang_up();
        self.timer.close_quietly();
    }
}
