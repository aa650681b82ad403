//! What a kernel's programs may do. Immutable: a running guest can never widen it.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::net::NetworkAccess;

/// Whether a volume can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeAccess {
    ReadOnly,
    ReadWrite,
}

/// A directory of the host shown to the guest.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Where the guest sees it: an absolute path.
    pub guest: Vec<u8>,
    /// The host's directory.
    pub host: PathBuf,
    pub access: VolumeAccess,
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
    volumes: Vec<Volume>,
    memory: Vec<Vec<u8>>,
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
            volumes: Vec::new(),
            memory: Vec::new(),
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
            volumes: Vec::new(),
            memory: Vec::new(),
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

    pub fn volumes(&self) -> &[Volume] {
        &self.volumes
    }

    /// The guest paths of empty folders in memory.
    pub fn memory_folders(&self) -> &[Vec<u8>] {
        &self.memory
    }

    pub fn fd_limit(&self) -> usize {
        self.max_fds
    }
}
