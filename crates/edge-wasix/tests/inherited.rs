//! A process that is nothing but one kernel: it takes over what its parent handed down. The test runs itself again
//! as that child.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio as HostStdio};

use edge_wasix::fs::HandleType;
use edge_wasix::{Errno, Kernel, Policy, Stdio};

#[test]
#[ignore = "the child of the other test"]
fn child() {
    let k = Kernel::builder().policy(Policy::open()).stdio(Stdio::Own).inherit_fds().build().unwrap();
    assert_eq!(k.guess_handle_type(7), HandleType::Pipe);
    // A test runner may hand down more (a make job server).
    let taken = k.open_fds();
    let free = (3..).find(|fd| !taken.contains(fd)).unwrap();
    assert_eq!(k.write(7, b"from the child", None), Ok(14));
    // Freed numbers are used again, the lowest first.
    assert_eq!(k.open(b"/dev/null", libc::O_RDONLY, 0), Ok(free));
    k.close(1).unwrap();
    assert_eq!(k.write(1, b"x", None), Err(Errno::EBADF));
    // The parent sees the end of our output, answers, and only then do we end.
    assert_eq!(k.read(0, &mut [0; 8], None), Ok(4));
    k.exit(5);
}

#[test]
fn a_child_takes_over_its_descriptors() {
    let (mut read, write) = std::io::pipe().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "child", "--test-threads=1", "--nocapture"]);
    command.stdin(HostStdio::piped()).stdout(HostStdio::piped()).stderr(HostStdio::null());
    let raw = write.as_raw_fd();
    // SAFETY: between fork and exec only `dup2` is called, which is allowed there.
    unsafe { command.pre_exec(move || if libc::dup2(raw, 7) < 0 { Err(std::io::Error::last_os_error()) } else { Ok(()) }) };
    let mut child = command.spawn().unwrap();
    drop(write);
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    child.stdin.take().unwrap().write_all(b"done").unwrap();
    let mut said = String::new();
    read.read_to_string(&mut said).unwrap();
    assert_eq!(said, "from the child", "{output}");
    assert_eq!(child.wait().unwrap().code(), Some(5));
}
