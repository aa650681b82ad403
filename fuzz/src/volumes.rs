//! `volumes`: folders and single files of the host as volumes of every mode, with `openat2` and with the rules kept by hand: what any calls
//! do there is what the model does; what is outside, read-only or under a copy-on-write volume stays as it was, and what is in a
//! writable volume is what the guest sees.

use super::input::Input;
use super::model::{Model, Node};
use super::tree_calls::{PIECES, drive};
use edge_wasix::fs::constants::{O_CREAT, O_WRONLY};
use edge_wasix::{Kernel, MemoryFs, Policy, VolumeAccess};
use std::collections::BTreeMap;

/// The volumes that are folders, and the links in each.
const FOLDERS: &[(&str, VolumeAccess)] =
    &[("ro", VolumeAccess::ReadOnly), ("rw", VolumeAccess::ReadWrite), ("cow", VolumeAccess::CopyOnWrite)];
/// The volumes that are files.
const FILES: &[(&str, VolumeAccess)] =
    &[("one", VolumeAccess::ReadOnly), ("two", VolumeAccess::ReadWrite), ("three", VolumeAccess::CopyOnWrite)];
/// Among them ways out, as a hostile archive has them.
const LINKS: &[(&str, &str)] =
    &[("l", "d"), ("up", "../../../outside"), ("abs", "/rw/d"), ("to", "d/f/"), ("gone", "nowhere/x"), ("loop", "loop")];
const MORE_PIECES: &[&[u8]] = &[
    b"ro", b"rw", b"cow", b"ro/d", b"rw/d", b"cow/d", b"cow/d/f", b"one", b"two", b"three", b"d", b"f", b"e", b"l", b"up", b"abs", b"to",
    b"gone", b"loop", b"outside",
];

/// Path, kind and contents of all that lies below.
type Tree = BTreeMap<Vec<u8>, (u32, Vec<u8>)>;

fn tree(kernel: &Kernel, root: &[u8]) -> Tree {
    let mut tree = Tree::new();
    let mut pending = vec![Vec::new()];
    while let Some(dir) = pending.pop() {
        for entry in kernel.readdir(&[root, &dir].concat()).expect("a folder that was just listed") {
            let inside = [dir.as_slice(), b"/", &entry.name].concat();
            let path = [root, &inside].concat();
            let kind = kernel.lstat(&path).expect("a name that was just listed").mode & 0o170_000;
            let contents = match kind {
                0o040_000 => {
                    pending.push(inside.clone());
                    Vec::new()
                }
                0o120_000 => kernel.readlink(&path).expect("a link"),
                _ => kernel.read_file(&path, 1 << 20).expect("a file"),
            };
            tree.insert(inside, (kind, contents));
        }
    }
    tree
}

/// A folder of the host's, removed at the end.
struct Scratch {
    host: std::sync::Arc<Kernel>,
    path: Vec<u8>,
}

impl Scratch {
    fn new() -> Self {
        let host = Kernel::builder().policy(Policy::open()).build().expect("a kernel needs nothing");
        let base: &[u8] = if host.access(b"/dev/shm", 7).is_ok() { b"/dev/shm" } else { b"/tmp" };
        let path = host.mkdtemp(&[base, b"/edge-fuzz-XXXXXX"].concat()).expect("room in the temporary folder");
        let scratch = Self { host, path };
        let write = |path: &str, contents: &[u8]| {
            scratch.host.write_file(&scratch.at(path), contents, O_WRONLY | O_CREAT, 0o666).expect("a file");
        };
        scratch.host.mkdir(&scratch.at("outside"), 0o777).expect("a folder");
        write("outside/canary", b"hush");
        for (name, _) in FOLDERS {
            for dir in ["", "/d", "/d/e"] {
                scratch.host.mkdir(&scratch.at(&format!("{name}{dir}")), 0o777).expect("a folder");
            }
            write(&format!("{name}/d/f"), b"below");
            write(&format!("{name}/planted"), name.as_bytes());
            for (link, target) in LINKS {
                scratch.host.symlink(target.as_bytes(), &scratch.at(&format!("{name}/{link}"))).expect("a link");
            }
        }
        for (name, _) in FILES {
            write(name, name.as_bytes());
        }
        scratch
    }

    fn at(&self, path: &str) -> Vec<u8> {
        [self.path.as_slice(), b"/", path.as_bytes()].concat()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = self.host.remove_all(&self.path);
    }
}

fn model() -> Model {
    let mut model = Model::new(&[(b"/ro".as_slice(), true), (b"/rw", false), (b"/cow", false)]);
    for (name, _) in FOLDERS {
        let root = format!("/{name}");
        for (dir, made) in [("", "d"), ("/d", "e")] {
            model.plant_node(format!("{root}{dir}").as_bytes(), made.as_bytes(), Node::Dir(BTreeMap::new()));
        }
        model.plant(format!("{root}/d").as_bytes(), b"f", b"below");
        model.plant(root.as_bytes(), b"planted", name.as_bytes());
        for (link, target) in LINKS {
            model.plant_node(root.as_bytes(), link.as_bytes(), Node::Link(target.as_bytes().to_vec()));
        }
    }
    for (name, access) in FILES {
        model.mount_file(name.as_bytes(), *access == VolumeAccess::ReadOnly, name.as_bytes());
    }
    model
}

/// Calls with any paths, on the kernel and on the model.
pub fn volumes(data: &[u8]) {
    let mut input = Input::new(data);
    let by_hand = input.byte() % 2 == 1;
    let scratch = Scratch::new();
    let policy = FOLDERS
        .iter()
        .chain(FILES)
        .fold(Policy::closed(), |policy, (name, access)| policy.volume_at(format!("/{name}"), &scratch.at(name), *access));
    let made = Kernel::builder().policy(policy.devices(false)).mount("/", MemoryFs::new()).resolve_by_hand(by_hand).build();
    let kernel = made.expect("volumes that are there");
    let kept = ["outside", "ro", "cow"];
    let before = kept.map(|name| tree(&scratch.host, &scratch.at(name)));
    let pieces = [PIECES, MORE_PIECES, MORE_PIECES].concat();
    drive(&kernel, &mut model(), &mut input, &pieces);
    let after = kept.map(|name| tree(&scratch.host, &scratch.at(name)));
    assert_eq!(before, after, "what no call may change");
    for (name, access) in FILES {
        let contents = scratch.host.read_file(&scratch.at(name), 1 << 20).expect("the volume is not to be removed");
        let seen = kernel.read_file(format!("/{name}").as_bytes(), 1 << 20).expect("the volume is not to be removed");
        if *access == VolumeAccess::ReadWrite {
            assert_eq!(contents, seen);
        } else {
            assert_eq!(contents, name.as_bytes());
        }
    }
    assert_eq!(tree(&kernel, b"/rw"), tree(&scratch.host, &scratch.at("rw")), "the host's side of the writable volume");
    // Whatever happened, the changes can be told, and tell of nothing but changes.
    let now = tree(&kernel, b"/cow");
    for change in kernel.host_view().changes().expect("the lower layer is there") {
        if let Some(inside) = change.path.strip_prefix(b"/cow") {
            let (was, is) = (before[2].get(inside), now.get(inside));
            assert!(was != is || (was.is_some() && is.is_some()), "{:?} was {was:?} and is {is:?}", String::from_utf8_lossy(&change.path));
        }
    }
}
