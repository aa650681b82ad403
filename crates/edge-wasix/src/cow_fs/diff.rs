//! What the upper layer changed.

use std::collections::BTreeSet;

use super::CopyOnWrite;
use super::layers::{Found, joined};
use super::node::Contents;
use crate::fs::{File, Stat};
use crate::{Errno, Result};

/// How something differs from the lower layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The lower layer has nothing there.
    Added,
    /// Other contents, another link target, type, mode or owner. Times alone are no change.
    Changed,
    /// Only the lower layer has it. What was in a removed directory is not listed.
    Removed,
}

impl ChangeKind {
    /// `added`, `changed` or `removed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Removed => "removed",
        }
    }
}

/// One difference between the layers. The new contents are read where it is, as any file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Inside the file system, without a leading slash; from [`crate::Kernel`] an absolute guest path.
    pub path: Vec<u8>,
    pub kind: ChangeKind,
    /// What is there now; `None` when it was removed.
    pub stat: Option<Stat>,
}

impl CopyOnWrite {
    /// All differences, sorted by path, directories before what is in them.
    ///
    /// Looks only where something was touched. But when a file with several names in the lower layer was changed (or an open one, by
    /// `fchmod` and the like), every name of the lower layer is looked at, for any may be one of that file's.
    ///
    /// # Errors
    ///
    /// What reading the lower layer answers.
    pub fn changes(&self) -> Result<Vec<Change>> {
        let _tree = self.read_tree();
        let thorough = self.layers.has_kept();
        let mut changes = Vec::new();
        let mut pending = vec![Vec::new()];
        while let Some(dir) = pending.pop() {
            for name in self.names_to_compare(&dir, thorough)? {
                let path = joined(&dir, &name);
                if self.compare(&path, &mut changes)? {
                    pending.push(path);
                }
            }
        }
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// The names in a directory that may differ from the lower layer's at the same path.
    fn names_to_compare(&self, dir: &[u8], thorough: bool) -> Result<BTreeSet<Vec<u8>>> {
        match self.layers.find(dir)? {
            Found::Lower(path, _) if path == dir && !thorough => return Ok(BTreeSet::new()),
            Found::Lower(..) => {}
            Found::Upper(node) => {
                let inner = node.dir()?;
                if inner.lower.as_deref() == Some(dir) && !thorough {
                    return Ok(inner.names.keys().cloned().collect());
                }
            }
        }
        let mut names: BTreeSet<_> = self.layers.list(dir)?.into_iter().map(|entry| entry.name).collect();
        if self.was(dir)?.is_some_and(|was| was.is_dir()) {
            names.extend(self.layers.lower.read_dir(dir)?.into_iter().map(|entry| entry.name));
        }
        Ok(names)
    }

    /// What the lower layer has at a path.
    fn was(&self, path: &[u8]) -> Result<Option<Stat>> {
        match self.layers.lower.stat(path, false) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes how a path differs; whether it is a directory to be looked into.
    fn compare(&self, path: &[u8], changes: &mut Vec<Change>) -> Result<bool> {
        let now = match self.layers.find(path) {
            Err(Errno::ENOENT) => None,
            found => Some(found?),
        };
        let was = self.was(path)?;
        let Some(now) = now else {
            if was.is_some() {
                changes.push(Change { path: path.to_vec(), kind: ChangeKind::Removed, stat: None });
            }
            return Ok(false);
        };
        let stat = now.stat();
        let kind = match was {
            None => Some(ChangeKind::Added),
            Some(was) if (was.mode, was.uid, was.gid) != (stat.mode, stat.uid, stat.gid) => Some(ChangeKind::Changed),
            Some(was) if stat.is_file() && (was.size != stat.size || !self.same_contents(&now, path)?) => Some(ChangeKind::Changed),
            Some(_) if stat.is_symlink() && self.layers.target(&now)? != self.layers.lower.readlink(path)? => Some(ChangeKind::Changed),
            Some(_) => None,
        };
        if let Some(kind) = kind {
            changes.push(Change { path: path.to_vec(), kind, stat: Some(stat) });
        }
        Ok(stat.is_dir())
    }

    /// Whether a file has the bytes of the lower layer's file at `path`, which is as long.
    fn same_contents(&self, now: &Found, path: &[u8]) -> Result<bool> {
        let theirs = || self.layers.lower.open(path, libc::O_RDONLY, 0);
        let read_own = |own: &[u8]| {
            if own == path {
                return Ok(true);
            }
            let (own, theirs) = (self.layers.lower.open(own, libc::O_RDONLY, 0)?, theirs()?);
            same_bytes(|buf, at| own.read(buf, Some(at)), &*theirs)
        };
        match now {
            Found::Lower(own, _) => read_own(own),
            Found::Upper(node) => match &*node.contents()? {
                Contents::Lower(own) => read_own(own),
                Contents::Own(data) => {
                    let read = |buf: &mut [u8], at: u64| {
                        let rest = data.get(at as usize..).unwrap_or(&[]);
                        let n = rest.len().min(buf.len());
                        buf[..n].copy_from_slice(&rest[..n]);
                        Ok(n)
                    };
                    same_bytes(read, &*theirs()?)
                }
            },
        }
    }
}

fn same_bytes(ours: impl Fn(&mut [u8], u64) -> Result<usize>, theirs: &dyn File) -> Result<bool> {
    let (mut a, mut b) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut at = 0;
    loop {
        let n = ours(&mut a, at)?;
        let mut got = 0;
        // As many of theirs, which may come in other pieces.
        while got < n.max(1) {
            match theirs.read(&mut b[got..n.max(1)], Some(at + got as u64))? {
                0 => break,
                more => got += more,
            }
        }
        if got != n || a[..n] != b[..n] {
            return Ok(false);
        }
        if n == 0 {
            return Ok(true);
        }
        at += n as u64;
    }
}
