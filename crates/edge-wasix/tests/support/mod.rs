//! What the tests share: a temporary host directory, and the same machine over every kind of file system.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use edge_wasix::fs::FileSystem;
use edge_wasix::host::HostDir;
use edge_wasix::{CopyOnWrite, Kernel, MemoryFs, Policy};

/// A directory of the host that is removed with everything in it.
pub struct TempTree(PathBuf);

impl TempTree {
    pub fn new() -> TempTree {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("edge-wasix-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        std::fs::create_dir(&path).unwrap();
        TempTree(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A path inside, as bytes.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for TempTree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A kernel and where in it a test may work.
pub struct Machine {
    pub name: &'static str,
    pub kernel: Arc<Kernel>,
    /// Prefix of every absolute path: empty in a confined kernel.
    pub base: String,
    pub temp: Option<TempTree>,
}

impl Machine {
    pub fn p(&self, path: &str) -> Vec<u8> {
        format!("{}{path}", self.base).into_bytes()
    }

    pub fn confined(&self) -> bool {
        self.base.is_empty()
    }
}

fn confined(name: &'static str, fs: impl FileSystem + 'static, temp: Option<TempTree>) -> Machine {
    let kernel = Kernel::builder().mount("/", fs).umask(0o022).build().unwrap();
    Machine { name, kernel, base: String::new(), temp }
}

/// One machine of each kind, all empty.
pub fn machines() -> Vec<Machine> {
    let (a, b, c, d) = (TempTree::new(), TempTree::new(), TempTree::new(), TempTree::new());
    let open = Kernel::builder().policy(Policy::open()).cwd(c.path().as_os_str().as_encoded_bytes()).build().unwrap();
    vec![
        confined("memory", MemoryFs::new(), None),
        confined("host directory", HostDir::open(a.path()).unwrap(), Some(a)),
        confined("host directory by hand", HostDir::open_by_hand(b.path()).unwrap(), Some(b)),
        confined("copy on write", CopyOnWrite::new(HostDir::open(d.path()).unwrap()).unwrap(), Some(d)),
        Machine { name: "open host", kernel: open, base: c.path().to_str().unwrap().to_string(), temp: Some(c) },
    ]
}

/// Runs a test on every kind of machine, saying which one failed.
pub fn on_each(test: impl Fn(&Machine)) {
    for machine in machines() {
        println!("on: {}", machine.name);
        test(&machine);
    }
}
