//! V8's serialization format, version 15: what `v8.serialize` writes, and what structured clone and messages travel in.
//!
//! A [`Writer`] turns a value into bytes, a [`Reader`] makes it anew. What the format does not know of (host objects, shared memory,
//! which error is thrown) is asked of a [`WriteDelegate`] and a [`ReadDelegate`]. Both may run JavaScript that comes back into the
//! same writer or reader, so their state lies in cells that are never borrowed over a call.
//!
//! Bytes to read are not trusted: every length is checked against what is left, and bad ones end in an error. Nesting is bounded by
//! the stack that it takes ([`depth`]), in both directions, as V8 does.

mod depth;
mod describe;
mod primordials;
mod reader;
mod reader_objects;
mod tag;
mod writer;
mod writer_objects;

pub use describe::describe;
pub use primordials::Primordials;
pub use reader::{ReadDelegate, ReadState, Reader};
pub use writer::{WriteDelegate, WriteState, Writer};

/// The version that is written, and the newest that is read.
pub const VERSION: u32 = 15;
