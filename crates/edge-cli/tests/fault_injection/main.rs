//! System calls that fail, as seen from JavaScript: small programs of Node's API are run with the n-th call of a kind failing, for every n
//! until the program passes through. Each failure must be an error that the program can catch, with a code; what the system asks to be
//! tried again (`EINTR`, `EAGAIN` of a stream, a short read or write) must not be seen at all; nothing hangs, and no descriptor stays.
//!
//! Needs the faults of a build with debug assertions (`edge_wasix::faults`).
#![cfg(debug_assertions)]

mod memory;
mod programs;
mod runs;
mod start;
