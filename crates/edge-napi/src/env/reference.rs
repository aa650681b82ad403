//! References: values that outlive a scope. They lie in linear memory, so a reference kept by number survives in an image.

use super::{call, value};
use crate::types::napi_ref;
use crate::{Env, Result, Value};

/// A strong or weak reference; freed by [`Env::drop_reference`] (dropping it does nothing: it may outlive its environment).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reference(pub napi_ref);

impl Env {
    /// A strong reference.
    pub fn reference(self, v: Value) -> Result<Reference> {
        Ok(Reference(call!(self, js.napi_create_reference(v.0, 1), -> napi_ref::NULL)))
    }
    /// A weak reference.
    pub fn weak_reference(self, v: Value) -> Result<Reference> {
        Ok(Reference(call!(self, js.napi_create_reference(v.0, 0), -> napi_ref::NULL)))
    }
    /// The value; `None` when a weak one is gone.
    pub fn deref(self, r: Reference) -> Result<Option<Value>> {
        let v: Result<Value> = value!(self, js.napi_get_reference_value(r.0));
        let v = v?;
        Ok(if v.0.is_null() { None } else { Some(v) })
    }
    /// Count up; the new count.
    pub fn reference_ref(self, r: Reference) -> Result<u32> {
        Ok(call!(self, js.napi_reference_ref(r.0), -> 0))
    }
    /// Count down; the new count. At zero the reference is weak.
    pub fn reference_unref(self, r: Reference) -> Result<u32> {
        Ok(call!(self, js.napi_reference_unref(r.0), -> 0))
    }
    /// Frees the reference.
    pub fn drop_reference(self, r: Reference) {
        // SAFETY: a live environment on its thread; a wrong reference is refused by the provider. In a closing environment the
        // reference goes with it, so the status does not matter.
        let _ = unsafe { (self.js().napi_delete_reference)(self.raw(), r.0) };
    }
}
