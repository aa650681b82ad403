//! Connections.

use crate::active::{Entered, enter};
use crate::datum::c_text;
use crate::{Failure, Hooks, Result, Statement, Vfs, hooks};
use edge_wasix::Kernel;
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

unsafe extern "C" {
    // The crate's bindings leave it out.
    fn sqlite3_close_v2(db: *mut ffi::sqlite3) -> c_int;
}

/// How many instructions of SQLite's machine run between two looks at the kernel's interrupt.
const INSTRUCTIONS: c_int = 4000;

/// What can be switched on a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Option {
    /// Foreign keys are enforced.
    ForeignKeys,
    /// `"text"` may be a string.
    DoubleQuotedStrings,
    /// SQL cannot damage the file.
    Defensive,
}

/// An open database. SQLite serialises the calls of several threads.
pub struct Connection {
    db: *mut ffi::sqlite3,
    busy: Box<Busy>,
    vfs: Arc<Vfs>,
}

struct Busy {
    kernel: Arc<Kernel>,
    /// Milliseconds.
    timeout: AtomicI32,
}

// SAFETY: the library is built and opened in its serialised mode; the hooks that callbacks use are those of the thread's own call.
unsafe impl Send for Connection {}
// SAFETY: as above.
unsafe impl Sync for Connection {}

impl Connection {
    /// Opens a path or, with `SQLITE_OPEN_URI`, a URI.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn open(vfs: &Arc<Vfs>, path: &CStr, flags: c_int) -> Result<Arc<Self>> {
        let _entered = enter(vfs.kernel().meter(), None);
        let mut db = null_mut();
        let flags = flags | ffi::SQLITE_OPEN_FULLMUTEX | ffi::SQLITE_OPEN_EXRESCODE;
        // SAFETY: C strings, and room for the answer.
        let code = unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &mut db, flags, vfs.name().as_ptr()) };
        let busy = Box::new(Busy { kernel: Arc::clone(vfs.kernel()), timeout: AtomicI32::new(0) });
        // Closed by its drop, also when it failed to open.
        let connection = Self { db, busy, vfs: Arc::clone(vfs) };
        if code != ffi::SQLITE_OK {
            return Err(connection.failure());
        }
        // SAFETY: an open connection; the boxed state lives as long as it. The authorizer and the handlers keep no other state.
        unsafe {
            let busy: *mut c_void = (&raw const *connection.busy).cast_mut().cast();
            ffi::sqlite3_busy_handler(db, Some(wait_while_busy), busy);
            ffi::sqlite3_progress_handler(db, INSTRUCTIONS, Some(is_interrupted), busy);
            ffi::sqlite3_set_authorizer(db, Some(hooks::authorize), null_mut());
        }
        Ok(Arc::new(connection))
    }

    pub(crate) fn raw(&self) -> *mut ffi::sqlite3 {
        self.db
    }

    pub(crate) fn enter<'a>(&'a self, hooks: core::option::Option<&'a dyn Hooks>) -> Entered<'a> {
        enter(self.vfs.kernel().meter(), hooks)
    }

    /// The file layer it was opened with.
    #[must_use]
    pub fn vfs(&self) -> &Arc<Vfs> {
        &self.vfs
    }

    /// What the last failed call says.
    pub(crate) fn failure(&self) -> Failure {
        // SAFETY: an open connection, or null when there was no memory for one.
        unsafe { Failure::of_connection(self.db) }
    }

    pub(crate) fn check(&self, code: c_int) -> Result<()> {
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(self.failure()) }
    }

    /// How long calls wait for other connections, in milliseconds.
    pub fn set_busy_timeout(&self, milliseconds: i32) {
        self.busy.timeout.store(milliseconds, Ordering::Relaxed);
    }

    /// Switches an option.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn set(&self, option: Option, on: bool) -> Result<()> {
        let _entered = self.enter(None);
        let options: &[c_int] = match option {
            Option::ForeignKeys => &[ffi::SQLITE_DBCONFIG_ENABLE_FKEY],
            Option::DoubleQuotedStrings => &[ffi::SQLITE_DBCONFIG_DQS_DML, ffi::SQLITE_DBCONFIG_DQS_DDL],
            Option::Defensive => &[ffi::SQLITE_DBCONFIG_DEFENSIVE],
        };
        for option in options {
            // SAFETY: an open connection; these options take an int and room for one, or null.
            self.check(unsafe { ffi::sqlite3_db_config(self.db, *option, c_int::from(on), null_mut::<c_int>()) })?;
        }
        Ok(())
    }

    /// Has compiled statements ask the authorizer again when they are run next.
    pub fn forget_authorizations(&self) {
        let _entered = self.enter(None);
        // SAFETY: an open connection; the callback keeps no state. Setting it expires what was compiled before.
        unsafe { ffi::sqlite3_set_authorizer(self.db, Some(hooks::authorize), null_mut()) };
    }

    /// Runs all statements of a text.
    ///
    /// # Errors
    /// As SQLite says, of the first that fails.
    pub fn exec(&self, hooks: &dyn Hooks, sql: &CStr) -> Result<()> {
        let _entered = self.enter(Some(hooks));
        // SAFETY: an open connection and a C string.
        self.check(unsafe { ffi::sqlite3_exec(self.db, sql.as_ptr(), None, null_mut(), null_mut()) })
    }

    /// Compiles the first statement of a text.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn prepare(self: &Arc<Self>, hooks: &dyn Hooks, sql: &CStr) -> Result<Statement> {
        let _entered = self.enter(Some(hooks));
        let mut raw = null_mut();
        // SAFETY: an open connection, a C string, and room for the answer.
        self.check(unsafe { ffi::sqlite3_prepare_v2(self.db, sql.as_ptr(), -1, &mut raw, null_mut()) })?;
        Ok(Statement::new(Arc::clone(self), raw))
    }

    /// Rows that the last statement changed, and the last row's id.
    #[must_use]
    pub fn changes(&self) -> (i64, i64) {
        // SAFETY: an open connection.
        unsafe { (ffi::sqlite3_changes64(self.db), ffi::sqlite3_last_insert_rowid(self.db)) }
    }

    /// Whether no transaction is open.
    #[must_use]
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: an open connection.
        unsafe { ffi::sqlite3_get_autocommit(self.db) != 0 }
    }

    /// The file of an attached database; `None`: in memory, or no such database.
    #[must_use]
    pub fn file_name(&self, database: &CStr) -> core::option::Option<Vec<u8>> {
        // SAFETY: an open connection and a C string; the answer is copied at once.
        let name = unsafe { c_text(ffi::sqlite3_db_filename(self.db, database.as_ptr()).cast()) };
        (!name.is_empty()).then(|| name.to_vec())
    }

    /// Makes SQL's function `name`, which calls [`Hooks::scalar`] with `id`. `arguments`: how many, or -1 for any number. `flags`:
    /// `SQLITE_DETERMINISTIC`, `SQLITE_DIRECTONLY`.
    ///
    /// # Errors
    /// As SQLite says; a statement that uses the old function runs.
    pub fn create_function(&self, name: &CStr, arguments: c_int, flags: c_int, id: usize) -> Result<()> {
        let _entered = self.enter(None);
        let flags = flags | ffi::SQLITE_UTF8;
        // SAFETY: an open connection and a C string; the data is a number.
        let code = unsafe {
            let id = std::ptr::without_provenance_mut(id);
            ffi::sqlite3_create_function_v2(self.db, name.as_ptr(), arguments, flags, id, Some(hooks::scalar), None, None, None)
        };
        self.check(code)
    }

    /// As [`Connection::create_function`] for an aggregate ([`Hooks::step`], [`Hooks::value`]); `window`: it can also leave rows.
    ///
    /// # Errors
    /// As for functions.
    pub fn create_aggregate(&self, name: &CStr, arguments: c_int, flags: c_int, id: usize, window: bool) -> Result<()> {
        let _entered = self.enter(None);
        let flags = flags | ffi::SQLITE_UTF8;
        let (value, inverse): (core::option::Option<unsafe extern "C" fn(_)>, core::option::Option<unsafe extern "C" fn(_, _, _)>) =
            if window { (Some(hooks::value), Some(hooks::inverse)) } else { (None, None) };
        // SAFETY: as above.
        let code = unsafe {
            let id = std::ptr::without_provenance_mut(id);
            let (step, last) = (Some(hooks::step as _), Some(hooks::last as _));
            ffi::sqlite3_create_window_function(self.db, name.as_ptr(), arguments, flags, id, step, last, value, inverse, None)
        };
        self.check(code)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _entered = enter(self.vfs.kernel().meter(), None);
        // SAFETY: statements, sessions and backups hold the connection, so nothing of it is left; the handlers' state lives until after.
        unsafe { sqlite3_close_v2(self.db) };
    }
}

unsafe extern "C" fn is_interrupted(busy: *mut c_void) -> c_int {
    // SAFETY: the state that the connection was opened with, which it owns.
    c_int::from(unsafe { &*busy.cast::<Busy>() }.kernel.is_interrupted())
}

/// Waits a little; 0: long enough, or the kernel is interrupted.
unsafe extern "C" fn wait_while_busy(busy: *mut c_void, times: c_int) -> c_int {
    // SAFETY: the state that the connection was opened with, which it owns.
    let busy = unsafe { &*busy.cast::<Busy>() };
    // One millisecond at first, so that short locks are not waited for long, later ten.
    let step = |times: c_int| if times < 10 { 1 } else { 10 };
    let waited = if times < 10 { times } else { times.saturating_sub(10).saturating_mul(10).saturating_add(10) };
    if busy.kernel.is_interrupted() || waited >= busy.timeout.load(Ordering::Relaxed) {
        return 0;
    }
    edge_wasix::clock::sleep(Duration::from_millis(step(times)));
    1
}
