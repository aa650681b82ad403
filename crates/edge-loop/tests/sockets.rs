//! TCP, named pipes and UDP over the loop: what libuv promises of them.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use edge_loop::{BindFlags, Handle, Loop, LoopOptions, Pipe, ReadEvent, ReceiveEvent, RunMode, Stream, Tcp, Udp, UdpBindFlags};
use edge_wasix::net::{Direction, NetworkAccess, NetworkRule, NetworkRules, Peer};
use edge_wasix::{Errno, Kernel, Policy};

fn setup(policy: Policy) -> (Loop, Arc<Kernel>) {
    (Loop::new(LoopOptions::default()).unwrap(), Kernel::builder().policy(policy).build().unwrap())
}

fn localhost(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A listening handle that closes itself after one connection, which `accepted` gets.
fn serve(l: &Loop, kernel: &Arc<Kernel>, accepted: impl Fn(Stream) + 'static) -> SocketAddr {
    let server = Tcp::new(l, kernel);
    server.bind(localhost(0), BindFlags::default()).unwrap();
    let (owner, kernel) = (l.clone(), kernel.clone());
    server
        .listen(128, move |listener, fd| {
            let client = Tcp::new(&owner, &kernel);
            client.stream().open(fd, true).unwrap();
            listener.close_quietly();
            accepted(client.stream().clone());
        })
        .unwrap();
    server.local_address().unwrap()
}

#[test]
fn tcp_carries_bytes_and_ends() {
    let (l, kernel) = setup(Policy::open());
    let address = serve(&l, &kernel, |stream| {
        stream
            .read_start(|stream, event| match event {
                ReadEvent::Data(bytes) => drop(stream.write(bytes.to_vec(), |_, result| assert_eq!(result, Ok(()))).unwrap()),
                _ => stream.close_quietly(),
            })
            .unwrap();
    });
    let seen = Rc::new(RefCell::new(Vec::new()));
    let client = Tcp::new(&l, &kernel);
    let (stream, log) = (client.stream().clone(), seen.clone());
    // Written before it is connected: goes out after.
    client
        .connect(address, move |_, result| {
            assert_eq!(result, Ok(()));
            let log = log.clone();
            stream
                .read_start(move |stream, event| match event {
                    ReadEvent::Data(bytes) => {
                        log.borrow_mut().extend_from_slice(bytes);
                        if log.borrow().len() == 5 {
                            stream.shutdown(|_, result| assert_eq!(result, Ok(()))).unwrap();
                        }
                    }
                    _ => stream.close_quietly(),
                })
                .unwrap();
        })
        .unwrap();
    client.stream().write(b"hello".to_vec(), |_, result| assert_eq!(result, Ok(()))).unwrap();
    assert_eq!(client.connect(address, |_, _| {}).unwrap_err(), Errno::EALREADY);
    l.run(RunMode::Default);
    assert_eq!(*seen.borrow(), b"hello");
    assert!(kernel.open_fds().iter().all(|&fd| fd <= 2));
}

#[test]
fn a_refused_connection_is_told_in_the_loop_and_cancels_writes() {
    let (l, kernel) = setup(Policy::open());
    let client = Tcp::new(&l, &kernel);
    let told = Rc::new(RefCell::new(Vec::new()));
    let (a, b) = (told.clone(), told.clone());
    client.connect(localhost(1), move |_, result| a.borrow_mut().push(result)).unwrap();
    client.stream().write(b"x".to_vec(), move |_, result| b.borrow_mut().push(result)).unwrap();
    assert!(told.borrow().is_empty());
    l.run(RunMode::Default);
    assert_eq!(*told.borrow(), [Err(Errno::ECONNREFUSED), Err(Errno::ECANCELED)]);
}

#[test]
fn an_address_in_use_is_told_by_listen() {
    let (l, kernel) = setup(Policy::open());
    let first = Tcp::new(&l, &kernel);
    first.bind(localhost(0), BindFlags::default()).unwrap();
    first.listen(1, |_, _| {}).unwrap();
    let second = Tcp::new(&l, &kernel);
    second.bind(first.local_address().unwrap(), BindFlags::default()).unwrap();
    assert_eq!(second.listen(1, |_, _| {}), Err(Errno::EADDRINUSE));
    assert_eq!(second.local_address(), Err(Errno::EADDRINUSE));
}

#[test]
fn closing_cancels_what_is_under_way() {
    let (l, kernel) = setup(Policy::open());
    let address = serve(&l, &kernel, |stream| stream.close_quietly());
    let client = Tcp::new(&l, &kernel);
    let told = Rc::new(Cell::new(None));
    let tell = told.clone();
    client.connect(address, move |_, result| tell.set(Some(result))).unwrap();
    client.stream().close_quietly();
    // Somebody must connect for the server to end.
    Tcp::new(&l, &kernel).connect(address, |_, _| {}).unwrap();
    l.run(RunMode::Default);
    assert_eq!(told.get(), Some(Err(Errno::ECANCELED)));
}

#[test]
fn a_pipe_has_a_name_while_it_lives() {
    let (l, kernel) = setup(Policy::open());
    let path = format!("/tmp/edge-loop-pipe-{}", edge_wasix::clock::monotonic_ns());
    let server = Pipe::new(&l, &kernel);
    assert_eq!(server.listen(1, |_, _| {}), Err(Errno::EINVAL));
    server.bind(path.as_bytes()).unwrap();
    assert!(kernel.stat(path.as_bytes()).is_ok());
    assert_eq!(server.bind(path.as_bytes()), Err(Errno::EINVAL));
    assert_eq!(Pipe::new(&l, &kernel).bind(b"/nonexistent/x"), Err(Errno::EACCES));
    assert_eq!(Pipe::new(&l, &kernel).bind(&[b'x'; 200]), Err(Errno::EINVAL));
    let owner = kernel.clone();
    server
        .listen(1, move |listener, fd| {
            owner.close(fd).unwrap();
            listener.close_quietly();
        })
        .unwrap();
    let client = Pipe::new(&l, &kernel);
    let ended = Rc::new(Cell::new(false));
    let (stream, end) = (client.stream().clone(), ended.clone());
    client
        .connect(path.as_bytes(), move |_, result| {
            assert_eq!(result, Ok(()));
            let end = end.clone();
            stream
                .read_start(move |stream, event| {
                    assert_eq!(event, ReadEvent::End);
                    end.set(true);
                    stream.close_quietly();
                })
                .unwrap();
        })
        .unwrap();
    l.run(RunMode::Default);
    assert!(ended.get());
    assert!(kernel.stat(path.as_bytes()).is_err());
}

#[test]
fn datagrams_go_both_ways() {
    let (l, kernel) = setup(Policy::open());
    let (a, b) = (Udp::new(&l, &kernel), Udp::new(&l, &kernel));
    a.bind(localhost(0), UdpBindFlags::default()).unwrap();
    let got = Rc::new(RefCell::new(Vec::new()));
    let log = got.clone();
    a.receive_start(move |a, event| {
        if let ReceiveEvent::Datagram(bytes, Some(_)) = event {
            log.borrow_mut().push(bytes.to_vec());
            if log.borrow().len() == 2 {
                a.close_quietly();
            }
        }
    })
    .unwrap();
    assert_eq!(b.try_send(b"x", None), Err(Errno::EDESTADDRREQ));
    let to = a.local_address().unwrap();
    b.send(b"one".to_vec(), Some(to), |_, result| assert_eq!(result, Ok(()))).unwrap();
    b.connect(to).unwrap();
    assert_eq!(b.try_send(b"x", Some(to)), Err(Errno::EISCONN));
    assert_eq!(b.try_send(b"", None), Ok(0));
    l.run(RunMode::Default);
    assert_eq!(*got.borrow(), [b"one".to_vec(), Vec::new()]);
    assert_eq!(b.set_ttl(0), Err(Errno::EINVAL));
}

#[test]
fn the_policy_is_asked_about_every_address() {
    let (l, kernel) = setup(Policy::closed());
    assert_eq!(Tcp::new(&l, &kernel).connect(localhost(80), |_, _| {}).unwrap_err(), Errno::EACCES);
    assert_eq!(Tcp::new(&l, &kernel).bind(localhost(0), BindFlags::default()), Err(Errno::EACCES));
    assert_eq!(Tcp::new(&l, &kernel).listen(1, |_, _| {}), Err(Errno::EACCES));
    assert_eq!(Udp::new(&l, &kernel).try_send(b"x", Some(localhost(53))), Err(Errno::EACCES));
    assert_eq!(Pipe::new(&l, &kernel).bind(b"/tmp/x"), Err(Errno::EACCES));
    assert!(kernel.resolve(b"localhost", edge_wasix::ResolveHints::default()).is_err());

    let peer = Peer::Network { network: [127, 0, 0, 1].into(), prefix: 32 };
    let rule = NetworkRule { direction: Direction::Bind, protocol: None, peer, ports: 0..=0 };
    let (l, kernel) = setup(Policy::closed().network(NetworkAccess::Rules(NetworkRules { rules: vec![rule], names: Vec::new() })));
    let server = Tcp::new(&l, &kernel);
    server.bind(localhost(0), BindFlags::default()).unwrap();
    server.listen(1, |_, _| {}).unwrap();
    assert_eq!(Tcp::new(&l, &kernel).bind("0.0.0.0:0".parse().unwrap(), BindFlags::default()), Err(Errno::EACCES));
    assert_eq!(Tcp::new(&l, &kernel).connect(server.local_address().unwrap(), |_, _| {}).unwrap_err(), Errno::EACCES);
}

#[test]
fn out_of_descriptors_a_server_sheds_connections_and_goes_on() {
    let (l, kernel) = setup(Policy::open().max_fds(5));
    let accepted = Rc::new(Cell::new(0));
    let server = Tcp::new(&l, &kernel);
    server.bind(localhost(0), BindFlags::default()).unwrap();
    let (count, owner) = (accepted.clone(), kernel.clone());
    server
        .listen(8, move |_, fd| {
            count.set(count.get() + 1);
            owner.close(fd).unwrap();
        })
        .unwrap();
    let address = server.local_address().unwrap();
    // Descriptors 0 to 2 are the null device's, 3 is the server's, 4 the client's.
    let client = Tcp::new(&l, &kernel);
    client.connect(address, |_, result| assert_eq!(result, Ok(()))).unwrap();
    for _ in 0..4 {
        l.run(RunMode::NoWait);
    }
    assert_eq!(accepted.get(), 0);
    client.stream().close_quietly();
    l.run(RunMode::NoWait);
    Tcp::new(&l, &kernel).connect(address, |_, result| assert_eq!(result, Ok(()))).unwrap();
    l.run(RunMode::NoWait);
    server.stream().close_quietly();
    l.run(RunMode::NoWait);
}
