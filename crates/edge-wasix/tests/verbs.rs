//! Every file call, with the same expectations on every kind of file system.

mod support;

use std::io::{IoSlice, IoSliceMut};

use edge_wasix::fs::constants::*;
use edge_wasix::fs::{COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE, EntryKind, SetTime, Timespec};
use edge_wasix::{Errno, Kernel};
use support::{Machine, on_each};

fn write(m: &Machine, path: &str, contents: &[u8]) {
    m.kernel.write_file(&m.p(path), contents, O_WRONLY | O_CREAT | O_TRUNC, 0o666).unwrap();
}

fn read(m: &Machine, path: &str) -> Vec<u8> {
    m.kernel.read_file(&m.p(path), usize::MAX).unwrap()
}

fn names(kernel: &Kernel, path: &[u8]) -> Vec<String> {
    let entries = kernel.readdir(path).unwrap();
    entries.into_iter().map(|entry| String::from_utf8(entry.name).unwrap()).collect()
}

#[test]
fn open_read_write() {
    on_each(|m| {
        let k = &m.kernel;
        assert_eq!(k.open(&m.p("/a"), O_RDONLY, 0), Err(Errno::ENOENT));
        assert_eq!(k.open(b"", O_RDONLY, 0), Err(Errno::ENOENT));
        assert_eq!(k.open(b"a\0b", O_RDONLY, 0), Err(Errno::EINVAL));
        let fd = k.open(&m.p("/a"), O_RDWR | O_CREAT | O_EXCL, 0o666).unwrap();
        assert_eq!(fd, 3);
        assert_eq!(k.open(&m.p("/a"), O_RDWR | O_CREAT | O_EXCL, 0o666), Err(Errno::EEXIST));
        assert_eq!(k.write(fd, b"hello world", None), Ok(11));
        assert_eq!(k.write(fd, b"J", Some(0)), Ok(1));
        let mut buf = [0; 5];
        assert_eq!(k.read(fd, &mut buf, Some(0)), Ok(5));
        assert_eq!(&buf, b"Jello");
        assert_eq!(k.read(fd, &mut buf, None), Ok(0));
        assert_eq!(k.seek(fd, -5, 2), Ok(6));
        assert_eq!(k.read(fd, &mut buf, None), Ok(5));
        assert_eq!(&buf, b"world");
        assert_eq!(k.seek(fd, -1, 0), Err(Errno::EINVAL));
        let (mut a, mut b) = ([0; 2], [0; 3]);
        let mut bufs = [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)];
        assert_eq!(k.readv(fd, &mut bufs, Some(1)), Ok(5));
        assert_eq!((&a, &b), (b"el", b"lo "));
        assert_eq!(k.writev(fd, &[IoSlice::new(b"ab"), IoSlice::new(b"cd")], Some(9)), Ok(4));
        assert_eq!(read(m, "/a"), b"Jello worabcd");
        assert_eq!(k.fstat(fd).unwrap().size, 13);
        assert_eq!(k.ftruncate(fd, 2), Ok(()));
        assert_eq!(k.ftruncate(fd, -1), Err(Errno::EINVAL));
        assert_eq!(k.ftruncate(fd, 4), Ok(()));
        assert_eq!(read(m, "/a"), b"Je\0\0");
        assert_eq!(k.fsync(fd), Ok(()));
        assert_eq!(k.fdatasync(fd), Ok(()));
        assert_eq!(k.fd_flags(fd).unwrap() & O_ACCMODE, O_RDWR);
        assert_eq!(k.close(fd), Ok(()));
        assert_eq!(k.close(fd), Err(Errno::EBADF));
        assert_eq!(k.read(fd, &mut buf, None), Err(Errno::EBADF));
        assert_eq!(k.read(-1, &mut buf, None), Err(Errno::EBADF));
        assert_eq!(k.read(i32::MAX, &mut buf, None), Err(Errno::EBADF));

        let read_only = k.open(&m.p("/a"), O_RDONLY, 0).unwrap();
        assert_eq!(k.write(read_only, b"x", None), Err(Errno::EBADF));
        assert_eq!(k.ftruncate(read_only, 0), Err(Errno::EINVAL));
        let append = k.open(&m.p("/a"), O_WRONLY | O_APPEND, 0).unwrap();
        assert_eq!((read_only, append), (3, 4));
        assert_eq!(k.write(append, b"z", Some(0)), Ok(1));
        assert_eq!(k.read(append, &mut buf, None), Err(Errno::EBADF));
        assert_eq!(read(m, "/a"), b"Je\0\0z");
        k.close(read_only).unwrap();
        let again = k.dup(append).unwrap();
        assert_eq!(again, 3);
        k.close(append).unwrap();
        assert_eq!(k.write(again, b"y", None), Ok(1));
        k.close(again).unwrap();
        let trunc = k.open(&m.p("/a"), O_WRONLY | O_TRUNC, 0).unwrap();
        assert_eq!(k.fstat(trunc).unwrap().size, 0);
        // Far past the end: a hole of zeros.
        assert_eq!(k.write(trunc, b"end", Some(10_000)), Ok(3));
        assert_eq!(read(m, "/a").len(), 10_003);
        k.close(trunc).unwrap();
    });
}

#[test]
fn open_of_directories_and_through_files() {
    on_each(|m| {
        let k = &m.kernel;
        write(m, "/f", b"x");
        k.mkdir(&m.p("/d"), 0o777).unwrap();
        assert_eq!(k.open(&m.p("/d"), O_WRONLY, 0), Err(Errno::EISDIR));
        assert_eq!(k.open(&m.p("/d"), O_RDWR | O_CREAT, 0o666), Err(Errno::EISDIR));
        assert_eq!(k.open(&m.p("/f"), O_RDONLY | O_DIRECTORY, 0), Err(Errno::ENOTDIR));
        assert_eq!(k.open(&m.p("/f/x"), O_RDONLY, 0), Err(Errno::ENOTDIR));
        assert_eq!(k.open(&m.p("/f/"), O_RDONLY, 0), Err(Errno::ENOTDIR));
        assert_eq!(k.open(&m.p("/f/."), O_RDONLY, 0), Err(Errno::ENOTDIR));
        assert_eq!(k.open(&m.p("/f/.."), O_RDONLY, 0), Err(Errno::ENOTDIR));
        assert_eq!(k.open(&m.p("/new/"), O_RDWR | O_CREAT, 0o666), Err(Errno::EISDIR));
        assert_eq!(k.open(&m.p("/no/new"), O_RDWR | O_CREAT, 0o666), Err(Errno::ENOENT));
        let dir = k.open(&m.p("/d/"), O_RDONLY, 0).unwrap();
        assert!(k.fstat(dir).unwrap().is_dir());
        assert_eq!(k.read(dir, &mut [0; 4], None), Err(Errno::EISDIR));
        k.close(dir).unwrap();
        assert_eq!(k.read_file(&m.p("/d"), usize::MAX), Err(Errno::EISDIR));
    });
}

#[test]
fn metadata() {
    on_each(|m| {
        let k = &m.kernel;
        write(m, "/f", b"12345");
        let stat = k.stat(&m.p("/f")).unwrap();
        assert!(stat.is_file());
        assert_eq!((stat.mode & 0o777, stat.size, stat.nlink), (0o644, 5, 1));
        assert_eq!(k.lstat(&m.p("/f")).unwrap(), stat);
        assert_eq!(k.mode(&m.p("/f")).unwrap(), stat.mode);
        let fields = stat.node_fields();
        assert_eq!((fields[1], fields[8]), (i64::from(stat.mode), 5));
        k.chmod(&m.p("/f"), 0o600).unwrap();
        assert_eq!(k.stat(&m.p("/f")).unwrap().mode & 0o777, 0o600);
        let fd = k.open(&m.p("/f"), O_RDONLY, 0).unwrap();
        k.fchmod(fd, 0o640).unwrap();
        assert_eq!(k.fstat(fd).unwrap().mode & 0o777, 0o640);
        let (a, b) = (Timespec { sec: 1_000_000, nsec: 123_456_789 }, Timespec { sec: -5, nsec: 500_000_000 });
        k.utimes(&m.p("/f"), SetTime::At(a), SetTime::At(b)).unwrap();
        let stat = k.stat(&m.p("/f")).unwrap();
        assert_eq!((stat.atime, stat.mtime), (a, b));
        k.futimes(fd, SetTime::Omit, SetTime::At(a)).unwrap();
        let stat = k.stat(&m.p("/f")).unwrap();
        assert_eq!((stat.atime, stat.mtime), (a, a));
        k.futimes(fd, SetTime::Now, SetTime::Omit).unwrap();
        assert!(k.fstat(fd).unwrap().atime > a);
        k.close(fd).unwrap();
        k.truncate(&m.p("/f"), 2).unwrap();
        assert_eq!(read(m, "/f"), b"12");
        assert_eq!(k.truncate(&m.p("/f"), -1), Err(Errno::EINVAL));
        assert_eq!(k.truncate(&m.p("/none"), 0), Err(Errno::ENOENT));
        assert_eq!(k.access(&m.p("/f"), F_OK), Ok(()));
        assert_eq!(k.access(&m.p("/f"), R_OK | W_OK), Ok(()));
        assert_eq!(k.access(&m.p("/f"), X_OK), Err(Errno::EACCES));
        assert_eq!(k.access(&m.p("/none"), F_OK), Err(Errno::ENOENT));
        assert_eq!(k.access(&m.p("/f"), 64), Err(Errno::EINVAL));
        k.chmod(&m.p("/f"), 0o700).unwrap();
        assert_eq!(k.access(&m.p("/f"), X_OK), Ok(()));
        k.chown(&m.p("/f"), None, Some(u32::MAX)).unwrap();
        assert!(k.statfs(&m.p("/f")).unwrap().bsize > 0);
        assert_eq!(k.statfs(&m.p("/none")), Err(Errno::ENOENT));
    });
}

#[test]
fn directories() {
    on_each(|m| {
        let k = &m.kernel;
        k.mkdir(&m.p("/d"), 0o777).unwrap();
        assert_eq!(k.stat(&m.p("/d")).unwrap().mode & 0o7777, 0o755);
        assert_eq!(k.mkdir(&m.p("/d"), 0o777), Err(Errno::EEXIST));
        assert_eq!(k.mkdir(&m.p("/d/"), 0o777), Err(Errno::EEXIST));
        assert_eq!(k.mkdir(&m.p("/e/"), 0o700), Ok(()));
        assert_eq!(k.mkdir(&m.p("/x/y"), 0o777), Err(Errno::ENOENT));
        assert_eq!(k.mkdir(&m.p("/d/."), 0o777), Err(Errno::EEXIST));
        assert_eq!(k.mkdir(&m.p("/d/.."), 0o777), Err(Errno::EEXIST));
        assert_eq!(k.mkdir(b"/", 0o777), Err(Errno::EEXIST));
        for name in ["b", "a", "B", "\u{e9}"] {
            write(m, &format!("/d/{name}"), b"");
        }
        k.mkdir(&m.p("/d/sub"), 0o777).unwrap();
        assert_eq!(names(k, &m.p("/d")), ["B", "a", "b", "sub", "\u{e9}"]);
        let kinds: Vec<_> = k.readdir(&m.p("/d")).unwrap().into_iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds[3], EntryKind::Dir);
        assert_eq!(kinds[0], EntryKind::File);
        assert_eq!(k.readdir(&m.p("/d/a")), Err(Errno::ENOTDIR));
        assert_eq!(k.readdir(&m.p("/none")), Err(Errno::ENOENT));
        let dir = k.opendir(&m.p("/d")).unwrap();
        let mut seen = Vec::new();
        loop {
            let some = dir.read(2).unwrap();
            assert!(some.len() <= 2);
            if some.is_empty() {
                break;
            }
            seen.extend(some.into_iter().map(|entry| entry.name));
        }
        seen.sort();
        assert_eq!(seen.len(), 5);
        assert_eq!(k.rmdir(&m.p("/d")), Err(Errno::ENOTEMPTY));
        assert_eq!(k.rmdir(&m.p("/d/a")), Err(Errno::ENOTDIR));
        assert_eq!(k.rmdir(&m.p("/d/sub/")), Ok(()));
        assert_eq!(k.rmdir(&m.p("/d/sub")), Err(Errno::ENOENT));
        assert_eq!(k.rmdir(b"/"), Err(Errno::EBUSY));
        // Recursive mkdir answers the first directory it made.
        assert_eq!(k.mkdir_all(&m.p("/r/s/t"), 0o777), Ok(Some(m.p("/r"))));
        assert_eq!(k.mkdir_all(&m.p("/r/s/t"), 0o777), Ok(None));
        assert_eq!(k.mkdir_all(&m.p("/r/s/u/v"), 0o777), Ok(Some(m.p("/r/s/u"))));
        assert_eq!(k.mkdir_all(&m.p("/d/a"), 0o777), Err(Errno::EEXIST));
        assert_eq!(k.mkdir_all(&m.p("/d/a/b"), 0o777), Err(Errno::ENOTDIR));
        let made = k.mkdtemp(&m.p("/tmp-XXXXXX")).unwrap();
        assert_eq!(k.stat(&made).unwrap().mode & 0o777, 0o700);
        assert_eq!(k.mkdtemp(&m.p("/tmp-")), Err(Errno::EINVAL));
        assert_eq!(k.mkdtemp(&m.p("/none/XXXXXX")), Err(Errno::ENOENT));
    });
}

#[test]
fn a_thousand_entries() {
    on_each(|m| {
        m.kernel.mkdir(&m.p("/d"), 0o777).unwrap();
        for n in 0..1000 {
            write(m, &format!("/d/some-rather-long-file-name-to-fill-buffers-{n}"), b"");
        }
        assert_eq!(m.kernel.readdir(&m.p("/d")).unwrap().len(), 1000);
        let dir = m.kernel.opendir(&m.p("/d")).unwrap();
        let mut count = 0;
        while let n @ 1.. = dir.read(32).unwrap().len() {
            count += n;
        }
        assert_eq!(count, 1000);
    });
}

#[test]
fn names_and_links() {
    on_each(|m| {
        let k = &m.kernel;
        write(m, "/a", b"a");
        k.mkdir(&m.p("/d"), 0o777).unwrap();
        k.link(&m.p("/a"), &m.p("/b")).unwrap();
        assert_eq!(k.stat(&m.p("/b")).unwrap().nlink, 2);
        assert_eq!(k.stat(&m.p("/b")).unwrap().ino, k.stat(&m.p("/a")).unwrap().ino);
        assert_eq!(k.link(&m.p("/a"), &m.p("/b")), Err(Errno::EEXIST));
        assert_eq!(k.link(&m.p("/none"), &m.p("/c")), Err(Errno::ENOENT));
        assert_eq!(k.link(&m.p("/d"), &m.p("/c")), Err(Errno::EPERM));
        assert_eq!(k.link(&m.p("/a"), &m.p("/c/")), Err(Errno::ENOENT));
        k.unlink(&m.p("/b")).unwrap();
        assert_eq!(k.unlink(&m.p("/b")), Err(Errno::ENOENT));
        assert_eq!(k.unlink(&m.p("/d")), Err(Errno::EISDIR));
        assert_eq!(k.unlink(&m.p("/a/")), Err(Errno::ENOTDIR));

        k.rename(&m.p("/a"), &m.p("/d/a")).unwrap();
        assert_eq!(k.stat(&m.p("/a")), Err(Errno::ENOENT));
        write(m, "/a", b"new");
        k.rename(&m.p("/a"), &m.p("/d/a")).unwrap();
        assert_eq!(read(m, "/d/a"), b"new");
        assert_eq!(k.rename(&m.p("/none"), &m.p("/x")), Err(Errno::ENOENT));
        assert_eq!(k.rename(&m.p("/d"), &m.p("/d/sub")), Err(Errno::EINVAL));
        assert_eq!(k.rename(&m.p("/d/a"), &m.p("/d")), Err(Errno::ENOTEMPTY));
        write(m, "/f", b"");
        assert_eq!(k.rename(&m.p("/d"), &m.p("/f")), Err(Errno::ENOTDIR));
        assert_eq!(k.rename(&m.p("/f/"), &m.p("/g")), Err(Errno::ENOTDIR));
        assert_eq!(k.rename(&m.p("/f"), &m.p("/g/")), Err(Errno::ENOTDIR));
        k.mkdir(&m.p("/e"), 0o777).unwrap();
        assert_eq!(k.rename(&m.p("/e"), &m.p("/d")), Err(Errno::ENOTEMPTY));
        assert_eq!(k.rename(&m.p("/d"), &m.p("/e")), Ok(()));
        assert_eq!(read(m, "/e/a"), b"new");

        k.symlink(b"e/a", &m.p("/link")).unwrap();
        assert_eq!(k.readlink(&m.p("/link")).unwrap(), b"e/a");
        assert_eq!(k.readlink(&m.p("/f")), Err(Errno::EINVAL));
        assert_eq!(k.symlink(b"x", &m.p("/link")), Err(Errno::EEXIST));
        assert_eq!(k.symlink(b"", &m.p("/empty")), Err(Errno::ENOENT));
        assert_eq!(k.symlink(b"x\0y", &m.p("/nul")), Err(Errno::EINVAL));
        assert_eq!(k.symlink(b"x", &m.p("/slash/")), Err(Errno::ENOENT));
        assert_eq!(read(m, "/link"), b"new");
        assert!(k.lstat(&m.p("/link")).unwrap().is_symlink());
        assert!(k.stat(&m.p("/link")).unwrap().is_file());
        assert_eq!(k.lstat(&m.p("/link/")), Err(Errno::ENOTDIR));
        assert_eq!(k.open(&m.p("/link"), O_RDONLY | O_NOFOLLOW, 0), Err(Errno::ELOOP));
        assert_eq!(k.open(&m.p("/link"), O_RDWR | O_CREAT | O_EXCL, 0o666), Err(Errno::EEXIST));
        k.chmod(&m.p("/link"), 0o604).unwrap();
        assert_eq!(k.stat(&m.p("/e/a")).unwrap().mode & 0o777, 0o604);
        let then = SetTime::At(Timespec { sec: 77, nsec: 0 });
        k.lutimes(&m.p("/link"), then, then).unwrap();
        assert_eq!(k.lstat(&m.p("/link")).unwrap().mtime.sec, 77);
        assert_ne!(k.stat(&m.p("/link")).unwrap().mtime.sec, 77);
        k.utimes(&m.p("/link"), then, then).unwrap();
        assert_eq!(k.stat(&m.p("/link")).unwrap().mtime.sec, 77);
        assert_eq!(k.lchown(&m.p("/link"), None, None), Ok(()));
        assert_eq!(k.realpath(&m.p("/e/../link")).unwrap(), m.p("/e/a"));
        assert_eq!(k.realpath(&m.p("/none")), Err(Errno::ENOENT));

        k.symlink(b"e/", &m.p("/dirlink")).unwrap();
        assert_eq!(read(m, "/dirlink/a"), b"new");
        assert_eq!(k.readlink(&m.p("/dirlink")).unwrap(), b"e/");
        assert_eq!(k.readlink(&m.p("/dirlink/")), Err(Errno::EINVAL));
        assert_eq!(k.rmdir(&m.p("/dirlink")), Err(Errno::ENOTDIR));
        assert_eq!(k.rmdir(&m.p("/dirlink/")), Err(Errno::ENOTDIR));
        assert!(k.lstat(&m.p("/dirlink/")).unwrap().is_dir());
        // A dangling link can be opened for creation: its target is made.
        k.symlink(b"made", &m.p("/dangling")).unwrap();
        write(m, "/dangling", b"through");
        assert_eq!(read(m, "/made"), b"through");
        k.symlink(b"loop2", &m.p("/loop1")).unwrap();
        k.symlink(b"loop1", &m.p("/loop2")).unwrap();
        assert_eq!(k.stat(&m.p("/loop1")), Err(Errno::ELOOP));
        assert_eq!(k.unlink(&m.p("/loop1")), Ok(()));
        // `..` after a link is the target's parent.
        k.mkdir(&m.p("/e/deep"), 0o777).unwrap();
        k.symlink(b"e/deep", &m.p("/deep")).unwrap();
        assert_eq!(read(m, "/deep/../a"), b"new");
    });
}

#[test]
fn working_directory() {
    on_each(|m| {
        let k = &m.kernel;
        k.mkdir_all(&m.p("/a/b"), 0o777).unwrap();
        k.symlink(b"a/b", &m.p("/link")).unwrap();
        k.chdir(&m.p("/link")).unwrap();
        assert_eq!(k.cwd().unwrap(), m.p("/a/b"));
        k.write_file(b"file", b"x", O_WRONLY | O_CREAT, 0o666).unwrap();
        assert_eq!(read(m, "/a/b/file"), b"x");
        assert!(k.stat(b"..").unwrap().is_dir());
        assert_eq!(k.stat(b"../b/file").unwrap().size, 1);
        assert_eq!(k.stat(b"./file").unwrap().size, 1);
        assert_eq!(k.realpath(b"file").unwrap(), m.p("/a/b/file"));
        assert_eq!(k.chdir(b"file"), Err(Errno::ENOTDIR));
        assert_eq!(k.chdir(b"none"), Err(Errno::ENOENT));
        k.unlink(b"file").unwrap();
        k.chdir(b"..").unwrap();
        assert_eq!(k.cwd().unwrap(), m.p("/a"));
        k.chdir(b"b").unwrap();
        k.rmdir(&m.p("/a/b")).unwrap();
        assert_eq!(k.cwd(), Err(Errno::ENOENT));
        assert_eq!(k.stat(b"x"), Err(Errno::ENOENT));
    });
}

#[test]
fn copying() {
    on_each(|m| {
        let k = &m.kernel;
        let big: Vec<u8> = (0..700_000u32).map(|n| n as u8).collect();
        write(m, "/a", &big);
        k.chmod(&m.p("/a"), 0o751).unwrap();
        write(m, "/b", b"longer than nothing");
        k.copy_file(&m.p("/a"), &m.p("/b"), 0).unwrap();
        assert_eq!(read(m, "/b"), big);
        assert_eq!(k.stat(&m.p("/b")).unwrap().mode & 0o777, 0o751);
        assert_eq!(k.copy_file(&m.p("/a"), &m.p("/b"), COPYFILE_EXCL), Err(Errno::EEXIST));
        assert_eq!(k.copy_file(&m.p("/none"), &m.p("/c"), 0), Err(Errno::ENOENT));
        assert_eq!(k.copy_file(&m.p("/a"), &m.p("/c"), 8), Err(Errno::EINVAL));
        k.copy_file(&m.p("/a"), &m.p("/a"), 0).unwrap();
        assert_eq!(read(m, "/a"), big);
        k.copy_file(&m.p("/a"), &m.p("/c"), COPYFILE_FICLONE).unwrap();
        assert_eq!(read(m, "/c"), big);
        // Whether the host can share blocks depends on it; failing leaves nothing behind.
        if k.copy_file(&m.p("/a"), &m.p("/clone"), COPYFILE_FICLONE_FORCE).is_err() {
            assert_eq!(k.stat(&m.p("/clone")), Err(Errno::ENOENT));
        }
    });
}

#[test]
fn umask_and_modes() {
    on_each(|m| {
        if !m.confined() {
            return; // the process's umask is shared with the other tests
        }
        let k = &m.kernel;
        assert_eq!(k.set_umask(0o027), 0o022);
        k.mkdir(&m.p("/d"), 0o777).unwrap();
        assert_eq!(k.stat(&m.p("/d")).unwrap().mode & 0o777, 0o750);
    });
}

#[test]
fn names_too_long() {
    on_each(|m| {
        let k = &m.kernel;
        assert_eq!(k.stat(&m.p(&format!("/{}", "n".repeat(256)))), Err(Errno::ENAMETOOLONG));
        assert_eq!(k.mkdir(&m.p(&format!("/{}", "n".repeat(256))), 0), Err(Errno::ENAMETOOLONG));
        assert_eq!(k.stat(&m.p(&"/n".repeat(3000))), Err(Errno::ENAMETOOLONG));
    });
}

#[test]
fn an_unlinked_file_lives_while_open() {
    on_each(|m| {
        let k = &m.kernel;
        let fd = k.open(&m.p("/a"), O_RDWR | O_CREAT, 0o666).unwrap();
        k.unlink(&m.p("/a")).unwrap();
        assert_eq!(k.write(fd, b"still", None), Ok(5));
        let mut buf = [0; 5];
        assert_eq!(k.read(fd, &mut buf, Some(0)), Ok(5));
        assert_eq!(k.fstat(fd).unwrap().nlink, 0);
        k.close(fd).unwrap();
    });
}

#[test]
fn removing_trees() {
    on_each(|m| {
        let k = &m.kernel;
        k.mkdir_all(&m.p("/t/a/b/c"), 0o777).unwrap();
        k.mkdir(&m.p("/kept"), 0o777).unwrap();
        write(m, "/kept/file", b"x");
        write(m, "/t/f", b"");
        write(m, "/t/a/b/f", b"");
        k.symlink(b"../../kept", &m.p("/t/a/link")).unwrap();
        assert_eq!(k.remove_all(&m.p("/t")), Ok(7));
        assert_eq!(k.stat(&m.p("/t")), Err(Errno::ENOENT));
        assert_eq!(read(m, "/kept/file"), b"x");
        k.symlink(b"kept", &m.p("/link")).unwrap();
        assert_eq!(k.remove_all(&m.p("/link")), Ok(1));
        assert_eq!(k.remove_all(&m.p("/none")), Err(Errno::ENOENT));
        assert_eq!(k.remove_all(&m.p("/kept/file")), Ok(1));
    });
}
