//! The two layers and how a path is found in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::node::{Entry, Id, Kind, Node};
use crate::fs::{FileSystem, Stat};
use crate::memory_fs::{NAME_MAX, Quota};
use crate::{Errno, Result};

/// Upper nodes of lower files that are reached by the files' lower names: files that are open, and files that were changed and have
/// (or had) several names.
#[derive(Default)]
struct Known {
    /// Changed: alive as long as the file has a name.
    kept: HashMap<Id, Arc<Node>>,
    /// Open, or in `kept`, or somewhere in the upper tree.
    live: HashMap<Id, Weak<Node>>,
    /// When to look for dead entries of `live` next.
    sweep_at: usize,
}

/// What a path leads to.
pub(super) enum Found {
    Upper(Arc<Node>),
    /// Nothing on the way was changed: the lower layer's own, at this path of it.
    Lower(Vec<u8>, Stat),
}

impl Found {
    pub(super) fn stat(&self) -> Stat {
        match self {
            Found::Upper(node) => node.stat(),
            Found::Lower(_, stat) => *stat,
        }
    }
}

/// The layers below and above. Whoever calls holds the tree's lock: for reading to look, for writing to change names.
pub(super) struct Layers {
    /// Never changed: it is behind [`crate::fs::ReadOnly`].
    pub(super) lower: Arc<dyn FileSystem>,
    pub(super) root: Arc<Node>,
    pub(super) quota: Arc<Quota>,
    known: Mutex<Known>,
}

/// Where a lookup step by step has come to.
enum Walk {
    Upper(Arc<Node>),
    Lower(Vec<u8>),
}

impl Layers {
    pub(super) fn new(lower: Arc<dyn FileSystem>, quota: Arc<Quota>) -> Result<Layers> {
        let root = Node::of_lower(&quota, &*lower, b"", lower.stat(b"", false)?)?;
        if !root.is_dir() {
            return Err(Errno::ENOTDIR);
        }
        Ok(Layers { lower, root, quota, known: Mutex::default() })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As far as the upper layer leads, and the rest as a path of the lower one.
    fn walk(&self, path: &[u8]) -> Result<Walk> {
        let mut at = Arc::clone(&self.root);
        if path.is_empty() {
            return Ok(Walk::Upper(at));
        }
        let mut start = 0;
        for name in path.split(|&b| b == b'/') {
            let next = {
                let dir = at.dir()?;
                match (dir.names.get(name), &dir.lower) {
                    (Some(Entry::Node(node)), _) => Arc::clone(node),
                    (None, Some(lower)) => return Ok(Walk::Lower(joined(lower, &path[start..]))),
                    (None, None) if name.len() > NAME_MAX => return Err(Errno::ENAMETOOLONG),
                    (Some(Entry::Gone) | None, _) => return Err(Errno::ENOENT),
                }
            };
            at = next;
            start += name.len() + 1;
        }
        Ok(Walk::Upper(at))
    }

    pub(super) fn find(&self, path: &[u8]) -> Result<Found> {
        match self.walk(path)? {
            Walk::Upper(node) => Ok(Found::Upper(node)),
            Walk::Lower(path) => {
                let stat = self.lower.stat(&path, false)?;
                Ok(self.changed_behind(&stat).map_or(Found::Lower(path, stat), Found::Upper))
            }
        }
    }

    /// As [`Layers::find`]; a link is `ELOOP` with `follow`.
    pub(super) fn find_follow(&self, path: &[u8], follow: bool) -> Result<Found> {
        let found = self.find(path)?;
        if follow && found.stat().is_symlink() { Err(Errno::ELOOP) } else { Ok(found) }
    }

    /// Only `st_mode`, as cheaply as the lower layer has it.
    pub(super) fn mode(&self, path: &[u8], follow: bool) -> Result<u32> {
        if let Walk::Lower(path) = self.walk(path)? {
            let untouched = self.known().live.is_empty();
            if untouched {
                return self.lower.mode(&path, follow);
            }
        }
        Ok(self.find_follow(path, follow)?.stat().mode)
    }

    /// The upper node of a lower file that was found by its lower name.
    fn changed_behind(&self, stat: &Stat) -> Option<Arc<Node>> {
        if stat.is_dir() {
            return None;
        }
        self.known().live.get(&(stat.dev, stat.ino)).and_then(Weak::upgrade)
    }

    /// The node of what was found, made if the lower layer has it still. Not put into the tree.
    pub(super) fn node(&self, found: Found) -> Result<Arc<Node>> {
        let (path, stat) = match found {
            Found::Upper(node) => return Ok(node),
            Found::Lower(path, stat) => (path, stat),
        };
        let mut known = self.known();
        let id = (stat.dev, stat.ino);
        if let Some(node) = known.live.get(&id).and_then(Weak::upgrade)
            && !node.is_dir()
        {
            return Ok(node);
        }
        let node = Node::of_lower(&self.quota, &*self.lower, &path, stat)?;
        if !node.is_dir() {
            if known.live.len() >= known.sweep_at {
                known.live.retain(|_, node| node.strong_count() > 0);
                known.sweep_at = known.live.len() * 2 + 64;
            }
            known.live.insert(id, Arc::downgrade(&node));
        }
        Ok(node)
    }

    /// Holds on to a changed node that lower names may lead to, as long as it has a name.
    pub(super) fn keep(&self, node: &Arc<Node>) {
        if node.from_lower && !node.is_dir() && node.meta().nlink > 0 {
            self.known().kept.insert(node.id(), Arc::clone(node));
        }
    }

    /// Whether there are changed files that lower names may lead to: then only a look at every name finds all changes.
    pub(super) fn has_kept(&self) -> bool {
        !self.known().kept.is_empty()
    }

    /// The upper directory at `path`, with all above it: made where the lower layer alone had it.
    pub(super) fn upper_dir(&self, path: &[u8]) -> Result<Arc<Node>> {
        let mut at = Arc::clone(&self.root);
        if path.is_empty() {
            return Ok(at);
        }
        for name in path.split(|&b| b == b'/') {
            let lower = {
                let dir = at.dir()?;
                match (dir.names.get(name), &dir.lower) {
                    (Some(Entry::Node(node)), _) => Err(Arc::clone(node)),
                    (Some(Entry::Gone), _) | (None, None) => return Err(Errno::ENOENT),
                    (None, Some(lower)) => Ok(joined(lower, name)),
                }
            };
            at = match lower {
                Err(node) => node,
                Ok(lower) => {
                    let stat = self.lower.stat(&lower, false)?;
                    match stat.file_type() {
                        libc::S_IFDIR => {}
                        libc::S_IFLNK => return Err(Errno::ELOOP),
                        _ => return Err(Errno::ENOTDIR),
                    }
                    let node = Node::of_lower(&self.quota, &*self.lower, &lower, stat)?;
                    self.quota.force_name(name);
                    at.dir()?.names.insert(name.to_vec(), Entry::Node(Arc::clone(&node)));
                    node
                }
            };
        }
        drop(at.dir()?);
        Ok(at)
    }

    /// The upper directory that holds `path`'s last name, and that name. The root has no name: `EBUSY`.
    pub(super) fn parent<'a>(&self, path: &'a [u8]) -> Result<(Arc<Node>, &'a [u8])> {
        if path.is_empty() {
            return Err(Errno::EBUSY);
        }
        let slash = path.iter().rposition(|&b| b == b'/');
        let (dir, name) = slash.map_or((&[][..], path), |at| (&path[..at], &path[at + 1..]));
        if name.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        Ok((self.upper_dir(dir)?, name))
    }

    /// The node at `path`, in the upper tree from now on.
    pub(super) fn upper(&self, path: &[u8]) -> Result<Arc<Node>> {
        let found = self.find(path)?;
        if path.is_empty() {
            return Ok(Arc::clone(&self.root));
        }
        if found.stat().is_dir() {
            return self.upper_dir(path);
        }
        let node = self.node(found)?;
        let (dir, name) = self.parent(path)?;
        let mut dir = dir.dir()?;
        if !dir.names.contains_key(name) {
            self.quota.add_name(name)?;
            dir.names.insert(name.to_vec(), Entry::Node(Arc::clone(&node)));
            drop(dir);
            if node.origin.nlink > 1 {
                self.keep(&node);
            }
        }
        Ok(node)
    }

    /// Names of a directory, each with what it leads to by type and inode number.
    pub(super) fn list(&self, path: &[u8]) -> Result<Vec<crate::fs::DirEntry>> {
        let node = match self.find_follow(path, true)? {
            Found::Lower(path, _) => return self.lower.read_dir(&path),
            Found::Upper(node) => node,
        };
        let dir = node.dir()?;
        let mut entries = match &dir.lower {
            Some(lower) => self.lower.read_dir(lower)?,
            None => Vec::new(),
        };
        entries.retain(|entry| !dir.names.contains_key(&entry.name));
        entries.extend(dir.names.iter().filter_map(|(name, entry)| match entry {
            Entry::Gone => None,
            Entry::Node(node) => {
                let kind = crate::fs::EntryKind::from_mode(node.type_bits());
                Some(crate::fs::DirEntry { name: name.clone(), kind, ino: node.origin.ino })
            }
        }));
        Ok(entries)
    }

    /// Takes a name out of an upper directory: a whiteout where the lower one has it.
    pub(super) fn take_name(&self, dir: &Node, name: &[u8]) -> Result<()> {
        let mut inner = dir.dir()?;
        // What the lower layer cannot tell is taken for there: a whiteout too many hides nothing.
        let is_lower = inner.lower.as_ref().is_some_and(|lower| self.lower.mode(&joined(lower, name), false) != Err(Errno::ENOENT));
        let old = match is_lower {
            true => inner.names.insert(name.to_vec(), Entry::Gone),
            false => inner.names.remove(name),
        };
        match (is_lower, &old) {
            (true, None) => self.quota.force_name(name),
            (false, Some(_)) => self.quota.remove_name(name),
            _ => {}
        }
        drop(inner);
        // A directory may be large: it goes when no lock is held.
        drop(old);
        Ok(())
    }

    /// Puts a node under a name, instead of what is there; the caller has checked that. `ENOSPC` changes nothing.
    pub(super) fn put_name(&self, dir: &Node, name: &[u8], node: &Arc<Node>) -> Result<()> {
        let mut inner = dir.dir()?;
        if !inner.names.contains_key(name) {
            self.quota.add_name(name)?;
        }
        let old = inner.names.insert(name.to_vec(), Entry::Node(Arc::clone(node)));
        drop(inner);
        drop(old);
        Ok(())
    }

    /// A link's target.
    pub(super) fn target(&self, found: &Found) -> Result<Vec<u8>> {
        match found {
            Found::Lower(path, _) => self.lower.readlink(path),
            Found::Upper(node) => match &node.kind {
                Kind::Link(target) => Ok(target.clone()),
                _ => Err(Errno::EINVAL),
            },
        }
    }

    /// One name of `node` less; forgets a file without names.
    pub(super) fn unlinked(&self, node: &Arc<Node>) {
        if node.count_links(-1) == 0 {
            let mut known = self.known();
            known.kept.remove(&node.id());
            known.live.remove(&node.id());
        } else {
            self.keep(node);
        }
    }

    /// Opens the lower file behind a node that has no contents of its own.
    pub(super) fn open_lower(&self, node: &Node, flags: i32) -> Result<Option<Arc<dyn crate::fs::File>>> {
        let Kind::File(_) = &node.kind else { return Ok(None) };
        match &*node.contents()? {
            super::node::Contents::Own(_) => Ok(None),
            super::node::Contents::Lower(path) => self.lower.open(path, libc::O_RDONLY | (flags & libc::O_NONBLOCK), 0).map(Some),
        }
    }
}

/// `rest` below the directory `dir`.
pub(super) fn joined(dir: &[u8], rest: &[u8]) -> Vec<u8> {
    if dir.is_empty() { rest.to_vec() } else { [dir, b"/", rest].concat() }
}
