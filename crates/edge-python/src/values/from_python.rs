//! Python objects read into [`Datum`]s.

use crate::session::{Function, Hooks};
use edge_napi::types::napi_typedarray_type::{self, *};
use edge_node::{Datum, Fault, Progress, Text, Uncrossable, write_key};
use pyo3::exceptions::PyBaseException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMemoryView, PySet, PyString, PyTuple, PyType,
};

const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Why an object was not read.
pub enum ReadError {
    /// Python's.
    Raised(PyErr),
    /// The object's.
    Uncrossable(Uncrossable),
}

impl From<PyErr> for ReadError {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}
impl From<pyo3::CastError<'_, '_>> for ReadError {
    fn from(error: pyo3::CastError<'_, '_>) -> Self {
        Self::Raised(error.into())
    }
}
impl From<Uncrossable> for ReadError {
    fn from(error: Uncrossable) -> Self {
        Self::Uncrossable(error)
    }
}

type Read<T = Datum> = Result<T, ReadError>;

/// Reads one object, called `name` in errors.
pub fn read(object: &Bound<'_, PyAny>, hooks: &Hooks, name: &str) -> Read {
    Reader { hooks, progress: Progress::new(name, hooks.message_size()), above: Vec::new() }.object(object)
}

/// Reads the parts of a request; the last is the one that the caller wrote, called `name` in errors.
pub fn read_args(args: &Bound<'_, PyTuple>, hooks: &Hooks, name: &str) -> Read<Vec<Datum>> {
    args.iter().map(|part| read(&part, hooks, name)).collect()
}

/// What of an exception crosses: class, text and cause; no stack, for that has paths of this machine.
pub fn fault_of(error: &Bound<'_, PyAny>, hooks: &Hooks) -> Fault {
    Reader { hooks, progress: Progress::new("error", None), above: Vec::new() }.fault(error)
}

struct Reader<'a> {
    hooks: &'a Hooks,
    progress: Progress,
    /// Addresses of the containers that the present object lies in.
    above: Vec<usize>,
}

impl Reader<'_> {
    fn refuse<T>(&self, reason: impl Into<String>) -> Read<T> {
        Err(self.progress.refuse(reason).into())
    }

    fn object(&mut self, object: &Bound<'_, PyAny>) -> Read {
        self.progress.count(0)?;
        let py = object.py();
        if object.is_none() {
            return Ok(Datum::Null);
        }
        if let Ok(value) = object.cast::<PyBool>() {
            return Ok(Datum::Bool(value.is_true()));
        }
        if object.is_instance_of::<PyInt>() {
            return self.int(object);
        }
        if let Ok(value) = object.cast::<PyFloat>() {
            return Ok(Datum::Number(value.value()));
        }
        if let Ok(value) = object.cast::<PyString>() {
            return Ok(Datum::Text(self.text(value)?));
        }
        if let Ok(value) = object.cast::<PyBytes>() {
            self.progress.count(value.as_bytes().len())?;
            return Ok(Datum::Bytes(value.as_bytes().to_vec()));
        }
        if let Ok(value) = object.cast::<PyByteArray>() {
            self.progress.count(value.len())?;
            return Ok(Datum::Bytes(value.to_vec()));
        }
        if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
            return self.container(object, |me| Ok(Datum::Array(me.items(object.try_iter()?.collect::<PyResult<Vec<_>>>()?.into_iter())?)));
        }
        if let Ok(dict) = object.cast::<PyDict>() {
            return self.container(object, |me| me.dict(dict));
        }
        if object.is_instance_of::<PySet>() || object.is_instance_of::<PyFrozenSet>() {
            let members = object.try_iter()?.collect::<PyResult<Vec<_>>>()?;
            return self.container(object, |me| Ok(Datum::Set(me.items(members.into_iter())?)));
        }
        if let Ok(function) = object.cast::<Function>() {
            return match function.get().number_on(self.hooks) {
                Some(number) => Ok(Datum::Function(number)),
                None => self.refuse("a function of another runtime cannot cross"),
            };
        }
        if object.is_instance_of::<PyBaseException>() {
            return Ok(Datum::Error(Box::new(self.fault(object))));
        }
        if self.hooks.is_datetime(object)? {
            let seconds: f64 = object.call_method0(intern!(py, "timestamp"))?.extract()?;
            return Ok(Datum::Date((seconds * 1000.0).round()));
        }
        if let Ok(view) = PyMemoryView::from(object) {
            return self.buffer(view.as_any());
        }
        if object.is_callable() && !object.is_instance_of::<PyType>() {
            let name = object.getattr_opt(intern!(py, "__name__"))?.and_then(|name| name.extract::<String>().ok());
            return Ok(Datum::HostFunction(self.hooks.lend(object), name.unwrap_or_default()));
        }
        let kind = object.get_type().name().map(|name| name.to_string()).unwrap_or_default();
        self.refuse(format!("an object of type {kind} cannot cross"))
    }

    fn container(&mut self, object: &Bound<'_, PyAny>, read: impl FnOnce(&mut Self) -> Read) -> Read {
        let address = object.as_ptr() as usize;
        if self.above.contains(&address) {
            return self.refuse("a cycle: the object contains itself");
        }
        self.above.push(address);
        let datum = read(self);
        self.above.pop();
        datum
    }

    fn items<'py>(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>) -> Read<Vec<Datum>> {
        let mut data = Vec::new();
        for (index, item) in items.enumerate() {
            data.push(self.inside(&item, |path| path.push_str(&format!("[{index}]")))?);
        }
        Ok(data)
    }

    fn inside(&mut self, object: &Bound<'_, PyAny>, step: impl FnOnce(&mut String)) -> Read {
        let before = self.progress.enter(step)?;
        let datum = self.object(object)?;
        self.progress.leave(before);
        Ok(datum)
    }

    fn dict(&mut self, dict: &Bound<'_, PyDict>) -> Read {
        let pairs: Vec<_> = dict.iter().collect();
        if pairs.iter().all(|(key, _)| key.is_instance_of::<PyString>()) {
            let mut properties = Vec::with_capacity(pairs.len());
            for (key, value) in &pairs {
                let key = self.text(key.cast()?)?;
                let datum = self.inside(value, |path| write_key(path, &key.to_string_lossy()))?;
                properties.push((key, datum));
            }
            return Ok(Datum::Object(properties));
        }
        let mut data = Vec::with_capacity(pairs.len());
        for (index, (key, value)) in pairs.iter().enumerate() {
            let key = self.inside(key, |path| path.push_str(&format!("<key {index}>")))?;
            let value = self.inside(value, |path| path.push_str(&format!("<value {index}>")))?;
            data.push((key, value));
        }
        Ok(Datum::Map(data))
    }

    fn int(&mut self, object: &Bound<'_, PyAny>) -> Read {
        let small = object.extract::<i64>().ok().filter(|value| (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(value));
        if let Some(value) = small {
            return Ok(Datum::Number(value as f64));
        }
        let py = object.py();
        let bits: usize = object.call_method0(intern!(py, "bit_length"))?.extract()?;
        let length = bits.div_ceil(64) * 8;
        self.progress.count(length)?;
        let negative = object.lt(0)?;
        let magnitude = if negative { object.neg()? } else { object.clone() };
        let bytes = magnitude.call_method1(intern!(py, "to_bytes"), (length, "little"))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
        Ok(Datum::BigInt(negative, words))
    }

    fn text(&mut self, text: &Bound<'_, PyString>) -> Read<Text> {
        self.progress.count(text.len()?)?;
        if let Ok(utf8) = text.to_cow() {
            return Ok(Text::Utf8(utf8.into_owned()));
        }
        let bytes = text.call_method1(intern!(text.py(), "encode"), ("utf-16-le", "surrogatepass"))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        Ok(Text::Utf16(bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect()))
    }

    /// An object that shows its memory: one dimension of numbers in this machine's order.
    fn buffer(&mut self, view: &Bound<'_, PyAny>) -> Read {
        let py = view.py();
        let dimensions: usize = view.getattr(intern!(py, "ndim"))?.extract()?;
        if dimensions == 0 {
            let scalar = view.call_method0(intern!(py, "tolist"))?;
            return self.object(&scalar);
        }
        if dimensions != 1 {
            return self.refuse(format!("an array of {dimensions} dimensions cannot cross; flatten it, or make it lists"));
        }
        let format: String = view.getattr(intern!(py, "format"))?.extract()?;
        let size: usize = view.getattr(intern!(py, "itemsize"))?.extract()?;
        let Some(element) = element(&format, size) else {
            return self.refuse(format!("an array of elements {format:?} cannot cross"));
        };
        let length: usize = view.getattr(intern!(py, "nbytes"))?.extract()?;
        self.progress.count(length)?;
        let bytes = view.call_method0(intern!(py, "tobytes"))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes().to_vec();
        Ok(match element {
            napi_uint8_array => Datum::Bytes(bytes),
            element => Datum::Typed(element, bytes),
        })
    }

    fn fault(&mut self, error: &Bound<'_, PyAny>) -> Fault {
        let py = error.py();
        let mut fault = match self.hooks.describe_error(error) {
            Ok(parts) => parts,
            Err(_) => Fault { name: "Error".to_owned(), message: "an exception without text".to_owned(), ..Fault::default() },
        };
        if let Ok(Some(cause)) = error.getattr_opt(intern!(py, "__cause__"))
            && !cause.is_none()
            && let Ok(before) = self.progress.enter(|path| path.push_str(".__cause__"))
        {
            fault.cause = Some(Box::new(Datum::Error(Box::new(self.fault(&cause)))));
            self.progress.leave(before);
        }
        fault
    }
}

/// The typed array for a `struct` format.
fn element(format: &str, size: usize) -> Option<napi_typedarray_type> {
    let foreign = if cfg!(target_endian = "little") { ['>', '!'] } else { ['<', '<'] };
    if size > 1 && format.starts_with(foreign) {
        return None;
    }
    let letter = format.trim_start_matches(['@', '=', '<', '>', '!']);
    Some(match (letter, size) {
        ("B" | "c", 1) => napi_uint8_array,
        ("b", 1) => napi_int8_array,
        ("h", 2) => napi_int16_array,
        ("H", 2) => napi_uint16_array,
        ("i" | "l", 4) => napi_int32_array,
        ("I" | "L", 4) => napi_uint32_array,
        ("l" | "q" | "n", 8) => napi_bigint64_array,
        ("L" | "Q" | "N", 8) => napi_biguint64_array,
        ("e", 2) => edge_float16_array,
        ("f", 4) => napi_float32_array,
        ("d", 8) => napi_float64_array,
        _ => return None,
    })
}
