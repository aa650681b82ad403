//! [`Datum`]s made into Python objects.

use crate::session::Hooks;
use edge_napi::types::napi_typedarray_type::{self, *};
use edge_node::{Datum, Fault, Text};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PyMemoryView, PySet, PyString};

/// JavaScript's `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Makes the object. `path` names the value in errors.
pub fn write<'py>(py: Python<'py>, datum: Datum, hooks: &Hooks, path: &str) -> PyResult<Bound<'py, PyAny>> {
    match datum {
        Datum::Undefined | Datum::Null => Ok(py.None().into_bound(py)),
        Datum::Bool(value) => value.into_bound_py_any(py),
        Datum::Number(value) => number(py, value),
        Datum::BigInt(negative, words) => bigint(py, negative, &words),
        Datum::Text(value) => text(py, &value),
        Datum::Bytes(bytes) => Ok(PyBytes::new(py, &bytes).into_any()),
        Datum::Typed(kind, bytes) => {
            let view = PyMemoryView::from(PyByteArray::new(py, &bytes).as_any())?;
            // A memoryview has no half floats before Python 3.14.
            view.call_method1("cast", (format(kind),))
                .map_err(|_| hooks.transfer_error(py, path, "this Python has no buffers of such numbers; make it a Float32Array"))
        }
        Datum::Date(milliseconds) => hooks.date(py, milliseconds, path),
        Datum::Array(items) => {
            let list = PyList::empty(py);
            for (index, item) in items.into_iter().enumerate() {
                list.append(write(py, item, hooks, &format!("{path}[{index}]"))?)?;
            }
            Ok(list.into_any())
        }
        Datum::Object(properties) => {
            let dict = PyDict::new(py);
            for (key, item) in properties {
                let mut at = path.to_owned();
                edge_node::write_key(&mut at, &key.to_string_lossy());
                dict.set_item(text(py, &key)?, write(py, item, hooks, &at)?)?;
            }
            Ok(dict.into_any())
        }
        Datum::Map(pairs) => {
            let dict = PyDict::new(py);
            for (index, (key, item)) in pairs.into_iter().enumerate() {
                let at = format!("{path}<key {index}>");
                let key = write(py, key, hooks, &at)?;
                let item = write(py, item, hooks, &format!("{path}<value {index}>"))?;
                dict.set_item(key, item).map_err(|error| unhashable(py, error, hooks, &at))?;
            }
            Ok(dict.into_any())
        }
        Datum::Set(members) => {
            let set = PySet::empty(py)?;
            for (index, member) in members.into_iter().enumerate() {
                let at = format!("{path}<member {index}>");
                let member = write(py, member, hooks, &at)?;
                set.add(member).map_err(|error| unhashable(py, error, hooks, &at))?;
            }
            Ok(set.into_any())
        }
        Datum::Error(fault) => error(py, *fault, hooks, path),
        Datum::Function(number) => hooks.function(py, number),
        Datum::HostFunction(number, _) => hooks.host_function(py, number),
    }
}

fn unhashable(py: Python<'_>, error: PyErr, hooks: &Hooks, path: &str) -> PyErr {
    if !error.is_instance_of::<PyTypeError>(py) {
        return error;
    }
    hooks.transfer_error(py, path, "Python needs keys of dicts and members of sets that can be hashed")
}

/// An error object as an exception, which is not raised.
pub fn error<'py>(py: Python<'py>, fault: Fault, hooks: &Hooks, path: &str) -> PyResult<Bound<'py, PyAny>> {
    if let Some(original) = fault.host_error.and_then(|number| hooks.host_error(py, number)) {
        return Ok(original);
    }
    let cause = match fault.cause {
        Some(cause) => Some(write(py, *cause, hooks, &format!("{path}.cause"))?),
        None => None,
    };
    hooks.error(py, (fault.name, fault.message, fault.stack, fault.code, fault.host_type, cause))
}

fn number(py: Python<'_>, value: f64) -> PyResult<Bound<'_, PyAny>> {
    let whole = value.trunc() == value && value.abs() <= MAX_SAFE_INTEGER && !(value == 0.0 && value.is_sign_negative());
    if whole { (value as i64).into_bound_py_any(py) } else { value.into_bound_py_any(py) }
}

fn bigint<'py>(py: Python<'py>, negative: bool, words: &[u64]) -> PyResult<Bound<'py, PyAny>> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let magnitude = py.get_type::<pyo3::types::PyInt>().call_method1("from_bytes", (PyBytes::new(py, &bytes), "little"))?;
    if negative { magnitude.neg() } else { Ok(magnitude) }
}

fn text<'py>(py: Python<'py>, text: &Text) -> PyResult<Bound<'py, PyAny>> {
    match text {
        Text::Utf8(text) => Ok(PyString::new(py, text).into_any()),
        Text::Utf16(units) => {
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            PyBytes::new(py, &bytes).call_method1("decode", ("utf-16-le", "surrogatepass"))
        }
    }
}

/// The `struct` format of an element.
const fn format(kind: napi_typedarray_type) -> &'static str {
    match kind {
        napi_int8_array => "b",
        napi_uint8_array | napi_uint8_clamped_array => "B",
        napi_int16_array => "h",
        napi_uint16_array => "H",
        napi_int32_array => "i",
        napi_uint32_array => "I",
        napi_bigint64_array => "q",
        napi_biguint64_array => "Q",
        edge_float16_array => "e",
        napi_float32_array => "f",
        napi_float64_array => "d",
    }
}
