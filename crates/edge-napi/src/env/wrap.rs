//! Native state behind JavaScript objects, checked by type, and classes of natives.

use super::{call, value};
use crate::types::*;
use crate::{Env, Error, Result, Value};
use std::any::{Any, TypeId};
use std::ffi::c_void;
use std::rc::Rc;

/// What a wrap points at: the type is checked at each unwrap, so that a method called on a foreign receiver is an error.
struct Wrapped {
    type_id: TypeId,
    type_name: &'static str,
    state: Rc<dyn Any>,
}

/// Its address, as the hint of a finaliser, says that the pointer is a [`Wrapped`].
static WRAPPED: u8 = 0;

fn wrapped_hint() -> *mut c_void {
    (&raw const WRAPPED).cast_mut().cast()
}

/// The name of the type of state behind a pointer that a provider keeps, without its path; `None` when [`Env::wrap`] or
/// [`Env::add_finalizer`] did not make it.
///
/// # Safety
/// `data` and `hint` are those of one call that gave them to the provider, and its finaliser has not run.
#[must_use]
pub unsafe fn state_name(data: *mut c_void, hint: *mut c_void) -> Option<&'static str> {
    if hint != wrapped_hint() {
        return None;
    }
    // SAFETY: nobody else has the hint's address, so `data` is a `Wrapped`, alive as the caller says.
    let name = unsafe { &*data.cast::<Wrapped>() }.type_name;
    let name = name.split('<').next().unwrap_or(name);
    Some(name.rsplit("::").next().unwrap_or(name))
}

unsafe extern "C" fn drop_wrapped(_env: napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `wrap` below made this pointer with Box::into_raw, and a finaliser runs once.
    drop(unsafe { Box::from_raw(data.cast::<Wrapped>()) });
}

/// A class whose members are natives.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// The constructor function.
    pub constructor: Value,
    /// Its `prototype`.
    pub prototype: Value,
}

/// Adds members to a class under construction.
#[derive(Clone, Copy)]
pub struct ClassBuilder {
    env: Env,
    class: Class,
    /// `binding.Class`
    registered: &'static str,
}

impl Env {
    /// Ties native state to an object; dropped after the object was collected, or with the environment.
    pub fn wrap<T: Any>(self, object: Value, state: Rc<T>) -> Result<()> {
        let data = Box::into_raw(Box::new(Wrapped { type_id: TypeId::of::<T>(), type_name: std::any::type_name::<T>(), state }));
        // SAFETY: a live environment; `drop_wrapped` is the matching finaliser.
        let status =
            unsafe { (self.js().napi_wrap)(self.raw(), object.0, data.cast(), Some(drop_wrapped), wrapped_hint(), std::ptr::null_mut()) };
        if status != napi_status::napi_ok {
            // SAFETY: the wrap did not take place, so the box is still ours.
            drop(unsafe { Box::from_raw(data) });
            return Err(status.into());
        }
        Ok(())
    }
    /// Drops `state` after the object was collected, or with the environment; it cannot be read back.
    pub fn add_finalizer<T: Any>(self, object: Value, state: Rc<T>) -> Result<()> {
        let data = Box::into_raw(Box::new(Wrapped { type_id: TypeId::of::<T>(), type_name: std::any::type_name::<T>(), state }));
        // SAFETY: a live environment; `drop_wrapped` is the matching finaliser.
        let status = unsafe {
            (self.js().napi_add_finalizer)(self.raw(), object.0, data.cast(), Some(drop_wrapped), wrapped_hint(), std::ptr::null_mut())
        };
        if status != napi_status::napi_ok {
            // SAFETY: the finaliser was not taken, so the box is still ours.
            drop(unsafe { Box::from_raw(data) });
            return Err(status.into());
        }
        Ok(())
    }
    /// The native state of an object.
    ///
    /// # Errors
    /// `TypeError: Illegal invocation` when the object has none, or one of another type.
    pub fn unwrap<T: Any>(self, object: Value) -> Result<Rc<T>> {
        self.try_unwrap(object)?.ok_or_else(|| Error::type_error("", "Illegal invocation"))
    }
    /// The native state of an object, if it has one of this type.
    pub fn try_unwrap<T: Any>(self, object: Value) -> Result<Option<Rc<T>>> {
        let mut data = std::ptr::null_mut();
        // SAFETY: a live environment; the out pointer lives for the call.
        match unsafe { (self.js().napi_unwrap)(self.raw(), object.0, &mut data) } {
            napi_status::napi_ok => {}
            napi_status::napi_invalid_arg | napi_status::napi_object_expected => return Ok(None),
            other => return Err(other.into()),
        }
        // SAFETY: `edge-node` wraps objects only through `Env::wrap`; wraps of native addons live in an environment of their own
        // tag (see `napi_type_tag`), and the pointer is alive as long as the object.
        let wrapped = unsafe { &*data.cast::<Wrapped>() };
        if wrapped.type_id != TypeId::of::<T>() {
            return Ok(None);
        }
        Ok(wrapped.state.clone().downcast::<T>().ok())
    }

    /// Whether native state of any type is tied to an object.
    pub fn is_wrapped(self, object: Value) -> Result<bool> {
        let mut data = std::ptr::null_mut();
        // SAFETY: a live environment; the out pointer lives for the call.
        match unsafe { (self.js().napi_unwrap)(self.raw(), object.0, &mut data) } {
            napi_status::napi_ok => Ok(true),
            napi_status::napi_invalid_arg | napi_status::napi_object_expected => Ok(false),
            other => Err(other.into()),
        }
    }

    /// A class whose constructor is the native `registered` (e.g. `fs.FileHandle`), named after its last part. Methods are the
    /// natives `registered#method`.
    pub fn class(self, registered: &'static str) -> Result<ClassBuilder> {
        let name = registered.rsplit('.').next().unwrap_or(registered);
        let id = self.native_id(registered)?;
        let key = self.key(name)?;
        let constructor: Result<Value> = value!(self, ext.create_native_function(id, key.0, 0, true));
        let constructor = constructor?;
        let prototype = self.get(constructor, "prototype")?;
        Ok(ClassBuilder { env: self, class: Class { constructor, prototype }, registered })
    }
}

impl ClassBuilder {
    /// Puts the class below a parent (instances and statics).
    pub fn extends(self, parent: Value) -> Result<Self> {
        call!(self.env, ext.class_extends(self.class.constructor.0, parent.0));
        Ok(self)
    }
    /// Adds prototype methods: `name` is the native `registered#name`.
    pub fn methods(self, names: &[&str]) -> Result<Self> {
        for name in names {
            let function = self.env.native_function(&format!("{}#{name}", self.registered), name)?;
            let key = self.env.key(name)?;
            self.env.define(self.class.prototype, key, function, napi_default_jsproperty & !napi_enumerable)?;
        }
        Ok(self)
    }
    /// Adds static methods: `name` is the native `registered.name`.
    pub fn statics(self, names: &[&str]) -> Result<Self> {
        for name in names {
            let function = self.env.native_function(&format!("{}.{name}", self.registered), name)?;
            self.env.set(self.class.constructor, name, function)?;
        }
        Ok(self)
    }
    /// Adds a prototype accessor: getter `registered#get name`, setter `registered#set name` where they are registered.
    pub fn accessor(self, name: &str) -> Result<Self> {
        let natives = self.env.natives();
        let getter = natives.id(&format!("{}#get {name}", self.registered));
        let setter = natives.id(&format!("{}#set {name}", self.registered));
        let key = self.env.key(name)?;
        self.env.define_accessor(self.class.prototype, key, getter, setter, napi_configurable)?;
        Ok(self)
    }
    /// The finished class.
    #[must_use]
    pub fn finish(self) -> Class {
        self.class
    }
    /// The finished class, stored as `target[name]`.
    pub fn install(self, target: Value) -> Result<Class> {
        let name = self.registered.rsplit('.').next().unwrap_or(self.registered);
        self.env.set(target, name, self.class.constructor)?;
        Ok(self.class)
    }
}
