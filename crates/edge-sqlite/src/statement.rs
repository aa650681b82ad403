//! Prepared statements.

use crate::datum::{blob, c_text};
use crate::{Connection, Datum, Hooks, Result};
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_char, c_int};
use std::sync::Arc;

/// A compiled statement. An empty text compiles to one that has no columns and ends at once.
pub struct Statement {
    raw: *mut ffi::sqlite3_stmt,
    connection: Arc<Connection>,
}

// SAFETY: as for its connection, whose mutex its calls take.
unsafe impl Send for Statement {}

/// How far a statement came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A row can be read.
    Row,
    /// It is at its end.
    Done,
}

/// Where a result's column comes from; `None` for expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The table's column.
    pub column: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// As the statement calls it.
    pub name: Option<String>,
    /// The table.
    pub table: Option<String>,
    /// The declared type.
    pub kind: Option<String>,
}

impl Statement {
    pub(crate) fn new(connection: Arc<Connection>, raw: *mut ffi::sqlite3_stmt) -> Self {
        Self { raw, connection }
    }

    /// Its connection.
    #[must_use]
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Whether the text was empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_null()
    }

    /// Back to its beginning. Failures of the run before were told by that.
    pub fn reset(&mut self) {
        let _entered = self.connection.enter(None);
        // SAFETY: a statement or null.
        unsafe { ffi::sqlite3_reset(self.raw) };
    }

    /// All parameters are NULL again.
    pub fn clear_bindings(&mut self) {
        if !self.raw.is_null() {
            // SAFETY: a statement.
            unsafe { ffi::sqlite3_clear_bindings(self.raw) };
        }
    }

    /// How many parameters it has.
    #[must_use]
    pub fn parameter_count(&self) -> c_int {
        // SAFETY: a statement or null.
        unsafe { ffi::sqlite3_bind_parameter_count(self.raw) }
    }

    /// The name of a parameter, with its sign; counted from 1.
    #[must_use]
    pub fn parameter_name(&self, index: c_int) -> Option<String> {
        // SAFETY: a statement or null; the answer is copied at once.
        unsafe { text(ffi::sqlite3_bind_parameter_name(self.raw, index)) }
    }

    /// The number of a named parameter; 0: there is none.
    #[must_use]
    pub fn parameter_index(&self, name: &CStr) -> c_int {
        // SAFETY: a statement or null, and a C string.
        unsafe { ffi::sqlite3_bind_parameter_index(self.raw, name.as_ptr()) }
    }

    /// Binds a copy of a value to a parameter.
    ///
    /// # Errors
    /// As SQLite says: no such parameter, too large.
    pub fn bind(&mut self, index: c_int, value: Datum<'_>) -> Result<()> {
        let _entered = self.connection.enter(None);
        // SAFETY: a statement or null; `SQLITE_TRANSIENT` copies.
        let code = unsafe {
            match value {
                Datum::Null => ffi::sqlite3_bind_null(self.raw, index),
                Datum::Integer(value) => ffi::sqlite3_bind_int64(self.raw, index, value),
                Datum::Float(value) => ffi::sqlite3_bind_double(self.raw, index, value),
                Datum::Text(text) => {
                    let (pointer, length) = (text.as_ptr().cast(), text.len() as u64);
                    ffi::sqlite3_bind_text64(self.raw, index, pointer, length, ffi::SQLITE_TRANSIENT(), ffi::SQLITE_UTF8 as u8)
                }
                // A null pointer would bind NULL.
                Datum::Blob(bytes) => {
                    let pointer = if bytes.is_empty() { c"".as_ptr().cast() } else { bytes.as_ptr().cast() };
                    ffi::sqlite3_bind_blob64(self.raw, index, pointer, bytes.len() as u64, ffi::SQLITE_TRANSIENT())
                }
            }
        };
        self.connection.check(code)
    }

    /// Runs it until the next row or its end.
    ///
    /// # Errors
    /// As SQLite says; it is to be reset then.
    pub fn step(&mut self, hooks: &dyn Hooks) -> Result<Step> {
        if self.raw.is_null() {
            return Ok(Step::Done);
        }
        let _entered = self.connection.enter(Some(hooks));
        // SAFETY: a statement, which its caller lets nothing else use meanwhile (`&mut`).
        match unsafe { ffi::sqlite3_step(self.raw) } {
            ffi::SQLITE_ROW => Ok(Step::Row),
            ffi::SQLITE_DONE => Ok(Step::Done),
            _ => Err(self.connection.failure()),
        }
    }

    /// How many columns its rows have.
    #[must_use]
    pub fn column_count(&self) -> c_int {
        // SAFETY: a statement or null.
        unsafe { ffi::sqlite3_column_count(self.raw) }
    }

    /// A column of the current row.
    pub fn column(&mut self, index: c_int) -> Datum<'_> {
        let _entered = self.connection.enter(None);
        // SAFETY: a statement or null; a column that is not there is NULL. What is lent lives until the statement is used again, and it is
        // borrowed. Text and bytes are asked for before their length.
        unsafe {
            match ffi::sqlite3_column_type(self.raw, index) {
                ffi::SQLITE_INTEGER => Datum::Integer(ffi::sqlite3_column_int64(self.raw, index)),
                ffi::SQLITE_FLOAT => Datum::Float(ffi::sqlite3_column_double(self.raw, index)),
                ffi::SQLITE_TEXT => Datum::Text(c_text(ffi::sqlite3_column_text(self.raw, index))),
                ffi::SQLITE_BLOB => {
                    let bytes = ffi::sqlite3_column_blob(self.raw, index);
                    Datum::Blob(blob(bytes, ffi::sqlite3_column_bytes(self.raw, index)))
                }
                _ => Datum::Null,
            }
        }
    }

    /// The name of a column of its rows.
    #[must_use]
    pub fn column_name(&self, index: c_int) -> Option<String> {
        // SAFETY: a statement or null; the answer is copied at once.
        unsafe { text(ffi::sqlite3_column_name(self.raw, index)) }
    }

    /// Where a column of its rows comes from.
    #[must_use]
    pub fn column_origin(&self, index: c_int) -> Column {
        let (raw, n) = (self.raw, index);
        // SAFETY: a statement or null; the answers are copied at once.
        unsafe {
            Column {
                column: text(ffi::sqlite3_column_origin_name(raw, n)),
                database: text(ffi::sqlite3_column_database_name(raw, n)),
                name: text(ffi::sqlite3_column_name(raw, n)),
                table: text(ffi::sqlite3_column_table_name(raw, n)),
                kind: text(ffi::sqlite3_column_decltype(raw, n)),
            }
        }
    }

    /// Its text.
    #[must_use]
    pub fn sql(&self) -> String {
        // SAFETY: a statement or null; the answer is copied at once.
        unsafe { text(ffi::sqlite3_sql(self.raw)) }.unwrap_or_default()
    }

    /// Its text with the bound values in place of parameters; `None` without memory for it.
    #[must_use]
    pub fn expanded_sql(&self) -> Option<String> {
        let _entered = self.connection.enter(None);
        // SAFETY: a statement or null; the answer is SQLite's memory, freed once.
        unsafe {
            let expanded = ffi::sqlite3_expanded_sql(self.raw);
            let copy = text(expanded);
            ffi::sqlite3_free(expanded.cast());
            copy
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        let _entered = self.connection.enter(None);
        // SAFETY: finalised once; its connection is open.
        unsafe { ffi::sqlite3_finalize(self.raw) };
    }
}

/// # Safety
/// `pointer` is null or a C string that lives for the call.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}
