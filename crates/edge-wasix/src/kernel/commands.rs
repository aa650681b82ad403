//! Which programs a sandboxed guest may start, and as what.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::{Kernel, View};
use crate::{Errno, Result, VolumeAccess};

/// What becomes of a guest's wish to start a program.
pub(super) enum Command {
    /// The host's program, as an open policy does it.
    Open,
    /// Another `edge-node` in a sandbox of its own: the host's path of the executable, and the document.
    Node(Vec<u8>, Vec<u8>),
    /// A program of the host that is granted, by its real path.
    Granted(Vec<u8>),
}

/// Variables that change which code a program of the host runs: those of the dynamic loader, of the C library, of Node.
fn is_dangerous(entry: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 2] = [b"LD_", b"DYLD_"];
    const NAMES: [&[u8]; 4] = [b"NODE_OPTIONS", b"GLIBC_TUNABLES", b"GCONV_PATH", b"LOCPATH"];
    let name = entry.split(|&byte| byte == b'=').next().unwrap_or_default();
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) || NAMES.contains(&name)
}

impl Kernel {
    /// What `file` is to this guest.
    ///
    /// # Errors
    /// `EACCES` for what the policy does not name, and for what the guest could have written itself.
    pub(super) fn command(&self, file: &[u8]) -> Result<Command> {
        if matches!(self.view, View::Host(_)) {
            return if self.policy.grants_host_processes() { Ok(Command::Open) } else { Err(Errno::EACCES) };
        }
        if self.policy.grants_any_program() {
            return Ok(Command::Granted(file.to_vec()));
        }
        if let Some((executable, document)) = self.policy.node_children_document()
            && (file == crate::GUEST_EXECUTABLE.as_bytes() || matches!(file, b"node" | b"edge-node"))
        {
            return Ok(Command::Node(executable.to_vec(), document.to_vec()));
        }
        let name = |path: &[u8]| path.rsplit(|&byte| byte == b'/').next().unwrap_or_default().to_vec();
        let is_meant = |granted: &&Vec<u8>| if file.contains(&b'/') { granted.as_slice() == file } else { name(granted) == file };
        let granted = self.policy.programs().iter().find(is_meant).ok_or(Errno::EACCES)?;
        let real = std::fs::canonicalize(Path::new(std::ffi::OsStr::from_bytes(granted)))?;
        let is_written_by_the_guest = self.policy.volumes().iter().any(|volume| {
            // A volume that has vanished has nothing in it.
            volume.access != VolumeAccess::ReadOnly && std::fs::canonicalize(&volume.host).is_ok_and(|folder| real.starts_with(folder))
        });
        if is_written_by_the_guest { Err(Errno::EACCES) } else { Ok(Command::Granted(real.into_os_string().into_vec())) }
    }

    /// The variables for a child of a sandboxed guest: those it names, or its own, without what would choose the code that runs.
    pub(super) fn child_environment(&self, named: Option<&Vec<Vec<u8>>>) -> Vec<Vec<u8>> {
        let own = || self.environ().into_iter().map(|(name, value)| [name.as_slice(), b"=", value.as_slice()].concat()).collect();
        let mut entries: Vec<Vec<u8>> = named.cloned().unwrap_or_else(own);
        if !self.policy.grants_any_program() {
            entries.retain(|entry| !is_dangerous(entry));
        }
        entries
    }
}
