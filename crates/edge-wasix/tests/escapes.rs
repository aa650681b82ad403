//! The escape catalogue's rows on paths and descriptors, against a canary outside the mounted directory.

mod support;

use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use edge_wasix::fs::constants::*;
use edge_wasix::fs::{FileSystem, ReadOnly, SetTime, Timespec};
use edge_wasix::host::HostDir;
use edge_wasix::{Errno, Kernel, MemoryFs, Policy, Stdio, VolumeAccess};
use support::TempTree;

const CANARY: &[u8] = b"secret";

/// `outside/canary` next to the mounted `inside`, on which a kernel runs.
struct Cage {
    temp: TempTree,
    kernel: Arc<Kernel>,
}

fn cages() -> Vec<Cage> {
    let cage = |by_hand| {
        let temp = TempTree::new();
        std::fs::create_dir(temp.join("inside")).unwrap();
        std::fs::create_dir(temp.join("inside-secret")).unwrap();
        std::fs::create_dir(temp.join("outside")).unwrap();
        std::fs::write(temp.join("outside/canary"), CANARY).unwrap();
        std::fs::write(temp.join("inside-secret/canary"), CANARY).unwrap();
        let dir = match by_hand {
            true => HostDir::open_by_hand(temp.join("inside")),
            false => HostDir::open(temp.join("inside")),
        };
        let kernel = Kernel::builder().mount("/app", dir.unwrap()).build().unwrap();
        Cage { temp, kernel }
    };
    vec![cage(false), cage(true)]
}

impl Cage {
    fn outside(&self) -> String {
        self.temp.join("outside").to_str().unwrap().to_string()
    }

    /// Nothing outside was read, changed or added.
    fn check(&self) {
        assert_eq!(std::fs::read(self.temp.join("outside/canary")).unwrap(), CANARY);
        assert_eq!(std::fs::read_dir(self.temp.join("outside")).unwrap().count(), 1);
        assert_eq!(std::fs::read_dir(self.temp.path()).unwrap().count(), 3);
    }

    /// Every way to touch what `path` leads to fails.
    fn denied(&self, path: &str) {
        let (k, p) = (&self.kernel, path.as_bytes());
        println!("denied: {path}");
        assert!(k.read_file(p, 1000).is_err());
        assert!(k.open(p, O_WRONLY, 0).is_err());
        assert!(k.stat(p).is_err());
        assert!(k.access(p, F_OK).is_err());
        assert!(k.truncate(p, 0).is_err());
        assert!(k.chmod(p, 0o777).is_err());
        assert!(k.chown(p, Some(0), Some(0)).is_err());
        assert!(k.utimes(p, SetTime::Now, SetTime::Now).is_err());
        assert!(k.statfs(p).is_err());
        assert!(k.realpath(p).is_err());
        assert!(k.readdir(p).is_err());
        assert!(k.chdir(p).is_err());
        assert!(k.copy_file(p, b"/app/copy", 0).is_err());
        assert!(k.stat(b"/app/copy").is_err());
        self.check();
    }
}

#[test]
fn row_1_dots_and_absolute_paths() {
    for cage in cages() {
        let outside = cage.outside();
        for path in [
            "/app/../outside/canary".to_string(),
            "/app/../../outside/canary".to_string(),
            "/../../../../outside/canary".to_string(),
            "//outside/canary".to_string(),
            format!("{outside}/canary"),
            format!("//{outside}/canary"),
            format!("/app/{outside}/canary"),
            format!("/app/../../../../../../../../../../../..{outside}/canary"),
        ] {
            cage.denied(&path);
            let create = cage.kernel.open(format!("{path}-new").as_bytes(), O_WRONLY | O_CREAT, 0o666);
            assert!(create.is_err());
            cage.check();
        }
        cage.kernel.mkdir_all(b"/app/a/b", 0o777).unwrap();
        cage.kernel.write_file(b"/app/a/b/../../x", b"in", O_CREAT | O_WRONLY, 0o666).unwrap();
        assert_eq!(cage.kernel.read_file(b"/app/a/../x", 10).unwrap(), b"in");
        assert_eq!(cage.kernel.read_file(b"/../app/../app/x", 10).unwrap(), b"in");
        cage.kernel.chdir(b"/app/a").unwrap();
        assert_eq!(cage.kernel.read_file(b"../x", 10).unwrap(), b"in");
        cage.denied("../../../../../../outside/canary");
    }
}

#[test]
fn rows_2_and_3_links_and_trailing_slashes() {
    for cage in cages() {
        let (k, outside) = (&cage.kernel, cage.outside());
        k.mkdir(b"/app/d", 0o777).unwrap();
        // Made by the guest and, as found in an unpacked archive, by the host.
        let targets = [
            outside.clone(),
            format!("{outside}/"),
            "../outside".to_string(),
            "../outside/".to_string(),
            "../../../../../../../..".to_string() + &outside,
            "d/../../outside".to_string(),
        ];
        for (n, target) in targets.iter().enumerate() {
            let guest = format!("/app/guest{n}");
            k.symlink(target.as_bytes(), guest.as_bytes()).unwrap();
            symlink(target, cage.temp.join(&format!("inside/host{n}"))).unwrap();
            for link in [guest, format!("/app/host{n}")] {
                for suffix in ["", "/", "//", "/.", "/canary", "/canary/", "/../outside/canary"] {
                    cage.denied(&format!("{link}{suffix}"));
                }
                assert!(k.open(format!("{link}/new").as_bytes(), O_CREAT | O_WRONLY, 0o666).is_err());
                assert!(k.mkdir(format!("{link}/new").as_bytes(), 0o777).is_err());
                assert!(k.unlink(format!("{link}/canary").as_bytes()).is_err());
                assert!(k.rename(format!("{link}/canary").as_bytes(), b"/app/stolen").is_err());
                assert!(k.link(format!("{link}/canary").as_bytes(), b"/app/stolen").is_err());
                assert!(k.rename(b"/app/d", format!("{link}/d").as_bytes()).is_err());
                assert!(k.symlink(b"x", format!("{link}/new").as_bytes()).is_err());
                cage.check();
            }
        }
        // Chains, and a dangling link that O_CREAT would follow.
        k.symlink(b"one", b"/app/two").unwrap();
        k.symlink(b"guest0", b"/app/one").unwrap();
        cage.denied("/app/two/canary");
        k.symlink(format!("{outside}/made").as_bytes(), b"/app/dangling").unwrap();
        k.symlink(b"../outside/made", b"/app/dangling2").unwrap();
        for link in [b"/app/dangling".as_slice(), b"/app/dangling2"] {
            assert_eq!(k.open(link, O_CREAT | O_WRONLY, 0o666), Err(Errno::ENOENT));
            assert_eq!(k.open(link, O_CREAT | O_WRONLY | O_TRUNC, 0o666), Err(Errno::ENOENT));
            assert_eq!(k.open(link, O_CREAT | O_EXCL | O_WRONLY, 0o666), Err(Errno::EEXIST));
            assert!(k.copy_file(b"/app/one", link, 0).is_err());
            cage.check();
        }
        // A hard link to a link that leads out is still a link that leads out.
        k.link(b"/app/guest0", b"/app/hard").unwrap();
        cage.denied("/app/hard/canary");
    }
}

/// Row 4, for a bounded time: one thread swaps a directory and a link that leads out, another goes through it.
#[test]
fn row_4_race() {
    race(Duration::from_secs(1));
}

#[test]
#[ignore = "takes minutes; the catalogue's million rounds"]
fn row_4_race_long() {
    race(Duration::from_secs(120));
}

fn race(time: Duration) {
    for cage in cages() {
        let (k, outside) = (&cage.kernel, cage.outside());
        k.mkdir(b"/app/real", 0o777).unwrap();
        k.write_file(b"/app/real/canary", b"mine", O_CREAT | O_WRONLY, 0o666).unwrap();
        symlink(&outside, cage.temp.join("inside/evil")).unwrap();
        let stop = AtomicBool::new(false);
        let until = Instant::now() + time;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (a, b, c) = (cage.temp.join("inside/real"), cage.temp.join("inside/evil"), cage.temp.join("inside/spare"));
                while Instant::now() < until {
                    std::fs::rename(&a, &c).unwrap();
                    std::fs::rename(&b, &a).unwrap();
                    std::fs::rename(&a, &b).unwrap();
                    std::fs::rename(&c, &a).unwrap();
                }
                stop.store(true, Ordering::SeqCst);
            });
            let mut rounds = 0;
            while !stop.load(Ordering::SeqCst) {
                if let Ok(contents) = k.read_file(b"/app/real/canary", 100) {
                    assert_eq!(contents, b"mine");
                }
                let _ = k.open(b"/app/real/new", O_CREAT | O_WRONLY, 0o666).map(|fd| k.close(fd));
                let _ = k.unlink(b"/app/real/new");
                let _ = k.chmod(b"/app/real/canary", 0o644);
                let _ = k.truncate(b"/app/real/canary", 4);
                let _ = k.mkdir(b"/app/real/sub", 0o777);
                let _ = k.rename(b"/app/real/sub", b"/app/real/sub2");
                let _ = k.rmdir(b"/app/real/sub2");
                let _ = k.symlink(b"x", b"/app/real/link");
                let _ = k.unlink(b"/app/real/link");
                rounds += 1;
            }
            println!("{rounds} rounds");
        });
        cage.check();
    }
}

#[test]
fn rows_5_and_16_read_only_stays_so() {
    let temp = TempTree::new();
    std::fs::write(temp.join("f"), CANARY).unwrap();
    let policy = Policy::closed().volume("/ro", temp.path(), VolumeAccess::ReadOnly);
    let k = Kernel::builder().policy(policy).build().unwrap();
    let before = std::fs::metadata(temp.join("f")).unwrap();
    for flags in [O_RDONLY | O_TRUNC, O_WRONLY, O_RDWR, O_WRONLY | O_APPEND, O_RDWR | O_CREAT, O_RDONLY | O_CREAT | O_TRUNC] {
        assert_eq!(k.open(b"/ro/f", flags, 0o666), Err(Errno::EROFS), "{flags:o}");
    }
    assert_eq!(k.open(b"/ro/new", O_CREAT | O_RDONLY, 0o666), Err(Errno::EROFS));
    assert!(k.open(b"/ro", O_TMPFILE | O_RDWR, 0o666).is_err());
    let fd = k.open(b"/ro/f", O_RDONLY | O_CREAT, 0o666).unwrap();
    let now = SetTime::At(Timespec { sec: 1, nsec: 0 });
    assert_eq!(k.write(fd, b"x", None), Err(Errno::EBADF));
    assert_eq!(k.fchmod(fd, 0o777), Err(Errno::EROFS));
    assert_eq!(k.fchown(fd, Some(1), Some(1)), Err(Errno::EROFS));
    assert_eq!(k.futimes(fd, now, now), Err(Errno::EROFS));
    assert_eq!(k.ftruncate(fd, 0), Err(Errno::EINVAL));
    let copy = k.dup(fd).unwrap();
    assert_eq!(k.fchmod(copy, 0o777), Err(Errno::EROFS));
    assert_eq!(k.chmod(b"/ro/f", 0o777), Err(Errno::EROFS));
    assert_eq!(k.chown(b"/ro/f", Some(1), None), Err(Errno::EROFS));
    assert_eq!(k.utimes(b"/ro/f", now, now), Err(Errno::EROFS));
    assert_eq!(k.lutimes(b"/ro/f", now, now), Err(Errno::EROFS));
    assert_eq!(k.truncate(b"/ro/f", 0), Err(Errno::EROFS));
    assert_eq!(k.unlink(b"/ro/f"), Err(Errno::EROFS));
    assert_eq!(k.rename(b"/ro/f", b"/ro/g"), Err(Errno::EROFS));
    assert_eq!(k.link(b"/ro/f", b"/ro/g"), Err(Errno::EROFS));
    assert_eq!(k.symlink(b"f", b"/ro/g"), Err(Errno::EROFS));
    assert_eq!(k.mkdir(b"/ro/d", 0o777), Err(Errno::EROFS));
    assert_eq!(k.rmdir(b"/ro/f"), Err(Errno::EROFS));
    assert_eq!(k.access(b"/ro/f", W_OK), Err(Errno::EROFS));
    assert_eq!(k.copy_file(b"/ro/f", b"/ro/g", 0), Err(Errno::EROFS));
    assert_eq!(k.mkdtemp(b"/ro/XXXXXX"), Err(Errno::EROFS));
    let after = std::fs::metadata(temp.join("f")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert_eq!(before.permissions(), after.permissions());
    assert_eq!(std::fs::read(temp.join("f")).unwrap(), CANARY);
}

#[test]
fn row_6_across_mounts() {
    let temp = TempTree::new();
    let shared = Arc::new(MemoryFs::new().with_file("/f", "x").unwrap());
    let k = Kernel::builder()
        .mount("/a", HostDir::open(temp.path()).unwrap())
        .mount("/b", MemoryFs::new())
        .mount_shared("/c", shared.clone())
        .mount_shared("/d", shared)
        .build()
        .unwrap();
    k.write_file(b"/a/f", b"x", O_CREAT | O_WRONLY, 0o666).unwrap();
    k.mkdir(b"/a/dir", 0o777).unwrap();
    for to in [b"/b/f".as_slice(), b"/c/g", b"/new"] {
        assert_eq!(k.rename(b"/a/f", to), Err(Errno::EXDEV));
        assert_eq!(k.link(b"/a/f", to), Err(Errno::EXDEV));
    }
    // Even two views of the same file system: a mount is a border.
    assert_eq!(k.rename(b"/c/f", b"/d/g"), Err(Errno::EXDEV));
    assert_eq!(k.rename(b"/a/none", b"/b/f"), Err(Errno::ENOENT));
    for point in [b"/a".as_slice(), b"/b/", b"/"] {
        assert_eq!(k.rename(point, b"/a/moved"), Err(Errno::EBUSY));
        assert_eq!(k.rmdir(point), Err(Errno::EBUSY));
        assert_eq!(k.unlink(point), Err(Errno::EISDIR));
    }
    // A link may lead from one mount into another: that is the guest's own name space.
    k.symlink(b"/c/f", b"/a/link").unwrap();
    assert_eq!(k.read_file(b"/a/link", 10).unwrap(), b"x");
    k.symlink(b"../c/f", b"/a/dir/link").unwrap();
    assert_eq!(k.stat(b"/a/dir/link"), Err(Errno::ENOENT));
    let names: Vec<_> = k.readdir(b"/").unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, [b"a", b"b", b"c", b"d"]);
    assert_eq!(k.mkdir(b"/new", 0o777), Err(Errno::EROFS));
    assert_eq!(k.mkdir(b"/a", 0o777), Err(Errno::EEXIST));
}

#[test]
fn row_7_proc_and_dev() {
    for cage in cages() {
        for path in ["/proc/self/environ", "/proc/self/fd/0", "/proc/self/root/etc/passwd", "/dev/fd/0", "/dev/null"] {
            cage.denied(path);
        }
        for (n, target) in ["/proc/self/root", "/proc/self/cwd", "/proc/self/fd/1", "/dev/stdin"].iter().enumerate() {
            symlink(target, cage.temp.join(&format!("inside/l{n}"))).unwrap();
            cage.denied(&format!("/app/l{n}"));
            cage.denied(&format!("/app/l{n}/etc/passwd"));
        }
    }
    // Even with the host's whole root as a volume.
    for dir in [HostDir::open("/"), HostDir::open_by_hand("/")] {
        let k = Kernel::builder().mount("/", ReadOnly::new(dir.unwrap())).build().unwrap();
        for path in ["/proc/self/environ", "/proc/1/environ", "/proc/self/root/etc", "/dev/null", "/dev/zero", "/sys/kernel"] {
            assert!(k.open(path.as_bytes(), O_RDONLY, 0).is_err(), "{path}");
            assert!(k.readlink(path.as_bytes()).is_err(), "{path}");
        }
        assert_eq!(k.readdir(b"/proc"), Err(Errno::EACCES));
        assert!(k.stat(b"/etc").unwrap().is_dir());
    }
    // And as roots themselves.
    let proc = Kernel::builder().mount("/", HostDir::open("/proc/self").unwrap()).build().unwrap();
    assert!(proc.open(b"/environ", O_RDONLY, 0).is_err());
    assert!(proc.readdir(b"/").is_err());
}

#[test]
fn row_9_prefixes_are_components() {
    let temp = TempTree::new();
    std::fs::create_dir(temp.join("app")).unwrap();
    std::fs::create_dir(temp.join("app-secret")).unwrap();
    std::fs::write(temp.join("app-secret/canary"), CANARY).unwrap();
    let k = Kernel::builder().mount("/app", HostDir::open(temp.join("app")).unwrap()).build().unwrap();
    for path in ["/app-secret", "/app-secret/canary", "/app/../app-secret/canary", "/app/-secret/canary", "/app*/canary"] {
        assert_eq!(k.stat(path.as_bytes()), Err(Errno::ENOENT), "{path}");
    }
}

#[test]
fn row_11_bytes_are_bytes() {
    for cage in cages() {
        let k = &cage.kernel;
        assert_eq!(k.stat(b"/app/../outside\0"), Err(Errno::EINVAL));
        assert_eq!(k.open(b"/app/x\0.txt", O_CREAT | O_WRONLY, 0o666), Err(Errno::EINVAL));
        assert_eq!(k.rename(b"/app/a", b"/app/b\0"), Err(Errno::EINVAL));
        assert_eq!(k.mkdir(b"\0", 0o777), Err(Errno::EINVAL));
        // Overlong UTF-8 of `/` and `.` are names, not separators; lone surrogates are names.
        for name in [b"/app/\xc0\xaf..".as_slice(), b"/app/\xc0\xae\xc0\xae", b"/app/\xed\xa0\x80", b"/app/\xff"] {
            k.write_file(name, b"x", O_CREAT | O_WRONLY, 0o666).unwrap();
            assert_eq!(k.realpath(name).unwrap(), name);
        }
        assert_eq!(k.readdir(b"/app").unwrap().len(), 4);
        cage.check();
    }
}

#[test]
fn row_12_fifos_sockets_and_devices() {
    for cage in cages() {
        let k = &cage.kernel;
        let fifo = std::ffi::CString::new(cage.temp.join("inside/fifo").to_str().unwrap()).unwrap();
        // SAFETY: a C string that lives for the call.
        assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o666) }, 0);
        let _socket = std::os::unix::net::UnixListener::bind(cage.temp.join("inside/socket")).unwrap();
        let started = Instant::now();
        for name in [b"/app/fifo".as_slice(), b"/app/socket"] {
            for flags in [O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_NONBLOCK, O_WRONLY | O_CREAT | O_TRUNC] {
                assert_eq!(k.open(name, flags, 0o666), Err(Errno::EACCES), "{flags:o}");
            }
            assert_eq!(k.truncate(name, 0), Err(Errno::EACCES));
            assert!(k.copy_file(name, b"/app/copy", 0).is_err());
            assert!(k.stat(name).is_ok());
        }
        assert!(started.elapsed() < Duration::from_secs(5));
        assert_eq!(k.unlink(b"/app/fifo"), Ok(()));
    }
}

#[test]
fn set_id_bits_do_not_reach_the_host() {
    for cage in cages() {
        let k = &cage.kernel;
        let fd = k.open(b"/app/f", O_CREAT | O_RDWR, 0o6777).unwrap();
        k.fchmod(fd, 0o6755).unwrap();
        k.chmod(b"/app/f", 0o6755).unwrap();
        assert_eq!(k.stat(b"/app/f").unwrap().mode & 0o7777, 0o755);
    }
}

#[test]
fn row_17_forged_descriptors() {
    let k = Kernel::builder().mount("/", MemoryFs::new().with_file("/f", "x").unwrap()).build().unwrap();
    for fd in [-1, i32::MIN, 3, 1000, i32::MAX] {
        assert_eq!(k.read(fd, &mut [0], None), Err(Errno::EBADF));
        assert_eq!(k.close(fd), Err(Errno::EBADF));
        assert_eq!(k.dup(fd), Err(Errno::EBADF));
        assert_eq!(k.dup2(0, fd.max(5000)), Err(Errno::EBADF));
    }
    let fd = k.open(b"/f", O_RDONLY, 0).unwrap();
    for n in 0..10_000 {
        k.dup2(fd, 10 + n % 100).unwrap();
    }
    assert_eq!(k.open_fds().len(), 4 + 100);
    // The limit is exact, and a close makes room.
    let mut last = Ok(0);
    for _ in 0..2000 {
        last = k.open(b"/f", O_RDONLY, 0);
    }
    assert_eq!(last, Err(Errno::EMFILE));
    assert_eq!(k.open_fds().len(), 1024);
    k.close(500).unwrap();
    assert_eq!(k.open(b"/f", O_RDONLY, 0), Ok(500));
}

#[test]
fn row_46_memory_file_systems_are_bounded() {
    let k = Kernel::builder().mount("/", MemoryFs::with_limit(1 << 20)).stdio(Stdio::None).build().unwrap();
    let fd = k.open(b"/f", O_CREAT | O_RDWR, 0o666).unwrap();
    assert_eq!(fd, 0);
    assert_eq!(k.ftruncate(fd, i64::MAX), Err(Errno::ENOSPC));
    assert_eq!(k.write(fd, b"x", Some(u64::MAX)), Err(Errno::EFBIG));
    assert_eq!(k.write(fd, b"x", Some(1 << 40)), Err(Errno::ENOSPC));
    assert_eq!(k.ftruncate(fd, 1 << 19), Ok(()));
    let mut made = 0;
    while k.mkdir(format!("/d{made}").as_bytes(), 0o777).is_ok() {
        made += 1;
        assert!(made < 100_000);
    }
    assert_eq!(k.mkdir(b"/more", 0o777), Err(Errno::ENOSPC));
    assert_eq!(k.write(fd, &[0; 4096], Some(1 << 19)), Err(Errno::ENOSPC));
    k.unlink(b"/f").unwrap();
    k.close(fd).unwrap();
    assert_eq!(k.mkdir(b"/more", 0o777), Ok(()));
    assert_eq!(k.write_file(b"/g", &[0; 1 << 18], O_CREAT | O_WRONLY, 0o666), Ok(()));
}

#[test]
fn a_very_deep_tree_is_dropped_without_recursion() {
    let fs = MemoryFs::new();
    fs.mkdir(b"top", 0o777).unwrap();
    // Depth beyond a path's length: hang the old top under a new one, over and over.
    for _ in 0..100_000 {
        fs.mkdir(b"new", 0o777).unwrap();
        fs.rename(b"top", b"new/top").unwrap();
        fs.rename(b"new", b"top").unwrap();
    }
    drop(fs);
}
