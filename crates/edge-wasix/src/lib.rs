//! Placeholder; see ../../ARCHITECTURE.md.

pub mod clock;
pub mod poll;
pub mod thread;
pub mod waker;
