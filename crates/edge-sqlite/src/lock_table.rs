//! The locks of a database file: SQLite's five levels, between the connections of one kernel here and between programs on the host.
//!
//! The bytes are those that SQLite itself locks on Unix, so its other programs and ours keep out of each other's way.

use edge_wasix::fs::File;
use edge_wasix::{Kernel, RangeLock, Result};
use libsqlite3_sys as ffi;
use std::ffi::c_int;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::shared_memory::SharedMemory;

const PENDING: u64 = 0x4000_0000;
const RESERVED: u64 = PENDING + 1;
const SHARED: u64 = PENDING + 2;
const SHARED_SIZE: u64 = 510;

/// What all connections of a kernel know of one database file.
#[derive(Default)]
pub(crate) struct Node {
    held: Mutex<Held>,
    /// The index of its write-ahead log.
    pub shared_memory: SharedMemory,
}

#[derive(Default)]
struct Held {
    readers: u32,
    /// The highest level that any connection has.
    highest: c_int,
}

/// One connection's level.
pub(crate) struct Lock {
    pub level: c_int,
}

impl Node {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `xLock`: raises a connection's lock; false when somebody is in the way.
    pub fn raise(&self, kernel: &Kernel, file: &dyn File, lock: &mut Lock, wanted: c_int) -> Result<bool> {
        if lock.level >= wanted {
            return Ok(true);
        }
        let mut held = self.held();
        let host = |kind, start, len| kernel.lock_range(file, kind, start, len);
        if held.highest > lock.level && (held.highest >= ffi::SQLITE_LOCK_PENDING || wanted > ffi::SQLITE_LOCK_SHARED) {
            return Ok(false);
        }
        if wanted == ffi::SQLITE_LOCK_SHARED {
            // Readers pass where a writer waits for them to leave; nobody enters past it.
            if !host(RangeLock::Shared, PENDING, 1)? {
                return Ok(false);
            }
            let granted = host(RangeLock::Shared, SHARED, SHARED_SIZE);
            host(RangeLock::Unlock, PENDING, 1)?;
            if !granted? {
                return Ok(false);
            }
            held.readers += 1;
        } else if wanted == ffi::SQLITE_LOCK_RESERVED {
            if !host(RangeLock::Exclusive, RESERVED, 1)? {
                return Ok(false);
            }
        } else {
            if lock.level < ffi::SQLITE_LOCK_PENDING {
                if !host(RangeLock::Exclusive, PENDING, 1)? {
                    return Ok(false);
                }
                lock.level = ffi::SQLITE_LOCK_PENDING;
                held.highest = ffi::SQLITE_LOCK_PENDING;
            }
            if wanted == ffi::SQLITE_LOCK_PENDING {
                return Ok(true);
            }
            if held.readers > 1 || !host(RangeLock::Exclusive, SHARED, SHARED_SIZE)? {
                return Ok(false);
            }
        }
        lock.level = wanted;
        held.highest = held.highest.max(wanted);
        Ok(true)
    }

    /// `xUnlock`: lowers a connection's lock to shared or none.
    pub fn lower(&self, kernel: &Kernel, file: &dyn File, lock: &mut Lock, wanted: c_int) -> Result<()> {
        if lock.level <= wanted {
            return Ok(());
        }
        let mut held = self.held();
        let host = |kind, start, len| kernel.lock_range(file, kind, start, len).map(drop);
        if lock.level > ffi::SQLITE_LOCK_SHARED {
            held.highest = ffi::SQLITE_LOCK_SHARED;
            if wanted == ffi::SQLITE_LOCK_SHARED {
                host(RangeLock::Shared, SHARED, SHARED_SIZE)?;
            }
            host(RangeLock::Unlock, PENDING, 2)?;
        }
        lock.level = wanted;
        if wanted == ffi::SQLITE_LOCK_NONE {
            held.readers = held.readers.saturating_sub(1);
            if held.readers == 0 {
                held.highest = ffi::SQLITE_LOCK_NONE;
            }
            host(RangeLock::Unlock, PENDING, 2 + SHARED_SIZE)?;
        }
        Ok(())
    }

    /// `xCheckReservedLock`: whether any connection is about to write.
    pub fn is_reserved(&self, kernel: &Kernel, file: &dyn File) -> Result<bool> {
        if self.held().highest >= ffi::SQLITE_LOCK_RESERVED {
            return Ok(true);
        }
        Ok(!kernel.lock_range(file, RangeLock::Test, RESERVED, 1)?)
    }
}
