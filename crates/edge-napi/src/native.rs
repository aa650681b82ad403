//! Native functions by name. An image stores ids into the isolate's table; the table's hash in the image's header says whether the
//! ids still mean the same functions.

use crate::{CallInfo, Env, Result, Value};
use std::collections::HashMap;

/// Index into the [`NativeTable`] of an isolate.
pub type NativeId = u32;

/// A native function in the Rust face of Node-API. An error is thrown where the function was called.
pub type NativeFn = fn(Env, &CallInfo<'_>) -> Result<Value>;

/// One native function.
#[derive(Clone, Copy)]
pub struct Native {
    /// Stable name, e.g. `fs.open` or `fs.FileHandle#close`; unique in the table.
    pub name: &'static str,
    /// The function.
    pub call: NativeFn,
}

/// All native functions of an isolate that may be in an image, in a fixed order.
pub struct NativeTable {
    entries: Vec<Native>,
    ids: HashMap<&'static str, NativeId>,
    hash: u64,
}

impl NativeTable {
    /// Builds the table; its order is the order of `entries`.
    ///
    /// # Panics
    /// When a name occurs twice: a mistake in the host's own tables, found at the first start.
    #[must_use]
    pub fn new(entries: Vec<Native>) -> Self {
        let mut ids = HashMap::with_capacity(entries.len());
        // FNV-1a over the names in order: cheap, and only ever compared for equality with a build of our own.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for (index, native) in entries.iter().enumerate() {
            let id = NativeId::try_from(index).expect("fewer than 2^32 natives");
            assert!(ids.insert(native.name, id).is_none(), "native {} is registered twice", native.name);
            for byte in native.name.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        Self { entries, ids, hash }
    }

    /// The function behind an id, which the guest may have forged.
    #[must_use]
    pub fn get(&self, id: NativeId) -> Option<&Native> {
        self.entries.get(id as usize)
    }

    /// The id of a name.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<NativeId> {
        self.ids.get(name).copied()
    }

    /// Hash over names and order.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// Number of functions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
