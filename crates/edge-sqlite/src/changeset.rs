//! Applying changesets.

use crate::datum::c_text;
use crate::{Connection, Failure, Hooks, Result};
use libsqlite3_sys as ffi;
use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Applying<'a> {
    filter: Option<&'a mut (dyn FnMut(&[u8]) -> bool + 'a)>,
    conflict: &'a mut (dyn FnMut(c_int) -> c_int + 'a),
}

impl Connection {
    /// Applies a changeset. `filter`: whether a table's changes count. `conflict`: gets `SQLITE_CHANGESET_DATA` and the like, answers
    /// `SQLITE_CHANGESET_OMIT`, `_REPLACE` or `_ABORT`. False: it was aborted, and nothing has changed.
    ///
    /// # Errors
    /// As SQLite says; `SQLITE_MISUSE` when `conflict` answered anything else.
    pub fn apply_changeset<'a>(
        &self,
        hooks: &dyn Hooks,
        changeset: &[u8],
        filter: Option<&'a mut (dyn FnMut(&[u8]) -> bool + 'a)>,
        conflict: &'a mut (dyn FnMut(c_int) -> c_int + 'a),
    ) -> Result<bool> {
        let _entered = self.enter(Some(hooks));
        let length = c_int::try_from(changeset.len()).map_err(|_| Failure::of_code(ffi::SQLITE_TOOBIG))?;
        let with_filter = filter.is_some();
        let mut applying = Applying { filter, conflict };
        let context: *mut c_void = (&raw mut applying).cast();
        let bytes = changeset.as_ptr().cast_mut().cast();
        let on_table: Option<unsafe extern "C" fn(_, _) -> _> = if with_filter { Some(on_table) } else { None };
        // SAFETY: an open connection; the changeset is read only, and it and the context live for the call.
        match unsafe { ffi::sqlite3changeset_apply(self.raw(), length, bytes, on_table, Some(on_conflict), context) } {
            ffi::SQLITE_OK => Ok(true),
            ffi::SQLITE_ABORT => Ok(false),
            code => Err(Failure::of_code(code)),
        }
    }
}

unsafe extern "C" fn on_table(context: *mut c_void, table: *const c_char) -> c_int {
    // SAFETY: the context of the call under way, used by one callback at a time, and a C string.
    let (applying, table) = unsafe { (&mut *context.cast::<Applying<'_>>(), c_text(table.cast())) };
    let Some(filter) = &mut applying.filter else { return 1 };
    catch_unwind(AssertUnwindSafe(|| c_int::from(filter(table)))).unwrap_or(0)
}

unsafe extern "C" fn on_conflict(context: *mut c_void, kind: c_int, _: *mut ffi::sqlite3_changeset_iter) -> c_int {
    // SAFETY: as above.
    let applying = unsafe { &mut *context.cast::<Applying<'_>>() };
    catch_unwind(AssertUnwindSafe(|| (applying.conflict)(kind))).unwrap_or(ffi::SQLITE_CHANGESET_ABORT)
}
