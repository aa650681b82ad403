//! Host streams never block and leave the shared description alone: pipes, terminals, sockets.

use std::io::IoSlice;
use std::os::fd::{AsFd, OwnedFd};

use edge_wasix::Errno;
use edge_wasix::host_stream::HostStream;
use rustix::fs::{OFlags, fcntl_getfl, open};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

fn blocking(fd: impl AsFd) -> bool {
    !fcntl_getfl(fd).unwrap().contains(OFlags::NONBLOCK)
}

fn exchange(read: &OwnedFd, write: &OwnedFd) {
    let (reader, writer) = (HostStream::open(read.as_fd()).unwrap(), HostStream::open(write.as_fd()).unwrap());
    assert!(reader.is_readable() && writer.is_writable() && !reader.may_block());
    let mut buffer = [0; 64];
    assert_eq!(Errno::from(reader.read(&mut buffer).unwrap_err()), Errno::EAGAIN);
    let sent = writer.write(&[IoSlice::new(b"ab"), IoSlice::new(b"c\n")]).unwrap();
    assert_eq!(sent, 4);
    assert_eq!(reader.read(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer[..4], b"abc\n");
    assert!(writer.wait_writable(1000).unwrap());
    assert!(blocking(read) && blocking(write), "the descriptions we were given are as they were");
}

#[test]
fn pipe() {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    exchange(&read, &write);
    let reader = HostStream::open(read.as_fd()).unwrap();
    assert!(!reader.is_writable());
    assert_eq!(Errno::from(reader.shutdown_write().unwrap_err()), Errno::ENOTSOCK);
    let writer = HostStream::open(write.as_fd()).unwrap();
    let chunk = vec![0; 1 << 16];
    let mut total = 0;
    let error = loop {
        match writer.write(&[IoSlice::new(&chunk)]) {
            Ok(len) => total += len,
            Err(error) => break Errno::from(error),
        }
    };
    assert_eq!(error, Errno::EAGAIN);
    assert!(total >= 4096 && !writer.wait_writable(1).unwrap());
}

#[test]
fn unix_socket() {
    let (a, b) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap();
    exchange(&a, &b);
    exchange(&b, &a);
    let (x, y) = (HostStream::open(a.as_fd()).unwrap(), HostStream::open(b.as_fd()).unwrap());
    x.shutdown_write().unwrap();
    assert_eq!(y.read(&mut [0; 8]).unwrap(), 0);
    drop((x, a));
    assert_eq!(Errno::from(y.write(&[IoSlice::new(b"x")]).unwrap_err()), Errno::EPIPE, "and no SIGPIPE");
}

#[test]
fn terminal() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, rustix::fs::Mode::empty()).unwrap();
    let terminal = HostStream::open(slave.as_fd()).unwrap();
    assert!(terminal.is_readable() && terminal.is_writable() && !terminal.may_block());
    assert_eq!(Errno::from(terminal.read(&mut [0; 8]).unwrap_err()), Errno::EAGAIN);
    rustix::io::write(&master, b"line\n").unwrap();
    let mut buffer = [0; 64];
    let len = loop {
        match terminal.read(&mut buffer) {
            Ok(len) => break len,
            Err(_) => edge_wasix::clock::sleep(std::time::Duration::from_millis(1)),
        }
    };
    assert_eq!(&buffer[..len], b"line\n");
    assert_eq!(terminal.write(&[IoSlice::new(b"out")]).unwrap(), 3);
    assert!(blocking(&slave));
    drop(master);
    assert!(matches!(terminal.read(&mut buffer), Ok(0) | Err(_)), "hung up");
}

#[test]
fn what_was_non_blocking_stays_so() {
    let (read, _write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
    drop(HostStream::open(read.as_fd()).unwrap());
    assert!(!blocking(&read));
}
