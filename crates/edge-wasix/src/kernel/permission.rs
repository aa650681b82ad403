//! What the policy would answer, asked beforehand (`process.permission.has`). Decisions are made where things are done; this only tells.

use std::net::{IpAddr, SocketAddr};

use super::{Kernel, View};
use crate::VolumeAccess;
use crate::net::{Direction, NetworkAccess, Protocol, is_numeric, normal_name};

impl Kernel {
    /// Whether what `scope` names is granted: Node's `fs.read`, `fs.write`, `fs`, `child`, `worker`, `addon`, `wasi`, `inspector`, and ours,
    /// `net.connect`, `net.listen` (`HOST:PORT`), `dns` and `env`. Without a reference: whether all of it is. False for a scope that is
    /// none.
    pub fn has_permission(&self, scope: &str, reference: Option<&[u8]>) -> bool {
        match scope {
            "fs.read" => self.may_read(reference),
            "fs.write" => self.may_write(reference),
            "fs" => self.may_read(reference) && self.may_write(reference),
            "child" => reference.map_or_else(|| self.may_start_any(), |file| self.command(file).is_ok()),
            "net.connect" => self.may_reach(Direction::Connect, reference),
            "net.listen" => self.may_reach(Direction::Bind, reference),
            "dns" => reference.map_or(*self.policy.network_access() == NetworkAccess::Open, |name| self.may_resolve(name)),
            "env" => reference.map_or(self.policy.grants_host_environment(), |name| self.getenv(name).is_some()),
            // Not there, so not granted.
            _ => false,
        }
    }

    /// Whether this kernel confines its programs at all.
    pub fn is_confined(&self) -> bool {
        matches!(self.view, View::Mounts(_)) || !self.policy.grants_host_processes()
    }

    /// Where the mount is that a path leads to, following what links there are; `None` for what no mount has.
    fn mount_point_of(&self, path: &[u8]) -> Option<Vec<u8>> {
        let View::Mounts(mounts) = &self.view else { return None };
        mounts.mount_point(&self.cwd_bytes(), path)
    }

    pub(super) fn may_read(&self, path: Option<&[u8]>) -> bool {
        if matches!(self.view, View::Host(_)) {
            return true;
        }
        let path = path.unwrap_or(b"/");
        let Some(point) = self.mount_point_of(path) else { return false };
        // Of a mount that is no grant, as that of a script alone, what is there.
        self.policy.volumes().iter().any(|volume| is_same(&volume.guest, &point))
            || self.policy.memory_folders().iter().any(|guest| is_same(guest, &point))
            || self.mode(path).is_ok_and(|mode| mode & libc::S_IFMT == libc::S_IFREG)
    }

    pub(super) fn may_write(&self, path: Option<&[u8]>) -> bool {
        if matches!(self.view, View::Host(_)) {
            return true;
        }
        let Some(point) = self.mount_point_of(path.unwrap_or(b"/")) else { return false };
        self.policy.volumes().iter().any(|volume| volume.access != VolumeAccess::ReadOnly && is_same(&volume.guest, &point))
            || self.policy.memory_folders().iter().any(|guest| is_same(guest, &point))
    }

    fn may_start_any(&self) -> bool {
        match self.view {
            View::Host(_) => self.policy.grants_host_processes(),
            View::Mounts(_) => {
                self.policy.grants_any_program() || self.policy.node_children_document().is_some() || !self.policy.programs().is_empty()
            }
        }
    }

    fn may_reach(&self, direction: Direction, reference: Option<&[u8]>) -> bool {
        let access = self.policy.network_access();
        let Some(text) = reference else { return *access == NetworkAccess::Open };
        let Ok(text) = std::str::from_utf8(text) else { return false };
        let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
        let Ok(port) = port.parse::<u16>() else { return false };
        if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return access.check(direction, || Protocol::Tcp, SocketAddr::new(ip, port), &self.resolved).is_ok();
        }
        let name = normal_name(host.as_bytes()).filter(|name| !is_numeric(name));
        direction == Direction::Connect && name.is_some_and(|name| access.may_reach_name(&name, port))
    }
}

/// Whether two absolute paths are the same but for slashes.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
        path.split(|&byte| byte == b'/').filter(|name| !name.is_empty())
    }
    names(a).eq(names(b))
}
