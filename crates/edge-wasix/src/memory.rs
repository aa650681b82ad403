//! Reservations of address space: the engine's linear memory, committed as it grows, or mapped from an image.
//!
//! A reservation is inaccessible when made; a part becomes usable with [`Reservation::commit`] or
//! [`Reservation::map_image`]. All offsets and lengths are multiples of the page size. Errors are the OS's errno.

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::mm::{self, MapFlags, MprotectFlags, ProtFlags};
use std::ffi::c_void;
use std::path::Path;
use std::ptr::NonNull;

/// The size that every offset must be a multiple of: WebAssembly's page, which every OS page size divides.
pub const GRANULE: usize = 65536;

/// A range of addresses that nothing else is mapped into until it is dropped.
#[derive(Debug)]
pub struct Reservation {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: it is a range of addresses; access to the bytes goes through raw pointers, whose users take care of it.
unsafe impl Send for Reservation {}
// SAFETY: see above; no method that takes `&self` changes what another thread could be reading safely.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// Reserves `len` bytes without making any usable (`mmap`, `PROT_NONE`; no memory is charged).
    ///
    /// # Errors
    /// `ENOMEM` when the address space (or `RLIMIT_AS`) has no room.
    pub fn new(len: usize) -> Result<Reservation, Errno> {
        let len = len.next_multiple_of(GRANULE);
        // SAFETY: a new anonymous mapping at an address that the kernel chooses touches nothing that exists.
        let base = unsafe { mm::mmap_anonymous(std::ptr::null_mut(), len, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE)? };
        let base = NonNull::new(base.cast()).ok_or(Errno::NOMEM)?;
        Ok(Reservation { base, len })
    }

    /// The first address.
    #[must_use]
    pub fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// How many bytes are reserved.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it is empty (never, for one made with a length).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn at(&self, offset: usize, len: usize) -> Result<*mut c_void, Errno> {
        let end = offset.checked_add(len).ok_or(Errno::INVAL)?;
        if end > self.len || !offset.is_multiple_of(GRANULE) {
            return Err(Errno::INVAL);
        }
        Ok(self.base.as_ptr().wrapping_add(offset).cast())
    }

    /// Makes `len` bytes from `offset` readable and writable; those never used before read as zero (`mprotect`).
    ///
    /// # Errors
    /// `EINVAL` outside of the reservation, `ENOMEM` when the system has no memory to promise.
    pub fn commit(&self, offset: usize, len: usize) -> Result<(), Errno> {
        let at = self.at(offset, len)?;
        crate::faults::at(crate::faults::Call::Grow)?;
        // SAFETY: the range is inside of our own mapping.
        unsafe { mm::mprotect(at, len, MprotectFlags::READ | MprotectFlags::WRITE) }
    }

    /// Makes `len` bytes from `offset` read-only (`mprotect`).
    ///
    /// # Errors
    /// As [`Reservation::commit`].
    pub fn seal(&self, offset: usize, len: usize) -> Result<(), Errno> {
        let at = self.at(offset, len)?;
        // SAFETY: the range is inside of our own mapping.
        unsafe { mm::mprotect(at, len, MprotectFlags::READ) }
    }

    /// Maps `len` bytes of `file` from `file_offset` to `offset`, copy-on-write (`mmap`, `MAP_PRIVATE | MAP_FIXED`): writes
    /// stay in this process, pages not written are shared by all that map the file.
    ///
    /// The file must keep its length and its content while it is mapped: image files are written once, under a name of
    /// their own. (A truncated one is a `SIGBUS` in engine code, which is a trap like any other.)
    ///
    /// # Errors
    /// `EINVAL` outside of the reservation or for an offset that is no multiple of [`GRANULE`], and those of `mmap`.
    pub fn map_image(&self, offset: usize, file: BorrowedFd<'_>, file_offset: u64, len: usize) -> Result<(), Errno> {
        let at = self.at(offset, len)?;
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: MAP_FIXED replaces a range inside of our own mapping only.
        unsafe { mm::mmap(at, len, protection, MapFlags::PRIVATE | MapFlags::FIXED, file, file_offset)? };
        Ok(())
    }

    /// Brings `len` bytes from `offset` in for writing, in one call (`MADV_POPULATE_WRITE`, Linux 5.14): cheaper than one
    /// fault a page where it is known that all will be written. Where the kernel does not know it, nothing happens.
    pub fn populate(&self, offset: usize, len: usize) {
        let Some(end) = offset.checked_add(len).filter(|&end| end <= self.len) else {
            return;
        };
        let offset = offset & !4095;
        let at = self.base.as_ptr().wrapping_add(offset).cast();
        #[cfg(target_os = "linux")]
        // SAFETY: the range is inside of our own mapping, and populating changes no content.
        unsafe {
            let _ = mm::madvise(at, end - offset, mm::Advice::LinuxPopulateWrite);
        }
        #[cfg(not(target_os = "linux"))]
        let _: (*mut c_void, usize) = (at, end);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: our own mapping; whoever kept a pointer into it had to keep the reservation too.
        let _ = unsafe { mm::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

/// A file that images are mapped from, open and readable as bytes.
///
/// Invariant: nobody writes to it or cuts it while it is open. Files are written once under a name of their own; bytes get
/// an anonymous file (`memfd_create`) that nobody else can reach.
#[derive(Debug)]
pub struct ImageFile {
    file: OwnedFd,
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: a read-only mapping; see the invariant.
unsafe impl Send for ImageFile {}
// SAFETY: see above.
unsafe impl Sync for ImageFile {}

impl ImageFile {
    /// Opens a file of the host for mapping (`open`, `fstat`, `mmap`).
    ///
    /// # Errors
    /// Those of the three calls; `EINVAL` for an empty file.
    pub fn open(path: &Path) -> Result<ImageFile, Errno> {
        let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        ImageFile::map(file)
    }

    /// Puts bytes into an anonymous file.
    ///
    /// # Errors
    /// Those of `memfd_create` and `write`.
    #[cfg(target_os = "linux")]
    pub fn from_bytes(mut bytes: &[u8]) -> Result<ImageFile, Errno> {
        let file = rustix::fs::memfd_create(c"edge-image", rustix::fs::MemfdFlags::CLOEXEC)?;
        while !bytes.is_empty() {
            match rustix::io::write(&file, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        ImageFile::map(file)
    }

    fn map(file: OwnedFd) -> Result<ImageFile, Errno> {
        let len = usize::try_from(rustix::fs::fstat(&file)?.st_size).map_err(|_| Errno::FBIG)?;
        // SAFETY: a new read-only mapping at an address that the kernel chooses.
        let base = unsafe { mm::mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::SHARED, &file, 0)? };
        let base = NonNull::new(base.cast()).ok_or(Errno::NOMEM)?;
        Ok(ImageFile { file, base, len })
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the mapping lives as long as `self` and nobody writes to the file (the invariant).
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) }
    }

    /// The file, for [`Reservation::map_image`].
    #[must_use]
    pub fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Drop for ImageFile {
    fn drop(&mut self) {
        // SAFETY: our own mapping; slices of it borrow `self`.
        let _ = unsafe { mm::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

#[cfg(test)]
mod tests {
    use super::{GRANULE, Reservation};

    #[test]
    fn committed_bytes_are_zero_and_keep_what_is_written() {
        let memory = Reservation::new(8 << 30).unwrap();
        memory.commit(GRANULE, GRANULE).unwrap();
        let at = memory.base().wrapping_add(GRANULE);
        // SAFETY: the byte lies in the part just committed.
        unsafe {
            assert_eq!(at.read(), 0);
            at.write(7);
            assert_eq!(at.read(), 7);
        }
        assert!(memory.commit(8 << 30, GRANULE).is_err());
        assert!(memory.commit(1, GRANULE).is_err());
    }
}
