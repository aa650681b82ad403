//! SQLite's files, by the rules of one kernel.

use crate::file::{self, OpenFile};
use crate::library::{prepare, randomness};
use crate::lock_table::Node;
use crate::{Failure, Result};
use edge_wasix::fs::constants::{F_OK, R_OK, S_IFMT, S_IFREG, W_OK};
use edge_wasix::{Errno, Kernel};
use libsqlite3_sys as ffi;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// The longest path, its NUL included.
const MAX_PATHNAME: c_int = 4096;

/// The file layer of one kernel, registered as long as it lives. Connections hold it.
pub struct Vfs {
    /// Boxed: SQLite keeps the address. It changes `pNext` under its own mutex.
    registered: Box<ffi::sqlite3_vfs>,
    name: CString,
    files: Box<Files>,
}

// SAFETY: SQLite may use a registered layer on any thread; what it points at is `Files`, which is `Sync`.
unsafe impl Send for Vfs {}
// SAFETY: as above.
unsafe impl Sync for Vfs {}

/// What the callbacks work with.
pub(crate) struct Files {
    pub kernel: Arc<Kernel>,
    /// By full path; gone with the last connection.
    nodes: Mutex<HashMap<Vec<u8>, Weak<Node>>>,
}

impl Files {
    /// What all connections to a database file share.
    pub fn node(&self, path: &[u8]) -> Arc<Node> {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(node) = nodes.get(path).and_then(Weak::upgrade) {
            return node;
        }
        nodes.retain(|_, node| node.strong_count() > 0);
        let node = Arc::new(Node::default());
        nodes.insert(path.to_vec(), Arc::downgrade(&node));
        node
    }
}

impl Vfs {
    /// The file layer of `kernel`, under a name that nobody can guess.
    ///
    /// # Errors
    /// There is no memory, or no randomness.
    pub fn new(kernel: Arc<Kernel>) -> Result<Arc<Vfs>> {
        prepare()?;
        let mut bytes = [0; 16];
        Kernel::random_fill_for_process(&mut bytes).map_err(|_| Failure::of_code(ffi::SQLITE_ERROR))?;
        let name = format!("edge-{:032x}", u128::from_ne_bytes(bytes));
        let name = CString::new(name).map_err(|_| Failure::of_code(ffi::SQLITE_ERROR))?;
        let files = Box::new(Files { kernel, nodes: Mutex::default() });
        let mut registered = Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: size_of::<file::Handle>() as c_int,
            mxPathname: MAX_PATHNAME,
            pNext: null_mut(),
            zName: name.as_ptr(),
            pAppData: (&raw const *files).cast_mut().cast(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: Some(dl_open),
            xDlError: Some(dl_error),
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(get_last_error),
            xCurrentTimeInt64: Some(current_time_int64),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        });
        // SAFETY: the table and what it points at live until `drop` takes it back.
        match unsafe { ffi::sqlite3_vfs_register(&mut *registered, 0) } {
            ffi::SQLITE_OK => Ok(Arc::new(Vfs { registered, name, files })),
            code => Err(Failure::of_code(code)),
        }
    }

    pub(crate) fn name(&self) -> &CStr {
        &self.name
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.files.kernel
    }
}

impl Drop for Vfs {
    fn drop(&mut self) {
        // SAFETY: registered in `new`; every connection holds an Arc of this, so none is left.
        unsafe { ffi::sqlite3_vfs_unregister(&mut *self.registered) };
    }
}

/// # Safety
/// `vfs` is one of `Vfs::new`'s.
unsafe fn files<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Files {
    // SAFETY: the caller's promise; it lives as long as it is registered.
    unsafe { &*(*vfs).pAppData.cast::<Files>() }
}

/// # Safety
/// `path` is a C string.
unsafe fn bytes<'a>(path: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(path) }.to_bytes()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    handle: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's arguments: room for a handle of our size, a C string or null, room for the flags or null.
    unsafe {
        let handle = handle.cast::<file::Handle>();
        (*handle).base.pMethods = null();
        // Temporary files are in memory (`SQLITE_TEMP_STORE`), so a file without a name is none of ours.
        if path.is_null() {
            return ffi::SQLITE_CANTOPEN;
        }
        match OpenFile::open(files(vfs), bytes(path), flags) {
            Ok((file, flags)) => {
                if !out_flags.is_null() {
                    *out_flags = flags;
                }
                (*handle).file = Box::into_raw(Box::new(file));
                (*handle).base.pMethods = &file::METHODS;
                ffi::SQLITE_OK
            }
            Err(code) => code,
        }
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let (files, path) = unsafe { (files(vfs), bytes(path)) };
    match files.kernel.unlink(path) {
        Ok(()) => {
            if sync != 0 {
                file::sync_folder(&files.kernel, path);
            }
            ffi::SQLITE_OK
        }
        Err(Errno::ENOENT) => ffi::SQLITE_IOERR_DELETE_NOENT,
        Err(_) => ffi::SQLITE_IOERR_DELETE,
    }
}

unsafe extern "C" fn access(vfs: *mut ffi::sqlite3_vfs, path: *const c_char, what: c_int, result: *mut c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let (files, path) = unsafe { (files(vfs), bytes(path)) };
    let kernel = &files.kernel;
    let answer = match what {
        // An empty journal is as none.
        ffi::SQLITE_ACCESS_EXISTS => {
            kernel.access(path, F_OK).is_ok() && kernel.stat(path).is_ok_and(|stat| stat.mode & S_IFMT != S_IFREG || stat.size > 0)
        }
        ffi::SQLITE_ACCESS_READWRITE => kernel.access(path, R_OK | W_OK).is_ok(),
        _ => kernel.access(path, R_OK).is_ok(),
    };
    // SAFETY: SQLite gives room for the answer.
    unsafe { *result = c_int::from(answer) };
    ffi::SQLITE_OK
}

/// Links are followed, so that a database has one name and one journal.
fn full_path(kernel: &Kernel, path: &[u8]) -> edge_wasix::Result<Vec<u8>> {
    let mut full = Vec::new();
    if !path.starts_with(b"/") {
        full = kernel.cwd()?;
        if !full.ends_with(b"/") {
            full.push(b'/');
        }
    }
    full.extend_from_slice(path);
    if let Ok(real) = kernel.realpath(&full) {
        return Ok(real);
    }
    let Some(slash) = full.iter().rposition(|byte| *byte == b'/') else { return Ok(full) };
    let folder = if slash == 0 { &full[..1] } else { &full[..slash] };
    let Ok(mut real) = kernel.realpath(folder) else { return Ok(full) };
    if !real.ends_with(b"/") {
        real.push(b'/');
    }
    real.extend_from_slice(&full[slash + 1..]);
    Ok(real)
}

unsafe extern "C" fn full_pathname(vfs: *mut ffi::sqlite3_vfs, path: *const c_char, size: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite's arguments.
    let (files, path) = unsafe { (files(vfs), bytes(path)) };
    let Ok(full) = full_path(&files.kernel, path) else { return ffi::SQLITE_CANTOPEN };
    if usize::try_from(size).is_ok_and(|size| full.len() < size) {
        // SAFETY: SQLite gives room for `size` bytes, which is more than the path has.
        unsafe {
            out.copy_from_nonoverlapping(full.as_ptr().cast(), full.len());
            out.add(full.len()).write(0);
        }
        return ffi::SQLITE_OK;
    }
    ffi::SQLITE_CANTOPEN
}

unsafe extern "C" fn dl_open(_: *mut ffi::sqlite3_vfs, _: *const c_char) -> *mut c_void {
    null_mut()
}

unsafe extern "C" fn dl_error(_: *mut ffi::sqlite3_vfs, size: c_int, out: *mut c_char) {
    let text = b"extensions are not loaded\0";
    if usize::try_from(size).is_ok_and(|size| size >= text.len()) {
        // SAFETY: SQLite gives room for `size` bytes.
        unsafe { out.copy_from_nonoverlapping(text.as_ptr().cast(), text.len()) };
    }
}

unsafe extern "C" fn sleep(vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let files = unsafe { files(vfs) };
    if !files.kernel.is_interrupted() {
        edge_wasix::clock::sleep(Duration::from_micros(u64::try_from(microseconds).unwrap_or(0).min(100_000)));
    }
    microseconds
}

/// Milliseconds between the beginning of Julian days and 1970.
const JULIAN_EPOCH_MS: i128 = 210_866_760_000_000;

fn julian_ms() -> i64 {
    i64::try_from(JULIAN_EPOCH_MS + edge_wasix::clock::realtime_ns() / 1_000_000).unwrap_or(0)
}

unsafe extern "C" fn current_time_int64(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = julian_ms() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = julian_ms() as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn get_last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
