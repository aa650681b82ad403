//! A file system that fails: the exact errno reaches the caller, and nothing is half applied.

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use edge_wasix::fs::constants::*;
use edge_wasix::fs::{DirEntry, File, FileSystem, SetTime, Stat, StatFs};
use edge_wasix::{CopyOnWrite, Errno, Kernel, MemoryFs, Result};

/// When and how it fails.
struct Faults {
    /// Calls until every one fails; below zero: now.
    left: AtomicI64,
    errno: Errno,
    /// No read or write moves more than this at once, and every third one is interrupted.
    piece: usize,
    calls: AtomicU64,
}

impl Faults {
    fn new(errno: Errno, piece: usize) -> Arc<Faults> {
        Arc::new(Faults { left: AtomicI64::new(i64::MAX), errno, piece, calls: AtomicU64::new(0) })
    }

    fn after(&self, calls: i64) {
        self.left.store(calls, Ordering::Relaxed);
    }

    fn check(&self) -> Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.left.fetch_sub(1, Ordering::Relaxed) <= 0 { Err(self.errno) } else { Ok(()) }
    }

    fn interrupted(&self) -> bool {
        self.piece < usize::MAX && self.calls.load(Ordering::Relaxed).is_multiple_of(3)
    }
}

/// `F` with faults in it.
struct Faulty<F>(F, Arc<Faults>);

struct FaultyFile(Arc<dyn File>, Arc<Faults>);

macro_rules! checked {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        $(fn $name(&self, $($arg: $type),*) -> $result {
            self.1.check()?;
            self.0.$name($($arg),*)
        })*
    };
}

impl<F: FileSystem> FileSystem for Faulty<F> {
    fn open(&self, path: &[u8], flags: i32, mode: u32) -> Result<Arc<dyn File>> {
        self.1.check()?;
        Ok(Arc::new(FaultyFile(self.0.open(path, flags, mode)?, Arc::clone(&self.1))))
    }

    checked! {
        stat(path: &[u8], follow: bool) -> Result<Stat>;
        readlink(path: &[u8]) -> Result<Vec<u8>>;
        read_dir(path: &[u8]) -> Result<Vec<DirEntry>>;
        mkdir(path: &[u8], mode: u32) -> Result<()>;
        rmdir(path: &[u8]) -> Result<()>;
        unlink(path: &[u8]) -> Result<()>;
        rename(from: &[u8], to: &[u8]) -> Result<()>;
        link(from: &[u8], to: &[u8]) -> Result<()>;
        symlink(target: &[u8], path: &[u8]) -> Result<()>;
        truncate(path: &[u8], len: u64) -> Result<()>;
        set_times(path: &[u8], atime: SetTime, mtime: SetTime, follow: bool) -> Result<()>;
        access(path: &[u8], mode: i32) -> Result<()>;
        chmod(path: &[u8], mode: u32, follow: bool) -> Result<()>;
        chown(path: &[u8], uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<()>;
        statfs(path: &[u8]) -> Result<StatFs>;
    }
}

impl File for FaultyFile {
    fn read(&self, buf: &mut [u8], offset: Option<u64>) -> Result<usize> {
        self.1.check()?;
        if self.1.interrupted() {
            return Err(Errno::EINTR);
        }
        let len = buf.len().min(self.1.piece);
        self.0.read(&mut buf[..len], offset)
    }

    fn write(&self, buf: &[u8], offset: Option<u64>) -> Result<usize> {
        self.1.check()?;
        self.0.write(&buf[..buf.len().min(self.1.piece)], offset)
    }

    checked! {
        seek(offset: i64, whence: i32) -> Result<u64>;
        stat() -> Result<Stat>;
        truncate(len: u64) -> Result<()>;
        sync(data_only: bool) -> Result<()>;
        chmod(mode: u32) -> Result<()>;
        chown(uid: Option<u32>, gid: Option<u32>) -> Result<()>;
        set_times(atime: SetTime, mtime: SetTime) -> Result<()>;
        flags() -> Result<i32>;
    }
}

const ERRORS: [Errno; 3] = [Errno::ENOSPC, Errno::EDQUOT, Errno::EIO];

fn memory() -> MemoryFs {
    MemoryFs::new().with_file("/f", "contents of f").unwrap().with_file("/d/g", "g").unwrap()
}

#[test]
fn the_exact_error_comes_back() {
    for errno in ERRORS {
        let faults = Faults::new(errno, usize::MAX);
        let k = Kernel::builder().mount("/", Faulty(memory(), Arc::clone(&faults))).build().unwrap();
        let fd = k.open(b"/f", O_RDWR, 0).unwrap();
        faults.after(0);
        let mut ends = vec![k.open(b"/f", O_RDONLY, 0).map(drop), k.stat(b"/f").map(drop), k.readdir(b"/").map(drop)];
        ends.extend([k.mkdir(b"/x", 0o777), k.rmdir(b"/d"), k.unlink(b"/f"), k.rename(b"/f", b"/g"), k.link(b"/f", b"/g")]);
        ends.extend([k.symlink(b"f", b"/l"), k.truncate(b"/f", 0), k.chmod(b"/f", 0), k.utimes(b"/f", SetTime::Now, SetTime::Now)]);
        ends.extend([k.read(fd, &mut [0; 4], None).map(drop), k.write(fd, b"x", None).map(drop), k.ftruncate(fd, 0), k.fsync(fd)]);
        ends.extend([k.fstat(fd).map(drop), k.fchmod(fd, 0), k.copy_file(b"/f", b"/g", 0), k.realpath(b"/f").map(drop)]);
        assert_eq!(ends.into_iter().collect::<HashSet<_>>(), HashSet::from([Err(errno)]));
        // And it goes on when the trouble is over.
        faults.after(i64::MAX);
        assert_eq!(k.read_file(b"/f", 100).unwrap(), b"contents of f");
        assert_eq!(k.readdir(b"/").unwrap().len(), 2);
        k.close(fd).unwrap();
    }
}

/// A copy that fails at any of its calls leaves the source, and no half of a new file.
#[test]
fn a_copy_is_whole_or_not_there() {
    for errno in ERRORS {
        for calls in 0..40 {
            let faults = Faults::new(errno, usize::MAX);
            let target = Arc::new(Faulty(MemoryFs::new(), Arc::clone(&faults)));
            let source = MemoryFs::new().with_file("/f", vec![1; 600_000]).unwrap();
            let k = Kernel::builder().mount("/s", source).mount_shared("/t", target).build().unwrap();
            faults.after(calls);
            let copied = k.copy_file(b"/s/f", b"/t/f", 0);
            // What broke stays broken for the copy; whoever removes the rest needs it whole again.
            faults.after(i64::MAX);
            assert_eq!(k.read_file(b"/s/f", 1 << 20).unwrap().len(), 600_000);
            match copied {
                Ok(()) => assert_eq!(k.read_file(b"/t/f", 1 << 20).unwrap().len(), 600_000),
                Err(error) => assert_eq!(error, errno),
            }
        }
    }
}

/// Copying up from a lower layer that fails at any call, gives short reads and is interrupted.
#[test]
fn a_copy_up_is_whole_or_not_there() {
    let contents: Vec<u8> = (0..2000u32).map(|n| n as u8).collect();
    for errno in ERRORS {
        let mut succeeded = 0;
        for calls in 0..250 {
            let faults = Faults::new(errno, 23);
            let lower = MemoryFs::new().with_file("/d/f", &contents).unwrap().with_file("/d/other", "o").unwrap();
            let cow = CopyOnWrite::new(Faulty(lower, Arc::clone(&faults))).unwrap();
            let k = Kernel::builder().mount("/", cow).build().unwrap();
            faults.after(calls);
            let wrote = k.open_file(b"/d/f", O_RDWR, 0).and_then(|file| file.write(b"end", Some(1999)));
            let renamed = k.rename(b"/d", b"/e");
            faults.after(i64::MAX);
            let path = if renamed.is_ok() { b"/e/f".as_slice() } else { b"/d/f" };
            let size = k.stat(path).unwrap().size;
            let now = k.open_file(path, O_RDONLY, 0).unwrap();
            let mut read = Vec::new();
            while (read.len() as u64) < size {
                let mut piece = [0; 64];
                match now.read(&mut piece, Some(read.len() as u64)) {
                    Err(Errno::EINTR) => {}
                    n => read.extend_from_slice(&piece[..n.unwrap()]),
                }
            }
            match wrote {
                Ok(n) => {
                    succeeded += 1;
                    assert_eq!((n, read.len()), (3, 2002));
                    assert_eq!((&read[..1999], &read[1999..]), (&contents[..1999], b"end".as_slice()));
                }
                Err(error) => {
                    assert_eq!(error, errno);
                    assert_eq!(read, contents);
                }
            }
            let expected: [&[u8]; 2] = [b"f", b"other"];
            let dir = if renamed.is_ok() { b"/e".as_slice() } else { b"/d" };
            let names: Vec<_> = k.readdir(dir).unwrap().into_iter().map(|entry| entry.name).collect();
            assert_eq!(names, expected);
            assert_eq!(k.readdir(b"/").unwrap().len(), 1);
        }
        assert!(succeeded > 0);
    }
}
