//! JavaScript values read into [`Datum`]s: the environment's half of the table of values.
//!
//! Reading an object may run the program's own code (getters, proxies): it runs here, under the program's limits.

use super::datum::{Datum, Fault, MAX_BYTES, Progress, Text, Uncrossable, write_key};
use super::functions::Functions;
use super::server::{Tool, tool};
use crate::Environment;
use edge_napi::types::napi_typedarray_type::{self, *};
use edge_napi::types::napi_valuetype::*;
use edge_napi::types::{napi_key_enumerable, napi_key_skip_symbols};
use edge_napi::{ClassKind, Env, Error, Str, Value};
use std::rc::Rc;

/// Why a value was not read.
pub(crate) enum ReadError {
    /// The engine's.
    Js(Error),
    /// The value's.
    Uncrossable(Uncrossable),
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        Self::Js(error)
    }
}
impl From<Uncrossable> for ReadError {
    fn from(error: Uncrossable) -> Self {
        Self::Uncrossable(error)
    }
}

type Read<T = Datum> = Result<T, ReadError>;

/// Reads one value, called `name` in errors.
pub(crate) fn read(environment: &Rc<Environment>, value: Value, name: &str) -> Read {
    let progress = Progress::new(name, environment.kernel().limits().message_size);
    Reader { environment, env: environment.env(), progress, above: Vec::new() }.value(value)
}

/// What was thrown, as far as it can be read.
pub(crate) fn read_thrown(environment: &Rc<Environment>, value: Value) -> Fault {
    let env = environment.env();
    let limit = environment.kernel().limits().message_size;
    let mut reader = Reader { environment, env, progress: Progress::new("error", limit), above: Vec::new() };
    if env.is_object(value).unwrap_or(false) {
        let proper = env.is_error(value).unwrap_or(false) || reader.part(value, "message").is_some();
        if proper && let Ok(fault) = reader.fault(value) {
            return fault;
        }
    }
    let text = env.catch(|| env.to_string_lossy(value));
    let mut message = text.ok().and_then(Result::ok).unwrap_or_else(|| "a value without text".to_owned());
    let most = limit.map_or(MAX_BYTES, |limit| usize::try_from(limit).unwrap_or(MAX_BYTES).min(MAX_BYTES));
    if message.len() > most {
        message = "an error that is too large to cross".to_owned();
    }
    Fault { message, ..Fault::default() }
}

fn text_of(env: Env, value: Value) -> Result<Text, Error> {
    env.with_str(value, |text| match text {
        Str::Latin1(bytes) if bytes.is_ascii() => Text::Utf8(String::from_utf8_lossy(bytes).into_owned()),
        Str::Latin1(bytes) => Text::Utf8(bytes.iter().map(|&byte| char::from(byte)).collect()),
        Str::Utf16(units) => String::from_utf16(units).map_or_else(|_| Text::Utf16(units.to_vec()), Text::Utf8),
    })
}

struct Reader<'a> {
    environment: &'a Rc<Environment>,
    env: Env,
    progress: Progress,
    /// The objects that the present one lies in.
    above: Vec<Value>,
}

impl Reader<'_> {
    fn value(&mut self, value: Value) -> Read {
        let env = self.env;
        let kind = env.type_of(value)?;
        if kind != napi_string {
            self.progress.count(0)?;
        }
        Ok(match kind {
            napi_undefined => Datum::Undefined,
            napi_null => Datum::Null,
            napi_boolean => Datum::Bool(env.get_bool(value)?),
            napi_number => Datum::Number(env.get_f64(value)?),
            napi_string => {
                self.progress.count(env.string_length(value)?)?;
                Datum::Text(text_of(env, value)?)
            }
            napi_bigint => {
                let (negative, words) = env.get_bigint_words(value)?;
                self.progress.count(words.len() * 8)?;
                Datum::BigInt(negative, words)
            }
            napi_function => Datum::Function(self.environment.state::<Functions>().keep(self.environment, value)?),
            napi_symbol => return self.refuse("a symbol cannot cross"),
            napi_external => return self.refuse("a native value cannot cross"),
            napi_object => return self.object(value),
        })
    }

    fn refuse<T>(&self, reason: impl Into<String>) -> Read<T> {
        Err(self.progress.refuse(reason).into())
    }

    fn object(&mut self, value: Value) -> Read {
        for &outer in &self.above {
            if self.env.strict_equals(outer, value)? {
                return self.refuse("a cycle: the object contains itself");
            }
        }
        self.above.push(value);
        let datum = self.acyclic(value);
        self.above.pop();
        datum
    }

    fn acyclic(&mut self, value: Value) -> Read {
        let env = self.env;
        let kind = env.class_kind(value)?;
        Ok(match kind {
            ClassKind::Array => Datum::Array(self.array(value)?),
            ClassKind::Map => {
                let flat = self.entries(value)?;
                let mut pairs = Vec::with_capacity(flat.len() / 2);
                let mut flat = flat.into_iter();
                while let (Some(key), Some(item)) = (flat.next(), flat.next()) {
                    pairs.push((key, item));
                }
                Datum::Map(pairs)
            }
            ClassKind::Set => Datum::Set(self.entries(value)?),
            ClassKind::Date => Datum::Date(env.get_date(value)?),
            ClassKind::Error => Datum::Error(Box::new(self.fault(value)?)),
            ClassKind::ArrayBuffer
            | ClassKind::SharedArrayBuffer
            | ClassKind::DataView
            | ClassKind::Uint8Array
            | ClassKind::Uint8ClampedArray => Datum::Bytes(self.bytes(value)?),
            ClassKind::BooleanObject | ClassKind::NumberObject | ClassKind::StringObject | ClassKind::BigIntObject => {
                let inner = env.call_method(value, "valueOf", &[])?;
                if env.is_object(inner)? {
                    return self.refuse("a wrapped primitive without a value");
                }
                return self.value(inner);
            }
            ClassKind::Object
            | ClassKind::Proxy
            | ClassKind::Arguments
            | ClassKind::ModuleNamespace
            | ClassKind::Global
            | ClassKind::Primitive => Datum::Object(self.properties(value)?),
            ClassKind::Promise => return self.refuse("a promise inside of a value cannot cross; await it first"),
            other => match element_of(other) {
                Some(element) => Datum::Typed(element, self.bytes(value)?),
                None => return self.refuse(format!("a {other:?} cannot cross")),
            },
        })
    }

    fn bytes(&mut self, value: Value) -> Read<Vec<u8>> {
        self.progress.count(self.env.view_bytes(value)?.len)?;
        Ok(self.env.bytes_to_vec(value)?)
    }

    fn array(&mut self, value: Value) -> Read<Vec<Datum>> {
        let length = self.env.array_length(value)?;
        // A sparse array says so at once.
        self.progress.check(length as usize)?;
        let mut items = Vec::new();
        for index in 0..length {
            let _scope = self.env.scope()?;
            let item = self.env.get_index(value, index)?;
            items.push(self.inside(item, |path| path.push_str(&format!("[{index}]")))?);
        }
        Ok(items)
    }

    /// Keys and values of a map in turn, or the members of a set; runs no code of the program for the collection itself.
    fn entries(&mut self, value: Value) -> Read<Vec<Datum>> {
        let (flat, pairs) = self.env.preview_entries(value)?;
        let mut items = Vec::new();
        for index in 0..self.env.array_length(flat)? {
            let _scope = self.env.scope()?;
            let item = self.env.get_index(flat, index)?;
            let step = match (pairs, index % 2) {
                (true, 0) => format!("<key {}>", index / 2),
                (true, _) => format!("<value {}>", index / 2),
                (false, _) => format!("<member {index}>"),
            };
            items.push(self.inside(item, |path| path.push_str(&step))?);
        }
        Ok(items)
    }

    fn properties(&mut self, value: Value) -> Read<Vec<(Text, Datum)>> {
        let env = self.env;
        let keys = env.own_keys(value, napi_key_enumerable | napi_key_skip_symbols)?;
        let mut properties = Vec::new();
        for index in 0..env.array_length(keys)? {
            let _scope = env.scope()?;
            let key = env.get_index(keys, index)?;
            let name = text_of(env, key)?;
            self.progress.count(env.string_length(key)?)?;
            let item = env.get_key(value, key)?;
            let datum = self.inside(item, |path| write_key(path, &name.to_string_lossy()))?;
            properties.push((name, datum));
        }
        Ok(properties)
    }

    fn inside(&mut self, value: Value, step: impl FnOnce(&mut String)) -> Read {
        let before = self.progress.enter(step)?;
        let datum = self.value(value)?;
        self.progress.leave(before);
        Ok(datum)
    }

    /// A property as text; `None` when it is no string, or throws.
    fn part(&self, error: Value, key: &str) -> Option<String> {
        let env = self.env;
        let read = env.catch(|| {
            let part = env.get(error, key)?;
            if env.is_string(part)? { env.get_string(part).map(Some) } else { Ok(None) }
        });
        read.ok().and_then(Result::ok).flatten()
    }

    /// The number of the embedder's error that this object was made of.
    fn host_error(&self, error: Value) -> Option<u64> {
        let env = self.env;
        let read = env.catch(|| {
            let number = env.call(tool(self.environment, Tool::HostError)?, env.undefined()?, &[error])?;
            env.get_f64(number)
        });
        // 0: of nobody's.
        read.ok().and_then(Result::ok).filter(|number| *number >= 1.0).map(|number| number as u64)
    }

    fn fault(&mut self, error: Value) -> Read<Fault> {
        let env = self.env;
        let mut fault = Fault {
            name: self.part(error, "name").unwrap_or_default(),
            message: self.part(error, "message").unwrap_or_default(),
            stack: self.part(error, "stack").unwrap_or_default(),
            code: self.part(error, "code"),
            host_type: self.part(error, "pythonType"),
            cause: None,
            host_error: self.host_error(error),
        };
        self.progress.count(fault.name.len() + fault.message.len() + fault.stack.len())?;
        if env.has_own_key(error, env.key("cause")?).unwrap_or(false)
            && let Ok(Ok(cause)) = env.catch(|| env.get(error, "cause"))
        {
            let before = self.progress.enter(|path| path.push_str(".cause"))?;
            // A cause that cannot cross is left out: the error itself is worth more.
            let above = self.above.len();
            let read = self.value(cause);
            self.above.truncate(above);
            self.progress.leave(before);
            match read {
                Ok(datum) => fault.cause = Some(Box::new(datum)),
                Err(ReadError::Uncrossable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(fault)
    }
}

const fn element_of(kind: ClassKind) -> Option<napi_typedarray_type> {
    Some(match kind {
        ClassKind::Int8Array => napi_int8_array,
        ClassKind::Int16Array => napi_int16_array,
        ClassKind::Uint16Array => napi_uint16_array,
        ClassKind::Int32Array => napi_int32_array,
        ClassKind::Uint32Array => napi_uint32_array,
        ClassKind::BigInt64Array => napi_bigint64_array,
        ClassKind::BigUint64Array => napi_biguint64_array,
        ClassKind::Float16Array => edge_float16_array,
        ClassKind::Float32Array => napi_float32_array,
        ClassKind::Float64Array => napi_float64_array,
        _ => return None,
    })
}
