//! What a kernel says about the host, and what it says when it may not look.

mod support;

use edge_wasix::fs::HandleType;
use edge_wasix::{Errno, Kernel, Policy, Stdio, TtyMode};

#[test]
fn an_open_kernel_sees_the_host() {
    let k = Kernel::builder().policy(Policy::open()).build().unwrap();
    assert_eq!(k.pid(), std::process::id() as i32);
    assert!(k.ppid() > 0);
    assert_eq!(k.hostname(), std::fs::read("/proc/sys/kernel/hostname").unwrap().trim_ascii_end());
    assert_eq!(k.os_information().sysname, b"Linux");
    assert!(k.uptime() > 0.0);
    assert!(k.total_memory() > k.free_memory() && k.free_memory() > 0);
    assert!(k.available_memory() > 0);
    assert!(k.resident_memory().unwrap() > 1 << 20);
    assert!(!k.cpus().unwrap().is_empty());
    assert!(k.available_parallelism() >= 1);
    assert!(k.network_interfaces().unwrap().iter().any(|i| i.internal));
    let user = k.user_info().unwrap();
    assert_eq!((user.uid, user.gid), (k.euid(), k.egid()));
    assert_eq!(k.user_id(&user.username), Ok(user.uid));
    assert_eq!(k.user_id(b"no such user"), Err(Errno::ENOENT));
    assert_eq!(k.user_id(b"12"), Ok(12));
    assert_eq!(k.group_id(b"root"), Ok(0));
    assert!(k.groups().is_ok());
    assert!(k.resource_usage().unwrap().max_rss > 1000);
    assert!(k.thread_resource_usage().is_ok());
    assert!((-20..20).contains(&k.priority(0).unwrap()));
    assert_eq!(k.kill(k.pid(), 0), Ok(()));
    assert_eq!(k.kill(k.pid(), 65), Err(Errno::EINVAL));
    assert_eq!(k.getenv(b"PATH"), std::env::var_os("PATH").map(|p| p.into_encoded_bytes()));
    let here = std::env::current_dir().unwrap();
    assert_eq!(k.cwd().unwrap(), here.as_os_str().as_encoded_bytes());
    assert_eq!(k.stat(b"/dev/null").unwrap().file_type(), libc::S_IFCHR);
    assert!(k.read_file(b"/proc/self/stat", 1 << 20).unwrap().starts_with(std::process::id().to_string().as_bytes()));
}

#[test]
fn a_closed_kernel_does_not() {
    let k = Kernel::builder().build().unwrap();
    assert_eq!(k.hostname(), b"edge");
    assert_eq!((k.uid(), k.gid(), k.ppid()), (1000, 1000, 0));
    assert_eq!(k.total_memory(), 0);
    assert_eq!(k.constrained_memory(), 0);
    assert_eq!(k.loadavg(), [0.0; 3]);
    assert_eq!(k.cpus().unwrap().len(), 1);
    assert!(k.network_interfaces().unwrap().is_empty());
    assert!(k.environ().is_empty());
    assert_eq!(k.homedir().unwrap(), b"/");
    assert_eq!(k.cwd().unwrap(), b"/");
    assert!(k.readdir(b"/").unwrap().is_empty());
    assert_eq!(k.open(b"/x", libc::O_CREAT | libc::O_RDWR, 0o666), Err(Errno::EROFS));
    assert_eq!(k.kill(1, 0), Err(Errno::ESRCH));
    assert_eq!(k.kill(-1, 9), Err(Errno::ESRCH));
    assert_eq!(k.kill(k.pid(), 9), Err(Errno::ESRCH));
    assert_eq!(k.kill(k.pid(), 0), Ok(()));
    assert_eq!(k.set_priority(0, -5), Err(Errno::EPERM));
    assert_eq!(k.setuid(0), Err(Errno::EPERM));
}

#[test]
fn environment_and_arguments() {
    let k = Kernel::builder().args(["node", "a b"]).env("A", "1").env("B", "2").env("A", "3").build().unwrap();
    assert_eq!(k.args(), [b"node".to_vec(), b"a b".to_vec()]);
    assert_eq!(k.env_names(), [b"A", b"B"]);
    assert_eq!(k.getenv(b"A").unwrap(), b"3");
    k.setenv(b"A", b"").unwrap();
    assert_eq!(k.getenv(b"A").unwrap(), b"");
    k.unsetenv(b"A");
    k.unsetenv(b"A");
    assert_eq!(k.getenv(b"A"), None);
    assert_eq!(k.environ(), [(b"B".to_vec(), b"2".to_vec())]);
    for (name, value) in [(&b""[..], &b"x"[..]), (b"A=B", b"x"), (b"A\0", b"x"), (b"A", b"x\0")] {
        assert_eq!(k.setenv(name, value), Err(Errno::EINVAL));
    }
}

#[test]
fn two_kernels_have_two_working_directories() {
    let (a, b) = (support::TempTree::new(), support::TempTree::new());
    let kernel =
        |t: &support::TempTree| Kernel::builder().policy(Policy::open()).cwd(t.path().as_os_str().as_encoded_bytes()).build().unwrap();
    let (ka, kb) = (kernel(&a), kernel(&b));
    ka.mkdir(b"only-a", 0o777).unwrap();
    assert_eq!(ka.readdir(b".").unwrap().len(), 1);
    assert_eq!(kb.readdir(b".").unwrap().len(), 0);
    assert!(a.join("only-a").is_dir());
}

#[test]
fn standard_descriptors_and_pipes() {
    let k = Kernel::builder().build().unwrap();
    assert_eq!(k.open_fds(), [0, 1, 2]);
    assert_eq!(k.guess_handle_type(0), HandleType::File);
    assert_eq!(k.read(0, &mut [0; 4], None), Ok(0));
    assert_eq!(k.tty_window_size(0), Err(Errno::ENOTTY));
    assert_eq!(k.guess_handle_type(99), HandleType::Unknown);
    let (r, w) = k.pipe(false).unwrap();
    assert_eq!((r, w), (3, 4));
    assert_eq!(k.guess_handle_type(r), HandleType::Pipe);
    assert_eq!(k.write(w, b"hello", None), Ok(5));
    let mut buf = [0; 8];
    assert_eq!(k.read(r, &mut buf, None), Ok(5));
    assert_eq!(k.read(r, &mut buf, Some(0)), Err(Errno::ESPIPE));
    k.set_nonblocking(r, true).unwrap();
    assert_eq!(k.read(r, &mut buf, None), Err(Errno::EAGAIN));
    k.close(w).unwrap();
    assert_eq!(k.read(r, &mut buf, None), Ok(0));
    // Nothing of it is for children.
    let raw = std::os::fd::AsRawFd::as_raw_fd(&k.file(r).unwrap().host_fd().unwrap());
    // SAFETY: asks for the flags of an open descriptor.
    let flags = unsafe { libc::fcntl(raw, libc::F_GETFD) };
    assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
    let empty = Kernel::builder().stdio(Stdio::None).build().unwrap();
    assert!(empty.open_fds().is_empty());
}

#[test]
fn an_interrupt_ends_a_blocking_read() {
    let k = Kernel::builder().build().unwrap();
    let (r, _w) = k.pipe(false).unwrap();
    let reader = {
        let k = k.clone();
        std::thread::spawn(move || k.read(r, &mut [0; 8], None))
    };
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(!reader.is_finished());
    k.interrupt();
    assert_eq!(reader.join().unwrap(), Err(Errno::EINTR));
    assert_eq!(k.read(r, &mut [0; 8], None), Err(Errno::EINTR));
}

#[test]
fn terminals() {
    use rustix::pty;
    let k = Kernel::builder().build().unwrap();
    let flags = pty::OpenptFlags::RDWR | pty::OpenptFlags::NOCTTY;
    let Ok(controller) = pty::openpt(flags) else {
        return;
    };
    pty::grantpt(&controller).unwrap();
    pty::unlockpt(&controller).unwrap();
    let name = pty::ptsname(&controller, Vec::new()).unwrap();
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    let tty = rustix::fs::open(name.as_c_str(), flags, rustix::fs::Mode::empty()).unwrap();
    let size = rustix::termios::Winsize { ws_row: 33, ws_col: 99, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&controller, size).unwrap();
    let modes = |k: &Kernel, fd| {
        let file = k.file(fd).unwrap();
        rustix::termios::tcgetattr(file.host_fd().unwrap()).unwrap().local_modes
    };
    let fd = k.insert_host_fd(tty).unwrap();
    assert_eq!(k.guess_handle_type(fd), HandleType::Tty);
    assert_eq!(k.tty_window_size(fd), Ok((99, 33)));
    let before = modes(&k, fd);
    assert!(before.contains(rustix::termios::LocalModes::ICANON));
    k.tty_set_mode(fd, TtyMode::Raw).unwrap();
    assert!(!modes(&k, fd).intersects(rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO));
    k.tty_set_mode(fd, TtyMode::Normal).unwrap();
    assert_eq!(modes(&k, fd), before);
    k.tty_set_mode(fd, TtyMode::Raw).unwrap();
    k.tty_reset_mode();
    assert_eq!(modes(&k, fd), before);
}

#[test]
fn random_bytes_differ() {
    let k = Kernel::builder().build().unwrap();
    let (mut a, mut b) = ([0; 32], [0; 32]);
    k.random_fill(&mut a).unwrap();
    k.random_fill(&mut b).unwrap();
    assert_ne!(a, b);
}
