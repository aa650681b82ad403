//! Who is told of what a policy decides.
//!
//! A [`Kernel`](crate::Kernel) with an [`Observer`] tells it of every call that its policy was asked about: what was asked, whether it was
//! granted, and which field of a policy grants such things. [`AuditLog`] writes that down, one JSON object a line. A kernel without one does
//! nothing of this but to look whether it has one.
//!
//! # Invariants
//!
//! * An observer changes no answer: it is told after the decision.
//! * What a guest chose (names, arguments, frames of its stack) cannot end a line or begin one: it is escaped, and cut where it is long.
//! * The observer's own questions to the kernel are not told to it.
//!
//! # How it fails
//!
//! It does not: a log that cannot be written to is one with lines missing, and the program goes on.

mod decision;
mod json;
mod log;
mod origin;

pub use decision::{Access, Decision, Subject};
pub use log::{AUDIT_ALL_VARIABLE, AUDIT_VARIABLE, AuditLog};
pub(crate) use origin::whole_asking;
pub use origin::{Origin, StackSource, is_watched, origin, set_stack_source, with_origin};

use std::os::fd::BorrowedFd;

/// Gets the decisions of a kernel. Called on the thread of the call, which waits for it.
pub trait Observer: Send + Sync {
    /// Whether it wants to hear of what was granted, too.
    fn wants_allowed(&self) -> bool {
        false
    }

    /// One decision.
    fn decided(&self, decision: &Decision<'_>);

    /// The host's descriptor of a log that sandboxed children should go on with.
    fn log_of_children(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Variables (`NAME=value`) that tell children of an open kernel to go on with the log, if they are of our kind.
    fn variables_of_children(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }
}
