//! Copy-on-write against a model, which is the host: the same random calls on a directory and on a copy-on-write view of its twin end
//! alike, the twin stays as it was (row 15 of the escape catalogue), and the differences read out are those between the two.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use edge_wasix::fs::SetTime;
use edge_wasix::fs::constants::*;
use edge_wasix::host::HostDir;
use edge_wasix::{ChangeKind, CopyOnWrite, Errno, Kernel, Policy, VolumeAccess};
use proptest::prelude::*;
use support::TempTree;

/// Type and mode, and what is in it.
type Tree = BTreeMap<Vec<u8>, (u32, Vec<u8>)>;

/// A tree with what matters: nested directories, links, two names of one file, an unwritable file, an empty directory.
fn populate(root: &Path) {
    for dir in ["a", "a/d", "a/d/deep", "b", "empty"] {
        std::fs::create_dir(root.join(dir)).unwrap();
    }
    for (file, contents) in [("f", "root"), ("a/f", "one"), ("a/d/f", "two"), ("a/d/deep/f", "deep"), ("b/g", "shared")] {
        std::fs::write(root.join(file), contents).unwrap();
    }
    std::fs::hard_link(root.join("b/g"), root.join("a/twin")).unwrap();
    std::os::unix::fs::symlink("d", root.join("a/link")).unwrap();
    std::os::unix::fs::symlink("../b/g", root.join("a/to_g")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("dangling")).unwrap();
    std::fs::set_permissions(root.join("a/d/f"), std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
}

fn tree(kernel: &Kernel) -> Tree {
    let mut tree = Tree::new();
    let mut pending = vec![b"".to_vec()];
    while let Some(dir) = pending.pop() {
        for entry in kernel.readdir(if dir.is_empty() { b"/" } else { &dir }).unwrap() {
            let path = [&dir[..], b"/", &entry.name].concat();
            let stat = kernel.lstat(&path).unwrap();
            let contents = match stat.file_type() {
                S_IFDIR => {
                    pending.push(path.clone());
                    Vec::new()
                }
                S_IFLNK => kernel.readlink(&path).unwrap(),
                _ => kernel.read_file(&path, 1 << 20).unwrap(),
            };
            if !stat.is_dir() {
                assert_eq!(stat.size, contents.len() as u64, "{}", String::from_utf8_lossy(&path));
            }
            tree.insert(path, (stat.mode, contents));
        }
    }
    tree
}

/// The differences by the book: what is inside a removed directory is not told.
fn differences(was: &Tree, now: &Tree) -> Vec<(Vec<u8>, ChangeKind)> {
    let mut all: Vec<_> = now
        .iter()
        .filter_map(|(path, value)| match was.get(path) {
            None => Some((path.clone(), ChangeKind::Added)),
            Some(old) if old != value => Some((path.clone(), ChangeKind::Changed)),
            Some(_) => None,
        })
        .collect();
    for path in was.keys().filter(|path| !now.contains_key(*path)) {
        let parent = &path[..path.iter().rposition(|&byte| byte == b'/').unwrap()];
        if parent.is_empty() || now.get(parent).is_some_and(|(mode, _)| mode & S_IFMT == S_IFDIR) {
            all.push((path.clone(), ChangeKind::Removed));
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn on_directory(path: &Path) -> Arc<Kernel> {
    Kernel::builder().mount("/", HostDir::open(path).unwrap()).umask(0o022).build().unwrap()
}

#[derive(Clone, Debug)]
enum Call {
    Write(String, Vec<u8>),
    Append(String, Vec<u8>),
    WriteAt(String, u8, Vec<u8>),
    Exclusive(String),
    Truncate(String, u8),
    Mkdir(String),
    Rmdir(String),
    Unlink(String),
    Rename(String, String),
    Link(String, String),
    Symlink(String, String),
    Chmod(String, u32),
    Read(String),
    List(String),
    Copy(String, String),
    /// Opens for reading or for both, and keeps it open.
    Hold(String, bool),
    WriteHeld(Vec<u8>),
    ReadHeld,
    ChmodHeld(u32),
    RemoveAll(String),
}

fn path() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "d", "f", "g", "twin", "link", "to_g", "dangling", "empty", "new", "deep", ".."]);
    prop::collection::vec(name, 1..4).prop_map(|names| format!("/{}", names.join("/")))
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..6)
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => (path(), bytes()).prop_map(|(p, b)| Call::Write(p, b)),
        1 => (path(), bytes()).prop_map(|(p, b)| Call::Append(p, b)),
        1 => (path(), 0..9u8, bytes()).prop_map(|(p, at, b)| Call::WriteAt(p, at, b)),
        1 => path().prop_map(Call::Exclusive),
        1 => (path(), 0..9u8).prop_map(|(p, len)| Call::Truncate(p, len)),
        2 => path().prop_map(Call::Mkdir),
        1 => path().prop_map(Call::Rmdir),
        2 => path().prop_map(Call::Unlink),
        4 => (path(), path()).prop_map(|(a, b)| Call::Rename(a, b)),
        2 => (path(), path()).prop_map(|(a, b)| Call::Link(a, b)),
        1 => (path(), path()).prop_map(|(a, b)| Call::Symlink(a, b)),
        1 => (path(), prop::sample::select(vec![0o600u32, 0o644, 0o755])).prop_map(|(p, m)| Call::Chmod(p, m)),
        1 => path().prop_map(Call::Read),
        1 => path().prop_map(Call::List),
        1 => (path(), path()).prop_map(|(a, b)| Call::Copy(a, b)),
        1 => (path(), any::<bool>()).prop_map(|(p, w)| Call::Hold(p, w)),
        1 => bytes().prop_map(Call::WriteHeld),
        2 => Just(Call::ReadHeld),
        1 => prop::sample::select(vec![0o600u32, 0o640]).prop_map(Call::ChmodHeld),
        1 => path().prop_map(Call::RemoveAll),
    ]
}

/// One side of the comparison: a kernel, and a descriptor that is held.
struct Side {
    kernel: Arc<Kernel>,
    held: Option<i32>,
}

impl Side {
    fn run(&mut self, call: &Call) -> Result<Vec<u8>, Errno> {
        let k = &self.kernel;
        let done = |result: Result<(), Errno>| result.map(|()| Vec::new());
        match call {
            Call::Write(p, b) => done(k.write_file(p.as_bytes(), b, O_WRONLY | O_CREAT | O_TRUNC, 0o666)),
            Call::Append(p, b) => done(k.write_file(p.as_bytes(), b, O_WRONLY | O_APPEND, 0o666)),
            Call::WriteAt(p, at, b) => {
                let file = k.open_file(p.as_bytes(), O_RDWR, 0)?;
                file.write(b, Some(u64::from(*at)))?;
                let mut read = vec![0; 20];
                let n = file.read(&mut read, Some(0))?;
                Ok(read[..n].to_vec())
            }
            Call::Exclusive(p) => done(k.write_file(p.as_bytes(), b"x", O_WRONLY | O_CREAT | O_EXCL, 0o600)),
            Call::Truncate(p, len) => done(k.truncate(p.as_bytes(), i64::from(*len))),
            Call::Mkdir(p) => done(k.mkdir(p.as_bytes(), 0o777)),
            Call::Rmdir(p) => done(k.rmdir(p.as_bytes())),
            Call::Unlink(p) => done(k.unlink(p.as_bytes())),
            Call::Rename(a, b) => done(k.rename(a.as_bytes(), b.as_bytes())),
            Call::Link(a, b) => done(k.link(a.as_bytes(), b.as_bytes())),
            Call::Symlink(a, b) => done(k.symlink(a.as_bytes(), b.as_bytes())),
            Call::Chmod(p, mode) => done(k.chmod(p.as_bytes(), *mode)),
            Call::Read(p) => {
                let contents = k.read_file(p.as_bytes(), 1000)?;
                let stat = k.stat(p.as_bytes())?;
                Ok([contents, format!("{:o} {}", stat.mode, stat.nlink).into_bytes()].concat())
            }
            Call::List(p) => {
                let names = k.readdir(p.as_bytes())?.into_iter().map(|entry| [&entry.name[..], &[entry.kind as u8]].concat());
                Ok(names.collect::<Vec<_>>().concat())
            }
            Call::Copy(a, b) => done(k.copy_file(a.as_bytes(), b.as_bytes(), 0)),
            Call::Hold(p, write) => {
                let fd = k.open(p.as_bytes(), if *write { O_RDWR } else { O_RDONLY | O_NOFOLLOW }, 0)?;
                if let Some(old) = self.held.replace(fd) {
                    k.close(old).unwrap();
                }
                Ok(Vec::new())
            }
            Call::WriteHeld(b) => done(k.write(self.held.unwrap_or(-1), b, None).map(drop)),
            Call::ReadHeld => {
                let fd = self.held.unwrap_or(-1);
                let mut buffer = vec![0; 20];
                let n = k.read(fd, &mut buffer, Some(0))?;
                let stat = k.fstat(fd)?;
                Ok([buffer[..n].to_vec(), format!("{:o} {} {}", stat.mode, stat.nlink, stat.size).into_bytes()].concat())
            }
            Call::ChmodHeld(mode) => done(k.fchmod(self.held.unwrap_or(-1), *mode)),
            // What is half way through depends on the order of the names, which a directory is free to choose.
            Call::RemoveAll(p) => k.remove_all(p.as_bytes()).map(|count| count.to_string().into_bytes()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_a_directory_like_any_other(calls in prop::collection::vec(call(), 1..40)) {
        let (model, lower) = (TempTree::new(), TempTree::new());
        populate(model.path());
        populate(lower.path());
        let below = tree(&on_directory(lower.path()));
        let cow = CopyOnWrite::new(HostDir::open(lower.path()).unwrap()).unwrap();
        let mut real = Side { kernel: on_directory(model.path()), held: None };
        let mut layered = Side { kernel: Kernel::builder().mount("/", cow).umask(0o022).build().unwrap(), held: None };
        // Tests may run as root, for whom every file is writable; else the model refuses what memory does not.
        for (index, call) in calls.iter().enumerate() {
            let expected = real.run(call);
            let got = layered.run(call);
            if expected == Err(Errno::EACCES) && got != expected {
                break;
            }
            // Which of two wrong paths is told first is not told by the trait.
            let two_paths = matches!(call, Call::Link(..) | Call::Rename(..) | Call::Copy(..));
            if !(two_paths && got.is_err() && expected.is_err()) {
                prop_assert_eq!(got, expected, "{} {:?}", index, call);
            }
        }
        if calls.len() % 4 != 0 {
            let (expected, now) = (tree(&real.kernel), tree(&layered.kernel));
            prop_assert_eq!(&now, &expected);
            let told: Vec<_> = layered.kernel.host_view().changes().unwrap().into_iter().map(|c| (c.path, c.kind)).collect();
            prop_assert_eq!(told, differences(&below, &now));
        }
        prop_assert_eq!(tree(&on_directory(lower.path())), below, "the lower layer changed");
    }
}

fn volume(lower: &TempTree) -> Arc<Kernel> {
    let policy = Policy::closed().volume("/w", lower.path(), VolumeAccess::CopyOnWrite);
    Kernel::builder().policy(policy).umask(0o022).build().unwrap()
}

#[test]
fn row_15_the_lower_layer_keeps_its_hash() {
    let lower = TempTree::new();
    populate(lower.path());
    let times = |path: &str| {
        let meta = std::fs::symlink_metadata(lower.join(path)).unwrap();
        (meta.modified().unwrap(), std::os::unix::fs::MetadataExt::ctime_nsec(&meta), std::os::unix::fs::MetadataExt::ino(&meta))
    };
    let all = ["f", "a", "a/f", "a/d", "a/d/f", "b", "b/g", "a/link", "empty"];
    let before: Vec<_> = all.iter().map(|path| times(path)).collect();
    let below = tree(&on_directory(lower.path()));
    let k = volume(&lower);
    k.write_file(b"/w/f", b"changed", O_WRONLY | O_TRUNC, 0).unwrap();
    k.rename(b"/w/a", b"/w/moved").unwrap();
    assert_eq!(k.read_file(b"/w/moved/d/deep/f", 10).unwrap(), b"deep");
    k.mkdir(b"/w/a", 0o755).unwrap();
    assert_eq!(k.readdir(b"/w/a").unwrap(), []);
    k.write_file(b"/w/moved/d/f", b"x", O_WRONLY | O_APPEND, 0).unwrap();
    k.utimes(b"/w/moved/d/deep/f", SetTime::Now, SetTime::Now).unwrap();
    k.rename(b"/w/empty", b"/w/moved/d/empty").unwrap();
    k.remove_all(b"/w/b").unwrap();
    k.link(b"/w/moved/f", b"/w/hard").unwrap();
    let fd = k.open(b"/w/moved/to_g", O_RDONLY | O_NOFOLLOW, 0);
    assert_eq!(fd, Err(Errno::ELOOP));
    let fd = k.open(b"/w/moved/twin", O_RDONLY, 0).unwrap();
    k.fchmod(fd, 0o600).unwrap();
    k.fchown(fd, Some(12), Some(13)).unwrap();
    assert_eq!(k.write(fd, b"x", None), Err(Errno::EBADF));
    assert_eq!(k.stat(b"/w/moved/twin").unwrap().mode & 0o777, 0o600);
    assert_eq!(k.rmdir(b"/w"), Err(Errno::EBUSY));
    k.remove_all(b"/w/moved").unwrap();
    drop(k);
    assert_eq!(tree(&on_directory(lower.path())), below);
    assert_eq!(all.iter().map(|path| times(path)).collect::<Vec<_>>(), before);
}

#[test]
fn a_file_keeps_its_identity() {
    let lower = TempTree::new();
    populate(lower.path());
    let k = volume(&lower);
    let id = |path: &[u8]| k.stat(path).map(|stat| (stat.dev, stat.ino, stat.birthtime)).unwrap();
    let before = id(b"/w/b/g");
    assert_eq!(before, id(b"/w/a/twin"));
    k.write_file(b"/w/b/g", b"new", O_WRONLY | O_TRUNC, 0).unwrap();
    assert_eq!((id(b"/w/b/g"), id(b"/w/a/twin")), (before, before));
    assert_eq!(k.read_file(b"/w/a/twin", 10).unwrap(), b"new");
    k.rename(b"/w/b/g", b"/w/g").unwrap();
    assert_eq!(id(b"/w/g"), before);
    assert_eq!(k.stat(b"/w/g").unwrap().nlink, 2);
    k.unlink(b"/w/g").unwrap();
    assert_eq!(k.stat(b"/w/a/twin").unwrap().nlink, 1);
    // The change is found under the name that was never touched.
    let paths: Vec<_> = k.host_view().changes().unwrap().into_iter().map(|change| (change.path, change.kind)).collect();
    assert_eq!(paths, [(b"/w/a/twin".to_vec(), ChangeKind::Changed), (b"/w/b/g".to_vec(), ChangeKind::Removed)]);
    // Open before it is changed, read after.
    let fd = k.open(b"/w/f", O_RDONLY, 0).unwrap();
    k.write_file(b"/w/f", b"later", O_WRONLY, 0).unwrap();
    let mut buffer = [0; 10];
    assert_eq!(k.read(fd, &mut buffer, Some(0)), Ok(5));
    assert_eq!(&buffer[..5], b"later");
    assert_eq!(k.fstat(fd).unwrap().ino, k.stat(b"/w/f").unwrap().ino);
}

#[test]
fn without_room_nothing_changes() {
    let lower = TempTree::new();
    std::fs::write(lower.join("big"), vec![7; 100_000]).unwrap();
    std::fs::write(lower.join("small"), vec![7; 900]).unwrap();
    let cow = CopyOnWrite::with_limit(HostDir::open(lower.path()).unwrap(), 4000).unwrap();
    let k = Kernel::builder().mount("/", cow).build().unwrap();
    let fd = k.open(b"/big", O_RDWR, 0).unwrap();
    assert_eq!(k.write(fd, b"x", None), Err(Errno::ENOSPC));
    assert_eq!(k.ftruncate(fd, 50_000), Err(Errno::ENOSPC));
    assert_eq!(k.truncate(b"/big", 200_000), Err(Errno::ENOSPC));
    assert_eq!(k.read_file(b"/big", 1 << 20).unwrap(), vec![7; 100_000]);
    // What needs no copy has room.
    k.rename(b"/big", b"/large").unwrap();
    k.chmod(b"/large", 0o600).unwrap();
    assert_eq!(k.read_file(b"/large", 1 << 20).unwrap().len(), 100_000);
    k.write_file(b"/small", b"x", O_WRONLY | O_APPEND, 0).unwrap();
    assert_eq!(k.read_file(b"/small", 1 << 20).unwrap().len(), 901);
    // The contents of a file that is cut to nothing are not copied first.
    k.truncate(b"/large", 0).unwrap();
    let mut made = 0;
    while k.mkdir(format!("/d{made}").as_bytes(), 0o777).is_ok() {
        made += 1;
        assert!(made < 1000);
    }
    // Removing works when nothing else does, and gives room.
    k.unlink(b"/small").unwrap();
    assert_eq!(k.stat(b"/small"), Err(Errno::ENOENT));
    k.unlink(b"/large").unwrap();
    k.close(fd).unwrap();
    k.mkdir(b"/again", 0o777).unwrap();
    // Whiteouts are not left behind by what the lower layer never had.
    for _ in 0..1000 {
        k.rmdir(b"/again").unwrap();
        k.mkdir(b"/again", 0o777).unwrap();
    }
}

#[test]
fn a_single_file_can_be_a_volume() {
    let host = TempTree::new();
    std::fs::write(host.join("config.json"), "{}").unwrap();
    std::fs::write(host.join("secret"), "hush").unwrap();
    let path = host.join("config.json");
    for (access, by_hand) in [
        (VolumeAccess::ReadOnly, false),
        (VolumeAccess::ReadWrite, false),
        (VolumeAccess::CopyOnWrite, false),
        (VolumeAccess::ReadOnly, true),
        (VolumeAccess::ReadWrite, true),
        (VolumeAccess::CopyOnWrite, true),
    ] {
        std::fs::write(&path, "{}").unwrap();
        let policy = Policy::closed().volume("//etc/./app//config.json", &path, access);
        let k = Kernel::builder().policy(policy).resolve_by_hand(by_hand).build().unwrap();
        let guest = b"/etc/app/config.json".as_slice();
        assert_eq!(k.read_file(guest, 10).unwrap(), b"{}");
        assert!(k.stat(guest).unwrap().is_file());
        let listed = k.readdir(b"/etc/app").unwrap();
        assert_eq!((&listed[0].name[..], listed[0].kind, listed.len()), (b"config.json".as_slice(), edge_wasix::fs::EntryKind::File, 1));
        for below in ["/etc/app/config.json/x", "/etc/app/config.json/", "/etc/app/config.json/../secret"] {
            assert_eq!(k.stat(below.as_bytes()), Err(Errno::ENOTDIR), "{below}");
        }
        assert_eq!(k.stat(b"/etc/app/secret"), Err(Errno::ENOENT));
        assert!(k.rename(guest, b"/etc/app/x").is_err());
        assert!(k.unlink(guest).is_err());
        assert!(k.mkdir(guest, 0o777).is_err());
        let wrote = k.write_file(guest, b"[1]", O_WRONLY | O_TRUNC | O_CREAT, 0o666);
        let (expected, host_has) = match access {
            VolumeAccess::ReadOnly => (Err(Errno::EROFS), "{}"),
            VolumeAccess::ReadWrite => (Ok(()), "[1]"),
            VolumeAccess::CopyOnWrite => (Ok(()), "{}"),
        };
        assert_eq!(wrote, expected);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), host_has);
        let changes = k.host_view().changes().unwrap();
        match access {
            VolumeAccess::CopyOnWrite => assert_eq!((changes.len(), &changes[0].path[..]), (1, guest)),
            _ => assert!(changes.is_empty()),
        }
        // Replaced on the host: seen; replaced by a link that leads elsewhere: refused.
        if access == VolumeAccess::ReadOnly {
            std::fs::write(host.join("next"), "next").unwrap();
            std::fs::rename(host.join("next"), &path).unwrap();
            assert_eq!(k.read_file(guest, 10).unwrap(), b"next");
            std::os::unix::fs::symlink("secret", host.join("next")).unwrap();
            std::fs::rename(host.join("next"), &path).unwrap();
            assert!(k.read_file(guest, 10).is_err());
            std::fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn a_wrong_volume_is_named() {
    let host = TempTree::new();
    let fifo = std::ffi::CString::new(host.join("fifo").to_str().unwrap()).unwrap();
    // SAFETY: a C string that lives for the call.
    assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o666) }, 0);
    for (name, message) in [("missing", "no such file or directory"), ("fifo", "permission denied")] {
        let path = host.join(name);
        let policy = Policy::closed().volume("/data", &path, VolumeAccess::ReadWrite);
        let error = Kernel::builder().policy(policy).build_explained().err().unwrap();
        assert_eq!(error.to_string(), format!("the volume {} at /data: {message}", path.display()));
    }
    for guest in ["data", "/a/../b", "", "/a\0b"] {
        let policy = Policy::closed().volume(guest, host.path(), VolumeAccess::ReadOnly);
        assert_eq!(Kernel::builder().policy(policy).build().err(), Some(Errno::EINVAL), "{guest:?}");
    }
}
