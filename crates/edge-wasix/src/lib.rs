//! The system-call silo: the only crate that talks to the operating system.
//!
//! It implements the WASIX calls as plain Rust over a [`Kernel`]: one WASIX "process" with its table of
//! file descriptors, its mounts, working directory, environment, arguments, umask and its immutable
//! [`Policy`]. Node's bindings call it directly; WebAssembly guests reach the same functions through
//! imports. It knows no JavaScript and no wasm.
//!
//! # Invariants
//!
//! * **Authority is a value.** Nothing here is ambient: what a guest may do is what its `Kernel` was built
//!   with. `Kernel::builder().mount("/", MemoryFs::new()).build()` is a whole machine for a test.
//! * **Names are resolved in the guest's name space** ([`fs::Mounts`]): `..` never leaves the guest's root, an
//!   absolute symbolic link starts again at the guest's root, and what reaches the host is a path without
//!   links, opened relative to a mount's directory descriptor with `openat2` (or the same rules by hand where
//!   the host lacks it). A link that appears in between makes the call start over, never escape.
//! * **An open policy costs nothing**: when everything is granted, [`host::HostRoot`] passes the path to the
//!   host's own resolution, one system call per call.
//! * **Descriptors are guest numbers**, lowest free first; the host's descriptors behind them are always
//!   close-on-exec and never leak into a child or another kernel.
//! * **Paths are bytes.** A NUL byte is `EINVAL`; nothing is normalised, folded or truncated.
//! * All methods take `&self`; a `Kernel` is shared by the threads of a program in an `Arc`.
//!
//! # How it fails
//!
//! Every call returns [`Errno`], a Linux errno. There is no panic reachable from guest input, and `EINTR` is
//! retried unless the kernel was told to stop ([`Kernel::interrupt`]).

pub mod audit;
pub mod clock;
pub mod cow_fs;
mod errno;
#[cfg(debug_assertions)]
#[doc(hidden)]
pub mod faults;
#[cfg(not(debug_assertions))]
mod faults;
pub mod fs;
pub mod host;
pub mod host_stream;
mod kernel;
pub mod limits;
pub mod memory;
pub mod memory_fs;
pub mod net;
mod policy;
pub mod poll;
pub mod signal;
pub mod thread;
pub mod trap;
pub mod waker;
pub mod wall;

pub use cow_fs::{Change, ChangeKind, CopyOnWrite};
pub use errno::{Errno, Result, UV_EOF, uv_error, uv_error_map};
pub use kernel::*;
pub use limits::{Limit, LimitError, Limits, Meter};
pub use memory_fs::MemoryFs;
pub use policy::{GUEST_EXECUTABLE, Policy, Volume, VolumeAccess};
