//! Path resolution against an oracle: on Linux, `openat2` with `RESOLVE_IN_ROOT` resolves a path exactly as a guest
//! whose root is that directory should see it. Random trees, random paths, every confined file system.

mod support;

use std::fs::File;
use std::path::Path;

use edge_wasix::host::HostDir;
use edge_wasix::{Errno, Kernel, MemoryFs};
use proptest::prelude::*;
use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, openat2};
use support::TempTree;

/// One step in making a tree.
#[derive(Clone, Debug)]
enum Step {
    Dir(String),
    File(String),
    Link { at: String, target: String },
}

fn component() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("a"), 4 => Just("b"), 3 => Just("c"), 3 => Just(".."), 1 => Just("."), 1 => Just(""),
    ]
}

/// Paths with `..`, `.`, double, leading and trailing slashes.
fn path() -> impl Strategy<Value = String> {
    (prop::collection::vec(component(), 1..7), any::<bool>(), 0..4u8).prop_map(|(parts, absolute, slash)| {
        let mut path = if absolute { String::from("/") } else { String::new() };
        path.push_str(&parts.join("/"));
        if slash == 0 {
            path.push('/');
        }
        if path.is_empty() { "a".to_string() } else { path }
    })
}

fn plain() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 1..4).prop_map(|parts| parts.join("/"))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => plain().prop_map(Step::Dir),
        1 => plain().prop_map(Step::File),
        4 => (plain(), path()).prop_map(|(at, target)| Step::Link { at, target }),
    ]
}

/// Makes the tree both ways; steps that cannot be taken are left out of both.
fn build(root: &Path, memory: &MemoryFs, steps: &[Step]) {
    use edge_wasix::fs::FileSystem;
    let real_dir = |at: &str| {
        let parent = Path::new(at).parent().unwrap();
        let mut dir = root.to_path_buf();
        parent.components().all(|part| {
            dir.push(part);
            dir.symlink_metadata().is_ok_and(|meta| meta.is_dir())
        })
    };
    for step in steps {
        let (Step::Dir(at) | Step::File(at) | Step::Link { at, .. }) = step;
        if !real_dir(at) {
            continue;
        }
        let (host, at) = (root.join(at), at.as_bytes());
        let made = match step {
            Step::Dir(_) => std::fs::create_dir(host).is_ok(),
            Step::File(_) => File::create_new(host).is_ok(),
            Step::Link { target, .. } => std::os::unix::fs::symlink(target, host).is_ok(),
        };
        if !made {
            continue;
        }
        match step {
            Step::Dir(_) => memory.mkdir(at, 0o755),
            Step::File(_) => {
                let flags = libc::O_CREAT | libc::O_WRONLY | libc::O_EXCL;
                memory.open(at, flags, 0o644).map(drop)
            }
            Step::Link { target, .. } => memory.symlink(target.as_bytes(), at),
        }
        .unwrap();
    }
}

/// What Linux finds: the inode number.
fn oracle(root: &File, path: &str, follow: bool) -> Result<u64, Errno> {
    let nofollow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let flags = OFlags::PATH | OFlags::CLOEXEC | nofollow;
    loop {
        match openat2(root, path, flags, Mode::empty(), ResolveFlags::IN_ROOT) {
            Err(rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
            Ok(fd) => {
                let stat = rustix::fs::statat(&fd, c"", AtFlags::EMPTY_PATH).unwrap();
                return Ok(stat.st_ino);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paths_lead_where_linux_says(
        steps in prop::collection::vec(step(), 0..14),
        paths in prop::collection::vec(path(), 1..12),
    ) {
        let temp = TempTree::new();
        let memory = MemoryFs::new();
        build(temp.path(), &memory, &steps);
        let root = File::open(temp.path()).unwrap();
        let host = Kernel::builder().mount("/", HostDir::open(temp.path()).unwrap()).build().unwrap();
        let by_hand = Kernel::builder().mount("/", HostDir::open_by_hand(temp.path()).unwrap()).build().unwrap();
        let memory = Kernel::builder().mount("/", memory).build().unwrap();
        for path in &paths {
            for follow in [true, false] {
                let expected = oracle(&root, path, follow);
                let stat = |kernel: &Kernel| {
                    if follow { kernel.stat(path.as_bytes()) } else { kernel.lstat(path.as_bytes()) }
                };
                prop_assert_eq!(stat(&host).map(|s| s.ino), expected, "host: {} follow {}", path, follow);
                prop_assert_eq!(stat(&by_hand).map(|s| s.ino), expected, "by hand: {} follow {}", path, follow);
                // Memory has inodes of its own: compare what is found, and where it really lies.
                let real = |kernel: &Kernel| kernel.realpath(path.as_bytes());
                prop_assert_eq!(stat(&memory).map(|s| s.file_type()), stat(&host).map(|s| s.file_type()), "{}", path);
                prop_assert_eq!(real(&memory), real(&host), "{}", path);
                if follow {
                    let open = |kernel: &Kernel| kernel.open(path.as_bytes(), libc::O_RDONLY, 0).map(|fd| kernel.close(fd));
                    prop_assert_eq!(open(&host).map(drop), expected.map(drop));
                    prop_assert_eq!(open(&memory).map(drop), expected.map(drop));
                }
            }
        }
        // Changes: the same calls on the directory and in memory end alike.
        for (index, path) in paths.iter().enumerate() {
            let bytes = path.as_bytes();
            let change = |kernel: &Kernel| match index % 6 {
                0 => kernel.mkdir(bytes, 0o755),
                1 => kernel.unlink(bytes),
                2 => kernel.open(bytes, libc::O_WRONLY | libc::O_CREAT, 0o644).and_then(|fd| kernel.close(fd)),
                3 => kernel.rmdir(bytes),
                4 => kernel.symlink(b"../b", bytes),
                _ => kernel.rename(paths[0].as_bytes(), bytes),
            };
            prop_assert_eq!(change(&memory), change(&host), "{} {}", index % 6, path);
            prop_assert_eq!(oracle(&root, path, true).map(drop), memory.stat(bytes).map(drop));
        }
    }
}
