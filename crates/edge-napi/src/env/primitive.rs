//! Undefined, null, booleans, numbers, bigints, dates, symbols: making and reading.

use super::{call, value};
use crate::types::*;
use crate::{Env, Result, Value};

impl Env {
    /// `undefined`.
    pub fn undefined(self) -> Result<Value> {
        value!(self, js.napi_get_undefined())
    }
    /// `null`.
    pub fn null(self) -> Result<Value> {
        value!(self, js.napi_get_null())
    }
    /// A boolean.
    pub fn boolean(self, v: bool) -> Result<Value> {
        value!(self, js.napi_get_boolean(v))
    }
    /// A number.
    pub fn number(self, v: f64) -> Result<Value> {
        value!(self, js.napi_create_double(v))
    }
    /// A number.
    pub fn int32(self, v: i32) -> Result<Value> {
        value!(self, js.napi_create_int32(v))
    }
    /// A number.
    pub fn uint32(self, v: u32) -> Result<Value> {
        value!(self, js.napi_create_uint32(v))
    }
    /// A number from a 64-bit integer (loses precision past 2^53).
    pub fn int64(self, v: i64) -> Result<Value> {
        value!(self, js.napi_create_int64(v))
    }
    /// A number from a length or count.
    pub fn size(self, v: usize) -> Result<Value> {
        value!(self, js.napi_create_int64(v as i64))
    }
    /// A BigInt.
    pub fn bigint_i64(self, v: i64) -> Result<Value> {
        value!(self, js.napi_create_bigint_int64(v))
    }
    /// A BigInt.
    pub fn bigint_u64(self, v: u64) -> Result<Value> {
        value!(self, js.napi_create_bigint_uint64(v))
    }
    /// A BigInt of any size, least significant word first.
    pub fn bigint_words(self, negative: bool, words: &[u64]) -> Result<Value> {
        value!(self, js.napi_create_bigint_words(i32::from(negative), words.len(), words.as_ptr()))
    }
    /// A `Date` of milliseconds since the epoch.
    pub fn date(self, ms: f64) -> Result<Value> {
        value!(self, js.napi_create_date(ms))
    }
    /// A fresh symbol.
    pub fn symbol(self, description: &str) -> Result<Value> {
        let description = self.string(description)?;
        value!(self, js.napi_create_symbol(description.0))
    }
    /// An External that stands for nothing but itself (`napi_create_external` with no data).
    pub fn external(self) -> Result<Value> {
        value!(self, js.napi_create_external(std::ptr::null_mut(), None, std::ptr::null_mut()))
    }
    /// A V8-style private symbol.
    pub fn private_symbol(self, description: &str) -> Result<Value> {
        let description = self.string(description)?;
        value!(self, ext.create_private_symbol(description.0))
    }

    /// What `typeof` says (with null and external told apart).
    pub fn type_of(self, v: Value) -> Result<napi_valuetype> {
        Ok(call!(self, js.napi_typeof(v.0), -> napi_valuetype::napi_undefined))
    }
    /// Whether it is `undefined`.
    pub fn is_undefined(self, v: Value) -> Result<bool> {
        Ok(self.type_of(v)? == napi_valuetype::napi_undefined)
    }
    /// Whether it is `null`.
    pub fn is_null(self, v: Value) -> Result<bool> {
        Ok(self.type_of(v)? == napi_valuetype::napi_null)
    }
    /// Whether it is `undefined` or `null`.
    pub fn is_nullish(self, v: Value) -> Result<bool> {
        Ok(matches!(self.type_of(v)?, napi_valuetype::napi_undefined | napi_valuetype::napi_null))
    }
    /// Whether it is a string.
    pub fn is_string(self, v: Value) -> Result<bool> {
        Ok(self.type_of(v)? == napi_valuetype::napi_string)
    }
    /// Whether it is a number.
    pub fn is_number(self, v: Value) -> Result<bool> {
        Ok(self.type_of(v)? == napi_valuetype::napi_number)
    }
    /// Whether it is a function.
    pub fn is_function(self, v: Value) -> Result<bool> {
        Ok(self.type_of(v)? == napi_valuetype::napi_function)
    }
    /// Whether it is an object or a function.
    pub fn is_object(self, v: Value) -> Result<bool> {
        Ok(matches!(self.type_of(v)?, napi_valuetype::napi_object | napi_valuetype::napi_function | napi_valuetype::napi_external))
    }
    /// Whether it is a bigint.
    pub fn is_bigint(self, v: Value) -> Result<bool> {
        Ok(self.type_of(v)? == napi_valuetype::napi_bigint)
    }

    /// Reads a number. Not a number: `napi_number_expected`.
    pub fn get_f64(self, v: Value) -> Result<f64> {
        Ok(call!(self, js.napi_get_value_double(v.0), -> 0.0))
    }
    /// Reads a number as Node-API does (truncates, wraps, NaN is 0).
    pub fn get_i32(self, v: Value) -> Result<i32> {
        Ok(call!(self, js.napi_get_value_int32(v.0), -> 0))
    }
    /// Reads a number as Node-API does.
    pub fn get_u32(self, v: Value) -> Result<u32> {
        Ok(call!(self, js.napi_get_value_uint32(v.0), -> 0))
    }
    /// Reads a number as Node-API does (saturates).
    pub fn get_i64(self, v: Value) -> Result<i64> {
        Ok(call!(self, js.napi_get_value_int64(v.0), -> 0))
    }
    /// Reads a boolean. Not a boolean: `napi_boolean_expected`.
    pub fn get_bool(self, v: Value) -> Result<bool> {
        Ok(call!(self, js.napi_get_value_bool(v.0), -> false))
    }
    /// JavaScript truthiness; never throws.
    pub fn truthy(self, v: Value) -> Result<bool> {
        let b: Result<Value> = value!(self, js.napi_coerce_to_bool(v.0));
        self.get_bool(b?)
    }
    /// Reads a BigInt: the low 64 bits and whether that was all.
    pub fn get_bigint_i64(self, v: Value) -> Result<(i64, bool)> {
        let mut lossless = false;
        let value = call!(self, js.napi_get_value_bigint_int64(v.0), &mut lossless => 0_i64);
        Ok((value, lossless))
    }
    /// Reads a BigInt: the low 64 bits and whether that was all.
    pub fn get_bigint_u64(self, v: Value) -> Result<(u64, bool)> {
        let mut lossless = false;
        let value = call!(self, js.napi_get_value_bigint_uint64(v.0), &mut lossless => 0_u64);
        Ok((value, lossless))
    }
    /// Reads a BigInt of any size: sign and words, least significant first.
    pub fn get_bigint_words(self, v: Value) -> Result<(bool, Vec<u64>)> {
        let mut count = 0_usize;
        let mut sign = 0;
        // SAFETY: `Env` promises a live environment; null words asks for the count only.
        super::check(unsafe {
            (self.js().napi_get_value_bigint_words)(self.raw(), v.0, std::ptr::null_mut(), &mut count, std::ptr::null_mut())
        })?;
        let mut words = vec![0_u64; count];
        // SAFETY: as above; `words` has room for `count` words.
        super::check(unsafe { (self.js().napi_get_value_bigint_words)(self.raw(), v.0, &mut sign, &mut count, words.as_mut_ptr()) })?;
        words.truncate(count);
        Ok((sign != 0, words))
    }
    /// Reads a Date's milliseconds.
    pub fn get_date(self, v: Value) -> Result<f64> {
        Ok(call!(self, js.napi_get_date_value(v.0), -> 0.0))
    }
    /// `ToNumber`; may run JavaScript.
    pub fn to_number(self, v: Value) -> Result<Value> {
        value!(self, js.napi_coerce_to_number(v.0))
    }
    /// `===`.
    pub fn strict_equals(self, a: Value, b: Value) -> Result<bool> {
        Ok(call!(self, js.napi_strict_equals(a.0, b.0), -> false))
    }
    /// `Object.is`.
    pub fn same_value(self, a: Value, b: Value) -> Result<bool> {
        Ok(call!(self, ext.same_value(a.0, b.0), -> false))
    }
}
