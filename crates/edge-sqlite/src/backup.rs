//! Copying a database into another, some pages at a time, on any thread.

use crate::{Connection, Failure, Result};
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_int};
use std::sync::Arc;

/// A copy under way.
pub struct Backup {
    raw: *mut ffi::sqlite3_backup,
    to: Arc<Connection>,
    /// Kept open.
    _from: Arc<Connection>,
}

// SAFETY: used by one thread at a time (`&mut`), over connections that serialise their calls.
unsafe impl Send for Backup {}

impl Backup {
    /// Begins to copy `from`'s database into `to`'s; both are told by name (`main`).
    ///
    /// # Errors
    /// As SQLite says.
    pub fn new(from: &Arc<Connection>, from_name: &CStr, to: &Arc<Connection>, to_name: &CStr) -> Result<Self> {
        let _entered = to.enter(None);
        // SAFETY: two open connections and C strings.
        let raw = unsafe { ffi::sqlite3_backup_init(to.raw(), to_name.as_ptr(), from.raw(), from_name.as_ptr()) };
        if raw.is_null() {
            return Err(to.failure());
        }
        Ok(Self { raw, to: Arc::clone(to), _from: Arc::clone(from) })
    }

    /// Copies up to `pages` (all of them if negative); true when it is done.
    ///
    /// # Errors
    /// As SQLite says; `SQLITE_BUSY` and `SQLITE_LOCKED` can be tried again.
    pub fn step(&mut self, pages: c_int) -> Result<bool> {
        let _entered = self.to.enter(None);
        // SAFETY: a backup.
        match unsafe { ffi::sqlite3_backup_step(self.raw, pages) } {
            ffi::SQLITE_DONE => Ok(true),
            ffi::SQLITE_OK => Ok(false),
            code => Err(Failure::of_code(code)),
        }
    }

    /// Pages that the source has, and how many of them are left.
    #[must_use]
    pub fn progress(&self) -> (c_int, c_int) {
        // SAFETY: a backup.
        unsafe { (ffi::sqlite3_backup_pagecount(self.raw), ffi::sqlite3_backup_remaining(self.raw)) }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        let _entered = self.to.enter(None);
        // SAFETY: finished once; both connections are open.
        unsafe { ffi::sqlite3_backup_finish(self.raw) };
    }
}
