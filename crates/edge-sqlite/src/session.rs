//! Sessions: what changed in a database, as a changeset.

use crate::{Connection, Failure, Result};
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::Arc;

/// Records the changes of a connection's tables.
pub struct Session {
    raw: *mut ffi::sqlite3_session,
    connection: Arc<Connection>,
}

// SAFETY: as for its connection, whose mutex its calls take.
unsafe impl Send for Session {}

type Take = unsafe extern "C" fn(*mut ffi::sqlite3_session, *mut c_int, *mut *mut c_void) -> c_int;

impl Session {
    /// Begins to record one table of a database, or all of them.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn new(connection: &Arc<Connection>, database: &CStr, table: Option<&CStr>) -> Result<Self> {
        let _entered = connection.enter(None);
        let mut raw = null_mut();
        // SAFETY: an open connection, a C string, and room for the answer.
        let code = unsafe { ffi::sqlite3session_create(connection.raw(), database.as_ptr(), &mut raw) };
        if code != ffi::SQLITE_OK {
            return Err(Failure::of_code(code));
        }
        let session = Self { raw, connection: Arc::clone(connection) };
        // SAFETY: a session, and a C string or null.
        match unsafe { ffi::sqlite3session_attach(session.raw, table.map_or(null(), CStr::as_ptr)) } {
            ffi::SQLITE_OK => Ok(session),
            code => Err(Failure::of_code(code)),
        }
    }

    /// What changed, with the values from before.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn changeset(&self) -> Result<Vec<u8>> {
        self.take(ffi::sqlite3session_changeset)
    }

    /// What changed, shorter: without the values from before that applying it does not need.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn patchset(&self) -> Result<Vec<u8>> {
        self.take(ffi::sqlite3session_patchset)
    }

    fn take(&self, take: Take) -> Result<Vec<u8>> {
        let _entered = self.connection.enter(None);
        let (mut length, mut bytes) = (0, null_mut());
        // SAFETY: a session, and room for the answers.
        let code = unsafe { take(self.raw, &mut length, &mut bytes) };
        if code != ffi::SQLITE_OK {
            return Err(Failure::of_code(code));
        }
        // SAFETY: SQLite's memory of that length, freed once, after the copy.
        unsafe {
            let copy = crate::datum::blob(bytes, length).to_vec();
            ffi::sqlite3_free(bytes);
            Ok(copy)
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _entered = self.connection.enter(None);
        // SAFETY: deleted once; its connection is open.
        unsafe { ffi::sqlite3session_delete(self.raw) };
    }
}
