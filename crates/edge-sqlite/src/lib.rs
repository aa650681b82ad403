//! SQLite, as `node:sqlite` and Web Storage use it: connections, statements, functions, sessions, backups, as Rust types.
//!
//! May use edge-wasix, through which every file goes: SQLite's own file layers are unregistered before the first connection, so neither
//! a path nor `?vfs=` in a URI reaches one. Beyond that it makes no system call but to read the time zone for SQL's `'localtime'`.
//!
//! # Invariants
//!
//! * A [`Vfs`] belongs to one kernel; its name is random, so that no other kernel's program can ask for it.
//! * Memory is Rust's allocator's, counted against the kernel on whose behalf a call was made ([`edge_wasix::Limit::HostMemory`]).
//! * Calls that run SQL take the [`Hooks`] that its functions and authorizer call; hooks are called on that thread, within the call, and
//!   never otherwise. A panic in one is an error of SQL.
//! * A connection, a statement, a session, a backup may be dropped on any thread and in any order. What SQLite forbids within a
//!   callback (closing, resetting what runs) is the caller's to refuse: a [`Statement`] is `&mut` where it matters.
//! * A statement's loops end when the kernel is interrupted.
//!
//! It fails with SQLite's own errors ([`Failure`]).
#![warn(missing_docs)]

mod active;
mod backup;
mod changeset;
mod connection;
mod datum;
mod failure;
mod file;
mod hooks;
mod library;
mod lock_table;
mod memory;
mod session;
mod shared_memory;
mod statement;
mod vfs;

pub use backup::Backup;
pub use connection::{Connection, Option as ConnectionOption};
pub use datum::Datum;
pub use failure::{Failure, Result};
pub use hooks::{Call, Hooks};
pub use session::Session;
pub use statement::{Column, Statement, Step};
pub use vfs::Vfs;

/// SQLite's constants and codes.
pub mod codes {
    pub use libsqlite3_sys::{
        SQLITE_ABORT, SQLITE_ALTER_TABLE, SQLITE_ANALYZE, SQLITE_ATTACH, SQLITE_BUSY, SQLITE_CHANGESET_ABORT, SQLITE_CHANGESET_CONFLICT,
        SQLITE_CHANGESET_CONSTRAINT, SQLITE_CHANGESET_DATA, SQLITE_CHANGESET_FOREIGN_KEY, SQLITE_CHANGESET_NOTFOUND, SQLITE_CHANGESET_OMIT,
        SQLITE_CHANGESET_REPLACE, SQLITE_COPY, SQLITE_CREATE_INDEX, SQLITE_CREATE_TABLE, SQLITE_CREATE_TEMP_INDEX,
        SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_TRIGGER, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VIEW,
        SQLITE_CREATE_VTABLE, SQLITE_DELETE, SQLITE_DENY, SQLITE_DETACH, SQLITE_DETERMINISTIC, SQLITE_DIRECTONLY, SQLITE_DROP_INDEX,
        SQLITE_DROP_TABLE, SQLITE_DROP_TEMP_INDEX, SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_TRIGGER, SQLITE_DROP_TEMP_VIEW,
        SQLITE_DROP_TRIGGER, SQLITE_DROP_VIEW, SQLITE_DROP_VTABLE, SQLITE_FUNCTION, SQLITE_IGNORE, SQLITE_INSERT, SQLITE_LOCKED,
        SQLITE_MISUSE, SQLITE_OK, SQLITE_OPEN_CREATE, SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE, SQLITE_OPEN_URI, SQLITE_PRAGMA,
        SQLITE_READ, SQLITE_RECURSIVE, SQLITE_REINDEX, SQLITE_SAVEPOINT, SQLITE_SELECT, SQLITE_TRANSACTION, SQLITE_UPDATE,
    };
}

/// The version of the C source.
#[must_use]
pub fn version() -> &'static str {
    libsqlite3_sys::SQLITE_VERSION.to_str().unwrap_or_default()
}
