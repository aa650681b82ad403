//! A model of a guest's name space: a tree of names where some directories are mounts. Written for being plainly right, and without a
//! look at how the real one works. It knows what succeeds, not with which error the rest fails.

use std::collections::BTreeMap;

/// What a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Names and what they are.
    Dir(BTreeMap<Vec<u8>, usize>),
    /// Contents.
    File(Vec<u8>),
    /// Target.
    Link(Vec<u8>),
}

/// A node and the mount that it lies in.
#[derive(Clone, Debug)]
struct Entry {
    node: Node,
    mount: usize,
    /// Something is mounted here.
    is_mount: bool,
}

/// The tree. Node 0 is the root.
#[derive(Debug)]
pub struct Model {
    entries: Vec<Entry>,
    read_only: Vec<bool>,
}

/// Where a path leads: the directories on the way (the last is the name's), the name, and the node if there is one.
struct Place {
    dirs: Vec<usize>,
    names: Vec<Vec<u8>>,
    node: Option<usize>,
    /// The path ended in a slash, a dot or two.
    wants_dir: bool,
    /// The path ended in a dot, two dots, or was the root: there is no name to be made or removed.
    special: bool,
}

type Res<T> = Result<T, ()>;

const MAX_LINKS: usize = 40;

impl Model {
    /// A root and these mounts, in order: path and whether it is read-only.
    pub fn new(mounts: &[(&[u8], bool)]) -> Self {
        let root = Entry { node: Node::Dir(BTreeMap::new()), mount: 0, is_mount: true };
        let mut model = Self { entries: vec![root], read_only: vec![false] };
        for (path, read_only) in mounts {
            let mount = model.read_only.len();
            model.read_only.push(*read_only);
            let (dir, name) = path.split_at(path.iter().rposition(|&b| b == b'/').unwrap_or(0));
            let dir = model.find(if dir.is_empty() { b"/" } else { dir }, true).expect("outer mounts come first");
            let made = model.add(Entry { node: Node::Dir(BTreeMap::new()), mount, is_mount: true });
            model.dir(dir).expect("a directory").insert(name[1..].to_vec(), made);
        }
        model
    }

    fn add(&mut self, entry: Entry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Puts a file where none may be made later, for a read-only mount.
    pub fn plant(&mut self, dir: &[u8], name: &[u8], contents: &[u8]) {
        self.plant_node(dir, name, Node::File(contents.to_vec()));
    }

    /// Puts a directory or link there, as [`Model::plant`] does a file.
    pub fn plant_node(&mut self, dir: &[u8], name: &[u8], node: Node) {
        let at = self.find(dir, true).expect("a directory");
        let mount = self.entries[at].mount;
        let made = self.add(Entry { node, mount, is_mount: false });
        self.dir(at).expect("a directory").insert(name.to_vec(), made);
    }

    /// Mounts a single file in the root.
    pub fn mount_file(&mut self, name: &[u8], read_only: bool, contents: &[u8]) {
        let mount = self.read_only.len();
        self.read_only.push(read_only);
        let made = self.add(Entry { node: Node::File(contents.to_vec()), mount, is_mount: true });
        self.dir(0).expect("the root").insert(name.to_vec(), made);
    }

    fn dir(&mut self, at: usize) -> Res<&mut BTreeMap<Vec<u8>, usize>> {
        match &mut self.entries[at].node {
            Node::Dir(names) => Ok(names),
            _ => Err(()),
        }
    }

    fn names(&self, at: usize) -> Res<&BTreeMap<Vec<u8>, usize>> {
        match &self.entries[at].node {
            Node::Dir(names) => Ok(names),
            _ => Err(()),
        }
    }

    fn walk(&self, path: &[u8], follow: bool) -> Res<Place> {
        if path.is_empty() || path.len() >= 4096 || path.contains(&0) {
            return Err(());
        }
        let split = |path: &[u8]| path.split(|&b| b == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let mut todo = split(path);
        todo.reverse();
        let (mut dirs, mut names): (Vec<usize>, Vec<Vec<u8>>) = (vec![0], Vec::new());
        let mut links = 0;
        loop {
            let Some(name) = todo.pop() else {
                // The path led to a directory by itself.
                let node = *dirs.last().ok_or(())?;
                return Ok(Place { dirs, names, node: Some(node), wants_dir: true, special: true });
            };
            if name.is_empty() || name == b"." {
                continue;
            }
            if name == b".." {
                if names.pop().is_some() {
                    dirs.pop();
                }
                continue;
            }
            let here = *dirs.last().ok_or(())?;
            let found = self.names(here)?.get(&name).copied();
            let last = todo.iter().all(|rest| rest.is_empty() || rest == b".");
            let wants_dir = last && !todo.is_empty();
            let Some(found) = found else {
                if !last {
                    return Err(());
                }
                names.push(name);
                return Ok(Place { dirs, names, node: None, wants_dir, special: false });
            };
            match &self.entries[found].node {
                Node::Link(target) if !last || follow || wants_dir => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(());
                    }
                    if target.starts_with(b"/") {
                        dirs.truncate(1);
                        names.clear();
                    }
                    todo.extend(split(target).into_iter().rev());
                }
                Node::Dir(_) if !last => {
                    dirs.push(found);
                    names.push(name);
                }
                Node::Dir(_) => {
                    names.push(name);
                    return Ok(Place { dirs, names, node: Some(found), wants_dir, special: false });
                }
                _ if last && !wants_dir => {
                    names.push(name);
                    return Ok(Place { dirs, names, node: Some(found), wants_dir, special: false });
                }
                _ => return Err(()),
            }
        }
    }

    /// The place of a name that is to be made or removed: a link at the end is the name itself, whatever slashes follow.
    fn name(&self, path: &[u8]) -> Res<Place> {
        let end = path.iter().rposition(|&b| b != b'/').map_or(0, |at| at + 1);
        let (bare, slashes) = path.split_at(end);
        if path.is_empty() || path.len() >= 4096 || path.contains(&0) || bare.is_empty() {
            return Err(());
        }
        let start = bare.iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1);
        let last = &bare[start..];
        if last == b"." || last == b".." {
            return Err(());
        }
        let dir = if start == 0 { b"." } else { &bare[..start] };
        let parent = self.walk(dir, true)?;
        let at = parent.node.ok_or(())?;
        let node = self.names(at)?.get(last).copied();
        let (mut dirs, mut names) = (parent.dirs, parent.names);
        if *dirs.last().ok_or(())? != at {
            dirs.push(at);
        }
        names.push(last.to_vec());
        Ok(Place { dirs, names, node, wants_dir: !slashes.is_empty(), special: false })
    }

    fn find(&self, path: &[u8], follow: bool) -> Res<usize> {
        self.walk(path, follow)?.node.ok_or(())
    }

    fn writable(&self, at: usize) -> Res<()> {
        if self.read_only[self.entries[at].mount] { Err(()) } else { Ok(()) }
    }

    /// Kind and size.
    pub fn stat(&self, path: &[u8], follow: bool) -> Res<(char, usize)> {
        Ok(match &self.entries[self.find(path, follow)?].node {
            Node::Dir(_) => ('d', 0),
            Node::File(contents) => ('f', contents.len()),
            Node::Link(target) => ('l', target.len()),
        })
    }
    /// Target of a link.
    pub fn readlink(&self, path: &[u8]) -> Res<Vec<u8>> {
        match &self.entries[self.find(path, false)?].node {
            Node::Link(target) => Ok(target.clone()),
            _ => Err(()),
        }
    }
    /// The path without links.
    pub fn realpath(&self, path: &[u8]) -> Res<Vec<u8>> {
        let place = self.walk(path, true)?;
        place.node.ok_or(())?;
        if place.names.is_empty() {
            return Ok(b"/".to_vec());
        }
        Ok(place.names.iter().flat_map(|name| [b"/", name.as_slice()].concat()).collect())
    }
    /// Sorted names of a directory.
    pub fn readdir(&self, path: &[u8]) -> Res<Vec<Vec<u8>>> {
        Ok(self.names(self.find(path, true)?)?.keys().cloned().collect())
    }
    /// Contents of a file.
    pub fn read(&self, path: &[u8]) -> Res<Vec<u8>> {
        match &self.entries[self.find(path, true)?].node {
            Node::File(contents) => Ok(contents.clone()),
            _ => Err(()),
        }
    }
    /// Writes a file anew.
    pub fn write(&mut self, path: &[u8], contents: &[u8]) -> Res<()> {
        let place = self.walk(path, true)?;
        if place.wants_dir || place.special {
            return Err(());
        }
        let parent = *place.dirs.last().ok_or(())?;
        match place.node {
            Some(at) => {
                self.writable(at)?;
                match &mut self.entries[at].node {
                    Node::File(old) => *old = contents.to_vec(),
                    _ => return Err(()),
                }
            }
            None => self.make(parent, place.names.last().ok_or(())?.clone(), Node::File(contents.to_vec()))?,
        }
        Ok(())
    }

    /// Writes a file that was not there: what is at the end of the path, a link too, is in the way.
    pub fn write_new(&mut self, path: &[u8], contents: &[u8]) -> Res<()> {
        let (parent, name) = self.new_name(path, false)?;
        self.make(parent, name, Node::File(contents.to_vec()))
    }
    /// Writes at the end of a file that is there.
    pub fn append(&mut self, path: &[u8], contents: &[u8]) -> Res<()> {
        let at = self.find(path, true)?;
        self.writable(at)?;
        match &mut self.entries[at].node {
            Node::File(old) => old.extend_from_slice(contents),
            _ => return Err(()),
        }
        Ok(())
    }

    fn make(&mut self, parent: usize, name: Vec<u8>, node: Node) -> Res<()> {
        if name.len() > 255 {
            return Err(());
        }
        self.writable(parent)?;
        let mount = self.entries[parent].mount;
        let made = self.add(Entry { node, mount, is_mount: false });
        self.dir(parent)?.insert(name, made);
        Ok(())
    }

    fn new_name(&self, path: &[u8], may_be_dir: bool) -> Res<(usize, Vec<u8>)> {
        let place = self.name(path)?;
        if place.node.is_some() || (place.wants_dir && !may_be_dir) {
            return Err(());
        }
        Ok((*place.dirs.last().ok_or(())?, place.names.last().ok_or(())?.clone()))
    }

    /// Makes a directory.
    pub fn mkdir(&mut self, path: &[u8]) -> Res<()> {
        let (parent, name) = self.new_name(path, true)?;
        self.make(parent, name, Node::Dir(BTreeMap::new()))
    }
    /// Makes a symbolic link.
    pub fn symlink(&mut self, target: &[u8], path: &[u8]) -> Res<()> {
        if target.is_empty() || target.contains(&0) || target.len() >= 4096 {
            return Err(());
        }
        let (parent, name) = self.new_name(path, false)?;
        self.make(parent, name, Node::Link(target.to_vec()))
    }
    /// Makes a hard link.
    pub fn link(&mut self, from: &[u8], to: &[u8]) -> Res<()> {
        let place = self.name(from)?;
        let at = place.node.ok_or(())?;
        if place.wants_dir || matches!(self.entries[at].node, Node::Dir(_)) {
            return Err(());
        }
        let (parent, name) = self.new_name(to, false)?;
        if self.entries[parent].mount != self.entries[at].mount || name.len() > 255 {
            return Err(());
        }
        self.writable(parent)?;
        self.dir(parent)?.insert(name, at);
        Ok(())
    }
    fn holds_mount(&self, at: usize) -> bool {
        self.entries[at].is_mount || self.names(at).is_ok_and(|names| names.values().any(|&inner| self.holds_mount(inner)))
    }
    /// Removes a directory.
    pub fn rmdir(&mut self, path: &[u8]) -> Res<()> {
        let place = self.name(path)?;
        let at = place.node.ok_or(())?;
        if !self.names(at)?.is_empty() || self.holds_mount(at) {
            return Err(());
        }
        self.remove(&place)
    }
    /// Removes a file or link.
    pub fn unlink(&mut self, path: &[u8]) -> Res<()> {
        let place = self.name(path)?;
        let at = place.node.ok_or(())?;
        if place.wants_dir || self.entries[at].is_mount || matches!(self.entries[at].node, Node::Dir(_)) {
            return Err(());
        }
        self.remove(&place)
    }
    fn remove(&mut self, place: &Place) -> Res<()> {
        let parent = *place.dirs.last().ok_or(())?;
        self.writable(parent)?;
        let name = place.names.last().ok_or(())?.clone();
        self.dir(parent)?.remove(&name);
        Ok(())
    }
    /// Renames.
    pub fn rename(&mut self, from: &[u8], to: &[u8]) -> Res<()> {
        let source = self.name(from)?;
        let target = self.name(to)?;
        let moved = source.node.ok_or(())?;
        let is_dir = matches!(self.entries[moved].node, Node::Dir(_));
        let (old, new) = (*source.dirs.last().ok_or(())?, *target.dirs.last().ok_or(())?);
        if (!is_dir && (source.wants_dir || target.wants_dir)) || self.holds_mount(moved) {
            return Err(());
        }
        if self.entries[old].mount != self.entries[new].mount || target.dirs.contains(&moved) {
            return Err(());
        }
        let name = target.names.last().ok_or(())?.clone();
        if name.len() > 255 {
            return Err(());
        }
        if let Some(there) = target.node {
            if self.holds_mount(there) {
                return Err(());
            }
            let there_is_dir = matches!(self.entries[there].node, Node::Dir(_));
            if there_is_dir != is_dir || (there_is_dir && there != moved && !self.names(there)?.is_empty()) {
                return Err(());
            }
        }
        self.writable(old)?;
        self.writable(new)?;
        if target.node == Some(moved) {
            return Ok(());
        }
        self.remove(&source)?;
        self.dir(new)?.insert(name, moved);
        Ok(())
    }
}
