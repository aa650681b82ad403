//! Objects whose native state a clone shares.

use crate::Environment;
use crate::bindings::blob::Blob;
use crate::bindings::block_list::{BlockList, SocketAddress};
use crate::bindings::fs::FileHandleTransfer;
use crate::bindings::performance::HistogramHandle;
use edge_napi::{Env, Result, Value};
use std::rc::Rc;

/// Native state on its way to a clone.
pub trait NativeClone {
    /// A new object over it.
    fn to_object(&self, environment: &Rc<Environment>) -> Result<Value>;
}

macro_rules! native_clones {
    ($($state:ty),*) => {
        $(impl NativeClone for $state {
            fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
                <$state>::to_object(self, environment)
            }
        })*

        /// The native state of an object that can be cloned; `None` for any other.
        pub fn of(env: Env, object: Value) -> Result<Option<Box<dyn NativeClone>>> {
            $(if let Some(state) = env.try_unwrap::<$state>(object)? {
                return Ok(Some(Box::new((*state).clone())));
            })*
            Ok(None)
        }
    };
}
native_clones!(HistogramHandle, BlockList, SocketAddress, Blob);

/// The native state of an object that is handed over: what can be cloned, and what moves.
pub fn take(env: Env, object: Value) -> Result<Option<Box<dyn NativeClone>>> {
    if let Some(state) = of(env, object)? {
        return Ok(Some(state));
    }
    let moved = FileHandleTransfer::take(&Environment::of(env)?, object)?;
    Ok(moved.map(|moved| Box::new(moved) as Box<dyn NativeClone>))
}

impl NativeClone for FileHandleTransfer {
    fn to_object(&self, environment: &Rc<Environment>) -> Result<Value> {
        FileHandleTransfer::to_object(self, environment)
    }
}
