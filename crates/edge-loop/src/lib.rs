//! The event loop: libuv's phases, handles and requests over [`edge_wasix`].
//!
//! # The loop on one page
//!
//! [`Loop::run`] does this, in this order (libuv 1.45 and later; Node 24 ships 1.51):
//!
//! 0. If nothing keeps the loop alive: update the time and return. In `Default` mode, else: update the time and
//!    run due timers once, before the first turn.
//! 1. **Pending**: callbacks that an earlier turn put off, in the order they were put off.
//! 2. **Idle**: every started idle handle, once.
//! 3. **Prepare**: every started prepare handle, once.
//! 4. **Poll**: wait for readiness, and for wakes from other threads. The wait is zero in `NoWait` mode, in `Once`
//!    mode when there was something pending or idle, and whenever the loop was stopped, has nothing active, or has
//!    pending callbacks, idle or closing handles; else it lasts until the nearest timer, or for ever. Readiness
//!    callbacks run in the order the kernel reports them. A wake runs, in this order: finished thread-pool requests,
//!    async handles, posted closures. Signals come after all other events of the turn.
//! 5. **Pending** again, at most eight times, so that a finished write is reported in the turn that finished it.
//! 6. **Check**: every started check handle, once. (Node's immediates.)
//! 7. **Closing**: close callbacks, the last closed first; what they close waits for the next turn.
//! 8. **Timers**: update the time; take out all that are due, by due time, then by start order; restart the repeating
//!    ones and call each. A timer started by one of them waits for the next turn, even with a timeout of 0; a due
//!    one that is stopped by one of them is not called.
//! 9. Go on at 1 while anything keeps the loop alive and it was not stopped; `Once` and `NoWait` end here.
//!
//! The loop is *alive* while it has an active handle that is referenced, a request under way, a pending callback or a
//! closing handle. Idle, prepare and check handles that are started first run last (libuv inserts at the head).
//!
//! # Rules
//!
//! * A [`Loop`] lives on one thread. [`LoopHandle`] and [`AsyncSender`] are the doors from other threads.
//! * Callbacks may do anything with the loop and its handles: start, stop, close, drop. No interior borrow is held
//!   while a callback (or the drop of one) runs. The one thing that does nothing is [`Loop::run`] inside a callback.
//! * A handle lives until it is closed: dropping the Rust value neither stops nor closes it. Callbacks are dropped
//!   when the handle is closed, with [`Loop::abandon`], or with the loop. Handles refer to their loop weakly;
//!   operations on a handle whose loop is gone do nothing.
//! * A new kind of handle is a file with a state that implements `HandleState` (and `IoTarget`, if descriptors wake it),
//!   a newtype over `Rc` of it with `impl_handle!`, and its `HandleKind`; requests off the pool use `Requests::begin`
//!   and `end`. [`Tcp`] and [`Pipe`] are a [`Stream`] and the ways to open it; [`Process`] takes charge of a child.
//! * This crate makes no system call of its own, has no global state, reads no environment and contains no unsafe code.
//! * Errors are errno values. A panic in a callback leaves the loop consistent; a panic in thread-pool work arrives
//!   as [`WorkError::Panicked`].
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod async_handle;
mod event_loop;
mod fs_event;
mod fs_poll;
mod handle;
mod io_watcher;
mod loop_watcher;
mod metrics;
mod pipe;
mod poll_handle;
mod process;
mod run;
mod signal_handle;
mod stream;
mod stream_connect;
mod stream_listen;
mod stream_write;
mod tcp;
mod thread_pool;
mod timer;
mod timer_heap;
mod udp;
mod wake;
mod work;

pub use async_handle::{Async, AsyncSender};
pub use event_loop::{Loop, LoopOptions};
pub use fs_event::FsEvent;
pub use fs_poll::FsPoll;
pub use handle::{Handle, HandleInfo, HandleKind};
pub use loop_watcher::{Check, Idle, Prepare};
pub use metrics::Metrics;
pub use pipe::Pipe;
pub use poll_handle::Poll;
pub use process::Process;
pub use run::RunMode;
pub use signal_handle::Signal;
pub use stream::{ReadEvent, Stream};
pub use tcp::{BindFlags, Tcp};
pub use thread_pool::{ThreadPool, WorkLane};
pub use timer::Timer;
pub use udp::{Membership, ReceiveEvent, Udp, UdpBindFlags};
pub use wake::LoopHandle;
pub use work::{RequestInfo, RequestKind, Work, WorkError};
