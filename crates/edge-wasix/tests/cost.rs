//! What the layer adds to a system call. Run with `cargo test --release -p edge-wasix --test cost -- --ignored --nocapture`.

mod support;

use std::time::Instant;

use edge_wasix::fs::constants::*;
use edge_wasix::host::HostDir;
use edge_wasix::{Kernel, MemoryFs, Policy};
use support::TempTree;

fn time(what: &str, mut body: impl FnMut()) {
    const ROUNDS: u32 = 200_000;
    for _ in 0..1000 {
        body();
    }
    let start = Instant::now();
    for _ in 0..ROUNDS {
        body();
    }
    println!("{what:32} {:6.0} ns", start.elapsed().as_nanos() as f64 / f64::from(ROUNDS));
}

#[test]
#[ignore = "a measurement"]
fn calls() {
    let temp = TempTree::new();
    std::fs::create_dir_all(temp.join("a/b/c")).unwrap();
    std::fs::write(temp.join("a/b/c/file"), [0; 4096]).unwrap();
    let path = temp.join("a/b/c/file");
    let c_path = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    let mut buf = [0u8; 4096];
    time("libc statx", || {
        // SAFETY: an all-zero statx is a valid value.
        let mut out: libc::statx = unsafe { std::mem::zeroed() };
        // SAFETY: the pointers are to live values.
        unsafe { libc::statx(libc::AT_FDCWD, c_path.as_ptr(), 0, 0xfff, &mut out) };
    });
    time("libc open+read+close", || {
        // SAFETY: the pointers are to live values, the length is the buffer's.
        unsafe {
            let fd = libc::open(c_path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
            libc::read(fd, buf.as_mut_ptr().cast(), 4096);
            libc::close(fd);
        }
    });
    let file = "/a/b/c/file";
    let kernels = [
        ("open", Kernel::builder().policy(Policy::open()).build().unwrap(), temp.path().to_str().unwrap().to_string() + file),
        ("host dir", Kernel::builder().mount("/", HostDir::open(temp.path()).unwrap()).build().unwrap(), file.into()),
        ("host dir by hand", Kernel::builder().mount("/", HostDir::open_by_hand(temp.path()).unwrap()).build().unwrap(), file.into()),
        ("memory", Kernel::builder().mount("/", MemoryFs::new().with_file(file, [0; 4096]).unwrap()).build().unwrap(), file.into()),
    ];
    for (name, k, path) in &kernels {
        let path = path.as_bytes();
        time(&format!("{name}: stat"), || {
            k.stat(path).unwrap();
        });
        time(&format!("{name}: mode"), || {
            k.mode(path).unwrap();
        });
        time(&format!("{name}: open+read+close"), || {
            let fd = k.open(path, O_RDONLY, 0).unwrap();
            k.read(fd, &mut buf, None).unwrap();
            k.close(fd).unwrap();
        });
        time(&format!("{name}: read_file"), || {
            k.read_file(path, usize::MAX).unwrap();
        });
    }
}
