//! [`Keep`]: native code keeps an object alive.

use crate::Environment;
use edge_napi::{Reference, Result, Value};
use std::rc::{Rc, Weak};

/// Keeps an object alive until dropped.
pub struct Keep(Weak<Environment>, Reference);

impl Keep {
    /// Keeps `object`.
    pub fn new(environment: &Rc<Environment>, object: Value) -> Result<Self> {
        Ok(Self(Rc::downgrade(environment), environment.env().reference(object)?))
    }

    /// The object.
    pub fn object(&self) -> Result<Option<Value>> {
        match self.0.upgrade() {
            Some(environment) => environment.env().deref(self.1),
            None => Ok(None),
        }
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        if let Some(environment) = self.0.upgrade() {
            environment.env().drop_reference(self.1);
        }
    }
}
