//! Sockets: addresses, the rules who may be talked to, and the open socket as a [`File`](crate::fs::File). The calls themselves are
//! methods of [`Kernel`](crate::Kernel) with WASIX's names (`sock_open`, `sock_connect`…), which check the rules.
//!
//! # Invariants
//!
//! * Every socket is close-on-exec and non-blocking: waiting is the loop's business.
//! * A rule is asked about the *canonical* address, the one the system call then gets: after name resolution, with IPv4 in IPv6 taken
//!   out of its wrapping, and "any address" as a target read as what it means, this host.
//! * Nothing here blocks but [`Kernel::resolve`](crate::Kernel::resolve) and its inverse, which are for pool threads.

mod address;
mod name_pattern;
mod resolved;
mod rules;
mod socket;
mod special;
mod unix_grant;

pub use address::SocketAddress;
pub(crate) use address::{from_any, to_any};
pub use name_pattern::{NamePattern, is_numeric, normal_name};
pub use resolved::Resolved;
pub use rules::{Direction, NetworkAccess, NetworkRule, NetworkRules, Peer, Protocol};
pub use socket::{Socket, SpareFd};
pub(crate) use unix_grant::place;
