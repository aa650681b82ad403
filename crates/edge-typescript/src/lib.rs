//! TypeScript to JavaScript as Node does it: the native face of what `internal/deps/amaro` is in Node, a WebAssembly build of the
//! same crate, `swc_ts_fast_strip`.
//!
//! Uses nothing of ours and knows nothing of the engine or the loop: text in, text out. A crate of its own because swc takes minutes to
//! compile and this never changes.
//!
//! How it fails: wrong and unsupported syntax are a [`Failure::Diagnostic`]. swc recurses on the native stack, one level for each token
//! at worst, so hostile nesting could run off its end: call [`transform`] on a thread with [`stack_size`] bytes, and not at all where
//! that is `None`. A panic in swc is the caller's to catch (joining the thread does).

mod diagnostic;
mod snippet;
mod stack_size;
mod transform;

pub use diagnostic::Diagnostic;
pub use stack_size::stack_size;
pub use transform::{Failure, Mode, Options, Output, transform};
