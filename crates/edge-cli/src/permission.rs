//! Node's permission model, `--permission --allow-fs-read=… --allow-fs-write=…`, as a policy: the folders that are granted are volumes at
//! their own paths, and everything else of the host is granted, as Node has it. So it is held by the mounts, and not by comparing texts:
//! a link out of a granted folder leads nowhere.
//!
//! Volumes are folders, so that some of what Node takes is refused rather than granted too widely: stars within a name, and folders that
//! may be written and not read.

use edge_node::Options;
use edge_wasix::{Kernel, Policy, VolumeAccess};

/// The policy.
///
/// # Errors
/// What cannot be granted, for a person.
pub fn policy(host: &Kernel, cli: &Options, here: &[u8]) -> Result<Policy, String> {
    let readable = folders(host, "--allow-fs-read", cli, here)?;
    let writable = folders(host, "--allow-fs-write", cli, here)?;
    if let Some(path) = writable.iter().find(|path| !readable.iter().any(|folder| is_in(path, folder))) {
        let path = String::from_utf8_lossy(path);
        return Err(format!("--allow-fs-write={path} needs --allow-fs-read={path}: what can be written can be read in Edge.js"));
    }
    // No volume of the host's root: nothing is seen but what is named.
    let mut policy = Policy::open().confined();
    if cli.flag("--allow-child-process") {
        // As in Node every program then, and children of its own kind are told by `NODE_OPTIONS` to be as restricted.
        policy = policy.any_program();
    }
    for (folders, access) in [(&readable, VolumeAccess::ReadOnly), (&writable, VolumeAccess::ReadWrite)] {
        for folder in folders {
            policy = policy.volume_at(folder, folder, access);
        }
    }
    Ok(policy)
}

/// The folders of an option, absolute.
fn folders(host: &Kernel, option: &str, cli: &Options, here: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let folder = |text: &String| {
        let path = match text.as_str() {
            "*" => "/",
            text => text.strip_suffix("/*").unwrap_or(text),
        };
        if path.contains('*') {
            return Err(format!("{option}={text} is not supported by Edge.js: a star stands for all there is in a folder"));
        }
        let path = if path.starts_with('/') { path.as_bytes().to_vec() } else { [here, b"/", path.as_bytes()].concat() };
        let real = host.realpath(&path).map_err(|errno| format!("{option}={text}: {}", errno.message()))?;
        if host.stat(&real).is_ok_and(|stat| stat.is_dir()) {
            Ok(real)
        } else {
            Err(format!("{option}={text} is not supported by Edge.js: only folders can be granted"))
        }
    };
    cli.list(option).iter().map(folder).collect()
}

fn is_in(path: &[u8], folder: &[u8]) -> bool {
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}
