//! Setting SQLite up, once per process: our memory, none of its own file layers, one source of randomness.

use crate::{Failure, Result, memory};
use edge_wasix::Kernel;
use libsqlite3_sys as ffi;
use std::ffi::{c_char, c_int};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

/// The default layer: every call for a file fails. SQLite seeds its random numbers, which all connections share, from the default one.
struct Base(ffi::sqlite3_vfs);

// SAFETY: never changed after it is registered but by SQLite, under its own mutex; it holds no data of ours.
unsafe impl Sync for Base {}
// SAFETY: as above.
unsafe impl Send for Base {}

/// Prepares SQLite at the first call.
///
/// # Errors
/// What `sqlite3_initialize` said, at every call: there is no memory.
pub(crate) fn prepare() -> Result<()> {
    static DONE: OnceLock<c_int> = OnceLock::new();
    match *DONE.get_or_init(initialize) {
        ffi::SQLITE_OK => Ok(()),
        code => Err(Failure::of_code(code)),
    }
}

fn initialize() -> c_int {
    let methods = memory::methods();
    // SAFETY: before the first call of any other kind; SQLite copies the table.
    let code = unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MALLOC, &raw const methods) };
    if code != ffi::SQLITE_OK {
        return code;
    }
    // SAFETY: `OnceLock` lets one thread run this.
    let code = unsafe { ffi::sqlite3_initialize() };
    if code != ffi::SQLITE_OK {
        return code;
    }
    loop {
        // SAFETY: null names the default layer; what is found is registered and static.
        let code = unsafe {
            let found = ffi::sqlite3_vfs_find(null());
            if found.is_null() {
                break;
            }
            ffi::sqlite3_vfs_unregister(found)
        };
        if code != ffi::SQLITE_OK {
            return code;
        }
    }
    let base = Box::leak(Box::new(Base(ffi::sqlite3_vfs {
        iVersion: 1,
        szOsFile: size_of::<ffi::sqlite3_file>() as c_int,
        mxPathname: 1,
        pNext: null_mut(),
        zName: c"edge-none".as_ptr(),
        pAppData: null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: None,
        xCurrentTime: None,
        xGetLastError: None,
        xCurrentTimeInt64: None,
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    })));
    // SAFETY: the table lives for ever.
    unsafe { ffi::sqlite3_vfs_register(&mut base.0, 1) }
}

unsafe extern "C" fn open(_: *mut ffi::sqlite3_vfs, _: *const c_char, file: *mut ffi::sqlite3_file, _: c_int, _: *mut c_int) -> c_int {
    // SAFETY: SQLite gives room for a file and looks at its methods even after a failure.
    unsafe { (*file).pMethods = null() };
    ffi::SQLITE_CANTOPEN
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int) -> c_int {
    ffi::SQLITE_IOERR_DELETE
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int, result: *mut c_int) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *result = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int, _: *mut c_char) -> c_int {
    ffi::SQLITE_CANTOPEN
}

/// Fills with random bytes of the host; answers how many.
pub(crate) unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    let Ok(length) = usize::try_from(count) else { return 0 };
    // SAFETY: SQLite gives room for `count` bytes; they are written before they are read.
    let bytes = unsafe {
        out.write_bytes(0, length);
        std::slice::from_raw_parts_mut(out.cast::<u8>(), length)
    };
    match Kernel::random_fill_for_process(bytes) {
        Ok(()) => count,
        Err(_) => 0,
    }
}
