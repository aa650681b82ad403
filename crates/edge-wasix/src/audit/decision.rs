//! What was asked, and what was answered.

use std::net::SocketAddr;

use crate::Result;
use crate::net::Protocol;

/// What somebody wanted to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To look at a file or folder.
    Read,
    /// To change what is there.
    Write,
    /// To make, rename or remove a name.
    Create,
    /// To connect, or to send.
    Connect,
    /// To listen, or to receive at an address.
    Listen,
    /// To ask for a host's addresses, or an address' names.
    Resolve,
    /// To see a variable of the environment.
    Env,
    /// To start a program.
    Run,
    /// To load native code.
    Addon,
    /// To act on the host otherwise: other processes, users.
    Host,
}

impl Access {
    /// Its word in a log.
    pub fn name(self) -> &'static str {
        match self {
            Access::Read => "read",
            Access::Write => "write",
            Access::Create => "create",
            Access::Connect => "connect",
            Access::Listen => "listen",
            Access::Resolve => "dns",
            Access::Env => "env",
            Access::Run => "run",
            Access::Addon => "addon",
            Access::Host => "host",
        }
    }
}

/// To whom or what.
#[derive(Clone, Debug)]
pub enum Subject<'a> {
    /// A file: the guest's absolute path, not normalised.
    Path {
        path: &'a [u8],
        /// The program named it from its working directory.
        is_relative: bool,
        /// Under an open policy, for an observer that wants all: the host's path without links.
        real: Option<Vec<u8>>,
        /// Whether that is a folder.
        is_dir: bool,
    },
    Address {
        protocol: Protocol,
        address: SocketAddr,
        /// Names that led to it.
        hosts: Vec<String>,
    },
    /// A local socket, by its name.
    UnixSocket(&'a [u8]),
    Host(&'a [u8]),
    Variable(&'a [u8]),
    Command {
        file: &'a [u8],
        args: &'a [Vec<u8>],
        /// Under an open policy: the host's path of the program, as far as it is found.
        real: Option<Vec<u8>>,
    },
    Process(i32),
    None,
}

/// One question to a policy, answered.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The call, by WASIX's or libuv's name (`open`, `connect`, `spawn`).
    pub call: &'static str,
    pub access: Access,
    pub subject: Subject<'a>,
    /// Whether the policy is why it failed.
    pub is_denied: bool,
    /// What the call answered, as far as it is known here.
    pub outcome: Result<()>,
    /// The field of a policy that grants such things; `None` when none does.
    pub field: Option<&'static str>,
}
