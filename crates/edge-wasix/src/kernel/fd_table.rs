//! The table of a kernel's file descriptors.

use std::sync::{Arc, PoisonError, RwLock};

use crate::fs::File;
use crate::limits::{Charge, Limit, Meter};
use crate::{Errno, Result};

/// A guest's file descriptor: the number Node shows. Never a host descriptor.
pub type Fd = i32;

/// A file in the table, and what it counts.
struct Slot {
    file: Arc<dyn File>,
    open: Charge,
    _socket: Option<Charge>,
}

struct Slots {
    files: Vec<Option<Slot>>,
    /// No slot below this is free.
    lowest: usize,
}

pub(super) struct FdTable {
    slots: RwLock<Slots>,
    limit: usize,
    meter: Arc<Meter>,
}

impl FdTable {
    pub(super) fn new(limit: usize, meter: Arc<Meter>) -> FdTable {
        FdTable { slots: RwLock::new(Slots { files: Vec::new(), lowest: 0 }), limit, meter }
    }

    /// What a file counts besides its descriptor.
    fn socket(&self, file: &Arc<dyn File>) -> Result<Option<Charge>> {
        if file.is_socket() { self.meter.charge(Limit::Sockets, 1).map(Some) } else { Ok(None) }
    }

    pub(super) fn get(&self, fd: Fd) -> Result<Arc<dyn File>> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let slot = usize::try_from(fd).ok().and_then(|fd| slots.files.get(fd)).and_then(Option::as_ref);
        slot.map(|slot| Arc::clone(&slot.file)).ok_or(Errno::EBADF)
    }

    /// Puts a file at the lowest free number.
    pub(super) fn insert(&self, file: Arc<dyn File>) -> Result<Fd> {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let mut fd = slots.lowest;
        while slots.files.get(fd).is_some_and(Option::is_some) {
            fd += 1;
        }
        if fd >= self.limit {
            return Err(Errno::EMFILE);
        }
        let socket = self.socket(&file)?;
        let open = self.meter.charge(Limit::OpenFiles, 1)?;
        slots.lowest = fd + 1;
        slots.put(fd, Slot { file, open, _socket: socket });
        Ok(fd as Fd)
    }

    /// Puts a file at a given number, dropping what was there.
    pub(super) fn insert_at(&self, fd: Fd, file: Arc<dyn File>) -> Result<()> {
        let fd = usize::try_from(fd).ok().filter(|&fd| fd < self.limit).ok_or(Errno::EBADF)?;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let socket = self.socket(&file)?;
        // What takes another's place counts in its place, also at the limit.
        let (old, open) = match slots.files.get_mut(fd).and_then(Option::take) {
            Some(old) => (Some(old.file), old.open),
            None => (None, self.meter.charge(Limit::OpenFiles, 1)?),
        };
        slots.put(fd, Slot { file, open, _socket: socket });
        drop(slots);
        drop(old);
        Ok(())
    }

    /// Frees a number. The file is closed when its last user is done with it.
    pub(super) fn remove(&self, fd: Fd) -> Result<Arc<dyn File>> {
        let fd = usize::try_from(fd).map_err(|_| Errno::EBADF)?;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        let file = slots.files.get_mut(fd).and_then(Option::take).ok_or(Errno::EBADF)?;
        slots.lowest = slots.lowest.min(fd);
        Ok(file.file)
    }

    pub(super) fn open_fds(&self) -> Vec<Fd> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.files.iter().enumerate().filter(|(_, file)| file.is_some()).map(|(fd, _)| fd as Fd).collect()
    }
}

impl Slots {
    fn put(&mut self, fd: usize, slot: Slot) {
        if fd >= self.files.len() {
            self.files.resize_with(fd + 1, || None);
        }
        self.files[fd] = Some(slot);
    }
}
