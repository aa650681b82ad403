//! nghttp2, Node's HTTP/2 library, as a safe Rust type: bytes in ([`Session::receive`]), bytes out ([`Session::send`]), what is in them
//! told to an [`Events`].
//!
//! May use nothing of ours. nghttp2 makes no system call but `time` (for the rate limit of stream resets) and asks for no randomness but
//! the seed that [`Options::seed`] carries.
//!
//! # Invariants
//!
//! * An event may call any method of its session but `receive` and `send`, which answer [`Failure::BUSY`] then: nghttp2 frees streams in
//!   both, and an event is in the midst of one.
//! * What events get are parts of nghttp2's memory that live as long as the event; header fields that go in are copied before a call
//!   returns.
//! * A panic in an event ends the call and goes on in its caller; it never passes through C.
//! * Memory that nghttp2 holds for a session is counted ([`Session::memory`]).
//!
//! It fails with nghttp2's own errors ([`Failure`]).
#![warn(missing_docs)]

mod callbacks;
mod error;
mod events;
mod frame;
mod header_field;
mod memory;
mod options;
mod session;
mod settings;
mod state;
mod submit;

pub use error::{Failure, error_text, is_fatal};
pub use events::{Events, Outgoing, Verdict};
pub use frame::{Frame, FrameHead, Payload, frame_type};
pub use header_field::HeaderField;
pub use options::Options;
pub use session::{Kind, Session};
pub use settings::{Setting, pack_settings};
pub use state::{SessionState, StreamState};

/// The version of the C sources.
pub const VERSION: &str = "1.68.1";
