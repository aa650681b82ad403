//! The second wall, tried from inside: each scenario is this executable, run again, which raises the wall and then asks the system past
//! the kernel, as an owned engine would.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use edge_wasix::fs::constants::{O_CREAT, O_RDONLY, O_WRONLY};
use edge_wasix::net::{Direction, NetworkAccess, NetworkRule, NetworkRules, Peer};
use edge_wasix::wall::{Needs, Wall, offer, raise};
use edge_wasix::{Kernel, Policy, SocketFamily, SocketKind, VolumeAccess};

const SCENARIO: &str = "EDGE_WALL_SCENARIO";
const FOLDER: &str = "EDGE_WALL_FOLDER";

/// A folder `read`, a folder `write`, and a secret beside them.
struct Tree(PathBuf);

impl Tree {
    fn new(name: &str) -> Tree {
        let root = std::env::temp_dir().join(format!("edge-wall-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for folder in ["read", "write/a", "write/b"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("secret"), "secret").unwrap();
        fs::write(root.join("read/file"), "readable").unwrap();
        Tree(root)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the test `name` of this executable as its own inside.
fn inside(name: &str) -> Output {
    let tree = Tree::new(name);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--nocapture"]).env(SCENARIO, name).env(FOLDER, &tree.0);
    command.output().unwrap()
}

fn is_inside(name: &str) -> bool {
    std::env::var(SCENARIO).is_ok_and(|scenario| scenario == name)
}

#[track_caller]
fn passes(name: &str) {
    let output = inside(name);
    assert!(output.status.success(), "{output:?}");
}

fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os(FOLDER).unwrap())
}

fn policy() -> Policy {
    let root = folder();
    Policy::closed()
        .volume("/read", root.join("read"), VolumeAccess::ReadOnly)
        .volume("/write", root.join("write"), VolumeAccess::ReadWrite)
        .memory("/tmp")
}

fn raised(policy: &Policy) -> Wall {
    let offer = offer();
    let wall = raise(policy, &Needs::default());
    assert_eq!(wall.seccomp, offer.seccomp, "{wall:?}");
    assert_eq!(wall.landlock.unwrap_or(0), offer.landlock, "{wall:?}");
    wall
}

fn denied<T>(result: std::io::Result<T>) {
    assert_eq!(result.err().map(|error| error.kind()), Some(ErrorKind::PermissionDenied));
}

/// What Landlock promises, or nothing where the kernel has none.
fn files_are_closed(root: &Path) {
    denied(fs::read(root.join("secret")));
    denied(fs::read("/etc/passwd"));
    denied(fs::read_dir("/"));
    denied(fs::read("/proc/self/mem"));
    denied(fs::read("/proc/self/environ"));
    denied(fs::write(root.join("read/new"), "x"));
    denied(fs::write(root.join("read/file"), "x"));
    denied(fs::File::options().write(true).truncate(true).open(root.join("read/file")));
    denied(fs::write(root.join("new"), "x"));
    denied(fs::remove_file(root.join("secret")));
    denied(fs::rename(root.join("write/a"), root.join("stolen")));
    denied(std::os::unix::fs::symlink("/etc", root.join("link")));
    assert_eq!(fs::read(root.join("read/file")).unwrap(), b"readable");
    fs::write(root.join("write/new"), "x").unwrap();
}

#[test]
fn an_owned_engine_opens_only_the_volumes() {
    if !is_inside("an_owned_engine_opens_only_the_volumes") {
        return passes("an_owned_engine_opens_only_the_volumes");
    }
    // A thread that runs already when the wall is raised, and one that is started after it.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let early = std::thread::spawn(move || {
        wait.recv().unwrap();
        files_are_closed(&folder());
    });
    if raised(&policy()).landlock.is_none() {
        return;
    }
    go.send(()).unwrap();
    early.join().unwrap();
    files_are_closed(&folder());
    std::thread::spawn(|| files_are_closed(&folder())).join().unwrap();
}

#[test]
fn what_the_policy_grants_works_as_before() {
    if !is_inside("what_the_policy_grants_works_as_before") {
        return passes("what_the_policy_grants_works_as_before");
    }
    let kernel = Kernel::builder().policy(policy()).build().unwrap();
    raised(kernel.policy());
    assert_eq!(kernel.read_file(b"/read/file", 100).unwrap(), b"readable");
    assert_eq!(kernel.readdir(b"/").unwrap().len(), 3);
    kernel.mkdir(b"/write/c", 0o755).unwrap();
    kernel.write_file(b"/write/a/f", b"text", O_CREAT | O_WRONLY, 0o644).unwrap();
    kernel.rename(b"/write/a/f", b"/write/b/g").unwrap();
    kernel.link(b"/write/b/g", b"/write/c/h").unwrap();
    kernel.symlink(b"../b/g", b"/write/a/l").unwrap();
    assert_eq!(kernel.read_file(b"/write/a/l", 100).unwrap(), b"text");
    kernel.chmod(b"/write/b/g", 0o600).unwrap();
    kernel.unlink(b"/write/b/g").unwrap();
    kernel.write_file(b"/tmp/f", b"text", O_CREAT | O_WRONLY, 0o644).unwrap();
    assert!(kernel.open(b"/read/none", O_RDONLY, 0).is_err());
    assert!(kernel.resident_memory().unwrap() > 0);
    let (a, b) = kernel.sock_pair().unwrap();
    kernel.write(a, b"x", None).unwrap();
    let mut byte = [0];
    assert_eq!(kernel.read(b, &mut byte, None).unwrap(), 1);
    let spec = edge_wasix::thread::ThreadSpec { name: "late".to_owned(), stack_size: 1 << 20 };
    assert_eq!(edge_wasix::thread::spawn(spec, || 7).unwrap().join(), Some(7));
    // The policy's own word for a refusal, not the wall's.
    assert_eq!(kernel.sock_open(SocketFamily::Inet4, SocketKind::Stream).err(), Some(edge_wasix::Errno::EACCES));
}

#[test]
fn nothing_is_executed_and_no_socket_is_made() {
    if !is_inside("nothing_is_executed_and_no_socket_is_made") {
        return passes("nothing_is_executed_and_no_socket_is_made");
    }
    if !raised(&policy()).seccomp {
        return;
    }
    assert!(Command::new("/bin/true").status().is_err());
    denied(std::net::TcpListener::bind("127.0.0.1:0"));
    denied(std::net::UdpSocket::bind("127.0.0.1:0"));
    denied(std::net::TcpStream::connect("127.0.0.1:1"));
    denied(std::os::unix::net::UnixListener::bind(folder().join("write/sock")));
    // SAFETY: plain system calls; the mappings are new ones at addresses that the kernel chooses.
    unsafe {
        let none = std::ptr::null_mut();
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        assert_eq!(libc::mmap(none, 4096, libc::PROT_READ | libc::PROT_EXEC, flags, -1, 0), libc::MAP_FAILED);
        let page = libc::mmap(none, 4096, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        assert_ne!(page, libc::MAP_FAILED);
        assert_eq!(libc::mprotect(page, 4096, libc::PROT_READ | libc::PROT_EXEC), -1);
        assert_eq!(libc::mprotect(page, 4096, libc::PROT_READ), 0);
        assert_eq!(libc::kill(libc::getppid(), 0), -1);
        assert_eq!(libc::kill(libc::getpid(), 0), 0);
        assert_eq!(libc::ioctl(0, libc::TIOCSTI, b"x".as_ptr()), -1);
        assert_eq!(*libc::__errno_location(), libc::EACCES);
        assert_eq!(libc::fork(), -1);
        assert_eq!(libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), -1);
    }
}

/// The calls of an attack: each ends the process, whatever its arguments.
fn deadly(name: &str, call: libc::c_long) {
    if is_inside(name) {
        if !raised(&policy()).seccomp {
            std::process::abort();
        }
        // SAFETY: null and zero arguments; the call is not to return.
        unsafe { libc::syscall(call, 0, 0, 0, 0, 0, 0) };
        return;
    }
    if !offer().seccomp {
        return;
    }
    let output = inside(name);
    assert_eq!(output.status.signal(), Some(libc::SIGSYS), "{output:?}");
}

#[test]
fn ptrace_ends_the_process() {
    deadly("ptrace_ends_the_process", libc::SYS_ptrace);
}

#[test]
fn bpf_ends_the_process() {
    deadly("bpf_ends_the_process", libc::SYS_bpf);
}

#[test]
fn io_uring_ends_the_process() {
    deadly("io_uring_ends_the_process", libc::SYS_io_uring_setup);
}

#[test]
fn unshare_ends_the_process() {
    deadly("unshare_ends_the_process", libc::SYS_unshare);
}

#[test]
fn a_network_rule_opens_its_port_and_no_other() {
    if !is_inside("a_network_rule_opens_its_port_and_no_other") {
        return passes("a_network_rule_opens_its_port_and_no_other");
    }
    let [granted, other] = [0, 0].map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).unwrap());
    let port = granted.local_addr().unwrap().port();
    let peer = Peer::Network { network: "127.0.0.1".parse().unwrap(), prefix: 32 };
    let rule = NetworkRule { direction: Direction::Connect, protocol: None, peer, ports: port..=port };
    let rules = NetworkRules { rules: vec![rule], names: Vec::new() };
    let wall = raised(&policy().network(NetworkAccess::Rules(rules)));
    std::net::TcpStream::connect(granted.local_addr().unwrap()).unwrap();
    assert!(granted.accept().is_ok());
    if wall.landlock.is_some_and(|version| version >= 4) {
        denied(std::net::TcpStream::connect(other.local_addr().unwrap()));
        denied(std::net::TcpListener::bind("127.0.0.1:0"));
    }
    // SAFETY: takes numbers. No other families of sockets.
    assert!(!wall.seccomp || unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW, 0) } == -1);
}

#[test]
fn with_commands_programs_run_inside_the_same_walls() {
    if !is_inside("with_commands_programs_run_inside_the_same_walls") {
        return passes("with_commands_programs_run_inside_the_same_walls");
    }
    let wall = raised(&policy().program("/bin/cat"));
    let secret = folder().join("secret");
    let output = Command::new("/bin/cat").arg(folder().join("read/file")).output().unwrap();
    assert_eq!(output.stdout, b"readable", "{output:?}");
    if wall.landlock.is_some() {
        assert!(!Command::new("/bin/cat").arg(secret).output().unwrap().status.success());
    }
    // SAFETY: null and zero arguments.
    assert_eq!(unsafe { libc::syscall(libc::SYS_ptrace, 0, 0, 0, 0) }, -1);
}

#[test]
fn an_open_policy_has_no_wall() {
    if !is_inside("an_open_policy_has_no_wall") {
        return passes("an_open_policy_has_no_wall");
    }
    assert_eq!(raise(&Policy::open(), &Needs::default()), Wall::default());
    fs::read("/etc/passwd").unwrap();
}

#[test]
fn a_wall_with_holes_says_so() {
    let wall = Wall { missing: vec!["Landlock: this kernel has none".to_owned()], ..Wall::default() };
    assert_eq!(wall.warning().unwrap(), "the sandbox stands without its second wall, or part of it: Landlock: this kernel has none");
    assert_eq!(Wall::default().warning(), None);
}
