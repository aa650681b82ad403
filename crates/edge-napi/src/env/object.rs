//! Objects, arrays, properties.

use super::{call, value};
use crate::ext_table::ClassKind;
use crate::types::*;
use crate::{Env, NativeId, Result, Value};

impl Env {
    /// `{}`.
    pub fn object(self) -> Result<Value> {
        value!(self, js.napi_create_object())
    }
    /// `{ __proto__: null }`.
    pub fn null_object(self) -> Result<Value> {
        let object = self.object()?;
        self.set_prototype(object, self.null()?)?;
        Ok(object)
    }
    /// `[]`.
    pub fn array(self) -> Result<Value> {
        value!(self, js.napi_create_array())
    }
    /// An array of these values.
    pub fn array_from(self, values: &[Value]) -> Result<Value> {
        let array = self.array()?;
        for (index, v) in values.iter().enumerate() {
            self.set_index(array, index as u32, *v)?;
        }
        Ok(array)
    }
    /// The main context's global object.
    pub fn global(self) -> Result<Value> {
        value!(self, js.napi_get_global())
    }
    /// `object[key]`; may run getters.
    pub fn get(self, object: Value, key: &str) -> Result<Value> {
        let key = self.key(key)?;
        self.get_key(object, key)
    }
    /// `object[key]` with a JS key.
    pub fn get_key(self, object: Value, key: Value) -> Result<Value> {
        value!(self, js.napi_get_property(object.0, key.0))
    }
    /// `object[index]`.
    pub fn get_index(self, object: Value, index: u32) -> Result<Value> {
        value!(self, js.napi_get_element(object.0, index))
    }
    /// `object[key] = value`; may run setters.
    pub fn set(self, object: Value, key: &str, v: Value) -> Result<()> {
        let key = self.key(key)?;
        self.set_key(object, key, v)
    }
    /// `object[key] = value` with a JS key.
    pub fn set_key(self, object: Value, key: Value, v: Value) -> Result<()> {
        call!(self, js.napi_set_property(object.0, key.0, v.0));
        Ok(())
    }
    /// `object[index] = value`.
    pub fn set_index(self, object: Value, index: u32, v: Value) -> Result<()> {
        call!(self, js.napi_set_element(object.0, index, v.0));
        Ok(())
    }
    /// Defines a data property with the given attributes.
    pub fn define(self, object: Value, key: Value, v: Value, attributes: napi_property_attributes) -> Result<()> {
        call!(self, ext.define_value(object.0, key.0, v.0, attributes));
        Ok(())
    }
    /// Defines a property that can be deleted and listed, but not written: Node's `READONLY_PROPERTY`.
    pub fn define_read_only(self, object: Value, key: &str, v: Value) -> Result<()> {
        let key = self.key(key)?;
        self.define(object, key, v, napi_enumerable | napi_configurable)
    }
    /// Defines a property that can be neither written nor deleted, but listed: Node's `NODE_DEFINE_CONSTANT`.
    pub fn define_constant(self, object: Value, key: &str, v: Value) -> Result<()> {
        let key = self.key(key)?;
        self.define(object, key, v, napi_enumerable)
    }
    /// Defines an accessor over natives.
    pub fn define_accessor(
        self,
        object: Value,
        key: Value,
        getter: Option<NativeId>,
        setter: Option<NativeId>,
        attributes: napi_property_attributes,
    ) -> Result<()> {
        call!(self, ext.define_native_accessor(object.0, key.0, getter, setter, attributes));
        Ok(())
    }
    /// `key in object`.
    pub fn has(self, object: Value, key: &str) -> Result<bool> {
        let key = self.key(key)?;
        Ok(call!(self, js.napi_has_property(object.0, key.0), -> false))
    }
    /// `Object.hasOwn(object, key)`.
    pub fn has_own_key(self, object: Value, key: Value) -> Result<bool> {
        Ok(call!(self, js.napi_has_own_property(object.0, key.0), -> false))
    }
    /// `delete object[key]`.
    pub fn delete_key(self, object: Value, key: Value) -> Result<bool> {
        Ok(call!(self, js.napi_delete_property(object.0, key.0), -> false))
    }
    /// `Object.getPrototypeOf`.
    pub fn get_prototype(self, object: Value) -> Result<Value> {
        value!(self, js.napi_get_prototype(object.0))
    }
    /// `Object.setPrototypeOf`.
    pub fn set_prototype(self, object: Value, prototype: Value) -> Result<()> {
        call!(self, ext.set_prototype(object.0, prototype.0));
        Ok(())
    }
    /// `Array.isArray`.
    pub fn is_array(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_is_array(v.0), -> false))
    }
    /// Length of an array. Not an array: `napi_array_expected`.
    pub fn array_length(self, v: Value) -> Result<u32> {
        Ok(call!(self, js.napi_get_array_length(v.0), -> 0))
    }
    /// The elements of an array.
    pub fn array_values(self, v: Value) -> Result<Vec<Value>> {
        (0..self.array_length(v)?).map(|index| self.get_index(v, index)).collect()
    }
    /// Appends to an array.
    pub fn push(self, array: Value, v: Value) -> Result<()> {
        let length = self.array_length(array)?;
        self.set_index(array, length, v)
    }
    /// Own keys, with Node-API's filters; index keys as strings.
    pub fn own_keys(self, object: Value, filter: napi_key_filter) -> Result<Value> {
        value!(
            self,
            js.napi_get_all_property_names(
                object.0,
                napi_key_collection_mode::napi_key_own_only,
                filter,
                napi_key_conversion::napi_key_numbers_to_strings
            )
        )
    }
    /// What the value is, below what `typeof` tells.
    pub fn class_kind(self, v: Value) -> Result<ClassKind> {
        Ok(call!(self, ext.get_class_kind(v.0), -> ClassKind::Primitive))
    }
    /// Name of the class by walking prototypes, without getters.
    pub fn constructor_name(self, v: Value) -> Result<Value> {
        value!(self, ext.get_constructor_name(v.0))
    }
    /// `Object.freeze`.
    pub fn freeze(self, object: Value) -> Result<()> {
        call!(self, js.napi_object_freeze(object.0));
        Ok(())
    }
    /// `object instanceof constructor`.
    pub fn instance_of(self, object: Value, constructor: Value) -> Result<bool> {
        Ok(call!(self, js.napi_instanceof(object.0, constructor.0), -> false))
    }
    /// A symbol of the global registry (`Symbol.for`).
    pub fn symbol_for(self, name: &str) -> Result<Value> {
        value!(self, js.node_api_symbol_for(name.as_ptr().cast(), name.len()))
    }
    /// `globalThis.Symbol[name]`.
    pub fn well_known_symbol(self, name: &str) -> Result<Value> {
        let symbol = self.get(self.global()?, "Symbol")?;
        self.get(symbol, name)
    }
}
