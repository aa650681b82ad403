//! Watching files.

mod support;

use edge_wasix::fs::constants::*;
use edge_wasix::{Errno, FsWatcher, Kernel, MemoryFs, WatchEvent, WatchKind};
use support::machines;

fn events(watcher: &mut FsWatcher) -> Vec<WatchEvent> {
    let mut events = Vec::new();
    watcher.read(&mut events).unwrap();
    events
}

#[test]
fn changes_are_reported() {
    for m in machines().iter().filter(|m| m.temp.is_some() && m.name != "copy on write") {
        println!("on: {}", m.name);
        let k = &m.kernel;
        k.mkdir(&m.p("/d"), 0o777).unwrap();
        let mut watcher = FsWatcher::new().unwrap();
        let id = watcher.add(k, &m.p("/d")).unwrap();
        assert!(events(&mut watcher).is_empty());
        k.write_file(&m.p("/d/f"), b"x", O_CREAT | O_WRONLY, 0o666).unwrap();
        let seen = events(&mut watcher);
        let event = |kind, name: &str| WatchEvent { id, kind, name: name.as_bytes().to_vec() };
        assert_eq!(seen, [event(WatchKind::Rename, "f"), event(WatchKind::Change, "f")]);
        k.rename(&m.p("/d/f"), &m.p("/d/g")).unwrap();
        assert_eq!(events(&mut watcher), [event(WatchKind::Rename, "f"), event(WatchKind::Rename, "g")]);
        // A watched file is called by its own name.
        let file = watcher.add(k, &m.p("/d/g")).unwrap();
        k.chmod(&m.p("/d/g"), 0o600).unwrap();
        let seen = events(&mut watcher);
        assert_eq!(seen.len(), 2);
        assert!(seen.contains(&WatchEvent { id: file, kind: WatchKind::Change, name: b"g".to_vec() }));
        watcher.remove(id);
        k.write_file(&m.p("/d/new"), b"", O_CREAT | O_WRONLY, 0o666).unwrap();
        assert!(events(&mut watcher).is_empty());
        watcher.remove(file);
        assert!(watcher.is_empty());
        assert_eq!(watcher.add(k, &m.p("/none")), Err(Errno::ENOENT));
    }
}

#[test]
fn memory_cannot_be_watched() {
    let k = Kernel::builder().mount("/", MemoryFs::new()).build().unwrap();
    assert_eq!(FsWatcher::new().unwrap().add(&k, b"/"), Err(Errno::ENOSYS));
    assert!(!k.can_watch(b"/"));
}
