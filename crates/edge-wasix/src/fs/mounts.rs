//! The mount table: a guest's path becomes a file system and a path inside it.
//!
//! Resolution happens here and only here. The walk goes component by component through the guest's name space,
//! so that a symbolic link is followed where the *guest* would see its target: an absolute one starts again at
//! the guest's root, `..` stops there, and a link may lead into another mount. What the file system gets in the
//! end contains no link, no `.` and no `..`; if something is swapped for a link after the walk, the file system
//! answers `ELOOP` ([`FileSystem`]'s contract) and the walk is repeated, a few times, before `ELOOP` is the answer.
//!
//! Because a file system refuses links, a path without `..` can be tried as it is first: the usual case costs
//! no walk.

use std::sync::Arc;

use super::{DirEntry, EntryKind, FileSystem, ReadOnly};
use crate::{Change, Errno, MemoryFs, Result};

/// As Linux: more links than this in one path are taken for a loop.
const MAX_LINKS: usize = 40;
const PATH_MAX: usize = 4096;
/// How often a call starts over because a link appeared after the walk.
const RACES: usize = 3;

struct Mount {
    /// Normalised guest path without a trailing slash; the root is empty.
    point: Vec<u8>,
    fs: Arc<dyn FileSystem>,
}

/// An ordered set of mounts, immutable once a kernel runs with it.
pub struct Mounts {
    /// Longest point first, so that the first match is the innermost; the last is always the root.
    mounts: Vec<Mount>,
    /// Directories that exist only because something is mounted below them.
    skeleton: Arc<dyn FileSystem>,
}

/// Where a guest path leads.
#[derive(Clone)]
pub struct Target {
    pub fs: Arc<dyn FileSystem>,
    /// The path inside `fs`, as [`FileSystem`] wants it.
    pub path: Vec<u8>,
    /// The resolved path in the guest's name space, without a trailing slash (the root is empty).
    pub guest: Vec<u8>,
    /// The guest's path ended in a slash (or `/.`): it can only name a directory.
    pub wants_dir: bool,
    mount: usize,
}

impl Target {
    /// Whether both lie in the same mount.
    pub fn same_mount(&self, other: &Target) -> bool {
        self.mount == other.mount
    }

    /// The resolved path as a guest sees it.
    pub fn guest_path(&self) -> Vec<u8> {
        if self.guest.is_empty() { b"/".to_vec() } else { self.guest.clone() }
    }
}

/// A piece of a path still to be walked.
enum Piece {
    Name(Vec<u8>),
    Up,
    /// What stands before must be a directory.
    Slash,
}

impl Mounts {
    /// A table from `(guest path, file system)` pairs; a later pair at the same place wins. Without a pair for
    /// `/` the root is an empty, read-only directory that shows the other mount points.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a mount point that is not an absolute path or contains `..` or NUL.
    pub fn new(pairs: Vec<(Vec<u8>, Arc<dyn FileSystem>)>) -> Result<Mounts> {
        let skeleton = MemoryFs::new();
        let mut mounts: Vec<Mount> = Vec::new();
        for (point, fs) in pairs {
            let point = normal_mount_point(&point)?;
            let mut at = 1;
            while let Some(next) = point.get(at..).and_then(|rest| rest.iter().position(|&b| b == b'/')) {
                skeleton.mkdir_if_missing(&point[1..at + next])?;
                at += next + 1;
            }
            if !point.is_empty() {
                skeleton.mkdir_if_missing(&point[1..])?;
            }
            mounts.retain(|mount| mount.point != point);
            mounts.push(Mount { point, fs });
        }
        let skeleton: Arc<dyn FileSystem> = Arc::new(ReadOnly::new(skeleton));
        if !mounts.iter().any(|mount| mount.point.is_empty()) {
            mounts.push(Mount { point: Vec::new(), fs: Arc::clone(&skeleton) });
        }
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.point.len()));
        Ok(Mounts { mounts, skeleton })
    }

    /// Calls `op` with the place `path` leads to. With `follow` a link at the end is followed (and a missing
    /// target is handed to `op`, which may create it).
    pub fn at<R>(&self, cwd: &[u8], path: &[u8], follow: bool, mut op: impl FnMut(&Target) -> Result<R>) -> Result<R> {
        if let Some(target) = self.lexical(cwd, path)? {
            match op(&target) {
                Err(Errno::ELOOP) => {}
                done => return done,
            }
        }
        for _ in 0..RACES {
            match op(&self.walk(cwd, path, follow)?) {
                Err(Errno::ELOOP) => {}
                done => return done,
            }
        }
        Err(Errno::ELOOP)
    }

    /// Calls `op` with the place of a name that is to be made, removed or renamed: the directory is resolved, the
    /// last name is taken as it is.
    ///
    /// `special` is the errno for a path that ends in `.`, `..` or is the root.
    pub fn name<R>(&self, cwd: &[u8], path: &[u8], special: Errno, mut op: impl FnMut(&Target) -> Result<R>) -> Result<R> {
        if let Some(target) = self.lexical(cwd, path)? {
            match op(&target) {
                Err(Errno::ELOOP) => {}
                done => return done,
            }
        }
        for _ in 0..RACES {
            match op(&self.walk_name(cwd, path, special)?) {
                Err(Errno::ELOOP) => {}
                done => return done,
            }
        }
        Err(Errno::ELOOP)
    }

    /// As [`Mounts::name`] for two names.
    pub fn names<R>(
        &self,
        cwd: &[u8],
        paths: [&[u8]; 2],
        special: [Errno; 2],
        mut op: impl FnMut(&Target, &Target) -> Result<R>,
    ) -> Result<R> {
        if let (Some(a), Some(b)) = (self.lexical(cwd, paths[0])?, self.lexical(cwd, paths[1])?) {
            match op(&a, &b) {
                Err(Errno::ELOOP) => {}
                done => return done,
            }
        }
        for _ in 0..RACES {
            let a = self.walk_name(cwd, paths[0], special[0])?;
            let b = self.walk_name(cwd, paths[1], special[1])?;
            match op(&a, &b) {
                Err(Errno::ELOOP) => {}
                done => return done,
            }
        }
        Err(Errno::ELOOP)
    }

    /// Whether something is mounted at or below a resolved guest path, so that it cannot be removed or renamed.
    pub fn is_busy(&self, guest: &[u8]) -> bool {
        guest.is_empty() || self.mounts.iter().any(|mount| is_at_or_below(&mount.point, guest))
    }

    /// Adds the mount points directly inside a resolved guest directory to its listing.
    pub fn add_mount_points(&self, guest: &[u8], entries: &mut Vec<DirEntry>) {
        for mount in &self.mounts {
            if mount.point.len() <= guest.len() || !is_at_or_below(&mount.point, guest) {
                continue;
            }
            let rest = &mount.point[guest.len() + 1..];
            let name = rest.split(|&b| b == b'/').next().unwrap_or(rest);
            let kind = if name.len() < rest.len() { EntryKind::Dir } else { kind_of_root(&*mount.fs) };
            match entries.iter_mut().find(|entry| entry.name == name) {
                // What is mounted there is seen, not what is under it.
                Some(entry) if name.len() == rest.len() => entry.kind = kind,
                Some(_) => {}
                None => entries.push(DirEntry { name: name.to_vec(), kind, ino: 0 }),
            }
        }
    }

    /// The mount point that a path leads to, links followed as far as it exists; `None` for what is in no mount.
    pub fn mount_point(&self, cwd: &[u8], path: &[u8]) -> Option<Vec<u8>> {
        let guest = match self.walk(cwd, path, true) {
            Ok(target) => target.guest,
            // Parts of it are not there: by its text, then.
            Err(_) => self.lexical(cwd, path).ok()??.guest,
        };
        let mount = &self.mounts[self.place(&guest).0];
        (!Arc::ptr_eq(&mount.fs, &self.skeleton)).then(|| mount.point.clone())
    }

    /// The place of an absolute path without `..`, taken by its letters: links are not followed, and the file system answers `ELOOP` if it
    /// has one on the way. `None` for a path that ends in a slash, and for what mounts lie at or below.
    pub fn literal(&self, path: &[u8]) -> Result<Option<Target>> {
        if path.first() == Some(&b'/') { self.lexical(b"", path) } else { Err(Errno::EINVAL) }
    }

    /// What was changed in copy-on-write mounts, with absolute guest paths.
    pub fn changes(&self) -> Result<Vec<Change>> {
        let mut all = Vec::new();
        for mount in &self.mounts {
            let Some(changes) = mount.fs.changes() else { continue };
            all.extend(changes?.into_iter().map(|change| {
                let mut path = mount.point.clone();
                if !change.path.is_empty() {
                    push(&mut path, &change.path);
                }
                Change { path, ..change }
            }));
        }
        all.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(all)
    }

    /// Resolves every link; what is named must exist.
    pub fn walk_existing(&self, cwd: &[u8], path: &[u8]) -> Result<Target> {
        let target = self.walk(cwd, path, true)?;
        target.fs.mode(&target.path, true)?;
        Ok(target)
    }

    fn target(&self, guest: Vec<u8>, wants_dir: bool) -> Target {
        let (mount, path) = self.place(&guest);
        Target { fs: Arc::clone(&self.mounts[mount].fs), path: path.to_vec(), guest, wants_dir, mount }
    }

    /// The innermost mount over a resolved guest path, and the path in it.
    fn place<'a>(&self, guest: &'a [u8]) -> (usize, &'a [u8]) {
        for (index, mount) in self.mounts.iter().enumerate() {
            if is_at_or_below(guest, &mount.point) {
                let rest = &guest[mount.point.len()..];
                return (index, rest.strip_prefix(b"/").unwrap_or(rest));
            }
        }
        // The root mount is always there and matches everything; this is the same answer.
        (self.mounts.len() - 1, guest.strip_prefix(b"/").unwrap_or(guest))
    }

    /// The place of a path that needs no walk unless it meets a link, or `None`.
    fn lexical(&self, cwd: &[u8], path: &[u8]) -> Result<Option<Target>> {
        check(path)?;
        let mut guest = if path[0] == b'/' { Vec::with_capacity(path.len()) } else { cwd.to_vec() };
        if path == b"." || path.ends_with(b"/") || path.ends_with(b"/.") {
            return Ok(None);
        }
        for name in path.split(|&b| b == b'/') {
            match name {
                b"" | b"." => {}
                b".." => return Ok(None),
                name => push(&mut guest, name),
            }
        }
        // A place that may exist only as a mount point's parent needs the walk's knowledge.
        Ok(if self.is_busy(&guest) { None } else { Some(self.target(guest, false)) })
    }

    fn walk_name(&self, cwd: &[u8], path: &[u8], special: Errno) -> Result<Target> {
        check(path)?;
        let end = path.iter().rposition(|&b| b != b'/').map_or(0, |last| last + 1);
        let wants_dir = end < path.len();
        let start = path[..end].iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        let (dir, name) = (&path[..start], &path[start..end]);
        if matches!(name, b"" | b"." | b"..") {
            // The rest must lead somewhere before the last component is judged.
            self.walk_existing(cwd, path)?;
            return Err(special);
        }
        let dir = if dir.is_empty() { b".".as_slice() } else { dir };
        let parent = self.walk(cwd, dir, true)?;
        if parent.fs.mode(&parent.path, true)? & libc::S_IFMT != libc::S_IFDIR {
            return Err(Errno::ENOTDIR);
        }
        let mut guest = parent.guest;
        push(&mut guest, name);
        Ok(self.target(guest, wants_dir))
    }

    /// Walks `path` from `cwd` (a resolved guest path). The target's last component may be missing.
    fn walk(&self, cwd: &[u8], path: &[u8], follow: bool) -> Result<Target> {
        check(path)?;
        let mut at = if path[0] == b'/' { Vec::new() } else { cwd.to_vec() };
        let mut pending = Vec::new();
        expand(path, &mut pending);
        let mut links = 0;
        while let Some(piece) = pending.pop() {
            let name = match piece {
                Piece::Slash => continue,
                Piece::Up => {
                    let parent = at.iter().rposition(|&b| b == b'/').unwrap_or(0);
                    at.truncate(parent);
                    continue;
                }
                Piece::Name(name) => name,
            };
            let last = pending.iter().all(|piece| matches!(piece, Piece::Slash));
            let wants_dir = last && !pending.is_empty();
            let parent_len = at.len();
            push(&mut at, &name);
            let (mount, inner) = self.place(&at);
            let fs = &self.mounts[mount].fs;
            let mode = match fs.mode(inner, false) {
                Ok(mode) => mode,
                Err(Errno::ENOENT) if self.skeleton.mode(&at[1..], false).is_ok() => {
                    if last {
                        let path = at[1..].to_vec();
                        let fs = Arc::clone(&self.skeleton);
                        return Ok(Target { fs, path, guest: at, wants_dir, mount: usize::MAX });
                    }
                    libc::S_IFDIR
                }
                Err(Errno::ENOENT) if last => return Ok(self.target(at, wants_dir)),
                Err(error) => return Err(error),
            };
            match mode & libc::S_IFMT {
                libc::S_IFDIR => {}
                libc::S_IFLNK if last && !follow && !wants_dir => return Ok(self.target(at, false)),
                libc::S_IFLNK => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Errno::ELOOP);
                    }
                    let link = fs.readlink(inner)?;
                    if link.is_empty() || pending.len() > PATH_MAX {
                        return Err(if link.is_empty() { Errno::ENOENT } else { Errno::ENAMETOOLONG });
                    }
                    at.truncate(if link[0] == b'/' { 0 } else { parent_len });
                    expand(&link, &mut pending);
                }
                _ if last && !wants_dir => return Ok(self.target(at, false)),
                _ => return Err(Errno::ENOTDIR),
            }
        }
        Ok(self.target(at, true))
    }
}

/// A volume may be a single file.
fn kind_of_root(fs: &dyn FileSystem) -> EntryKind {
    fs.mode(b"", false).map_or(EntryKind::Dir, EntryKind::from_mode)
}

/// What no path may be, whatever it names.
fn check(path: &[u8]) -> Result<()> {
    if path.is_empty() {
        Err(Errno::ENOENT)
    } else if path.len() >= PATH_MAX {
        Err(Errno::ENAMETOOLONG)
    } else if path.contains(&0) {
        Err(Errno::EINVAL)
    } else {
        Ok(())
    }
}

fn push(path: &mut Vec<u8>, name: &[u8]) {
    path.push(b'/');
    path.extend_from_slice(name);
}

/// Puts the components of `path` on the stack of what is to be walked next.
fn expand(path: &[u8], pending: &mut Vec<Piece>) {
    let relative = path.strip_prefix(b"/").unwrap_or(path);
    for name in relative.rsplit(|&b| b == b'/') {
        match name {
            b"" | b"." => pending.push(Piece::Slash),
            b".." => pending.push(Piece::Up),
            name => pending.push(Piece::Name(name.to_vec())),
        }
    }
}

/// Whether a resolved guest path is `top` or lies below it; `/app-secret` does not lie below `/app`.
fn is_at_or_below(path: &[u8], top: &[u8]) -> bool {
    path.starts_with(top) && (path.len() == top.len() || path[top.len()] == b'/')
}

fn normal_mount_point(point: &[u8]) -> Result<Vec<u8>> {
    if point.first() != Some(&b'/') || point.contains(&0) || point.len() >= PATH_MAX {
        return Err(Errno::EINVAL);
    }
    let mut normal = Vec::new();
    for name in point.split(|&b| b == b'/') {
        match name {
            b"" | b"." => {}
            b".." => return Err(Errno::EINVAL),
            name => push(&mut normal, name),
        }
    }
    Ok(normal)
}
