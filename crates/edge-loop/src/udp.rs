//! UDP (`uv_udp_t`): binding, connecting, sending with a queue, receiving, options.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use edge_wasix::net::{Direction, SocketAddress};
use edge_wasix::poll::{HostFd, Readiness};
use edge_wasix::{Errno, Fd, Kernel, Result, SocketKind};

use crate::event_loop::Loop;
use crate::handle::{Handle, HandleCore, HandleKind, HandleState, impl_handle};
use crate::io_watcher::{IoTarget, IoWatcher};
use crate::work::RequestKind;

/// How to bind (`UV_UDP_IPV6ONLY`, `UV_UDP_REUSEADDR`, `UV_UDP_REUSEPORT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpBindFlags {
    /// An IPv6 socket gets no IPv4 datagrams.
    pub only_v6: bool,
    /// Others may bind to the same address; the last one gets what arrives.
    pub reuse_address: bool,
    /// Others may bind to the same address; what arrives is spread over them.
    pub reuse_port: bool,
}

/// What a receiving handle reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiveEvent<'a> {
    /// A datagram, perhaps empty, and its sender. The bytes are gone after the call.
    Datagram(&'a [u8], Option<SocketAddr>),
    /// Receiving failed once; it goes on.
    Error(Errno),
}

/// A multicast group to join or leave (`uv_udp_set_membership`, `uv_udp_set_source_membership`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: IpAddr,
    /// For IPv4: an address of the interface.
    pub interface: Ipv4Addr,
    /// For IPv6: the interface's number.
    pub scope: u32,
    /// Only what this sends.
    pub source: Option<IpAddr>,
    /// Join, else leave.
    pub join: bool,
}

type ReceiveCallback = Rc<dyn Fn(&Udp, ReceiveEvent<'_>)>;
type Done = Box<dyn FnOnce(&Loop, Result<()>)>;

struct Send {
    id: u64,
    data: Vec<u8>,
    to: Option<SocketAddr>,
    done: Done,
    result: Result<()>,
}

struct UdpState {
    core: HandleCore,
    kernel: Arc<Kernel>,
    fd: Cell<Fd>,
    watcher: RefCell<Option<Rc<IoWatcher>>>,
    v6: Cell<bool>,
    connected: Cell<bool>,
    receiving: Cell<bool>,
    callback: RefCell<Option<ReceiveCallback>>,
    waiting: RefCell<VecDeque<Send>>,
    over: RefCell<VecDeque<Send>>,
    /// A report of what is over is in the loop's pending queue.
    fed: Cell<bool>,
}

/// The largest datagram there is.
const BUFFER: usize = 64 * 1024;
/// Datagrams received in one go before the other handles have their turn.
const RECEIVES_IN_A_ROW: usize = 32;

impl UdpState {
    fn watcher(&self) -> Result<Rc<IoWatcher>> {
        self.watcher.borrow().clone().ok_or(Errno::EBADF)
    }

    fn attach(self: &Rc<Self>, fd: Fd) -> Result<()> {
        if self.core.is_closing() {
            return Err(Errno::EINVAL);
        }
        if self.watcher.borrow().is_some() {
            return Err(Errno::EBUSY);
        }
        let owner = self.core.owner().ok_or(Errno::EBADF)?;
        let file = self.kernel.file(fd)?;
        let host = match file.shared_fd() {
            Some(host) => host,
            None => HostFd::share(file.host_fd().ok_or(Errno::EINVAL)?)?,
        };
        let me: Weak<UdpState> = Rc::downgrade(self);
        *self.watcher.borrow_mut() = Some(Rc::new(IoWatcher::new(&owner, host, me)));
        self.fd.set(fd);
        Ok(())
    }

    fn need_socket(self: &Rc<Self>, direction: Direction, address: SocketAddr) -> Result<()> {
        if self.watcher.borrow().is_some() {
            return Ok(());
        }
        let fd = self.kernel.sock_open_for(direction, SocketKind::Datagram, &SocketAddress::Inet(address))?;
        if let Err(error) = self.attach(fd) {
            self.kernel.close(fd)?;
            return Err(error);
        }
        self.v6.set(address.is_ipv6());
        Ok(())
    }

    fn bind(self: &Rc<Self>, address: SocketAddr, flags: UdpBindFlags) -> Result<()> {
        if flags.only_v6 && !address.is_ipv6() {
            return Err(Errno::EINVAL);
        }
        self.need_socket(Direction::Bind, address)?;
        let fd = self.fd.get();
        if flags.reuse_address {
            self.kernel.sock_set_reuse_address(fd, true)?;
        }
        if flags.reuse_port {
            self.kernel.sock_set_reuse_port(fd, true)?;
        }
        if flags.only_v6 {
            self.kernel.sock_set_only_v6(fd, true)?;
        }
        match self.kernel.sock_bind(fd, &SocketAddress::Inet(address)) {
            Err(Errno::EAFNOSUPPORT) => Err(Errno::EINVAL),
            result => result,
        }
    }

    /// Binds to any address if it has no socket yet (`uv__udp_maybe_deferred_bind`).
    fn bind_anywhere(self: &Rc<Self>, v6: bool, reuse_address: bool) -> Result<()> {
        if self.watcher.borrow().is_some() {
            return Ok(());
        }
        let ip = if v6 { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
        self.bind(SocketAddr::new(ip, 0), UdpBindFlags { reuse_address, ..UdpBindFlags::default() })
    }

    fn send_now(&self, data: &[u8], to: Option<SocketAddr>) -> Result<usize> {
        self.kernel.sock_send_to(self.fd.get(), &[IoSlice::new(data)], to)
    }

    /// Sends what waits, as far as there is room.
    fn send_waiting(&self) {
        loop {
            let waiting = self.waiting.borrow();
            let Some(first) = waiting.front() else { break };
            let result = self.send_now(&first.data, first.to);
            drop(waiting);
            if matches!(result, Err(Errno::EAGAIN | Errno::ENOBUFS)) {
                if let Ok(watcher) = self.watcher() {
                    let _ = watcher.add(Readiness::WRITABLE);
                }
                return;
            }
            self.finish_first(result.map(|_| ()));
        }
        if let Ok(watcher) = self.watcher() {
            watcher.remove(Readiness::WRITABLE);
        }
    }

    fn finish_first(&self, result: Result<()>) {
        let first = self.waiting.borrow_mut().pop_front();
        if let Some(mut send) = first {
            send.result = result;
            self.over.borrow_mut().push_back(send);
        }
    }

    fn report_over(&self, owner: &Loop) {
        for send in self.over.take() {
            owner.inner.requests.end(send.id);
            (send.done)(owner, send.result);
        }
    }

    fn feed(self: &Rc<Self>, owner: &Loop) {
        if !self.over.borrow().is_empty() && !self.fed.replace(true) {
            let me = self.clone();
            owner.defer(move |owner| {
                me.fed.set(false);
                me.report_over(owner);
            });
        }
    }

    fn receive(self: &Rc<Self>, owner: &Loop) {
        for _ in 0..RECEIVES_IN_A_ROW {
            if !self.receiving.get() || self.core.is_closing() {
                return;
            }
            let callback = self.callback.borrow().clone();
            let Some(callback) = callback else { return };
            // Taken out for the call, as streams do.
            let mut buffer = owner.inner.read_buffer.take();
            buffer.resize(BUFFER, 0);
            let result = self.kernel.sock_recv_from(self.fd.get(), &mut buffer);
            let me = Udp(self.clone());
            let go_on = match result {
                Ok((len, from)) => {
                    callback(&me, ReceiveEvent::Datagram(&buffer[..len], from));
                    true
                }
                Err(Errno::EAGAIN) => false,
                Err(error) => {
                    callback(&me, ReceiveEvent::Error(error));
                    false
                }
            };
            owner.inner.read_buffer.set(buffer);
            if !go_on {
                return;
            }
        }
    }
}

impl IoTarget for UdpState {
    fn on_ready(self: Rc<Self>, owner: &Loop, readiness: Readiness) {
        if readiness.intersects(Readiness::READABLE | Readiness::ERROR | Readiness::HANGUP) {
            self.receive(owner);
        }
        if readiness.contains(Readiness::WRITABLE) && !self.core.is_closing() {
            self.send_waiting();
            self.report_over(owner);
        }
    }
}

impl HandleState for UdpState {
    fn core(&self) -> &HandleCore {
        &self.core
    }

    fn stop_to_close(&self) {
        self.receiving.set(false);
        let watcher = self.watcher.borrow_mut().take();
        drop(watcher);
        let fd = self.fd.replace(-1);
        if fd > 2 {
            // It may have been closed by hand.
            let _ = self.kernel.close(fd);
        }
    }

    fn end_requests(self: Rc<Self>, owner: &Loop) {
        while !self.waiting.borrow().is_empty() {
            self.finish_first(Err(Errno::ECANCELED));
        }
        self.report_over(owner);
    }

    fn drop_callbacks(&self) {
        let callback = self.callback.take();
        let sends = (self.waiting.take(), self.over.take());
        drop((callback, sends));
    }
}

/// A UDP handle. Clones are the same handle.
#[derive(Clone)]
pub struct Udp(Rc<UdpState>);
impl_handle!(Udp);

impl Udp {
    /// Makes a handle without a socket (`uv_udp_init`).
    pub fn new(owner: &Loop, kernel: &Arc<Kernel>) -> Udp {
        let state = Rc::new(UdpState {
            core: HandleCore::new(owner, HandleKind::Udp),
            kernel: kernel.clone(),
            fd: Cell::new(-1),
            watcher: RefCell::default(),
            v6: Cell::new(false),
            connected: Cell::new(false),
            receiving: Cell::new(false),
            callback: RefCell::default(),
            waiting: RefCell::default(),
            over: RefCell::default(),
            fed: Cell::new(false),
        });
        owner.adopt(state.clone());
        Udp(state)
    }

    /// The guest's descriptor; -1 for none.
    pub fn fd(&self) -> Fd {
        self.0.fd.get()
    }

    /// Opens the handle over a socket there is (`uv_udp_open`).
    ///
    /// # Errors
    /// `EBUSY` when it has one, `EEXIST` when another handle of the loop has this one; `EBADF`, `EINVAL`.
    pub fn open(&self, fd: Fd) -> Result<()> {
        let file = self.0.kernel.file(fd)?;
        if let (Some(host), Some(owner)) = (file.host_fd(), self.owner())
            && owner.inner.io.watches(host)
        {
            return Err(Errno::EEXIST);
        }
        self.0.attach(fd)?;
        let kernel = &self.0.kernel;
        let local = kernel.sock_addr_local(fd);
        self.0.v6.set(matches!(local, Ok(SocketAddress::Inet(SocketAddr::V6(_)))));
        self.0.connected.set(kernel.sock_addr_peer(fd).is_ok());
        Ok(())
    }

    /// Gives the socket an address (`uv_udp_bind`).
    ///
    /// # Errors
    /// `EINVAL` for `only_v6` on IPv4, another family, or a socket that is bound; `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`.
    pub fn bind(&self, address: SocketAddr, flags: UdpBindFlags) -> Result<()> {
        self.0.bind(address, flags)
    }

    /// Takes only what `peer` sends, and sends to it (`uv_udp_connect`).
    ///
    /// # Errors
    /// `EISCONN`; what the system answers.
    pub fn connect(&self, peer: SocketAddr) -> Result<()> {
        if self.0.connected.get() {
            return Err(Errno::EISCONN);
        }
        self.0.bind_anywhere(peer.is_ipv6(), false)?;
        self.0.kernel.sock_connect(self.fd(), &SocketAddress::Inet(peer))?;
        self.0.connected.set(true);
        Ok(())
    }

    /// Ends that.
    ///
    /// # Errors
    /// `ENOTCONN`.
    pub fn disconnect(&self) -> Result<()> {
        if !self.0.connected.get() {
            return Err(Errno::ENOTCONN);
        }
        self.0.kernel.sock_disconnect(self.fd())?;
        self.0.connected.set(false);
        Ok(())
    }

    fn check_target(&self, to: Option<SocketAddr>) -> Result<()> {
        match (to, self.0.connected.get()) {
            (Some(_), true) => Err(Errno::EISCONN),
            (None, false) => Err(Errno::EDESTADDRREQ),
            _ => self.0.bind_anywhere(to.is_some_and(|to| to.is_ipv6()), false),
        }
    }

    /// Sends a datagram now (`uv_udp_try_send`).
    ///
    /// # Errors
    /// `EAGAIN` when there is no room or others wait; `EISCONN` for a target on a connected handle, `EDESTADDRREQ` for none on another.
    pub fn try_send(&self, data: &[u8], to: Option<SocketAddr>) -> Result<usize> {
        self.check_target(to)?;
        if !self.0.waiting.borrow().is_empty() {
            return Err(Errno::EAGAIN);
        }
        self.0.send_now(data, to)
    }

    /// Sends a datagram as soon as there is room (`uv_udp_send`); `done` is called in the loop.
    ///
    /// # Errors
    /// As [`Udp::try_send`] but for `EAGAIN`; `done` is dropped then.
    pub fn send(&self, data: Vec<u8>, to: Option<SocketAddr>, done: impl FnOnce(&Loop, Result<()>) + 'static) -> Result<u64> {
        self.check_target(to)?;
        let owner = self.owner().ok_or(Errno::EBADF)?;
        let id = owner.inner.next_id();
        owner.inner.requests.begin(id, RequestKind::UdpSend);
        let first = self.0.waiting.borrow().is_empty();
        self.0.waiting.borrow_mut().push_back(Send { id, data, to, done: Box::new(done), result: Ok(()) });
        if first {
            self.0.send_waiting();
            self.0.feed(&owner);
        }
        Ok(id)
    }

    /// Starts to receive (`uv_udp_recv_start`).
    ///
    /// # Errors
    /// `EALREADY`; what binding answers.
    pub fn receive_start(&self, callback: impl Fn(&Udp, ReceiveEvent<'_>) + 'static) -> Result<()> {
        if self.0.receiving.get() {
            return Err(Errno::EALREADY);
        }
        self.0.bind_anywhere(false, false)?;
        let old = self.0.callback.borrow_mut().replace(Rc::new(callback));
        drop(old);
        self.0.watcher()?.add(Readiness::READABLE)?;
        self.0.receiving.set(true);
        self.0.core.set_active(true);
        Ok(())
    }

    /// Stops that (`uv_udp_recv_stop`).
    pub fn receive_stop(&self) {
        if self.0.receiving.replace(false)
            && let Ok(watcher) = self.0.watcher()
        {
            watcher.remove(Readiness::READABLE);
        }
        self.0.core.set_active(false);
    }

    /// Its own address (`uv_udp_getsockname`).
    ///
    /// # Errors
    /// `EBADF` without a socket.
    pub fn local_address(&self) -> Result<SocketAddr> {
        inet(self.0.kernel.sock_addr_local(self.fd())?)
    }

    /// The peer's address (`uv_udp_getpeername`).
    ///
    /// # Errors
    /// `EBADF` without a socket, `ENOTCONN`.
    pub fn peer_address(&self) -> Result<SocketAddr> {
        inet(self.0.kernel.sock_addr_peer(self.fd())?)
    }

    /// Joins or leaves a group; binds first if need be.
    ///
    /// # Errors
    /// `EINVAL` for families that do not go together; what the system answers.
    pub fn set_membership(&self, membership: Membership) -> Result<()> {
        let Membership { group, interface, scope, source, join } = membership;
        self.0.bind_anywhere(group.is_ipv6(), true)?;
        let (kernel, fd) = (&self.0.kernel, self.fd());
        match (group, source) {
            (IpAddr::V4(group), None) => kernel.sock_multicast_v4(fd, group, interface, join),
            (IpAddr::V6(group), None) => kernel.sock_multicast_v6(fd, group, scope, join),
            (IpAddr::V4(group), Some(IpAddr::V4(source))) => kernel.sock_source_multicast_v4(fd, group, interface, source, join),
            (IpAddr::V6(group), Some(IpAddr::V6(source))) => kernel.sock_source_multicast_v6(fd, group, scope, source, join),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Where multicasts go out (`uv_udp_set_multicast_interface`): by address for IPv4, by number for IPv6.
    ///
    /// # Errors
    /// `EBADF` without a socket; `EADDRNOTAVAIL`.
    pub fn set_multicast_interface(&self, interface: IpAddr, scope: u32) -> Result<()> {
        match interface {
            IpAddr::V4(interface) => self.0.kernel.sock_set_multicast_interface_v4(self.fd(), interface),
            IpAddr::V6(_) => self.0.kernel.sock_set_multicast_interface_v6(self.fd(), scope),
        }
    }

    /// `uv_udp_set_multicast_ttl`.
    ///
    /// # Errors
    /// `EINVAL` outside 0 to 255; `EBADF` without a socket.
    pub fn set_multicast_ttl(&self, ttl: i32) -> Result<()> {
        let ttl = u8::try_from(ttl).map_err(|_| Errno::EINVAL)?;
        self.0.kernel.sock_set_multicast_ttl(self.fd(), self.0.v6.get(), ttl)
    }

    /// `uv_udp_set_multicast_loop`.
    ///
    /// # Errors
    /// `EBADF` without a socket.
    pub fn set_multicast_loop(&self, on: bool) -> Result<()> {
        self.0.kernel.sock_set_multicast_loop(self.fd(), self.0.v6.get(), on)
    }

    /// `uv_udp_set_broadcast`.
    ///
    /// # Errors
    /// `EBADF` without a socket.
    pub fn set_broadcast(&self, on: bool) -> Result<()> {
        self.0.kernel.sock_set_broadcast(self.fd(), on)
    }

    /// `uv_udp_set_ttl`.
    ///
    /// # Errors
    /// `EINVAL` outside 1 to 255; `EBADF` without a socket.
    pub fn set_ttl(&self, ttl: i32) -> Result<()> {
        let ttl = u8::try_from(ttl).ok().filter(|&ttl| ttl > 0).ok_or(Errno::EINVAL)?;
        self.0.kernel.sock_set_ttl(self.fd(), self.0.v6.get(), ttl)
    }

    /// Bytes that wait to be sent, or whose end was not told yet.
    pub fn send_queue_size(&self) -> usize {
        let size = |sends: &VecDeque<Send>| sends.iter().map(|send| send.data.len()).sum::<usize>();
        size(&self.0.waiting.borrow()) + size(&self.0.over.borrow())
    }

    /// Datagrams that wait to be sent, or whose end was not told yet.
    pub fn send_queue_count(&self) -> usize {
        self.0.waiting.borrow().len() + self.0.over.borrow().len()
    }
}

fn inet(address: SocketAddress) -> Result<SocketAddr> {
    match address {
        SocketAddress::Inet(address) => Ok(address),
        SocketAddress::Unix(_) => Err(Errno::EINVAL),
    }
}
