//! What a kernel's programs may do. Immutable: a running guest can never widen it.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::net::NetworkAccess;

/// `process.execPath` of a program that does not see the host's own; starting it is starting another sandboxed one.
pub const GUEST_EXECUTABLE: &str = "/usr/bin/edge-node";

/// Whether a volume can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeAccess {
    ReadOnly,
    ReadWrite,
    /// The guest may write, but to a layer in memory ([`crate::CopyOnWrite`]): the host's files are not changed.
    CopyOnWrite,
}

/// A directory or a single file of the host shown to the guest.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Where the guest sees it: an absolute path.
    pub guest: Vec<u8>,
    /// The host's directory or regular file.
    pub host: PathBuf,
    pub access: VolumeAccess,
}

/// How a sandboxed guest's own kind is started.
#[derive(Clone, Debug)]
struct NodeChildren {
    executable: Vec<u8>,
    document: Vec<u8>,
    /// `NAME=value`, for the executable itself; the program in it does not see them.
    variables: Vec<Vec<u8>>,
}

/// The grants of one kernel. Start from [`Policy::open`] or [`Policy::closed`] and add.
#[derive(Clone, Debug)]
pub struct Policy {
    host_root: bool,
    host_environment: bool,
    variables: Vec<Vec<u8>>,
    set_variables: Vec<(Vec<u8>, Vec<u8>)>,
    host_information: bool,
    host_processes: bool,
    network: NetworkAccess,
    unix_sockets: bool,
    unix_paths: Vec<(Vec<u8>, Vec<u8>)>,
    programs: Vec<Vec<u8>>,
    any_program: bool,
    node_children: Option<NodeChildren>,
    volumes: Vec<Volume>,
    memory: Vec<Vec<u8>>,
    devices: bool,
    max_fds: usize,
}

impl Policy {
    /// Everything the host user may do: what `edge run` without `--safe` grants.
    pub fn open() -> Policy {
        Policy {
            host_root: true,
            host_environment: true,
            variables: Vec::new(),
            set_variables: Vec::new(),
            host_information: true,
            host_processes: true,
            network: NetworkAccess::Open,
            unix_sockets: true,
            unix_paths: Vec::new(),
            programs: Vec::new(),
            any_program: false,
            node_children: None,
            volumes: Vec::new(),
            memory: Vec::new(),
            devices: false,
            max_fds: 1 << 20,
        }
    }

    /// Nothing: no host files, no host environment, no network, no look at the host, no signals to other processes.
    pub fn closed() -> Policy {
        Policy {
            host_root: false,
            host_environment: false,
            variables: Vec::new(),
            set_variables: Vec::new(),
            host_information: false,
            host_processes: false,
            network: NetworkAccess::Closed,
            unix_sockets: false,
            unix_paths: Vec::new(),
            programs: Vec::new(),
            any_program: false,
            node_children: None,
            volumes: Vec::new(),
            memory: Vec::new(),
            devices: false,
            max_fds: 1024,
        }
    }

    /// Shows the host directory `host` at the guest path `guest`. Naming any volume confines file access to the
    /// volumes and mounts.
    pub fn volume(mut self, guest: impl AsRef<[u8]>, host: impl Into<PathBuf>, access: VolumeAccess) -> Policy {
        self.host_root = false;
        self.volumes.push(Volume { guest: guest.as_ref().to_vec(), host: host.into(), access });
        self
    }

    /// Confines file access to volumes, memory folders and mounts, as naming one does.
    pub fn confined(mut self) -> Policy {
        self.host_root = false;
        self
    }

    /// As [`Policy::volume`], with the host's path as bytes.
    pub fn volume_at(self, guest: impl AsRef<[u8]>, host: &[u8], access: VolumeAccess) -> Policy {
        self.volume(guest, std::ffi::OsStr::from_bytes(host), access)
    }

    /// Gives the guest an empty folder of its own at the guest path `guest`: in memory, writable, gone with the kernel. Confines file
    /// access as [`Policy::volume`] does.
    pub fn memory(mut self, guest: impl AsRef<[u8]>) -> Policy {
        self.host_root = false;
        self.memory.push(guest.as_ref().to_vec());
        self
    }

    /// Gives the guest a `/dev` of its own with `null`, `zero`, `full`, `random`, `urandom`, `stdin`, `stdout`, `stderr` and `fd`, of which
    /// the last four are the guest's own descriptors; or not. Nothing of the host's `/dev` is in it. Confines file access as
    /// [`Policy::volume`] does.
    pub fn devices(mut self, granted: bool) -> Policy {
        self.host_root &= !granted;
        self.devices = granted;
        self
    }

    /// Lets the guest start with this one of the host's environment variables, where the host has it.
    pub fn variable(mut self, name: impl AsRef<[u8]>) -> Policy {
        self.variables.push(name.as_ref().to_vec());
        self
    }

    /// Has the guest start with an environment variable of this value, whatever the host has.
    pub fn set_variable(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Policy {
        self.set_variables.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// Lets the guest see the host's name, processors, memory, users and interfaces, or not.
    pub fn host_information(mut self, granted: bool) -> Policy {
        self.host_information = granted;
        self
    }

    /// Lets the guest start with the host's environment variables, or not.
    pub fn host_environment(mut self, granted: bool) -> Policy {
        self.host_environment = granted;
        self
    }

    /// Lets the guest signal host processes and change priorities, or not.
    pub fn host_processes(mut self, granted: bool) -> Policy {
        self.host_processes = granted;
        self
    }

    /// What of the network the guest may reach.
    pub fn network(mut self, access: NetworkAccess) -> Policy {
        self.network = access;
        self
    }

    /// Lets the guest use the host's local (unix) sockets, or not. Only with the host's whole tree as its own.
    pub fn unix_sockets(mut self, granted: bool) -> Policy {
        self.unix_sockets = granted;
        self
    }

    /// Lets the guest connect to, and listen at, a local socket: `guest` is its name for the guest, `host` the host's path of it, absolute
    /// and without links.
    pub fn unix_path(mut self, guest: impl AsRef<[u8]>, host: impl AsRef<[u8]>) -> Policy {
        self.unix_paths.push((guest.as_ref().to_vec(), host.as_ref().to_vec()));
        self
    }

    /// Lets a confined guest start this program of the host: an absolute path. It runs with the host user's rights.
    pub fn program(mut self, path: impl AsRef<[u8]>) -> Policy {
        self.programs.push(path.as_ref().to_vec());
        self
    }

    /// Lets a confined guest start every program of the host, with any variables. Its own paths must be the host's.
    pub fn any_program(mut self) -> Policy {
        self.any_program = true;
        self
    }

    /// Lets a confined guest start programs as sandboxed as itself: `executable` is the host's path of `edge-node`, `document` what it is
    /// told (no wider than this policy), `variables` (`NAME=value`) the whole host environment of the executable.
    pub fn node_children(mut self, executable: &[u8], document: &[u8], variables: Vec<Vec<u8>>) -> Policy {
        self.node_children = Some(NodeChildren { executable: executable.to_vec(), document: document.to_vec(), variables });
        self
    }

    /// The number of descriptors the guest may have open; more is `EMFILE`.
    pub fn max_fds(mut self, count: usize) -> Policy {
        self.max_fds = count;
        self
    }

    /// Whether the guest's `/` is the host's.
    pub fn grants_host_root(&self) -> bool {
        self.host_root
    }

    pub fn grants_host_environment(&self) -> bool {
        self.host_environment
    }

    /// The host's variables that are passed on by name.
    pub fn variables(&self) -> &[Vec<u8>] {
        &self.variables
    }

    /// The variables that are set, with their values.
    pub fn set_variables(&self) -> &[(Vec<u8>, Vec<u8>)] {
        &self.set_variables
    }

    pub fn grants_host_information(&self) -> bool {
        self.host_information
    }

    pub fn grants_host_processes(&self) -> bool {
        self.host_processes
    }

    pub fn network_access(&self) -> &NetworkAccess {
        &self.network
    }

    pub fn grants_unix_sockets(&self) -> bool {
        self.unix_sockets
    }

    /// The host's paths of all local sockets that are granted by name.
    pub fn unix_paths(&self) -> impl Iterator<Item = &std::path::Path> {
        self.unix_paths.iter().map(|granted| std::path::Path::new(std::ffi::OsStr::from_bytes(&granted.1)))
    }

    /// The host's path of a local socket that is granted by name.
    pub fn granted_unix_path(&self, guest: &[u8]) -> Option<&[u8]> {
        self.unix_paths.iter().find(|granted| granted.0 == guest).map(|granted| granted.1.as_slice())
    }

    /// The programs of the host that are granted by their paths.
    pub fn programs(&self) -> &[Vec<u8>] {
        &self.programs
    }

    pub fn grants_any_program(&self) -> bool {
        self.any_program
    }

    /// Executable and document of sandboxed children, if there may be any.
    pub fn node_children_document(&self) -> Option<(&[u8], &[u8])> {
        self.node_children.as_ref().map(|node| (node.executable.as_slice(), node.document.as_slice()))
    }

    pub(crate) fn host_variables_of_children(&self) -> Vec<Vec<u8>> {
        self.node_children.as_ref().map_or_else(Vec::new, |node| node.variables.clone())
    }

    pub fn volumes(&self) -> &[Volume] {
        &self.volumes
    }

    /// The guest paths of empty folders in memory.
    pub fn memory_folders(&self) -> &[Vec<u8>] {
        &self.memory
    }

    /// Whether the guest has a `/dev` of its own.
    pub fn has_devices(&self) -> bool {
        self.devices
    }

    pub fn fd_limit(&self) -> usize {
        self.max_fds
    }
}
