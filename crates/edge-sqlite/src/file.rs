//! One open file of SQLite's: a database, a journal, a write-ahead log.

use crate::lock_table::{Lock, Node};
use crate::shared_memory::{Attached, GUARD_BYTE};
use crate::vfs::Files;
use edge_wasix::fs::File;
use edge_wasix::fs::constants::{O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, S_IFMT, S_IFREG};
use edge_wasix::{Errno, Fd, Kernel, RangeLock};
use libsqlite3_sys as ffi;
use std::ffi::{c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

/// What SQLite gives room for.
#[repr(C)]
pub(crate) struct Handle {
    pub base: ffi::sqlite3_file,
    pub file: *mut OpenFile,
}

pub(crate) struct OpenFile {
    kernel: Arc<Kernel>,
    file: Arc<dyn File>,
    /// It is one of the program's open files, counted as such. Its number may have been closed by the program and be another's now, so the
    /// file itself is what is used.
    fd: Fd,
    path: Vec<u8>,
    delete_at_close: bool,
    /// Of databases only.
    node: Option<Arc<Node>>,
    lock: Lock,
    attached: Attached,
}

/// The mode of a file that is made: a journal's is its database's.
fn mode_of(kernel: &Kernel, path: &[u8], flags: c_int) -> u32 {
    let suffix: &[u8] = match flags {
        flags if flags & ffi::SQLITE_OPEN_WAL != 0 => b"-wal",
        flags if flags & ffi::SQLITE_OPEN_MAIN_JOURNAL != 0 => b"-journal",
        _ => return 0o644,
    };
    path.strip_suffix(suffix).and_then(|database| kernel.stat(database).ok()).map_or(0o644, |stat| stat.mode & 0o777)
}

/// Writes the entry of a file's folder out, where folders can be opened.
pub(crate) fn sync_folder(kernel: &Kernel, path: &[u8]) {
    let Some(slash) = path.iter().rposition(|byte| *byte == b'/') else { return };
    if let Ok(folder) = kernel.open_file(&path[..slash.max(1)], O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) {
        let _ = folder.sync(false);
    }
}

impl OpenFile {
    /// `xOpen`: the file, and the flags that it was opened with in the end.
    pub fn open(files: &Files, path: &[u8], flags: c_int) -> Result<(OpenFile, c_int), c_int> {
        let kernel = &files.kernel;
        let mut how = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
        if flags & ffi::SQLITE_OPEN_CREATE != 0 {
            how |= O_CREAT;
        }
        if flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0 {
            how |= O_EXCL;
        }
        let mode = mode_of(kernel, path, flags);
        let mut got = flags;
        let opened = if flags & ffi::SQLITE_OPEN_READWRITE != 0 {
            kernel.open(path, how | O_RDWR, mode).or_else(|error| {
                // What may only be read is opened for reading.
                if !matches!(error, Errno::EACCES | Errno::EPERM | Errno::EROFS) || flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0 {
                    return Err(error);
                }
                got = flags & !(ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE) | ffi::SQLITE_OPEN_READONLY;
                kernel.open(path, (how & !O_CREAT) | O_RDONLY, 0).map_err(|_| error)
            })
        } else {
            kernel.open(path, how | O_RDONLY, mode)
        };
        let fd = opened.map_err(|_| ffi::SQLITE_CANTOPEN)?;
        let file = kernel.file(fd).map_err(|_| ffi::SQLITE_CANTOPEN)?;
        let open = OpenFile {
            kernel: Arc::clone(kernel),
            file,
            fd,
            path: path.to_vec(),
            delete_at_close: flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
            node: (flags & ffi::SQLITE_OPEN_MAIN_DB != 0).then(|| files.node(path)),
            lock: Lock { level: ffi::SQLITE_LOCK_NONE },
            attached: Attached::default(),
        };
        // Pipes and devices would wait for ever.
        match open.file.stat() {
            Ok(stat) if stat.mode & S_IFMT == S_IFREG => Ok((open, got)),
            Ok(_) => Err(ffi::SQLITE_CANTOPEN),
            Err(_) => Err(ffi::SQLITE_IOERR_FSTAT),
        }
    }

    /// Opens and locks the `-shm` file.
    fn guard_shared_memory(&self) -> Result<Arc<dyn File>, c_int> {
        let path = [self.path.as_slice(), b"-shm"].concat();
        let mode = mode_of(&self.kernel, &[self.path.as_slice(), b"-wal"].concat(), ffi::SQLITE_OPEN_WAL);
        let file = self.kernel.open_file(&path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
        let file = file.map_err(|_| ffi::SQLITE_CANTOPEN)?;
        match self.kernel.lock_range(&*file, RangeLock::Exclusive, GUARD_BYTE, 1) {
            Ok(true) => Ok(file),
            Ok(false) => Err(ffi::SQLITE_BUSY),
            Err(_) => Err(ffi::SQLITE_IOERR_SHMOPEN),
        }
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some(node) = &self.node {
            let _ = node.lower(&self.kernel, &*self.file, &mut self.lock, ffi::SQLITE_LOCK_NONE);
            node.shared_memory.detach(&mut self.attached);
        }
        if self.kernel.file(self.fd).is_ok_and(|file| Arc::ptr_eq(&file, &self.file)) {
            let _ = self.kernel.close(self.fd);
        }
        if self.delete_at_close {
            let _ = self.kernel.unlink(&self.path);
        }
    }
}

/// # Safety
/// `handle` is one that `xOpen` filled and `xClose` has not seen.
unsafe fn open_file<'a>(handle: *mut ffi::sqlite3_file) -> &'a mut OpenFile {
    // SAFETY: the caller's promise; SQLite uses a file on one thread at a time.
    unsafe { &mut *(*handle.cast::<Handle>()).file }
}

unsafe extern "C" fn close(handle: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once.
    unsafe {
        let handle = handle.cast::<Handle>();
        (*handle).base.pMethods = std::ptr::null();
        drop(Box::from_raw((*handle).file));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(handle: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite gives room for `count` bytes; they are written before they are read.
    let (file, to) = unsafe {
        let count = usize::try_from(count).unwrap_or(0);
        to.cast::<u8>().write_bytes(0, count);
        (open_file(handle), std::slice::from_raw_parts_mut(to.cast::<u8>(), count))
    };
    let mut done = 0;
    while done < to.len() {
        match file.file.read(&mut to[done..], Some(offset.cast_unsigned() + done as u64)) {
            // The rest is zeroes, as SQLite wants it.
            Ok(0) => return ffi::SQLITE_IOERR_SHORT_READ,
            Ok(count) => done += count,
            Err(Errno::EINTR) if !file.kernel.is_interrupted() => {}
            Err(_) => return ffi::SQLITE_IOERR_READ,
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn write(handle: *mut ffi::sqlite3_file, from: *const c_void, count: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite's arguments.
    let (file, from) = unsafe { (open_file(handle), std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(count).unwrap_or(0))) };
    let mut done = 0;
    while done < from.len() {
        match file.kernel.write_at(&*file.file, &from[done..], offset.cast_unsigned() + done as u64) {
            Ok(0) | Err(Errno::ENOSPC | Errno::EDQUOT) => return ffi::SQLITE_FULL,
            Ok(count) => done += count,
            Err(Errno::EINTR) if !file.kernel.is_interrupted() => {}
            Err(_) => return ffi::SQLITE_IOERR_WRITE,
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn truncate(handle: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    match file.file.truncate(size.cast_unsigned()) {
        Ok(()) => ffi::SQLITE_OK,
        Err(_) => ffi::SQLITE_IOERR_TRUNCATE,
    }
}

unsafe extern "C" fn sync(handle: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    match file.file.sync(flags & ffi::SQLITE_SYNC_DATAONLY != 0) {
        Ok(()) => ffi::SQLITE_OK,
        Err(_) => ffi::SQLITE_IOERR_FSYNC,
    }
}

unsafe extern "C" fn file_size(handle: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    match file.file.stat() {
        Ok(stat) => {
            // SAFETY: SQLite gives room for the answer.
            unsafe { *size = stat.size.cast_signed() };
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_FSTAT,
    }
}

unsafe extern "C" fn lock(handle: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    let Some(node) = &file.node else { return ffi::SQLITE_OK };
    match node.raise(&file.kernel, &*file.file, &mut file.lock, level) {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_BUSY,
        Err(_) => ffi::SQLITE_IOERR_LOCK,
    }
}

unsafe extern "C" fn unlock(handle: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    let Some(node) = &file.node else { return ffi::SQLITE_OK };
    match node.lower(&file.kernel, &*file.file, &mut file.lock, level) {
        Ok(()) => ffi::SQLITE_OK,
        Err(_) => ffi::SQLITE_IOERR_UNLOCK,
    }
}

unsafe extern "C" fn check_reserved_lock(handle: *mut ffi::sqlite3_file, result: *mut c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    let answer = file.node.as_ref().map_or(Ok(false), |node| node.is_reserved(&file.kernel, &*file.file));
    match answer {
        Ok(answer) => {
            // SAFETY: SQLite gives room for the answer.
            unsafe { *result = c_int::from(answer) };
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
    }
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(handle: *mut ffi::sqlite3_file, index: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    let Some(node) = file.node.clone() else { return ffi::SQLITE_IOERR_SHMMAP };
    let mut attached = std::mem::take(&mut file.attached);
    let entered = node.shared_memory.attach(&mut attached, || file.guard_shared_memory());
    file.attached = attached;
    match entered.and_then(|()| node.shared_memory.map(index, size, extend != 0)) {
        Ok(region) => {
            // SAFETY: SQLite gives room for the answer.
            unsafe { *out = region };
            ffi::SQLITE_OK
        }
        Err(code) => code,
    }
}

unsafe extern "C" fn shm_lock(handle: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    let Some(node) = &file.node else { return ffi::SQLITE_IOERR_SHMLOCK };
    if node.shared_memory.lock(&mut file.attached, offset, count, flags) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(handle: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: SQLite's arguments.
    let file = unsafe { open_file(handle) };
    let Some(node) = file.node.clone() else { return ffi::SQLITE_OK };
    if node.shared_memory.detach(&mut file.attached) && delete != 0 {
        let _ = file.kernel.unlink(&[file.path.as_slice(), b"-shm"].concat());
    }
    ffi::SQLITE_OK
}

pub(crate) static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
