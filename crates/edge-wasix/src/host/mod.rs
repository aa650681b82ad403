//! Files of the host: its whole tree under an open policy ([`HostRoot`]), one directory of it as a mount
//! ([`HostDir`]), and an open file ([`HostFile`]).

mod beneath;
mod convert;
mod dir_stream;
mod features;
mod host_dir;
mod host_file;
mod host_root;
mod retry;

pub use features::{HostFeatures, host_features};
pub use host_dir::HostDir;
pub use host_file::HostFile;
pub use host_root::HostRoot;

pub(crate) use convert::{host_stat, host_statfs};
pub(crate) use dir_stream::{HostDirStream, list};
pub(crate) use host_file::guess;
pub(crate) use retry::{retry, retry_as};
