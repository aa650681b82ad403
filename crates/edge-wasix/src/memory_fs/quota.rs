//! How much a file system in memory may hold.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Errno, Result};

/// What a name costs beside its bytes: at least the host memory of an entry and an inode, so that a flood of empty files is bounded too.
/// The most is a folder in each folder: an inode and a map that has room for eleven names.
pub(crate) const NAME_COST: u64 = 640;

/// How much a file system may hold. Counted up before memory is taken, down when the last user of a file is gone.
pub(crate) struct Quota {
    limit: u64,
    used: AtomicU64,
}

impl Quota {
    pub(crate) fn new(limit: u64) -> Quota {
        Quota { limit, used: AtomicU64::new(0) }
    }

    pub(crate) fn add(&self, bytes: u64) -> Result<()> {
        let add = |used: u64| used.checked_add(bytes).filter(|&sum| sum <= self.limit);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(_) => Ok(()),
            Err(_) => Err(Errno::ENOSPC),
        }
    }

    /// Counts what must not fail: marks of removed names and folders of a lower layer, which are as many as that layer has names.
    pub(crate) fn force_name(&self, name: &[u8]) {
        self.used.fetch_add(name.len() as u64 + NAME_COST, Ordering::Relaxed);
    }

    pub(crate) fn remove(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_name(&self, name: &[u8]) -> Result<()> {
        self.add(name.len() as u64 + NAME_COST)
    }

    pub(crate) fn remove_name(&self, name: &[u8]) {
        self.remove(name.len() as u64 + NAME_COST);
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) fn free(&self) -> u64 {
        self.limit.saturating_sub(self.used.load(Ordering::Relaxed))
    }
}
