//! The index of a write-ahead log, which SQLite wants in memory that its connections share.
//!
//! The connections of one kernel share it here. Other programs, and other kernels of this process, are kept out as long as it exists: the
//! byte of the `-shm` file that SQLite's other programs lock while they make it is locked exclusively, so that they find it busy.

use edge_wasix::fs::File;
use libsqlite3_sys as ffi;
use std::ffi::{c_int, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The byte that is locked in the `-shm` file.
pub(crate) const GUARD_BYTE: u64 = 128;
const SLOTS: usize = ffi::SQLITE_SHM_NLOCK as usize;

/// The index of one database.
#[derive(Default)]
pub(crate) struct SharedMemory(Mutex<State>);

#[derive(Default)]
struct State {
    /// Each region once made stays where it is until the last connection has left.
    regions: Vec<Box<[u64]>>,
    connections: u32,
    /// How many share each lock; -1: one has it alone.
    slots: [i32; SLOTS],
    /// The `-shm` file, open and locked.
    guard: Option<Arc<dyn File>>,
}

/// One connection's part of it.
#[derive(Default)]
pub(crate) struct Attached {
    is: bool,
    shared: u32,
    alone: u32,
}

impl SharedMemory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a connection; the first has `make` open and lock the `-shm` file. Its error code is answered.
    pub fn attach(&self, attached: &mut Attached, make: impl FnOnce() -> Result<Arc<dyn File>, c_int>) -> Result<(), c_int> {
        if attached.is {
            return Ok(());
        }
        let mut state = self.state();
        if state.guard.is_none() {
            state.guard = Some(make()?);
        }
        state.connections += 1;
        attached.is = true;
        Ok(())
    }

    /// `xShmMap`: where region `index` of `size` bytes lies; null when it is not there and not to be made.
    pub fn map(&self, index: c_int, size: c_int, make: bool) -> Result<*mut c_void, c_int> {
        let (Ok(index), Ok(size)) = (usize::try_from(index), usize::try_from(size)) else { return Err(ffi::SQLITE_IOERR_SHMSIZE) };
        let mut state = self.state();
        if make {
            while state.regions.len() <= index {
                state.regions.push(vec![0; size.div_ceil(8)].into_boxed_slice());
            }
        }
        match state.regions.get_mut(index) {
            Some(region) if region.len() * 8 >= size => Ok(region.as_mut_ptr().cast()),
            Some(_) => Err(ffi::SQLITE_IOERR_SHMSIZE),
            None => Ok(std::ptr::null_mut()),
        }
    }

    /// `xShmLock`: takes or gives back locks `offset` to `offset + count`; false when another connection is in the way.
    pub fn lock(&self, attached: &mut Attached, offset: c_int, count: c_int, flags: c_int) -> bool {
        let range = match (usize::try_from(offset), usize::try_from(count)) {
            (Ok(offset), Ok(count)) if offset + count <= SLOTS => offset..offset + count,
            _ => return false,
        };
        let mut state = self.state();
        let mask: u32 = range.clone().map(|slot| 1 << slot).sum();
        if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            for slot in range {
                if attached.alone & 1 << slot != 0 {
                    state.slots[slot] = 0;
                } else if attached.shared & 1 << slot != 0 {
                    state.slots[slot] -= 1;
                }
            }
            attached.alone &= !mask;
            attached.shared &= !mask;
        } else if flags & ffi::SQLITE_SHM_SHARED != 0 {
            if attached.shared & mask != 0 {
                return true;
            }
            if range.clone().any(|slot| state.slots[slot] < 0) {
                return false;
            }
            for slot in range {
                state.slots[slot] += 1;
            }
            attached.shared |= mask;
        } else {
            let free = range.clone().all(|slot| match state.slots[slot] {
                0 => true,
                1 => attached.shared & 1 << slot != 0,
                -1 => attached.alone & 1 << slot != 0,
                _ => false,
            });
            if !free {
                return false;
            }
            for slot in range {
                state.slots[slot] = -1;
            }
            attached.shared &= !mask;
            attached.alone |= mask;
        }
        true
    }

    /// `xShmUnmap`: takes a connection out, with its locks; true: it was the last one, and nothing is left.
    pub fn detach(&self, attached: &mut Attached) -> bool {
        if !attached.is {
            return false;
        }
        self.lock(attached, 0, SLOTS as c_int, ffi::SQLITE_SHM_UNLOCK);
        attached.is = false;
        let mut state = self.state();
        state.connections = state.connections.saturating_sub(1);
        if state.connections > 0 {
            return false;
        }
        *state = State::default();
        true
    }
}
