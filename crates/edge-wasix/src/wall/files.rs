//! Landlock: which files can be opened, which ports used, who can be signalled.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, Scope,
};
use rustix::fs::{Mode, OFlags};

use super::{Needs, has_commands, ports, threads};
use crate::host::host_features;
use crate::net::NetworkAccess;
use crate::{Policy, VolumeAccess};

/// The version that has all that is used here: files (1 to 3), ports (4), devices (5), signals and abstract sockets (6).
pub const WANTED: u32 = 6;
const USED: ABI = ABI::V6;

/// How much memory the process has.
const MEMORY: &str = "/proc/self/statm";
/// Where programs and their libraries are, for commands that were granted.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/proc", "/dev/urandom", "/dev/zero"];
/// What a child of the same kind needs: the loader and libraries, what it finds out about itself and about pseudo file systems.
const OWN_KIND: &[&str] = &["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.preload", "/proc"];
/// What the C library's resolver reads, and where it loads modules from.
const RESOLVER: &[&str] = &[
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ld.so.cache",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/run/systemd/resolve",
];
/// What a look at the host reads.
const INFORMATION: &[&str] = &[
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/self/cgroup",
    "/proc/stat",
    "/proc/uptime",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/etc/passwd",
    "/etc/group",
];

/// Restricts all threads of the process; the version of Landlock's interface that the kernel has.
///
/// # Errors
/// Why not, for a person.
pub fn restrict(policy: &Policy, needs: &Needs) -> Result<u32, String> {
    let version = host_features().landlock;
    if version == 0 {
        return Err("this kernel has none".to_owned());
    }
    let rules = ruleset(policy, needs).map_err(|error| error.to_string())?;
    let Some(rules): Option<OwnedFd> = rules.into() else { return Err("this kernel has none".to_owned()) };
    threads::restrict_all(rules.as_fd())?;
    Ok(version)
}

fn ruleset(policy: &Policy, needs: &Needs) -> Result<RulesetCreated, RulesetError> {
    let mut rules = Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(AccessFs::from_all(USED))?;
    // A granted program of the host has no rules of the network.
    let ports = if policy.programs().is_empty() { ports::granted(policy.network_access()) } else { Vec::new() };
    for (access, _) in &ports {
        rules = rules.handle_access(*access)?;
    }
    rules = rules.scope(Scope::AbstractUnixSocket)?;
    if threads::may_signal_each_other() {
        rules = rules.scope(Scope::Signal)?;
    }
    let mut rules = rules.create()?.set_compatibility(CompatLevel::BestEffort);
    for (access, ports) in ports {
        for port in ports {
            rules = rules.add_rule(NetPort::new(port, access))?;
        }
    }
    let run = if has_commands(policy) { BitFlags::from(AccessFs::Execute) } else { BitFlags::EMPTY };
    let read = AccessFs::ReadFile | AccessFs::ReadDir | run;
    // Devices and pipes are nothing that a program makes.
    let write = AccessFs::from_all(USED) & !(AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeFifo) | run;
    for volume in policy.volumes() {
        rules = allow(rules, &volume.host, if volume.access == VolumeAccess::ReadWrite { write } else { read })?;
    }
    rules = allow(rules, Path::new("/dev/null"), AccessFs::ReadFile | AccessFs::WriteFile)?;
    // How much memory the program has: its limit is held by that. A rule is for the file that the name led to, and in `/proc` that is
    // another one once nobody has used it for long; so it is kept in use, for as long as the process lives.
    rules = allow(rules, Path::new(MEMORY), AccessFs::ReadFile.into())?;
    std::mem::forget(rustix::fs::open(MEMORY, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()));
    for folder in policy.unix_paths().filter_map(Path::parent) {
        rules = allow(rules, folder, AccessFs::MakeSock | AccessFs::RemoveFile)?;
    }
    let mut groups: Vec<&[&str]> = Vec::new();
    if !policy.programs().is_empty() {
        groups.push(SYSTEM);
    }
    for path in policy.programs() {
        rules = allow(rules, Path::new(OsStr::from_bytes(path)), read)?;
    }
    if policy.node_children_document().is_some() {
        groups.push(OWN_KIND);
        for path in &needs.of_children {
            rules = allow(rules, path, read)?;
        }
    }
    if *policy.network_access() != NetworkAccess::Closed {
        groups.push(RESOLVER);
    }
    if policy.grants_host_information() {
        groups.push(INFORMATION);
    }
    for path in groups.into_iter().flatten() {
        rules = allow(rules, Path::new(path), read)?;
    }
    for stream in [std::io::stdin().as_fd(), std::io::stdout().as_fd(), std::io::stderr().as_fd()] {
        rules = allow_terminal(rules, stream)?;
    }
    Ok(rules)
}

/// Grants access to what a path leads to and all below; a path that leads nowhere grants nothing.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, RulesetError> {
    let Ok(fd) = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) else { return Ok(rules) };
    let is_dir = rustix::fs::fstat(&fd).is_ok_and(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).is_dir());
    let access = if is_dir { access } else { access & AccessFs::from_file(USED) };
    if access.is_empty() {
        return Ok(rules);
    }
    rules.add_rule(PathBeneath::new(fd, access))
}

/// A terminal is opened once more, to wait for it without changing the mode that it shares with other processes.
fn allow_terminal(rules: RulesetCreated, stream: BorrowedFd<'_>) -> Result<RulesetCreated, RulesetError> {
    let Ok(copy) = stream.try_clone_to_owned().map(File::from) else { return Ok(rules) };
    if copy.metadata().is_ok_and(|metadata| metadata.file_type().is_char_device()) {
        return rules.add_rule(PathBeneath::new(copy, AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev));
    }
    Ok(rules)
}
