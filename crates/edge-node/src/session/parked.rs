//! [`ParkedSession`]: a session between two stretches of running, on its way to another thread.

use super::Session;

/// A session that no thread is in. It may be sent to another thread, which takes it out again.
pub struct ParkedSession(Session);

// SAFETY: what a session is made of (`Rc`s, cells, the engine's record) is not thread-safe, but it is one closed graph: everything that
// leads into it from outside is `Send + Sync` by itself (kill handles, loop handles, the kernel, the host), except this thread's list of
// environments, which `park` takes it off and `unpark` puts it on. Nothing of the session is on the stack of the thread that parks it,
// for `park` takes it by value; so all references that exist move together, and the hand-over between the threads (a mutex or channel
// of whoever sends it) orders what one did before what the next does. What the engine knows of its thread (the stack's bounds, whom a
// kill's signal goes to) is told anew by `Isolate::leave_thread` and `join_thread`.
unsafe impl Send for ParkedSession {}

impl ParkedSession {
    /// Takes a session off this thread.
    #[must_use]
    pub fn park(session: Session) -> Self {
        session.environment().leave_thread();
        session.isolate().leave_thread();
        Self(session)
    }

    /// Puts it on this thread, whose stack must be as large as the one that it was made on.
    ///
    /// # Errors
    /// The thread gets no signal stack; the session is parked again.
    pub fn unpark(self) -> Result<Session, (Self, String)> {
        if let Err(text) = self.0.isolate().join_thread() {
            return Err((self, text));
        }
        self.0.environment().join_thread();
        Ok(self.0)
    }
}
