//! `wasix_calls`: the calls of a kernel with any arguments - numbers that are no descriptors, offsets and lengths at every edge, flags that
//! do not exist, paths of any bytes - as an engine that is already owned would make them. Each answers; the limits hold; what is outside
//! or read-only stays as it was; every descriptor can be closed in the end, here and on the host.

use super::input::Input;
use edge_wasix::fs::constants::{O_ACCMODE, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY};
use edge_wasix::fs::{SetTime, Timespec};
use edge_wasix::net::{NetworkAccess, SocketAddress};
use edge_wasix::{ChildProgram, ChildStdio, CopyOnWrite, Errno, Kernel, Limits, MemoryFs, Policy, SocketFamily, SocketKind};
use std::io::{IoSlice, IoSliceMut};

const FILES: u64 = 40;
const ROOM: u64 = 4 << 20;
const PATHS: &[&[u8]] = &[
    b"/",
    b"/f",
    b"/d",
    b"/d/g",
    b"/cow/f",
    b"/cow/d/g",
    b"/cow",
    b"/ro/f",
    b"/new",
    b"/d/new",
    b"/cow/new",
    b"/dev/null",
    b"/dev/fd/5",
    b"/dev/stdin",
    b"/dev/random",
    b"/proc/self/mem",
    b"/proc/self/fd/3",
    b"/dev",
    b"",
    b".",
    b"..",
    b"f",
    b"../f",
    b"/f/",
    b"/link",
    b"/cow/link",
    b"/dev/zero",
    b"/dev/tty",
    b"/nowhere/x",
    b"/d/../f\0",
];

/// A number that may be a descriptor.
fn fd(input: &mut Input<'_>) -> i32 {
    match input.byte() {
        0..=200 => i32::from(input.byte() % 48),
        201..=210 => -1,
        211..=220 => i32::MAX,
        221..=230 => i32::MIN,
        _ => input.word() as i32,
    }
}

fn path<'a>(input: &mut Input<'a>) -> &'a [u8] {
    if input.byte() % 16 == 0 { input.bytes(30) } else { input.of(PATHS) }
}

fn offset(input: &mut Input<'_>) -> Option<u64> {
    match input.byte() % 8 {
        0..=2 => None,
        3 => Some(u64::MAX),
        4 => Some(i64::MAX as u64),
        5 => Some(i64::MAX as u64 + 1),
        _ => Some(input.size() as u64),
    }
}

fn signed(input: &mut Input<'_>) -> i64 {
    match input.byte() % 6 {
        0 => i64::MIN,
        1 => i64::MAX,
        2 => -i64::from(input.byte()),
        _ => input.size() as i64,
    }
}

fn time(input: &mut Input<'_>) -> SetTime {
    match input.byte() % 5 {
        0 => SetTime::Omit,
        1 => SetTime::Now,
        2 => SetTime::At(Timespec::from_secs_f64(f64::from_bits(u64::from(input.word()) << 32))),
        _ => SetTime::At(Timespec { sec: signed(input), nsec: input.word() }),
    }
}

fn id(input: &mut Input<'_>) -> Option<u32> {
    input.of(&[None, Some(0), Some(u32::MAX), Some(u32::MAX - 1), Some(1000)])
}

fn socket_address(input: &mut Input<'_>) -> SocketAddress {
    match input.byte() % 5 {
        0 => SocketAddress::Inet(([127, 0, 0, 1], input.word() as u16).into()),
        1 => SocketAddress::Inet((std::net::Ipv6Addr::LOCALHOST, input.word() as u16).into()),
        2 => SocketAddress::Unix(vec![0; input.below(200)]),
        3 => SocketAddress::Unix(path(input).to_vec()),
        _ => SocketAddress::Unix([&[0][..], input.bytes(9)].concat()),
    }
}

fn kernel() -> std::sync::Arc<Kernel> {
    let lower =
        || MemoryFs::new().with_file("f", b"contents").and_then(|fs| fs.with_file("d/g", b"below")).expect("files in an empty system");
    let limits = Limits { open_files: Some(FILES), host_memory: Some(ROOM), bytes_written: Some(ROOM), ..Limits::NONE };
    let kernel = Kernel::builder()
        .policy(Policy::closed().devices(true))
        .limits(limits)
        .mount(
            "/",
            MemoryFs::with_limit(ROOM).with_file("f", b"contents").and_then(|fs| fs.with_file("d/g", b"below")).expect("room for two"),
        )
        .mount("/cow", CopyOnWrite::with_limit(lower(), ROOM).expect("a system in memory"))
        .mount("/ro", edge_wasix::fs::ReadOnly::new(lower()))
        .build()
        .expect("a kernel needs nothing");
    for at in [b"/link".as_slice(), b"/cow/link"] {
        kernel.symlink(b"/cow/d", at).expect("a new name");
    }
    kernel
}

fn call(k: &Kernel, input: &mut Input<'_>) {
    let (a, b) = (fd(input), fd(input));
    let p = path(input);
    let mut buffer = [0_u8; 4096];
    let len = input.size().min(4096);
    let flags = input.word() as i32;
    match input.byte() % 58 {
        // A named pipe is nowhere here; of the devices only those without an end are, which are read a piece at a time.
        0..=6 => drop(k.open(p, flags, input.word())),
        7 => drop(k.open(p, flags & O_ACCMODE | O_CREAT, 0o666)),
        8 => drop(k.close(a)),
        9 => drop(k.dup(a)),
        10 => drop(k.dup2(a, b)),
        11 | 12 => drop(k.read(a, &mut buffer[..len], offset(input))),
        13 | 14 => drop(k.write(a, &buffer[..len], offset(input))),
        15 => {
            let (one, two) = buffer.split_at_mut(len);
            let _ = k.readv(a, &mut [IoSliceMut::new(one), IoSliceMut::new(&mut []), IoSliceMut::new(two)], offset(input));
        }
        16 => drop(k.writev(a, &[IoSlice::new(&[]), IoSlice::new(&buffer[..len]), IoSlice::new(b"x")], offset(input))),
        17 => drop(k.seek(a, signed(input), flags)),
        18 => drop(k.seek(a, signed(input), flags % 4)),
        19 => drop(k.ftruncate(a, signed(input))),
        20 => drop(k.truncate(p, signed(input))),
        21 => drop(k.fstat(a)),
        22 => drop(k.fsync(a).and(k.fdatasync(b))),
        23 => drop(k.fchmod(a, input.word())),
        24 => drop(k.fchown(a, id(input), id(input))),
        25 => drop(k.futimes(a, time(input), time(input))),
        26 => drop(k.utimes(p, time(input), time(input)).and(k.lutimes(p, time(input), time(input)))),
        27 => drop(k.chmod(p, input.word()).and(k.lchmod(p, input.word()))),
        28 => drop(k.chown(p, id(input), id(input)).and(k.lchown(p, id(input), id(input)))),
        29 => drop(k.access(p, flags)),
        30 => drop(k.rename(p, path(input))),
        31 => drop(k.link(p, path(input))),
        32 => drop(k.symlink(path(input), p)),
        33 => drop(k.unlink(p).and(k.rmdir(path(input)))),
        34 => drop(k.mkdir_all(p, input.word())),
        35 => drop(k.mkdtemp(p)),
        36 => drop(k.copy_file(p, path(input), flags)),
        37 => drop(k.copy_file(p, path(input), flags % 8)),
        38 => drop(k.remove_all(p)),
        39 => drop(k.chdir(p)),
        40 => drop((k.statfs(p), k.realpath(p), k.readlink(p))),
        41 => drop(k.opendir(p).and_then(|dir| dir.read(len))),
        42 => drop(k.write_file(p, &buffer[..len], flags, input.word())),
        43 => drop(k.write_file(p, &buffer[..len], O_WRONLY | O_CREAT | O_TRUNC, 0o666)),
        44 => drop(k.pipe(true)),
        45 => drop(k.sock_pair()),
        46 => drop(k.sock_open(
            input.of(&[SocketFamily::Inet4, SocketFamily::Inet6, SocketFamily::Unix]),
            input.of(&[SocketKind::Stream, SocketKind::Datagram]),
        )),
        47 => {
            let to = socket_address(input);
            // There is no network: to none of these may a socket get.
            if let Ok(()) = k.sock_connect(a, &to) {
                panic!("connected to {to:?}");
            }
        }
        48 => {
            let to = socket_address(input);
            if let Ok(()) = k.sock_bind(a, &to) {
                panic!("bound to {to:?}");
            }
        }
        49 => drop((k.sock_listen(a, flags), k.sock_accept(a), k.sock_shutdown(b, flags % 2 == 0, flags % 3 == 0))),
        50 => drop((k.sock_addr_local(a), k.sock_addr_peer(a), k.sock_error(a), k.sock_recv_from(a, &mut buffer[..len]))),
        51 => drop((
            k.sock_set_buffer_size(a, flags % 2 == 0, input.size()),
            k.sock_set_keep_alive(a, Some(input.word())),
            k.sock_set_ttl(a, false, input.byte()),
        )),
        52 => {
            let to = ([127, 0, 0, 1], input.word() as u16).into();
            if let Ok(n @ 1..) = k.sock_send_to(a, &[IoSlice::new(b"x")], Some(to)) {
                assert_eq!(n, 0, "sent to {to}");
            }
        }
        53 => drop((k.guess_handle_type(a), k.fd_flags(a), k.set_nonblocking(a, true), k.tty_window_size(a))),
        54 => {
            // Only to processes of its own; signal 0 would tell whether one is there.
            let pid = input.of(&[1, -1, 0, i32::MIN, i32::MAX, 2]);
            assert!(k.kill(pid, 0).is_err() || pid == 0, "a signal to {pid}");
        }
        55 => {
            let program = ChildProgram {
                file: p.to_vec(),
                args: vec![p.to_vec()],
                stdio: vec![ChildStdio::Inherit(a), ChildStdio::Pipe, ChildStdio::Inherit(b)],
                cwd: Some(path(input).to_vec()),
                ..ChildProgram::default()
            };
            // What may not be started is told in place of the child.
            assert!(!k.spawn(&program).is_ok_and(|spawned| spawned.child.is_ok()), "a child without a grant");
        }
        56 => drop((k.setenv(p, &buffer[..len.min(64)]), k.getenv(p), k.unsetenv(p), k.set_umask(input.word()), k.set_title(&[]))),
        _ => drop(k.sock_disconnect(a)),
    }
}

/// What must hold after every call.
fn check(k: &Kernel) {
    let open = k.open_fds();
    assert!(open.len() as u64 <= FILES, "{} descriptors", open.len());
    assert!(open.iter().all(|&fd| (0..1 << 20).contains(&fd)) && open.is_sorted(), "{open:?}");
    assert!(k.policy().network_access() == &NetworkAccess::Closed);
}

/// How many descriptors this process has.
fn host_fds() -> usize {
    let host = Kernel::builder().policy(Policy::open()).build().expect("a kernel needs nothing");
    host.readdir(b"/proc/self/fd").map_or(0, |entries| entries.len())
}

/// Up to 300 calls.
pub fn wasix_calls(data: &[u8]) {
    let mut input = Input::new(data);
    let before = host_fds();
    let k = kernel();
    for _ in 0..300 {
        if input.is_empty() {
            break;
        }
        call(&k, &mut input);
        check(&k);
    }
    for path in [b"/ro/f".as_slice(), b"/ro/d/g"] {
        let expected = if path.ends_with(b"f") { b"contents".as_slice() } else { b"below" };
        let read = k.read_file(path, 100);
        assert!(read.as_deref() == Ok(expected) || read == Err(Errno::EMFILE), "{read:?}");
    }
    for fd in k.open_fds() {
        assert_eq!(k.close(fd), Ok(()), "descriptor {fd}");
    }
    assert_eq!(k.open(b"/ro/f", O_RDONLY, 0), Ok(0), "the lowest number is free again");
    drop(k);
    // Other tests in this process open and close files of their own: a leak shows only where the fuzzer is alone.
    if cfg!(fuzzing) {
        assert_eq!(host_fds(), before, "descriptors of the host that are left");
    }
}
